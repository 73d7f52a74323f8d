// Counts what a thread takes from the heap by `new`, in every test program that links this.
#ifndef BAUTA_TESTS_SERVICE_ALLOCATION_COUNTER_H_
#define BAUTA_TESTS_SERVICE_ALLOCATION_COUNTER_H_

#include <cstddef>

namespace bauta::testing {

// False under a sanitizer that has an operator new of its own.
bool CountsAllocations();
// By this thread, since its beginning.
size_t Allocations();

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_SERVICE_ALLOCATION_COUNTER_H_
