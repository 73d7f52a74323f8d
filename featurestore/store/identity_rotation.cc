#include "featurestore/store/identity_rotation.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "bauta/storage/v1/rights_log.pb.h"
#include "featurestore/store/database_epoch.h"
#include "featurestore/store/log_compaction.h"
#include "featurestore/store/meta_rows.h"
#include "featurestore/store/restore.h"
#include "featurestore/store/shuffle.h"
#include "featurestore/store/subject_scan.h"
#include "featurestore/store/times.h"

namespace bauta {
namespace {

namespace proto = ::bauta::storage::v1;

constexpr size_t kBatchSubjects = 32;  // Moved in one group, their locks held.
constexpr size_t kCopyBytes = size_t{1} << 20;

absl::StatusOr<std::unique_ptr<Pseudonymizer>> ReadCodes(StoreCore& core) {
  BAUTA_ASSIGN_OR_RETURN(const KeyRing ring, KeyRing::Open(core.key_files(), core.keys_directory()));
  return Pseudonymizer::Create(ring);
}

// The newest epoch that the rights log names; nothing where it names none.
absl::StatusOr<std::optional<IdentityEpoch>> EpochOfLog(StoreCore& core) {
  std::optional<IdentityEpoch> newest;
  BAUTA_RETURN_IF_ERROR(core.rights_log->ForEachAfter(0, [&](const RightsEntry& entry) -> absl::Status {
    if (entry.header.type != RightsEntryType::kIdentityRotation) return absl::OkStatus();
    BAUTA_ASSIGN_OR_RETURN(const std::optional<std::string> payload, core.rights_log_sealer->Unseal(entry));
    proto::IdentityRotation rotation;
    if (!payload || !rotation.ParseFromString(*payload)) {
      return absl::DataLossError(absl::StrCat("rights log: entry ", entry.header.sequence,
                                              ": its payload is no rotation, though its seal holds"));
    }
    newest = IdentityEpoch(rotation.epoch());
    return absl::OkStatus();
  }));
  return newest;
}

}  // namespace

absl::Status CheckNotRotating(const StoreCore& core) {
  if (!core.rotating()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("identity key: a rotation to epoch ",
                                                    core.epoch().value(),
                                                    " is running; ask again when it has ended"));
}

absl::Status CopyCatalogue(const Engine& from, const Engine& to) {
  for (const Engine::Family family : {Engine::Family::kPost, Engine::Family::kAuthor}) {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    const std::unique_ptr<rocksdb::Iterator> rows(from.db().NewIterator(options, from.family(family)));
    rocksdb::WriteBatch batch;
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
      BAUTA_RETURN_IF_ERROR(
          ToStatus(batch.Put(to.family(family), rows->key(), rows->value()), "copy the catalogue"));
      if (batch.GetDataSize() < kCopyBytes) continue;
      BAUTA_RETURN_IF_ERROR(to.Write(batch, /*sync=*/false));
      batch.Clear();
    }
    BAUTA_RETURN_IF_ERROR(ToStatus(rows->status(), "copy the catalogue"));
    BAUTA_RETURN_IF_ERROR(to.Write(batch, /*sync=*/true));
  }
  return absl::OkStatus();
}

absl::Status IdentityRotation::Begin() {
  const std::lock_guard step(mutex_);
  if (core_.rotating()) {
    return absl::FailedPreconditionError(absl::StrCat("identity key: a rotation to epoch ",
                                                      core_.epoch().value(), " is running; ", left_.load(),
                                                      " subjects are left"));
  }
  const IdentityEpoch next(core_.epoch().value() + 1);
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Pseudonymizer> codes;
  const std::unique_lock posts(core_.posts_mutex);
  absl::Status begun = Prepare(next, engine, codes);
  if (begun.ok()) begun = Switch(std::move(engine), std::move(codes));
  engine = nullptr;
  if (!core_.rotating()) Discard(next);
  queue_is_made_ = false;
  moved_ = 0;
  left_ = 0;
  return begun;
}

