// GatedFileSystem: the operating system's files, but syncs wait while the gate is closed: to hold a call in
// its middle.
#ifndef BAUTA_TESTS_TESTING_GATED_FILE_SYSTEM_H_
#define BAUTA_TESTS_TESTING_GATED_FILE_SYSTEM_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"

namespace bauta::testing {

// Thread-safe.
class GatedFileSystem final : public FileSystem {
 public:
  void Close() { Set(false); }
  void Open() { Set(true); }
  // Returns when a sync waits at the closed gate.
  void AwaitWaiter() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }

  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<File> file, PosixFileSystem().Open(path, mode));
    return std::unique_ptr<File>(std::make_unique<GatedFile>(*this, std::move(file)));
  }
  absl::StatusOr<FileAttributes> Attributes(const std::string& path) const override {
    return PosixFileSystem().Attributes(path);
  }
  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) const override {
    return PosixFileSystem().List(directory);
  }
  absl::Status Rename(const std::string& from, const std::string& to) override {
    return PosixFileSystem().Rename(from, to);
  }
  absl::Status Remove(const std::string& path) override { return PosixFileSystem().Remove(path); }
  absl::Status CreateDirectories(const std::string& path) override {
    return PosixFileSystem().CreateDirectories(path);
  }
  absl::Status SyncDirectory(const std::string& directory) override {
    return PosixFileSystem().SyncDirectory(directory);
  }

 private:
  class GatedFile final : public File {
   public:
    GatedFile(GatedFileSystem& gate, std::unique_ptr<File> file) : gate_(gate), file_(std::move(file)) {}
    absl::Status Read(uint64_t offset, size_t size, char* out) const override {
      return file_->Read(offset, size, out);
    }
    absl::Status Write(uint64_t offset, std::string_view bytes) override {
      return file_->Write(offset, bytes);
    }
    absl::StatusOr<uint64_t> Size() const override { return file_->Size(); }
    absl::Status Truncate(uint64_t size) override { return file_->Truncate(size); }
    absl::Status Sync() override {
      gate_.Pass();
      return file_->Sync();
    }

   private:
    GatedFileSystem& gate_;
    const std::unique_ptr<File> file_;
  };

  void Set(bool open) {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_ = open;
    changed_.notify_all();
  }
  void Pass() {
    std::unique_lock<std::mutex> lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    --waiting_;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  int waiting_ = 0;
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_TESTING_GATED_FILE_SYSTEM_H_
