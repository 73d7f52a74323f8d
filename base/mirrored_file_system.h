// MirroredFileSystem: one folder of files kept twice, on two disks, written and synced alike, so that losing
// one disk loses nothing that was synced.
//
// Every change goes to the first folder and then to the second, so that the first is never behind: after a
// crash it is the truth, and Open brings the second to it. Reads come from the first.
#ifndef BAUTA_BASE_MIRRORED_FILE_SYSTEM_H_
#define BAUTA_BASE_MIRRORED_FILE_SYSTEM_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"

namespace bauta {

// Thread-safe. Errors are those of the two folders; a change that fails in one of them may be there in the
// other.
class MirroredFileSystem final : public FileSystem {
 public:
  // Makes `second` equal to `first`, byte for byte and durably, file by file; folders within are left alone.
  // Bytes that differ are overwritten in place, and what the first folder does not hold is overwritten with
  // zeros before it goes: an old key must not survive in a freed block. `files` outlives the object.
  // NOT_FOUND: there is no folder `first`. PERMISSION_DENIED: a file of `second` is open to group or others.
  static absl::StatusOr<std::unique_ptr<MirroredFileSystem>> Open(FileSystem& files, std::string first,
                                                                  std::string second);

  // How many files Open had to change in the second folder.
  size_t files_aligned() const { return files_aligned_; }

  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override;
  absl::StatusOr<FileAttributes> Attributes(const std::string& path) const override;
  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) const override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status Remove(const std::string& path) override;
  absl::Status CreateDirectories(const std::string& path) override;
  absl::Status SyncDirectory(const std::string& directory) override;

 private:
  MirroredFileSystem(FileSystem& files, std::string first, std::string second)
      : files_(files), first_(std::move(first)), second_(std::move(second)) {}
  // The path's place in the second folder; empty for a path that lies outside the first.
  std::string Second(const std::string& path) const;
  absl::Status Align();
  absl::Status AlignFile(const std::string& name);
  absl::Status DiscardFile(const std::string& name);

  FileSystem& files_;
  const std::string first_;
  const std::string second_;
  size_t files_aligned_ = 0;
};

}  // namespace bauta

#endif  // BAUTA_BASE_MIRRORED_FILE_SYSTEM_H_
