// A process that writes to a store until it is killed, and tells through its standard output what was
// acknowledged. Usage: store_workload FOLDER FIRST_ROUND
//
// Each thread has subjects of its own and does the calls of a round one after another, for rounds 1, 2, …
// One line a call, written in one piece after the call returned: "THREAD ROUND CALL\n".
#include "tests/featurestore/store_workload.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/featurestore/store_on_disk.h"

namespace bauta::testing {
namespace {

void Acknowledge(uint32_t thread, uint64_t round, WorkloadCall call) {
  const std::string line = absl::StrCat(thread, " ", round, " ", static_cast<int>(call), "\n");
  // Shorter than PIPE_BUF: never mixed with another thread's.
  if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::_Exit(3);
}

void Work(StoreOnDisk& store, uint32_t thread, uint64_t first_round) {
  for (uint64_t round = first_round;; ++round) {
    for (int call = 0; call < kWorkloadCalls; ++call) {
      const auto kind = static_cast<WorkloadCall>(call);
      const absl::Status status = DoCall(*store, store.clock(), thread, round, kind);
      if (!status.ok()) {
        std::fprintf(stderr, "thread %u, round %llu, call %d: %s\n", thread,
                     static_cast<unsigned long long>(round), call, status.ToString().c_str());
        std::_Exit(2);
      }
      Acknowledge(thread, round, kind);
    }
  }
}

int Main(int argc, char** argv) {
  if (argc != 3) return 1;
  StoreOnDisk store(argv[1]);
  if (const absl::Status opened = store.Open(); !opened.ok()) {
    std::fprintf(stderr, "%s\n", opened.ToString().c_str());
    return 1;
  }
  std::vector<std::thread> threads;
  for (uint32_t thread = 0; thread < kWorkloadThreads; ++thread) {
    threads.emplace_back([&, thread] { Work(store, thread, std::strtoull(argv[2], nullptr, 10)); });
  }
  // The wrap key is re-rolled all the while, so that a kill hits that as well.
  threads.emplace_back([&] {
    while (store->RerollWrapKey().ok()) {
    }
    std::_Exit(2);
  });
  for (std::thread& thread : threads) thread.join();
  return 0;
}

}  // namespace
}  // namespace bauta::testing

int main(int argc, char** argv) { return bauta::testing::Main(argc, argv); }
