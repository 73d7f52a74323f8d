#include "featurestore/store/open_store.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "featurestore/store/database_epoch.h"
#include "featurestore/store/identity_rotation.h"
#include "featurestore/store/meta_rows.h"
#include "featurestore/store/post_writer.h"
#include "featurestore/store/replay.h"
#include "featurestore/store/restore.h"
#include "featurestore/store/second_path.h"
#include "privacy/key_ring.h"

namespace bauta {
namespace {

absl::Status CheckOptions(const FeatureStore::Options& options) {
  if (options.directory.empty()) return absl::InvalidArgumentError("store.directory: must be set");
  if (options.region.empty()) return absl::InvalidArgumentError("store.region: must be set");
  if (options.interactions_max == 0) {
    return absl::InvalidArgumentError("store.interactions_max: must be 1 or more, not 0");
  }
  if (options.fold_frames == 0 || options.fold_frames > 64) {
    return absl::InvalidArgumentError(
        absl::StrCat("store.fold_frames: must be 1 to 64, not ", options.fold_frames));
  }
  BAUTA_RETURN_IF_ERROR(Validate(options.retention));
  const int64_t window_max = options.retention.ShortestAgeHours(kCountedKinds) / 2;
  if (options.counter_window_hours < 1 || options.counter_window_hours > window_max) {
    return absl::InvalidArgumentError(absl::StrCat("store.counter_window_hours: must be 1 to ", window_max,
                                                   ", half the shortest age of a counted kind, not ",
                                                   options.counter_window_hours));
  }
  return absl::OkStatus();
}

absl::Status OpenKeys(StoreCore& core) {
  FileSystem* files = &core.files;
  const std::string directory = core.keys_directory();
  core.recovery.second_path_missing = core.options.second_directory.empty();
  if (!core.options.second_directory.empty()) {
    BAUTA_ASSIGN_OR_RETURN(core.mirrored_keys,
                           OpenSecondPath(core.files, directory, core.options.second_directory + "/keys"));
    files = core.mirrored_keys.get();
  }
  BAUTA_ASSIGN_OR_RETURN(core.key_head, KeyHead::Open(*files, directory));
  SubjectKeys::Options options;
  options.directory = directory;
  options.file_number = core.key_head->values().subjects_file;
  options.cached_keys_max = 1 << 18;  // 26 MB, for 131,000 subjects.
  BAUTA_ASSIGN_OR_RETURN(core.subject_keys, SubjectKeys::Open(*files, core.random, options));
  return absl::OkStatus();
}

absl::Status OpenRightsLog(StoreCore& core, const KeyRing& key_ring) {
  const RightsLog::Options options = core.log_options();
  RightsLogRecovery recovery;
  absl::StatusOr<std::unique_ptr<RightsLog>> log =
      RightsLog::Open(core.files, options, *core.key_head, &recovery);
  if (absl::IsNotFound(log.status()) && core.options.create) {
    BAUTA_RETURN_IF_ERROR(RightsLog::Create(core.files, options, *core.key_head));
    log = RightsLog::Open(core.files, options, *core.key_head, &recovery);
  }
  BAUTA_RETURN_IF_ERROR(log.status());
  core.rights_log = *std::move(log);
  core.recovery.log_entries = recovery.entries;
  core.recovery.log_bytes_cut = recovery.bytes_cut;
  core.rights_log_sealer = std::make_unique<RightsLogSealer>(key_ring, *core.subject_keys, core.random);
  return absl::OkStatus();
}

// `made`: the database was new, which `create` allows.
absl::Status CheckIdentity(const StoreCore& core, const KeyRing& key_ring, const Engine& engine,
                           IdentityEpoch epoch, bool create, bool* made) {
  BAUTA_ASSIGN_OR_RETURN(const std::optional<StoreIdentity> identity, ReadIdentity(engine));
  *made = !identity.has_value();
  if (!identity) {
    if (!create) {
      return absl::FailedPreconditionError("the database does not say what it is; it is no store of Bauta's");
    }
    return WriteIdentity(engine, {.format = kStoreFormat,
                                  .region = core.options.region,
                                  .root_check = key_ring.root_check_value(),
                                  .epoch = epoch.value()});
  }
  if (identity->format != kStoreFormat) {
    return absl::FailedPreconditionError(
        absl::StrCat("the store has format ", identity->format, ", this program reads ", kStoreFormat));
  }
  if (identity->region != core.options.region) {
    return absl::FailedPreconditionError(absl::StrCat("store.region: the store is of region \"",
                                                      identity->region, "\", not \"", core.options.region,
                                                      "\""));
  }
  if (identity->root_check != key_ring.root_check_value()) {
    return absl::FailedPreconditionError("keys/root: the store's codes are under another root key");
  }
  return CheckDatabaseEpoch(IdentityEpoch(static_cast<uint32_t>(identity->epoch)), epoch);
}

// One database, or two while subjects move from one identity key to the next.
absl::Status OpenDatabases(StoreCore& core, const KeyRing& key_ring) {
  const std::string& directory = core.options.directory;
  BAUTA_RETURN_IF_ERROR(CheckNoOtherDatabases(directory, core.codes->epochs()));
  bool made = false;
  BAUTA_ASSIGN_OR_RETURN(core.engine,
                         Engine::Open(DatabaseDirectory(directory, core.epoch()), core.options.create));
  BAUTA_RETURN_IF_ERROR(
      CheckIdentity(core, key_ring, *core.engine, core.epoch(), core.options.create, &made));
  if (!core.rotating()) return absl::OkStatus();
  // Made empty where it is absent: a rotation may have come to its end but for the old key. Was it lost, the
  // replay puts into it what the rights log has of those who have not moved.
  const IdentityEpoch old = core.codes->epochs()[1];
  BAUTA_ASSIGN_OR_RETURN(core.old_engine, Engine::Open(DatabaseDirectory(directory, old), /*create=*/true));
  BAUTA_RETURN_IF_ERROR(
      CheckIdentity(core, key_ring, *core.old_engine, old, /*create=*/true, &core.old_engine_made));
  return made ? CopyCatalogue(*core.old_engine, *core.engine) : absl::OkStatus();
}

// Whether the last close was one, and nothing has been put in another's place since.
absl::StatusOr<bool> ClosedAtEnd(const StoreCore& core) {
  BAUTA_ASSIGN_OR_RETURN(const std::optional<uint64_t> mark, ReadCloseMark(*core.engine));
  return mark.has_value() && *mark == core.rights_log->last_sequence();
}

absl::Status BringUp(StoreCore& core) {
  core.rows = std::make_unique<SubjectRowCodec>(
      SubjectRowCodec::Options{.interactions_max = core.options.interactions_max}, *core.subject_keys,
      core.random);
  BAUTA_RETURN_IF_ERROR(core.rows->MakeDecoy());
  BAUTA_ASSIGN_OR_RETURN(const bool closed, ClosedAtEnd(core));
  BAUTA_RETURN_IF_ERROR(ReplayRightsLog(core));
  if (!closed || !core.subject_keys->DamagedSlots().empty()) BAUTA_RETURN_IF_ERROR(DestroyOrphanedKeys(core));
  BAUTA_RETURN_IF_ERROR(WriteCloseMark(*core.engine, std::nullopt));
  return LoadPosts(*core.engine, core.posts);
}

}  // namespace

absl::StatusOr<std::unique_ptr<StoreCore>> OpenStore(FeatureStore::Options options, const KeyRing& key_ring,
                                                     const Clock& clock, FileSystem& files) {
  BAUTA_RETURN_IF_ERROR(CheckOptions(options));
  auto core = std::make_unique<StoreCore>(std::move(options), clock, files);
  const std::string& directory = core->options.directory;
  if (core->options.create) {
    BAUTA_RETURN_IF_ERROR(PosixFileSystem().CreateDirectories(directory));
    BAUTA_RETURN_IF_ERROR(files.CreateDirectories(directory));
  }
  BAUTA_ASSIGN_OR_RETURN(core->lock, StoreLock::Take(directory));
  BAUTA_RETURN_IF_ERROR(OpenKeys(*core));
  BAUTA_RETURN_IF_ERROR(OpenRightsLog(*core, key_ring));
  BAUTA_RETURN_IF_ERROR(FinishRestore(files, directory, key_ring.epochs().front()));
  BAUTA_RETURN_IF_ERROR(SettleEpochs(*core));
  BAUTA_RETURN_IF_ERROR(OpenDatabases(*core, key_ring));
  BAUTA_RETURN_IF_ERROR(BringUp(*core));

  core->committer = std::make_unique<ClassACommitter>(
      ClassACommitter::Options{},
      ClassACommitter::Database{
          .put_last_sequence =
              [parts = core.get()](uint64_t sequence, rocksdb::WriteBatch& batch) {
                PutAppliedSequence(*parts->engine, sequence, batch);
              },
          .write = [parts = core.get()](
                       rocksdb::WriteBatch& batch) { return parts->engine->Write(batch, /*sync=*/false); }},
      *core->rights_log, *core->rights_log_sealer, *core->subject_keys, *core->key_head);
  core->CountingNow();  // Begins the first refill.
  return core;
}

void CloseStore(StoreCore& core) {
  core.committer = nullptr;
  const absl::StatusOr<uint64_t> applied = ReadAppliedSequence(*core.engine);
  if (!applied.ok() || *applied != core.rights_log->last_sequence()) return;
  // Without the mark the next start looks for what a crash would have left: slower, no worse.
  WriteCloseMark(*core.engine, *applied).IgnoreError();
  // What cannot be flushed is in the write-ahead log still.
  core.engine->Flush().IgnoreError();
  if (core.old_engine != nullptr) core.old_engine->Flush().IgnoreError();
}

}  // namespace bauta
