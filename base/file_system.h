// The files that must survive a crash (keys, rights log, snapshots) are reached through this, so that tests
// can inject faults: a full disk, a failed sync, the loss of everything not yet synced.
#ifndef BAUTA_BASE_FILE_SYSTEM_H_
#define BAUTA_BASE_FILE_SYSTEM_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace bauta {

// An open file. Reads and writes of different ranges may run at the same time.
// Errors: RESOURCE_EXHAUSTED for a full disk, DATA_LOSS for a read past the end, INTERNAL else.
class File {
 public:
  virtual ~File() = default;
  virtual absl::Status Read(uint64_t offset, size_t size, char* out) const = 0;
  virtual absl::Status Write(uint64_t offset, std::string_view bytes) = 0;
  virtual absl::StatusOr<uint64_t> Size() const = 0;
  virtual absl::Status Truncate(uint64_t size) = 0;
  // Durable when this returns OK (fdatasync).
  virtual absl::Status Sync() = 0;
};

struct FileAttributes {
  mode_t permissions = 0;  // The low 12 bits of st_mode.
  uid_t owner = 0;
  bool is_directory = false;
  absl::Time modify_time;  // Of its bytes, in whole seconds.
};

// Thread-safe. Errors: NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, RESOURCE_EXHAUSTED for a full disk,
// INTERNAL else. A message names the file and the operating system's reason.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  enum class OpenMode {
    kRead,       // NOT_FOUND where it does not exist.
    kReadWrite,  // NOT_FOUND where it does not exist.
    kCreate,     // ALREADY_EXISTS where it does; new files have permissions 0600.
  };
  virtual absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) = 0;
  virtual absl::StatusOr<FileAttributes> Attributes(const std::string& path) const = 0;
  virtual absl::StatusOr<std::vector<std::string>> List(
      const std::string& directory) const = 0;  // Names, sorted.
  virtual absl::Status Rename(const std::string& from, const std::string& to) = 0;
  virtual absl::Status Remove(const std::string& path) = 0;
  // OK where it exists already; new directories have permissions 0700. Parents are made too.
  virtual absl::Status CreateDirectories(const std::string& path) = 0;
  // Makes creations, renames and removals in `directory` durable.
  virtual absl::Status SyncDirectory(const std::string& directory) = 0;
};

// The operating system's own files. Lives for the whole process.
FileSystem& PosixFileSystem();

// Reads a whole file of at most `size_max` bytes; larger: RESOURCE_EXHAUSTED.
absl::StatusOr<std::string> ReadFile(FileSystem& files, const std::string& path, uint64_t size_max);

// Replaces `path` so that a crash leaves the old bytes or the new ones whole: temporary file, sync, rename,
// sync of the directory.
absl::Status WriteFileAtomically(FileSystem& files, const std::string& path, std::string_view bytes);

// Overwrites the bytes [begin, end) with zeros and syncs the file.
absl::Status WriteZeros(File& file, uint64_t begin, uint64_t end);

// Overwrites the file with zeros, syncs it and removes it: what it held must not survive in a freed block. OK
// where it does not exist. That the name is gone is durable with SyncDirectory.
absl::Status DestroyFile(FileSystem& files, const std::string& path);

}  // namespace bauta

#endif  // BAUTA_BASE_FILE_SYSTEM_H_
