#include "tests/service/allocation_counter.h"

#include <cstdlib>
#include <new>

namespace bauta::testing {
namespace {

thread_local size_t allocations = 0;

}  // namespace

size_t Allocations() { return allocations; }

#if defined(__SANITIZE_ADDRESS__)
bool CountsAllocations() { return false; }
#else
bool CountsAllocations() { return true; }

// A file of its own, so that the compiler cannot see through them.
void* CountedAllocation(size_t size) {
  ++allocations;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}
#endif

}  // namespace bauta::testing

#if !defined(__SANITIZE_ADDRESS__)
void* operator new(size_t size) { return bauta::testing::CountedAllocation(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
#endif