// Everything that can be made before anybody notices. Precondition: posts_mutex is held.
absl::Status IdentityRotation::Prepare(IdentityEpoch next, std::unique_ptr<Engine>& engine,
                                       std::unique_ptr<Pseudonymizer>& codes) {
  Discard(next);
  BAUTA_RETURN_IF_ERROR(CreateIdentityKey(core_.key_files(), core_.keys_directory(), next, core_.random));
  BAUTA_ASSIGN_OR_RETURN(codes, ReadCodes(core_));
  BAUTA_ASSIGN_OR_RETURN(engine,
                         Engine::Open(DatabaseDirectory(core_.options.directory, next), /*create=*/true));
  BAUTA_ASSIGN_OR_RETURN(std::optional<StoreIdentity> identity, ReadIdentity(*core_.engine));
  if (!identity) return absl::DataLossError("the database does not say what it is any more");
  identity->epoch = next.value();
  BAUTA_RETURN_IF_ERROR(WriteIdentity(*engine, *identity));
  BAUTA_RETURN_IF_ERROR(CopyCatalogue(*core_.engine, *engine));
  return PosixFileSystem().SyncDirectory(core_.options.directory);
}

// Nobody is in a call meanwhile. What is durable in the log is in the old database, durably, before its entry
// says that another one goes on.
absl::Status IdentityRotation::Switch(std::unique_ptr<Engine> engine, std::unique_ptr<Pseudonymizer> codes) {
  const std::unique_lock gate(core_.gate);
  BAUTA_RETURN_IF_ERROR(core_.committer->EnsureApplied());
  const uint64_t sequence = core_.rights_log->last_sequence();
  BAUTA_RETURN_IF_ERROR(WriteCloseMark(*core_.engine, std::nullopt));  // Synced, and with it all before it.
  rocksdb::WriteBatch batch;
  PutAppliedSequence(*engine, sequence, batch);
  BAUTA_RETURN_IF_ERROR(engine->Write(batch, /*sync=*/true));

  bool counted = false;
  const StoreCore::Counting counting = core_.CountingNow();
  core_.counters.Read(Hour::Floor(counting.at), &counted);
  core_.engine.swap(engine);
  core_.codes.swap(codes);
  core_.old_engine = std::move(engine);

  proto::IdentityRotation rotation;
  rotation.set_epoch(core_.epoch().value());
  rotation.set_time_micros(Micros(core_.clock.Now()));
  ClassAChange change;
  change.type = RightsEntryType::kIdentityRotation;
  change.payload = rotation.SerializeAsString();
  absl::Status logged = core_.committer->Commit(std::move(change)).status();
  // Refused and yet logged: it waits for room in the database, and has begun all the same.
  if (!logged.ok() && core_.rights_log->last_sequence() == sequence) {
    core_.codes.swap(codes);
    core_.engine = std::move(core_.old_engine);
    return logged;
  }
  core_.unmoved_counted_in = counted ? counting.refill.number : 0;
  if (!counted) core_.counters.Restart(core_.clock.Now());  // Its ranges were those of the old codes.
  return absl::OkStatus();
}

// The next attempt, or the next start, does what fails here.
void IdentityRotation::Discard(IdentityEpoch next) {
  RemoveDatabase(DatabaseDirectory(core_.options.directory, next)).IgnoreError();
  DestroyIdentityKey(core_.key_files(), core_.keys_directory(), next).IgnoreError();
}

absl::Status IdentityRotation::FindSubjects() {
  queue_.clear();
  unreadable_ = 0;
  const std::shared_lock gate(core_.gate);
  if (core_.old_engine != nullptr) {
    BAUTA_RETURN_IF_ERROR(ScanSubjects(
        *core_.old_engine, 0, kRangeCount, [&](const ScannedSubject& subject) -> absl::StatusOr<bool> {
          if (subject.head == nullptr) return true;
          std::string_view sealed;
          BAUTA_ASSIGN_OR_RETURN(const HeadHeader header, DecodeHeadRow(*subject.head, &sealed));
          if (core_.subject_keys->IsLive(header.slot)) {
            queue_.push_back(subject.code);
          }
          return true;
        }));
  }
  BAUTA_RETURN_IF_ERROR(Shuffle(queue_, core_.random));
  left_ = queue_.size();
  queue_is_made_ = true;
  return absl::OkStatus();
}

absl::StatusOr<IdentityRotationProgress> IdentityRotation::Continue(size_t subjects_max) {
  {
    const std::lock_guard step(mutex_);
    if (!core_.rotating()) return progress();
    if (!queue_is_made_) BAUTA_RETURN_IF_ERROR(FindSubjects());
    for (size_t taken = 0; taken < subjects_max && !queue_.empty();) {
      const size_t count = std::min({kBatchSubjects, subjects_max - taken, queue_.size()});
      BAUTA_RETURN_IF_ERROR(MoveBatch({queue_.end() - static_cast<std::ptrdiff_t>(count), queue_.end()}));
      queue_.resize(queue_.size() - count);
      taken += count;
      left_ = queue_.size() + unreadable_;
    }
    if (queue_.empty()) {
      const size_t unreadable = unreadable_;
      BAUTA_RETURN_IF_ERROR(FindSubjects());  // Nobody is left, or those who cannot be read.
      if (queue_.empty()) {
        BAUTA_RETURN_IF_ERROR(Finish());
      } else if (unreadable > 0) {
        return absl::DataLossError(absl::StrCat(
            "identity key: the rows of ", unreadable,
            " subjects fail their seal and cannot be moved; the old database stays until they are erased"));
      }
    }
  }
  return progress();
}

