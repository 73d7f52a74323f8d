#include "training/kernels.h"

#include <vector>

namespace bauta {

namespace baseline {
extern const Kernels kTable;
}
#if defined(__x86_64__)
namespace avx2 {
extern const Kernels kTable;
}
namespace avx512 {
extern const Kernels kTable;
}
#endif

std::span<const Kernels* const> AvailableKernels() {
  static const std::vector<const Kernels*>& available = *[] {
    auto* sets = new std::vector<const Kernels*>;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")) {
      sets->push_back(&avx512::kTable);
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) sets->push_back(&avx2::kTable);
#endif
    sets->push_back(&baseline::kTable);
    return sets;
  }();
  return available;
}

const Kernels& BestKernels() { return *AvailableKernels().front(); }

}  // namespace bauta
