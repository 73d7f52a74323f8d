#include "featurestore/store/restore.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "featurestore/store/backup.h"
#include "featurestore/store/backup_manifest.h"
#include "featurestore/store/database_epoch.h"
#include "featurestore/store/engine.h"
#include "featurestore/store/meta_rows.h"
#include "featurestore/store/rights_log.h"
#include "featurestore/store/store_lock.h"
#include "featurestore/store/subject_scan.h"
#include "privacy/key_head.h"

namespace bauta {
namespace {

constexpr uint64_t kManifestSizeMax = uint64_t{64} << 20;  // Bytes.
constexpr char kKeptAside[] = "db.before-restore-";

// Not checked yet, and checked: only the second may ever take the database's place.
std::string CopyPath(const std::string& directory) { return directory + "/db.restoring"; }
std::string CheckedPath(const std::string& directory) { return directory + "/db.restored"; }

absl::Status RemoveTree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (!error) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("remove ", path, ": ", error.message()));
}

absl::StatusOr<BackupManifest> ReadManifest(FileSystem& files, const std::string& backup) {
  const absl::StatusOr<std::string> bytes = ReadFile(files, backup + "/manifest", kManifestSizeMax);
  if (absl::IsNotFound(bytes.status())) return absl::NotFoundError(absl::StrCat(backup, ": no such backup"));
  BAUTA_RETURN_IF_ERROR(bytes.status());
  absl::StatusOr<BackupManifest> manifest = DecodeBackupManifest(*bytes);
  if (manifest.ok()) return manifest;
  return absl::DataLossError(absl::StrCat(backup, ": ", manifest.status().message()));
}

absl::Status CheckFits(const BackupManifest& manifest, const FeatureStore::Options& options,
                       const KeyRing& key_ring, uint64_t log_sequence) {
  if (manifest.store_format != kStoreFormat) {
    return absl::FailedPreconditionError(
        absl::StrCat("the backup has format ", manifest.store_format, ", this program reads ", kStoreFormat));
  }
  if (manifest.region != options.region) {
    return absl::FailedPreconditionError(absl::StrCat("store.region: the backup is of region \"",
                                                      manifest.region, "\", not \"", options.region, "\""));
  }
  if (manifest.root_check != key_ring.root_check_value()) {
    return absl::FailedPreconditionError("keys/root: the backup's codes are under another root key");
  }
  if (key_ring.epochs().size() > 1) {
    return absl::FailedPreconditionError(
        "keys: the identity key is being rotated; let the server end that, then restore a backup made since");
  }
  const uint32_t epoch = key_ring.epochs().front().value();
  if (manifest.identity_epoch != epoch) {
    return absl::FailedPreconditionError(absl::StrCat("the backup's codes are under identity key ",
                                                      manifest.identity_epoch, ", the one in use is ", epoch,
                                                      ": backups of an earlier one are of no use any more"));
  }
  if (manifest.log_sequence > log_sequence) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the rights log ends at entry ", log_sequence, ", but the backup holds entry ", manifest.log_sequence,
        ": the log is behind the backup; an older copy of it was put back"));
  }
  return absl::OkStatus();
}

absl::Status Damaged(const std::string& file, const char* what) {
  return absl::DataLossError(absl::StrCat("the backup is damaged: its file ", file, " ", what));
}

// Copied, not linked: the database that serves shares no byte with the backup.
absl::Status CopyDatabase(FileSystem& files, const BackupManifest& manifest, const std::string& from,
                          const std::string& to) {
  BAUTA_RETURN_IF_ERROR(RemoveTree(to));
  BAUTA_RETURN_IF_ERROR(files.CreateDirectories(to));
  for (const BackupManifest::DatabaseFile& listed : manifest.files) {
    const absl::StatusOr<std::unique_ptr<File>> source =
        files.Open(from + "/" + listed.name, FileSystem::OpenMode::kRead);
    if (absl::IsNotFound(source.status())) return Damaged(listed.name, "is absent");
    BAUTA_RETURN_IF_ERROR(source.status());
    BAUTA_ASSIGN_OR_RETURN(const uint64_t size, (*source)->Size());
    if (size != listed.size) return Damaged(listed.name, "has another size than was written");
    BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<File> copy,
                           files.Open(to + "/" + listed.name, FileSystem::OpenMode::kCreate));
    BAUTA_ASSIGN_OR_RETURN(const uint32_t checksum, ChecksumFile(**source, copy.get()));
    if (listed.checksum && *listed.checksum != checksum) return Damaged(listed.name, "was changed");
  }
  return files.SyncDirectory(to);
}

// The copy is what the manifest says, to the last block.
absl::Status CheckCopy(const std::string& database, const BackupManifest& manifest) {
  BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<Engine> copy, Engine::OpenReadOnly(database));
  BAUTA_ASSIGN_OR_RETURN(const std::optional<StoreIdentity> identity, ReadIdentity(*copy));
  BAUTA_ASSIGN_OR_RETURN(const uint64_t applied, ReadAppliedSequence(*copy));
  if (!identity || identity->region != manifest.region || identity->root_check != manifest.root_check ||
      applied != manifest.log_sequence) {
    return absl::DataLossError("the backup is damaged: its database is not the one of its manifest");
  }
  return copy->VerifyTables();
}

