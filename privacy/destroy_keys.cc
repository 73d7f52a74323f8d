#include "privacy/destroy_keys.h"

#include <array>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace bauta {
namespace {

constexpr uint64_t kNoteSizeMax = 1024;  // Bytes.
constexpr std::array<std::string_view, 4> kStems = {"root", "identity", "wrap", "subjects"};

std::string NotePath(const std::string& directory) { return directory + "/destroyed"; }

// "root", "identity.2", "subjects.3.tmp".
bool IsKey(std::string_view name) {
  for (std::string_view stem : kStems) {
    if (name.starts_with(stem) && (name.size() == stem.size() || name[stem.size()] == '.')) return true;
  }
  return false;
}

}  // namespace

absl::Status DestroyKeys(FileSystem& files, const std::string& directory, absl::Time now) {
  if (absl::IsNotFound(files.Attributes(NotePath(directory)).status())) {
    BAUTA_RETURN_IF_ERROR(WriteFileAtomically(
        files, NotePath(directory), absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", now, absl::UTCTimeZone())));
  }
  BAUTA_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(directory));
  for (const std::string& name : names) {
    if (!IsKey(name)) continue;
    BAUTA_RETURN_IF_ERROR(DestroyFile(files, absl::StrCat(directory, "/", name)));
  }
  return files.SyncDirectory(directory);
}

absl::Status CheckNotDestroyed(FileSystem& files, const std::string& directory) {
  const absl::StatusOr<std::string> note = ReadFile(files, NotePath(directory), kNoteSizeMax);
  if (absl::IsNotFound(note.status())) return absl::OkStatus();
  BAUTA_RETURN_IF_ERROR(note.status());
  return absl::FailedPreconditionError(
      absl::StrCat(directory, "/destroyed: the store was wound down and its keys destroyed, from ", *note,
                   " on: nothing that it kept of anybody can be read again"));
}

}  // namespace bauta
