// A process that rotates a store's identity key and dies in the middle. Usage: rotation_workload FOLDER STEPS
//
// It begins a rotation, unless one runs, and moves subjects to the end; after STEPS changes of files (keys
// and rights log) it is gone at once, without a word, with status 7. With enough of them it ends with status
// 0.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/file_system.h"
#include "base/status.h"
#include "tests/featurestore/store_on_disk.h"

namespace bauta::testing {
namespace {

constexpr int kDied = 7;

// The operating system's files, until it has been changed too often.
class DyingFileSystem final : public FileSystem {
 public:
  void DieAfter(long steps) { left_ = steps; }

  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    if (mode == OpenMode::kCreate) Step();
    BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<File> file, PosixFileSystem().Open(path, mode));
    return std::unique_ptr<File>(std::make_unique<DyingFile>(*this, std::move(file)));
  }
  absl::StatusOr<FileAttributes> Attributes(const std::string& path) const override {
    return PosixFileSystem().Attributes(path);
  }
  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) const override {
    return PosixFileSystem().List(directory);
  }
  absl::Status Rename(const std::string& from, const std::string& to) override {
    Step();
    return PosixFileSystem().Rename(from, to);
  }
  absl::Status Remove(const std::string& path) override {
    Step();
    return PosixFileSystem().Remove(path);
  }
  absl::Status CreateDirectories(const std::string& path) override {
    return PosixFileSystem().CreateDirectories(path);
  }
  absl::Status SyncDirectory(const std::string& directory) override {
    Step();
    return PosixFileSystem().SyncDirectory(directory);
  }

 private:
  class DyingFile final : public File {
   public:
    DyingFile(DyingFileSystem& files, std::unique_ptr<File> file) : files_(files), file_(std::move(file)) {}
    absl::Status Read(uint64_t offset, size_t size, char* out) const override {
      return file_->Read(offset, size, out);
    }
    absl::Status Write(uint64_t offset, std::string_view bytes) override {
      files_.Step();
      return file_->Write(offset, bytes);
    }
    absl::StatusOr<uint64_t> Size() const override { return file_->Size(); }
    absl::Status Truncate(uint64_t size) override {
      files_.Step();
      return file_->Truncate(size);
    }
    absl::Status Sync() override {
      files_.Step();
      return file_->Sync();
    }

   private:
    DyingFileSystem& files_;
    const std::unique_ptr<File> file_;
  };

  void Step() {
    if (left_.fetch_sub(1) <= 0) std::_Exit(kDied);
  }

  std::atomic<long> left_{1'000'000};
};

int Main(int argc, char** argv) {
  if (argc != 3) return 1;
  DyingFileSystem files;
  StoreOnDisk store(argv[1]);
  absl::Status status = store.Open(store.Options(), files);
  files.DieAfter(std::strtol(argv[2], nullptr, 10));
  if (status.ok() && !store->identity_rotation().running) status = store->BeginIdentityRotation();
  while (status.ok() && store->identity_rotation().running) {
    status = store->ContinueIdentityRotation(2).status();
  }
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 2;
}

}  // namespace
}  // namespace bauta::testing

int main(int argc, char** argv) { return bauta::testing::Main(argc, argv); }
