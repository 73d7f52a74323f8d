#include "ranking/vector_kernels.h"

#include <array>

namespace bauta {
namespace {

// GCC lowers these to whatever the target has. The element alignment lets a query lie anywhere.
typedef float Lanes16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef float Lanes8 __attribute__((vector_size(32)));
typedef float Lanes4 __attribute__((vector_size(16)));

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"

namespace portable {
#include "ranking/vector_kernels_body.inc"
}  // namespace portable

#if defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx2")
namespace avx2 {
#include "ranking/vector_kernels_body.inc"
}  // namespace avx2
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512vl,avx512dq,prefer-vector-width=512")
namespace avx512 {
#include "ranking/vector_kernels_body.inc"
}  // namespace avx512
#pragma GCC pop_options
#endif

#pragma GCC diagnostic pop

struct Choice {
  std::array<VectorKernels, 3> sets;
  size_t count = 0;
};

Choice Detect() {
  Choice choice;
  choice.sets[choice.count++] = portable::MakeSet("portable");
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) choice.sets[choice.count++] = avx2::MakeSet("avx2");
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    choice.sets[choice.count++] = avx512::MakeSet("avx512");
  }
#endif
  return choice;
}

const Choice& Chosen() {
  static const Choice choice = Detect();
  return choice;
}

}  // namespace

std::span<const VectorKernels> AvailableVectorKernels() { return {Chosen().sets.data(), Chosen().count}; }

const VectorKernels& ActiveVectorKernels() { return AvailableVectorKernels().back(); }

}  // namespace bauta
