// The second path of the keys folder: the same files on another disk, because losing the keys loses every
// subject.
#ifndef BAUTA_FEATURESTORE_STORE_SECOND_PATH_H_
#define BAUTA_FEATURESTORE_STORE_SECOND_PATH_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "base/mirrored_file_system.h"

namespace bauta {

// Brings `second_keys_directory` to `keys_directory`, and gives the files through which the keys folder is
// written to both from now on. `files` outlives it.
// FAILED_PRECONDITION: the second folder's keys/head is ahead: the first one was put back from an older copy,
// and would destroy the keys made since; the message says what to do. NOT_FOUND: no first folder.
// PERMISSION_DENIED: a key file is open to group or others.
absl::StatusOr<std::unique_ptr<MirroredFileSystem>> OpenSecondPath(FileSystem& files,
                                                                   const std::string& keys_directory,
                                                                   const std::string& second_keys_directory);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_SECOND_PATH_H_
