#include "base/mirrored_file_system.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace bauta {
namespace {

constexpr uint64_t kChunk = uint64_t{1} << 16;  // Bytes.

class MirroredFile final : public File {
 public:
  MirroredFile(std::unique_ptr<File> first, std::unique_ptr<File> second)
      : first_(std::move(first)), second_(std::move(second)) {}

  absl::Status Read(uint64_t offset, size_t size, char* out) const override {
    return first_->Read(offset, size, out);
  }
  absl::Status Write(uint64_t offset, std::string_view bytes) override {
    BAUTA_RETURN_IF_ERROR(first_->Write(offset, bytes));
    return second_->Write(offset, bytes);
  }
  absl::StatusOr<uint64_t> Size() const override { return first_->Size(); }
  absl::Status Truncate(uint64_t size) override {
    BAUTA_RETURN_IF_ERROR(first_->Truncate(size));
    return second_->Truncate(size);
  }
  absl::Status Sync() override {
    BAUTA_RETURN_IF_ERROR(first_->Sync());
    return second_->Sync();
  }

 private:
  const std::unique_ptr<File> first_;
  const std::unique_ptr<File> second_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<MirroredFileSystem>> MirroredFileSystem::Open(FileSystem& files,
                                                                             std::string first,
                                                                             std::string second) {
  auto mirrored =
      std::unique_ptr<MirroredFileSystem>(new MirroredFileSystem(files, std::move(first), std::move(second)));
  BAUTA_RETURN_IF_ERROR(mirrored->Align());
  return mirrored;
}

absl::Status MirroredFileSystem::Align() {
  BAUTA_ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(first_));
  BAUTA_RETURN_IF_ERROR(files_.CreateDirectories(second_));
  BAUTA_ASSIGN_OR_RETURN(const std::vector<std::string> second_names, files_.List(second_));
  for (const std::string& name : second_names) {
    const std::string path = absl::StrCat(second_, "/", name);
    BAUTA_ASSIGN_OR_RETURN(const FileAttributes attributes, files_.Attributes(path));
    if (attributes.is_directory) continue;
    if ((attributes.permissions & 077) != 0) {
      return absl::PermissionDeniedError(absl::StrCat(path, ": open to group or others; chmod 600 it"));
    }
    if (!std::binary_search(names.begin(), names.end(), name)) BAUTA_RETURN_IF_ERROR(DiscardFile(name));
  }
  for (const std::string& name : names) {
    BAUTA_ASSIGN_OR_RETURN(const FileAttributes attributes,
                           files_.Attributes(absl::StrCat(first_, "/", name)));
    if (!attributes.is_directory) BAUTA_RETURN_IF_ERROR(AlignFile(name));
  }
  return files_.SyncDirectory(second_);
}

absl::Status MirroredFileSystem::AlignFile(const std::string& name) {
  const std::string to_path = absl::StrCat(second_, "/", name);
  BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<File> from,
                         files_.Open(absl::StrCat(first_, "/", name), OpenMode::kRead));
  absl::StatusOr<std::unique_ptr<File>> to = files_.Open(to_path, OpenMode::kReadWrite);
  bool changed = absl::IsNotFound(to.status());
  if (changed) to = files_.Open(to_path, OpenMode::kCreate);
  if (!to.ok()) return to.status();

  BAUTA_ASSIGN_OR_RETURN(const uint64_t size, from->Size());
  BAUTA_ASSIGN_OR_RETURN(uint64_t to_size, (*to)->Size());
  std::string wanted;
  std::string found;
  for (uint64_t offset = 0; offset < size; offset += wanted.size()) {
    wanted.resize(std::min(kChunk, size - offset));
    BAUTA_RETURN_IF_ERROR(from->Read(offset, wanted.size(), wanted.data()));
    found.resize(offset < to_size ? std::min<uint64_t>(wanted.size(), to_size - offset) : 0);
    BAUTA_RETURN_IF_ERROR((*to)->Read(offset, found.size(), found.data()));
    if (found == wanted) continue;
    changed = true;
    BAUTA_RETURN_IF_ERROR((*to)->Write(offset, wanted));
  }
  if (to_size > size) {
    changed = true;
    BAUTA_RETURN_IF_ERROR(WriteZeros(**to, size, to_size));
    BAUTA_RETURN_IF_ERROR((*to)->Truncate(size));
  }
  files_aligned_ += changed ? 1 : 0;
  // Also where nothing differs: a crash may have left the bytes in the page cache only.
  return (*to)->Sync();
}

absl::Status MirroredFileSystem::DiscardFile(const std::string& name) {
  const std::string path = absl::StrCat(second_, "/", name);
  BAUTA_RETURN_IF_ERROR(DestroyFile(files_, path));
  ++files_aligned_;
  return absl::OkStatus();
}

std::string MirroredFileSystem::Second(const std::string& path) const {
  if (path == first_) return second_;
  if (path.size() > first_.size() && path.compare(0, first_.size(), first_) == 0 &&
      path[first_.size()] == '/') {
    return second_ + path.substr(first_.size());
  }
  return "";
}

absl::StatusOr<std::unique_ptr<File>> MirroredFileSystem::Open(const std::string& path, OpenMode mode) {
  const std::string second_path = Second(path);
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<File> first, files_.Open(path, mode));
  if (second_path.empty() || mode == OpenMode::kRead) return first;
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<File> second, files_.Open(second_path, mode));
  return std::make_unique<MirroredFile>(std::move(first), std::move(second));
}

absl::StatusOr<FileAttributes> MirroredFileSystem::Attributes(const std::string& path) const {
  return files_.Attributes(path);
}

absl::StatusOr<std::vector<std::string>> MirroredFileSystem::List(const std::string& directory) const {
  return files_.List(directory);
}

absl::Status MirroredFileSystem::Rename(const std::string& from, const std::string& to) {
  BAUTA_RETURN_IF_ERROR(files_.Rename(from, to));
  const std::string second_from = Second(from);
  const std::string second_to = Second(to);
  if (second_from.empty() || second_to.empty()) return absl::OkStatus();
  return files_.Rename(second_from, second_to);
}

absl::Status MirroredFileSystem::Remove(const std::string& path) {
  BAUTA_RETURN_IF_ERROR(files_.Remove(path));
  const std::string second_path = Second(path);
  return second_path.empty() ? absl::OkStatus() : files_.Remove(second_path);
}

absl::Status MirroredFileSystem::CreateDirectories(const std::string& path) {
  BAUTA_RETURN_IF_ERROR(files_.CreateDirectories(path));
  const std::string second_path = Second(path);
  return second_path.empty() ? absl::OkStatus() : files_.CreateDirectories(second_path);
}

absl::Status MirroredFileSystem::SyncDirectory(const std::string& directory) {
  BAUTA_RETURN_IF_ERROR(files_.SyncDirectory(directory));
  const std::string second_path = Second(directory);
  return second_path.empty() ? absl::OkStatus() : files_.SyncDirectory(second_path);
}

}  // namespace bauta
