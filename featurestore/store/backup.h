// Backups of a running store's database. Without keys and rights log, beside which alone it is of use: what
// was erased or withdrawn since is as unreadable in it as anywhere, and a restore obeys what the log says.
//
//   DIRECTORY/NAME/db/        a database of its own
//   DIRECTORY/NAME/manifest   see backup_manifest.h
#ifndef BAUTA_FEATURESTORE_STORE_BACKUP_H_
#define BAUTA_FEATURESTORE_STORE_BACKUP_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "featurestore/store/store_core.h"

namespace bauta {

inline constexpr size_t kBackupNameSizeMax = 64;

// 1 to 64 letters, digits, '-', '_': INVALID_ARGUMENT else.
absl::Status CheckBackupName(const std::string& name);

// See FeatureStore::CheckBackup and CreateBackup.
absl::Status CheckBackup(StoreCore& core, const std::string& name);
absl::StatusOr<BackupReceipt> WriteBackup(StoreCore& core, const std::string& name);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_BACKUP_H_
