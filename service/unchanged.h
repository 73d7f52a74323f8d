// How an edit of a subject's instructions says that it changed nothing: the store then writes nothing, so
// that a call without effect leaves no trace of a subject never seen, and a retry costs no sync.
#ifndef BAUTA_SERVICE_UNCHANGED_H_
#define BAUTA_SERVICE_UNCHANGED_H_

#include "absl/status/status.h"

namespace bauta {

// The store passes an edit's error through; nothing in it returns this code by itself.
inline absl::Status Unchanged() { return absl::AlreadyExistsError("unchanged"); }
inline absl::Status IgnoreUnchanged(const absl::Status& status) {
  return absl::IsAlreadyExists(status) ? absl::OkStatus() : status;
}

}  // namespace bauta

#endif  // BAUTA_SERVICE_UNCHANGED_H_
