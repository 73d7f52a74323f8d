// FaultyFileSystem: files in memory that lose what a real disk would lose, and fail when they are told to.
//
// The model is the strict reading of POSIX: bytes are durable after File::Sync, names (creations, renames,
// removals) after SyncDirectory, and a sync that failed never makes up for it: what it should have written
// stays readable until the crash and is then gone, even where a later sync says OK. Directories are durable
// at once.
#ifndef BAUTA_TESTS_TESTING_FAULTY_FILE_SYSTEM_H_
#define BAUTA_TESTS_TESTING_FAULTY_FILE_SYSTEM_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"

namespace bauta::testing {

// Thread-safe.
class FaultyFileSystem final : public FileSystem {
 public:
  FaultyFileSystem();
  ~FaultyFileSystem() override;

  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override;
  absl::StatusOr<FileAttributes> Attributes(const std::string& path) const override;
  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) const override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status Remove(const std::string& path) override;
  absl::Status CreateDirectories(const std::string& path) override;
  absl::Status SyncDirectory(const std::string& directory) override;

  // The power goes: everything not durable is lost. Files that are open become useless (INTERNAL), faults are
  // lifted.
  void Crash();
  // The same, but of the unsynced bytes each 512-byte sector is kept or lost as `seed` has it, and so is each
  // unsynced name: what a disk may do that writes back in its own order.
  void CrashKeepingSome(uint64_t seed);
  // `kill -9`: nothing is lost, files that are open become useless, faults are lifted.
  void Kill();

  // Counted from now, 1 = the next one. 0 = none. The failure happens once; INTERNAL.
  void FailSync(int nth) { Set(sync_failure_, nth); }    // File::Sync and SyncDirectory.
  void FailWrite(int nth) { Set(write_failure_, nth); }  // File::Write.
  // After `count` more changing operations (write, truncate, sync, create, rename, remove) each one fails,
  // until Crash or Kill: for walking through every point at which a process can die.
  void StopAfter(int count) { Set(operations_left_, count); }
  bool stopped() const;
  // Writes that would take all files together above this many bytes: RESOURCE_EXHAUSTED.
  void SetCapacity(uint64_t bytes) { Set(capacity_, bytes); }
  void LiftFaults();

  // The number of changing operations so far, and of syncs (of files and directories) among them.
  int operations() const;
  int syncs() const;

  // Helpers for tests; they crash the test where the file does not exist.
  void SetPermissions(const std::string& path, mode_t permissions);
  std::string Bytes(const std::string& path) const;
  bool Exists(const std::string& path) const;
  // Changes a file behind everybody's back, durably: damage, or a backup put back.
  void Edit(const std::string& path, const std::function<void(std::string&)>& change);
  // Creates or replaces a file, durably, with permissions 0600. Its directory must exist.
  void Put(const std::string& path, std::string_view bytes);
  // The durable bytes of each file there is or ever was: an unlinked file's blocks stay on the disk as they
  // were.
  std::vector<std::string> EverythingOnDisk() const;

 private:
  struct Inode;
  class Handle;
  using Names = std::map<std::string, std::shared_ptr<Inode>>;

  template <class T>
  void Set(T& fault, T value) {
    const std::lock_guard lock(mutex_);
    fault = value;
  }
  absl::Status Change(int& nth_failure, const std::string& what);  // mutex_ is held, as below.
  absl::Status Operation(const std::string& what);
  uint64_t TotalSize() const;
  void Restart();

  mutable std::mutex mutex_;
  Names names_;
  Names durable_names_;
  std::map<std::string, mode_t> directories_;
  std::vector<std::shared_ptr<Inode>> inodes_;
  uint64_t life_ = 0;  // Handles of an earlier one are useless.
  int sync_failure_ = 0;
  int write_failure_ = 0;
  int operations_left_ = -1;
  int operations_ = 0;
  int syncs_ = 0;
  uint64_t capacity_ = UINT64_MAX;
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_TESTING_FAULTY_FILE_SYSTEM_H_