// The end of the newest day of which there is any interaction, by the clear headers of the frames; nothing
// is unsealed.
absl::StatusOr<absl::Time> EndOfNewestDay(const std::string& database) {
  BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<Engine> engine, Engine::OpenReadOnly(database));
  std::optional<uint32_t> newest;
  BAUTA_RETURN_IF_ERROR(
      ScanSubjects(*engine, 0, kRangeCount, [&](const ScannedSubject& subject) -> absl::StatusOr<bool> {
        BAUTA_ASSIGN_OR_RETURN(const Frames frames, DecodeHistoryRow(subject.history));
        for (const Frame& frame : frames) newest = std::max(newest.value_or(0), frame.newest_day);
        return true;
      }));
  return newest ? Hour((*newest + 1) * 24).start() : absl::InfinitePast();
}

absl::StatusOr<std::string> FreeName(const FileSystem& files, const std::string& directory, absl::Time now) {
  const std::string stem =
      absl::StrCat(directory, "/", kKeptAside, absl::FormatTime("%Y%m%dT%H%M%SZ", now, absl::UTCTimeZone()));
  std::string path = stem;
  for (int i = 2; files.Attributes(path).ok(); ++i) path = absl::StrCat(stem, "-", i);
  return path;
}

// From here on the copy is whole, and a start that finds no database takes it.
absl::Status Switch(FileSystem& files, const std::string& directory, IdentityEpoch epoch,
                    const std::string& kept_aside) {
  BAUTA_RETURN_IF_ERROR(files.Rename(CopyPath(directory), CheckedPath(directory)));
  BAUTA_RETURN_IF_ERROR(files.SyncDirectory(directory));
  if (!kept_aside.empty()) {
    BAUTA_RETURN_IF_ERROR(files.Rename(DatabaseDirectory(directory, epoch), kept_aside));
    BAUTA_RETURN_IF_ERROR(files.SyncDirectory(directory));
  }
  return FinishRestore(files, directory, epoch);
}

}  // namespace

absl::Status FinishRestore(FileSystem& files, const std::string& directory, IdentityEpoch epoch) {
  BAUTA_RETURN_IF_ERROR(RemoveTree(CopyPath(directory)));
  if (absl::IsNotFound(files.Attributes(CheckedPath(directory)).status())) return absl::OkStatus();
  // Cut off before the database was moved aside: that one goes on.
  const std::string database = DatabaseDirectory(directory, epoch);
  if (files.Attributes(database).ok()) return RemoveTree(CheckedPath(directory));
  BAUTA_RETURN_IF_ERROR(files.Rename(CheckedPath(directory), database));
  return files.SyncDirectory(directory);
}

absl::Status RemoveKeptAside(FileSystem& files, const std::string& directory) {
  BAUTA_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(directory));
  for (const std::string& name : names) {
    if (name.starts_with(kKeptAside)) BAUTA_RETURN_IF_ERROR(RemoveTree(absl::StrCat(directory, "/", name)));
  }
  return absl::OkStatus();
}

absl::StatusOr<RestoreReport> RestoreBackup(const FeatureStore::Options& options, const std::string& name,
                                            const KeyRing& key_ring, const Clock& clock, FileSystem& files) {
  BAUTA_RETURN_IF_ERROR(CheckBackupName(name));
  if (options.backup_directory.empty()) {
    return absl::FailedPreconditionError("store.backup_directory: not configured, so there is no backup");
  }
  const std::string& directory = options.directory;
  const std::string backup = absl::StrCat(options.backup_directory, "/", name);
  BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<StoreLock> lock, StoreLock::Take(directory));
  BAUTA_ASSIGN_OR_RETURN(const BackupManifest manifest, ReadManifest(files, backup));
  const std::string keys =
      options.keys_directory.empty() ? absl::StrCat(directory, "/keys") : options.keys_directory;
  BAUTA_ASSIGN_OR_RETURN(const KeyHeadValues head, KeyHead::Read(files, keys));
  BAUTA_ASSIGN_OR_RETURN(const RightsLogReport log, VerifyRightsLog(files, directory, head));
  BAUTA_RETURN_IF_ERROR(CheckFits(manifest, options, key_ring, log.last_sequence));

  const IdentityEpoch epoch = key_ring.epochs().front();
  BAUTA_RETURN_IF_ERROR(FinishRestore(files, directory, epoch));
  const std::string copy = CopyPath(directory);
  absl::Status copied = CopyDatabase(files, manifest, backup + "/db", copy);
  if (copied.ok()) copied = CheckCopy(copy, manifest);
  if (!copied.ok()) {
    BAUTA_RETURN_IF_ERROR(RemoveTree(copy));
    return copied;
  }

  RestoreReport report = {.log_sequence = manifest.log_sequence,
                          .entries_to_replay = log.last_sequence - manifest.log_sequence,
                          .backup_time = manifest.time,
                          .lost_until = clock.Now(),
                          .present_readable = false,
                          .kept_aside = {}};
  const std::string database = DatabaseDirectory(directory, epoch);
  const bool present = files.Attributes(database).ok();
  if (present) {
    if (const absl::StatusOr<absl::Time> end = EndOfNewestDay(database); end.ok()) {
      report.present_readable = true;
      report.lost_until = std::min(report.lost_until, *end);
    }
    BAUTA_ASSIGN_OR_RETURN(report.kept_aside, FreeName(files, directory, clock.Now()));
  }
  BAUTA_RETURN_IF_ERROR(Switch(files, directory, epoch, report.kept_aside));
  return report;
}

}  // namespace bauta
