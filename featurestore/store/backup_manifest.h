// BackupManifest: what stands in a backup's file `manifest`: whose database it is, how far it is, and its
// files. docs/store_format.md draws it.
#ifndef BAUTA_FEATURESTORE_STORE_BACKUP_MANIFEST_H_
#define BAUTA_FEATURESTORE_STORE_BACKUP_MANIFEST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/file_system.h"

namespace bauta {

struct BackupManifest {
  struct DatabaseFile {
    std::string name;
    uint64_t size = 0;
    std::optional<uint32_t> checksum;  // CRC-32C; absent for tables, whose blocks have their own.
  };

  uint64_t store_format = 0;
  std::string region;
  uint64_t root_check = 0;
  uint32_t identity_epoch = 0;
  uint64_t log_sequence = 0;
  absl::Time time;
  std::vector<DatabaseFile> files;
};

std::string EncodeBackupManifest(const BackupManifest& manifest);
// DATA_LOSS: its checksum does not hold.
absl::StatusOr<BackupManifest> DecodeBackupManifest(std::string_view bytes);

// The files of the database in `directory`, as a manifest lists them, by name.
absl::StatusOr<std::vector<BackupManifest::DatabaseFile>> ListDatabaseFiles(FileSystem& files,
                                                                            const std::string& directory);

// CRC-32C of a whole file. Where `copy` is given, its bytes are written there as well, and synced.
absl::StatusOr<uint32_t> ChecksumFile(const File& file, File* copy);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_BACKUP_MANIFEST_H_
