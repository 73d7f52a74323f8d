#include "privacy/key_file.h"

#include <algorithm>
#include <charconv>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"

namespace bauta::privacy_internal {
namespace {

constexpr mode_t kGroupAndOthers = 0077;

bool AllZeros(std::span<const uint8_t> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; });
}

template <class T>
void Store(T value, char* out) {
  for (size_t i = 0; i < sizeof(T); ++i) out[i] = static_cast<char>(value >> (8 * i));
}
template <class T>
T Load(const char* bytes) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value |= T{static_cast<uint8_t>(bytes[i])} << (8 * i);
  return value;
}

}  // namespace

absl::Status CheckPrivate(FileSystem& files, const std::string& path) {
  const absl::StatusOr<FileAttributes> attributes = files.Attributes(path);
  if (absl::IsNotFound(attributes.status())) {
    return absl::FailedPreconditionError(absl::StrCat(path,
                                                      ": absent. A lost key is never replaced: put it back "
                                                      "from its safe copy, or, for a new installation that "
                                                      "has no data yet, run `bauta keys init`"));
  }
  BAUTA_RETURN_IF_ERROR(attributes.status());
  if ((attributes->permissions & kGroupAndOthers) != 0) {
    return absl::PermissionDeniedError(
        absl::StrCat(path, ": open to group or others (mode ", absl::Hex(attributes->permissions >> 6 & 7),
                     absl::Hex(attributes->permissions >> 3 & 7), absl::Hex(attributes->permissions & 7),
                     "): ", attributes->is_directory ? "0700" : "0600", " allowed"));
  }
  return absl::OkStatus();
}

absl::Status ReadKeyFile(FileSystem& files, const std::string& path, std::span<uint8_t> out) {
  BAUTA_RETURN_IF_ERROR(CheckPrivate(files, path));
  BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<File> file, files.Open(path, FileSystem::OpenMode::kRead));
  BAUTA_ASSIGN_OR_RETURN(const uint64_t size, file->Size());
  if (size != out.size()) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": not a key: ", out.size(), " bytes allowed, it has ", size));
  }
  BAUTA_RETURN_IF_ERROR(file->Read(0, out.size(), reinterpret_cast<char*>(out.data())));
  if (AllZeros(out)) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": not a key: all of its bytes are zero"));
  }
  return absl::OkStatus();
}

absl::Status CreateKeyFile(FileSystem& files, const std::string& path, std::string_view bytes) {
  BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<File> file, files.Open(path, FileSystem::OpenMode::kCreate));
  BAUTA_RETURN_IF_ERROR(file->Write(0, bytes));
  return file->Sync();
}

absl::StatusOr<std::vector<uint32_t>> ListNumbered(FileSystem& files, const std::string& directory,
                                                   std::string_view stem) {
  BAUTA_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(directory));
  std::vector<uint32_t> numbers;
  for (const std::string& name : names) {
    if (name.size() <= stem.size() + 1 || name.compare(0, stem.size(), stem) != 0 || name[stem.size()] != '.')
      continue;
    const char* const begin = name.data() + stem.size() + 1;
    const char* const end = name.data() + name.size();
    uint32_t number = 0;
    const auto [stop, error] = std::from_chars(begin, end, number);
    if (error == std::errc() && stop == end && *begin != '0') numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::string NumberedPath(const std::string& directory, std::string_view stem, uint32_t number) {
  return absl::StrCat(directory, "/", ToAbsl(stem), ".", number);
}

void StoreUint32(uint32_t value, char* out) { Store(value, out); }
void StoreUint64(uint64_t value, char* out) { Store(value, out); }
uint32_t LoadUint32(const char* bytes) { return Load<uint32_t>(bytes); }
uint64_t LoadUint64(const char* bytes) { return Load<uint64_t>(bytes); }

}  // namespace bauta::privacy_internal
