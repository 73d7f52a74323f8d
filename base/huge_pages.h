// Memory of large tables that are read at random: on huge pages where the operating system gives them, so
// that a read misses the cache alone and not the address translation too.
#ifndef BAUTA_BASE_HUGE_PAGES_H_
#define BAUTA_BASE_HUGE_PAGES_H_

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <vector>

namespace bauta {

inline constexpr size_t kHugePageSize = size_t{2} << 20;
inline constexpr size_t kCacheLineSize = 64;

// On whole cache lines; from the size of a huge page on, on whole ones of those. To be given to std::free.
inline void* AllocateOnHugePages(size_t bytes) {
  const size_t alignment = bytes >= kHugePageSize ? kHugePageSize : kCacheLineSize;
  const size_t whole = (bytes + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, whole);
  if (memory == nullptr) throw std::bad_alloc();
  // Advice: refused, the pages are small ones.
  if (alignment == kHugePageSize) madvise(memory, whole, MADV_HUGEPAGE);
  return memory;
}

template <class T>
struct HugePageAllocator {
  using value_type = T;

  HugePageAllocator() = default;
  template <class Other>
  HugePageAllocator(const HugePageAllocator<Other>&) {}

  T* allocate(size_t count) { return static_cast<T*>(AllocateOnHugePages(count * sizeof(T))); }
  void deallocate(T* memory, size_t) { std::free(memory); }

  friend bool operator==(const HugePageAllocator&, const HugePageAllocator&) { return true; }
};

template <class T>
using HugePageVector = std::vector<T, HugePageAllocator<T>>;

}  // namespace bauta

#endif  // BAUTA_BASE_HUGE_PAGES_H_
