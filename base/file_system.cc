#include "base/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace bauta {
namespace {

constexpr uint64_t kZerosChunk = uint64_t{1} << 20;  // Bytes that WriteZeros writes at once.

absl::Status ErrnoStatus(int error, const std::string& what) {
  const std::string message = absl::StrCat(what, ": ", std::strerror(error));
  switch (error) {
    case ENOENT:
      return absl::NotFoundError(message);
    case EEXIST:
      return absl::AlreadyExistsError(message);
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(message);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return absl::ResourceExhaustedError(message);
    default:
      return absl::InternalError(message);
  }
}

class PosixFile final : public File {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~PosixFile() override { ::close(descriptor_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  absl::Status Read(uint64_t offset, size_t size, char* out) const override {
    while (size > 0) {
      const ssize_t got = ::pread(descriptor_, out, size, static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return ErrnoStatus(errno, absl::StrCat("read ", path_));
      if (got == 0)
        return absl::DataLossError(absl::StrCat("read ", path_, ": ends before byte ", offset + size));
      out += got;
      offset += static_cast<uint64_t>(got);
      size -= static_cast<size_t>(got);
    }
    return absl::OkStatus();
  }

  absl::Status Write(uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return ErrnoStatus(errno, absl::StrCat("write ", path_));
      bytes.remove_prefix(static_cast<size_t>(put));
      offset += static_cast<uint64_t>(put);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<uint64_t> Size() const override {
    struct stat attributes;
    if (::fstat(descriptor_, &attributes) != 0) return ErrnoStatus(errno, absl::StrCat("stat ", path_));
    return static_cast<uint64_t>(attributes.st_size);
  }

  absl::Status Truncate(uint64_t size) override {
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) {
      return ErrnoStatus(errno, absl::StrCat("truncate ", path_));
    }
    return absl::OkStatus();
  }

  absl::Status Sync() override {
    if (::fdatasync(descriptor_) != 0) return ErrnoStatus(errno, absl::StrCat("sync ", path_));
    return absl::OkStatus();
  }

 private:
  const int descriptor_;
  const std::string path_;
};

class PosixFiles final : public FileSystem {
 public:
  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    int flags = O_CLOEXEC;
    switch (mode) {
      case OpenMode::kRead:
        flags |= O_RDONLY;
        break;
      case OpenMode::kReadWrite:
        flags |= O_RDWR;
        break;
      case OpenMode::kCreate:
        flags |= O_RDWR | O_CREAT | O_EXCL;
        break;
    }
    const int descriptor = ::open(path.c_str(), flags, 0600);
    if (descriptor < 0) return ErrnoStatus(errno, absl::StrCat("open ", path));
    return std::make_unique<PosixFile>(descriptor, path);
  }

  absl::StatusOr<FileAttributes> Attributes(const std::string& path) const override {
    struct stat attributes;
    if (::stat(path.c_str(), &attributes) != 0) return ErrnoStatus(errno, absl::StrCat("stat ", path));
    return FileAttributes{.permissions = attributes.st_mode & 07777,
                          .owner = attributes.st_uid,
                          .is_directory = S_ISDIR(attributes.st_mode),
                          .modify_time = absl::FromUnixSeconds(attributes.st_mtime)};
  }

  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) const override {
    DIR* handle = ::opendir(directory.c_str());
    if (handle == nullptr) return ErrnoStatus(errno, absl::StrCat("list ", directory));
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(handle)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    ::closedir(handle);
    std::sort(names.begin(), names.end());
    return names;
  }

  absl::Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return ErrnoStatus(errno, absl::StrCat("rename ", from));
    return absl::OkStatus();
  }

  absl::Status Remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return ErrnoStatus(errno, absl::StrCat("remove ", path));
    return absl::OkStatus();
  }

  absl::Status CreateDirectories(const std::string& path) override {
    std::error_code error;
    for (std::filesystem::path made; const auto& part : std::filesystem::path(path)) {
      made /= part;
      if (::mkdir(made.c_str(), 0700) != 0 && errno != EEXIST) {
        return ErrnoStatus(errno, absl::StrCat("make directory ", made.string()));
      }
    }
    if (!std::filesystem::is_directory(path, error)) {
      return absl::AlreadyExistsError(absl::StrCat("make directory ", path, ": a file of that name exists"));
    }
    return absl::OkStatus();
  }

  absl::Status SyncDirectory(const std::string& directory) override {
    const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return ErrnoStatus(errno, absl::StrCat("open ", directory));
    const int result = ::fsync(descriptor);
    const int error = errno;
    ::close(descriptor);
    return result == 0 ? absl::OkStatus() : ErrnoStatus(error, absl::StrCat("sync ", directory));
  }
};

}  // namespace

FileSystem& PosixFileSystem() {
  static PosixFiles* const files = new PosixFiles;
  return *files;
}

absl::StatusOr<std::string> ReadFile(FileSystem& files, const std::string& path, uint64_t size_max) {
  BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<File> file, files.Open(path, FileSystem::OpenMode::kRead));
  BAUTA_ASSIGN_OR_RETURN(const uint64_t size, file->Size());
  if (size > size_max) {
    return absl::ResourceExhaustedError(
        absl::StrCat("read ", path, ": ", size, " bytes, at most ", size_max, " allowed"));
  }
  std::string bytes(size, '\0');
  BAUTA_RETURN_IF_ERROR(file->Read(0, bytes.size(), bytes.data()));
  return bytes;
}

absl::Status WriteFileAtomically(FileSystem& files, const std::string& path, std::string_view bytes) {
  const std::string temporary = absl::StrCat(path, ".tmp");
  if (absl::Status removed = files.Remove(temporary); !removed.ok() && !absl::IsNotFound(removed))
    return removed;
  {
    BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<File> file,
                           files.Open(temporary, FileSystem::OpenMode::kCreate));
    BAUTA_RETURN_IF_ERROR(file->Write(0, bytes));
    BAUTA_RETURN_IF_ERROR(file->Sync());
  }
  BAUTA_RETURN_IF_ERROR(files.Rename(temporary, path));
  return files.SyncDirectory(std::filesystem::path(path).parent_path().string());
}

absl::Status WriteZeros(File& file, uint64_t begin, uint64_t end) {
  const std::string zeros(std::min(kZerosChunk, end - begin), '\0');
  for (uint64_t offset = begin; offset < end; offset += zeros.size()) {
    BAUTA_RETURN_IF_ERROR(file.Write(
        offset, std::string_view(zeros).substr(0, std::min<uint64_t>(zeros.size(), end - offset))));
  }
  return file.Sync();
}

absl::Status DestroyFile(FileSystem& files, const std::string& path) {
  {
    absl::StatusOr<std::unique_ptr<File>> file = files.Open(path, FileSystem::OpenMode::kReadWrite);
    if (absl::IsNotFound(file.status())) return absl::OkStatus();
    BAUTA_RETURN_IF_ERROR(file.status());
    BAUTA_ASSIGN_OR_RETURN(const uint64_t size, (*file)->Size());
    BAUTA_RETURN_IF_ERROR(WriteZeros(**file, 0, size));
  }
  return files.Remove(path);
}

}  // namespace bauta