absl::Status IdentityRotation::MoveBatch(const std::vector<StoredCode>& old_codes) {
  const std::shared_lock gate(core_.gate);
  std::vector<StoredCode> codes;
  std::vector<uint32_t> ranges;
  for (const StoredCode& old_code : old_codes) {
    codes.push_back(core_.NewCode(old_code));
    ranges.push_back(RangeOf(codes.back()));
  }
  // Everybody else holds one lock and waits for no second, so any order will do.
  std::sort(ranges.begin(), ranges.end(),
            [](uint32_t a, uint32_t b) { return SubjectLocks::StripeOf(a) < SubjectLocks::StripeOf(b); });
  std::vector<std::unique_lock<std::mutex>> locks;
  for (size_t i = 0; i < ranges.size(); ++i) {
    if (i > 0 && SubjectLocks::StripeOf(ranges[i]) == SubjectLocks::StripeOf(ranges[i - 1])) continue;
    locks.push_back(core_.subject_locks.LockRange(ranges[i]));
  }
  BAUTA_RETURN_IF_ERROR(core_.committer->EnsureApplied());
  BAUTA_ASSIGN_OR_RETURN(const SubjectMover::Moved moved, SubjectMover(core_).Move(codes));
  moved_ += moved.subjects;
  unreadable_ += moved.unreadable;
  return absl::OkStatus();
}

absl::Status IdentityRotation::Finish() {
  BAUTA_RETURN_IF_ERROR(Compact(core_));
  const IdentityEpoch old = core_.codes->epochs()[1];
  std::unique_ptr<Engine> engine;
  {
    const std::unique_lock gate(core_.gate);
    engine = std::move(core_.old_engine);
  }
  engine = nullptr;
  // Their codes too are under the key that goes.
  BAUTA_RETURN_IF_ERROR(RemoveKeptAside(core_.files, core_.options.directory));
  BAUTA_RETURN_IF_ERROR(RemoveDatabase(DatabaseDirectory(core_.options.directory, old)));
  BAUTA_RETURN_IF_ERROR(DestroyIdentityKey(core_.key_files(), core_.keys_directory(), old));
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<Pseudonymizer> codes, ReadCodes(core_));
  const std::unique_lock gate(core_.gate);
  core_.codes.swap(codes);
  return absl::OkStatus();
}

IdentityRotationProgress IdentityRotation::progress() const {
  const std::shared_lock gate(core_.gate);
  return {.running = core_.rotating(),
          .epoch = core_.epoch().value(),
          .subjects_moved = moved_.load(),
          .subjects_left = left_.load()};
}

absl::Status SettleEpochs(StoreCore& core) {
  BAUTA_RETURN_IF_ERROR(RemoveIdentityKeyLeftovers(core.key_files(), core.keys_directory()));
  BAUTA_ASSIGN_OR_RETURN(core.codes, ReadCodes(core));
  const std::vector<IdentityEpoch> epochs = core.codes->epochs();
  BAUTA_ASSIGN_OR_RETURN(const std::optional<IdentityEpoch> logged, EpochOfLog(core));
  if (logged && *logged > epochs.front()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "keys/identity.", logged->value(), ": absent, though the rights log names it: put it back"));
  }
  if (epochs.size() == 1) return absl::OkStatus();
  if (epochs.size() > 2 || epochs[0].value() != epochs[1].value() + 1) {
    return absl::FailedPreconditionError(
        absl::StrCat("keys/identity.", epochs.back().value(), " to ", epochs.front().value(),
                     ": a rotation has two keys, one behind the other: put back the keys of one day"));
  }
  if (logged == epochs.front()) return absl::OkStatus();
  BAUTA_RETURN_IF_ERROR(RemoveDatabase(DatabaseDirectory(core.options.directory, epochs.front())));
  BAUTA_RETURN_IF_ERROR(DestroyIdentityKey(core.key_files(), core.keys_directory(), epochs.front()));
  BAUTA_ASSIGN_OR_RETURN(core.codes, ReadCodes(core));
  return absl::OkStatus();
}

}  // namespace bauta
