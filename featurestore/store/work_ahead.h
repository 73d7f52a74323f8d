// WorkAhead: a long walk in two halves on two threads: while one batch is used, the next one is filled.
#ifndef BAUTA_FEATURESTORE_STORE_WORK_AHEAD_H_
#define BAUTA_FEATURESTORE_STORE_WORK_AHEAD_H_

#include <future>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "base/status.h"

namespace bauta {

// Calls `fill` with an empty batch until it leaves one empty, and `use` with each in the order in which they
// were filled, on the caller's thread; `fill` runs beside it on another, one call at a time. Ends at the
// first error of either, and returns when neither runs any more. Batch: a container of the standard library.
template <class Batch>
absl::Status WorkAhead(absl::FunctionRef<absl::Status(Batch&)> fill,
                       absl::FunctionRef<absl::Status(Batch&)> use) {
  Batch batch;
  BAUTA_RETURN_IF_ERROR(fill(batch));
  while (!batch.empty()) {
    Batch next;
    std::future<absl::Status> filling = std::async(std::launch::async, [&] { return fill(next); });
    const absl::Status used = use(batch);
    const absl::Status filled = filling.get();
    BAUTA_RETURN_IF_ERROR(used);
    BAUTA_RETURN_IF_ERROR(filled);
    batch = std::move(next);
  }
  return absl::OkStatus();
}

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_WORK_AHEAD_H_
