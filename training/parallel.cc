#include "training/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace bauta {

void ForEachBlock(size_t blocks, size_t threads, absl::FunctionRef<void(size_t block, size_t worker)> work) {
  std::atomic<size_t> next{0};
  const auto run = [&](size_t worker) {
    for (size_t block = next.fetch_add(1); block < blocks; block = next.fetch_add(1)) work(block, worker);
  };
  const size_t helpers = std::min(threads, blocks) > 1 ? std::min(threads, blocks) - 1 : 0;
  std::vector<std::thread> running;
  running.reserve(helpers);
  for (size_t helper = 0; helper < helpers; ++helper) running.emplace_back(run, helper + 1);
  run(0);
  for (std::thread& thread : running) thread.join();
}

}  // namespace bauta
