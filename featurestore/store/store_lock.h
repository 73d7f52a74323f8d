// StoreLock: one process owns a store. Taken before any key is touched, and released by the operating system
// if the process dies.
#ifndef BAUTA_FEATURESTORE_STORE_STORE_LOCK_H_
#define BAUTA_FEATURESTORE_STORE_STORE_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace bauta {

class StoreLock {
 public:
  // Locks `directory`/lock (flock). FAILED_PRECONDITION where somebody holds it; NOT_FOUND
  // without the directory; INTERNAL else.
  static absl::StatusOr<std::unique_ptr<StoreLock>> Take(const std::string& directory);
  ~StoreLock();
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

 private:
  explicit StoreLock(int descriptor) : descriptor_(descriptor) {}
  const int descriptor_;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_STORE_LOCK_H_
