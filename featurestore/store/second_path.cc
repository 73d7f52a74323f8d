#include "featurestore/store/second_path.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "privacy/key_head.h"

namespace bauta {

absl::StatusOr<std::unique_ptr<MirroredFileSystem>> OpenSecondPath(FileSystem& files,
                                                                   const std::string& keys_directory,
                                                                   const std::string& second_keys_directory) {
  const absl::Status found = files.Attributes(absl::StrCat(second_keys_directory, "/head")).status();
  if (found.ok()) {
    BAUTA_ASSIGN_OR_RETURN(const KeyHeadValues first, KeyHead::Read(files, keys_directory));
    BAUTA_ASSIGN_OR_RETURN(const KeyHeadValues second, KeyHead::Read(files, second_keys_directory));
    if (second.sequence > first.sequence) {
      return absl::FailedPreconditionError(absl::StrCat(
          keys_directory, ": is behind its second path ", second_keys_directory, ": keys/head names entry ",
          first.sequence, " here and ", second.sequence,
          " there; copy the second over the first, or move the second away to go on with the older keys"));
    }
  } else if (!absl::IsNotFound(found)) {
    return found;
  }
  return MirroredFileSystem::Open(files, keys_directory, second_keys_directory);
}

}  // namespace bauta
