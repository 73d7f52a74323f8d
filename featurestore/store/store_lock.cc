#include "featurestore/store/store_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace bauta {

absl::StatusOr<std::unique_ptr<StoreLock>> StoreLock::Take(const std::string& directory) {
  const std::string path = absl::StrCat(directory, "/lock");
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    const int error = errno;
    const std::string message = absl::StrCat("open ", path, ": ", std::strerror(error));
    return error == ENOENT ? absl::NotFoundError(message) : absl::InternalError(message);
  }
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(descriptor);
    if (error == EWOULDBLOCK) {
      return absl::FailedPreconditionError(
          absl::StrCat("the store ", directory, " is in use; one process owns a store"));
    }
    return absl::InternalError(absl::StrCat("lock ", path, ": ", std::strerror(error)));
  }
  return std::unique_ptr<StoreLock>(new StoreLock(descriptor));
}

StoreLock::~StoreLock() { ::close(descriptor_); }

}  // namespace bauta
