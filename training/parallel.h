// Fixed blocks of work on several threads. What a block computes may depend on its number, never on the
// thread that runs it: results are then the same at any number of threads.
#ifndef BAUTA_TRAINING_PARALLEL_H_
#define BAUTA_TRAINING_PARALLEL_H_

#include <cstddef>

#include "absl/functional/function_ref.h"

namespace bauta {

// Calls `work(block, worker)` once for each block in [0, blocks), on `threads` threads (worker in [0,
// threads)); the calling thread is one of them. Returns when all are done.
void ForEachBlock(size_t blocks, size_t threads, absl::FunctionRef<void(size_t block, size_t worker)> work);

}  // namespace bauta

#endif  // BAUTA_TRAINING_PARALLEL_H_
