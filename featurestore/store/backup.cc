#include "featurestore/store/backup.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string_view>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "featurestore/store/backup_manifest.h"
#include "featurestore/store/identity_rotation.h"
#include "featurestore/store/meta_rows.h"

namespace bauta {
namespace {

constexpr std::string_view kNameCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

absl::Status RemoveTree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (!error) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("remove ", path, ": ", error.message()));
}

// What the copy itself says, so that the manifest cannot say anything else.
absl::StatusOr<BackupManifest> Describe(const StoreCore& core, const std::string& database) {
  BackupManifest manifest;
  {
    BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<Engine> copy, Engine::OpenReadOnly(database));
    BAUTA_ASSIGN_OR_RETURN(const std::optional<StoreIdentity> identity, ReadIdentity(*copy));
    if (!identity) return absl::InternalError("the backup does not say what it is");
    manifest.store_format = identity->format;
    manifest.region = identity->region;
    manifest.root_check = identity->root_check;
    manifest.identity_epoch = static_cast<uint32_t>(identity->epoch);
    BAUTA_ASSIGN_OR_RETURN(manifest.log_sequence, ReadAppliedSequence(*copy));
  }
  BAUTA_ASSIGN_OR_RETURN(manifest.files, ListDatabaseFiles(core.files, database));
  return manifest;
}

}  // namespace

absl::Status CheckBackupName(const std::string& name) {
  const bool known = name.find_first_not_of(kNameCharacters) == std::string::npos;
  if (known && !name.empty() && name.size() <= kBackupNameSizeMax) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the name of a backup: 1 to ", kBackupNameSizeMax, " letters, digits, '-', '_' allowed, ",
                   name.size(), " characters", known ? "" : ", others among them", " given"));
}

absl::Status CheckBackup(StoreCore& core, const std::string& name) {
  BAUTA_RETURN_IF_ERROR(CheckBackupName(name));
  {
    const std::shared_lock gate(core.gate);
    BAUTA_RETURN_IF_ERROR(CheckNotRotating(core));
  }
  const std::string& parent = core.options.backup_directory;
  if (parent.empty()) {
    return absl::FailedPreconditionError("store.backup_directory: not configured, so no backup can be made");
  }
  const std::string path = absl::StrCat(parent, "/", name);
  if (!core.files.Attributes(path).ok()) return absl::OkStatus();
  return absl::AlreadyExistsError(absl::StrCat(path, ": a backup of that name is there already"));
}

absl::StatusOr<BackupReceipt> WriteBackup(StoreCore& core, const std::string& name) {
  const std::lock_guard lock(core.backup_mutex);
  BAUTA_RETURN_IF_ERROR(CheckBackup(core, name));
  const std::string& parent = core.options.backup_directory;
  const std::string path = absl::StrCat(parent, "/", name);
  BAUTA_RETURN_IF_ERROR(core.files.CreateDirectories(parent));
  // No name of a backup has a dot, so this is what one that was cut short has left.
  const std::string work = absl::StrCat(path, ".tmp");
  BAUTA_RETURN_IF_ERROR(RemoveTree(work));
  BAUTA_RETURN_IF_ERROR(core.files.CreateDirectories(work));
  absl::Time time;
  {
    const std::shared_lock gate(core.gate);
    BAUTA_RETURN_IF_ERROR(CheckNotRotating(core));
    BAUTA_RETURN_IF_ERROR(core.committer->EnsureApplied());
    time = core.clock.Now();
    BAUTA_RETURN_IF_ERROR(core.engine->WriteCheckpoint(work + "/db"));
  }
  BAUTA_ASSIGN_OR_RETURN(BackupManifest manifest, Describe(core, work + "/db"));
  manifest.time = time;
  BAUTA_RETURN_IF_ERROR(core.files.SyncDirectory(work + "/db"));
  BAUTA_RETURN_IF_ERROR(WriteFileAtomically(core.files, work + "/manifest", EncodeBackupManifest(manifest)));
  BAUTA_RETURN_IF_ERROR(core.files.Rename(work, path));
  BAUTA_RETURN_IF_ERROR(core.files.SyncDirectory(parent));
  return BackupReceipt{.log_sequence = manifest.log_sequence, .backup_time = time};
}

}  // namespace bauta
