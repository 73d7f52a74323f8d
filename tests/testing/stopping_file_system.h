// StoppingFileSystem: the operating system's files, but after so many changes each further one fails: as if
// the process had been killed there.
#ifndef BAUTA_TESTS_TESTING_STOPPING_FILE_SYSTEM_H_
#define BAUTA_TESTS_TESTING_STOPPING_FILE_SYSTEM_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"

namespace bauta::testing {

// For one thread.
class StoppingFileSystem final : public FileSystem {
 public:
  // Creations, writes, syncs, renames and removals that may still be made; negative: any number.
  explicit StoppingFileSystem(int changes) : left_(changes) {}
  bool stopped() const { return stopped_; }
  void StopAfter(int changes) {
    left_ = changes;
    stopped_ = false;
  }

  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    if (mode == OpenMode::kCreate) BAUTA_RETURN_IF_ERROR(Change());
    BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<File> file, PosixFileSystem().Open(path, mode));
    return std::unique_ptr<File>(std::make_unique<StoppingFile>(*this, std::move(file)));
  }
  absl::StatusOr<FileAttributes> Attributes(const std::string& path) const override {
    return PosixFileSystem().Attributes(path);
  }
  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) const override {
    return PosixFileSystem().List(directory);
  }
  absl::Status Rename(const std::string& from, const std::string& to) override {
    BAUTA_RETURN_IF_ERROR(Change());
    return PosixFileSystem().Rename(from, to);
  }
  absl::Status Remove(const std::string& path) override {
    BAUTA_RETURN_IF_ERROR(Change());
    return PosixFileSystem().Remove(path);
  }
  absl::Status CreateDirectories(const std::string& path) override {
    BAUTA_RETURN_IF_ERROR(Change());
    return PosixFileSystem().CreateDirectories(path);
  }
  absl::Status SyncDirectory(const std::string& directory) override {
    BAUTA_RETURN_IF_ERROR(Change());
    return PosixFileSystem().SyncDirectory(directory);
  }

 private:
  class StoppingFile final : public File {
   public:
    StoppingFile(StoppingFileSystem& owner, std::unique_ptr<File> file)
        : owner_(owner), file_(std::move(file)) {}
    absl::Status Read(uint64_t offset, size_t size, char* out) const override {
      return file_->Read(offset, size, out);
    }
    absl::Status Write(uint64_t offset, std::string_view bytes) override {
      BAUTA_RETURN_IF_ERROR(owner_.Change());
      return file_->Write(offset, bytes);
    }
    absl::StatusOr<uint64_t> Size() const override { return file_->Size(); }
    absl::Status Truncate(uint64_t size) override {
      BAUTA_RETURN_IF_ERROR(owner_.Change());
      return file_->Truncate(size);
    }
    absl::Status Sync() override {
      BAUTA_RETURN_IF_ERROR(owner_.Change());
      return file_->Sync();
    }

   private:
    StoppingFileSystem& owner_;
    const std::unique_ptr<File> file_;
  };

  absl::Status Change() {
    stopped_ = stopped_ || left_ == 0;
    if (stopped_) return absl::InternalError("stopped");
    if (left_ > 0) --left_;
    return absl::OkStatus();
  }

  int left_;
  bool stopped_ = false;
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_TESTING_STOPPING_FILE_SYSTEM_H_
