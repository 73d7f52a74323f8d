// The inner loops of ranking. They are compiled for several instruction sets, and the widest that the
// processor has is chosen once at run time. All sets give the same bits: sums run over sixteen lanes, which
// are added up in one fixed tree, and no product is fused with a sum.
#ifndef BAUTA_RANKING_VECTOR_KERNELS_H_
#define BAUTA_RANKING_VECTOR_KERNELS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bauta {

// Every vector is `stride` floats, a multiple of 16; rows of a block begin on 64 bytes.
struct VectorKernels {
  std::string_view name;  // "portable", "avx2" or "avx512".
  // a·b
  float (*dot)(const float* a, const float* b, size_t stride);
  // out[i] = query · rows[i], prefetching ahead.
  void (*dot_rows)(const float* query, const float* const* rows, size_t count, size_t stride, float* out);
  // out[i] = query · (block + i·stride)
  void (*dot_block)(const float* query, const float* block, size_t count, size_t stride, float* out);
  // y += factor · x
  void (*add_scaled)(float factor, const float* x, float* y, size_t stride);
  // y += Σ_i (row_i · x) row_i over the `count` rows of a block, in their order: to the bit what a dot and an
  // add_scaled a row give.
  void (*add_products)(const float* block, size_t count, size_t stride, const float* x, float* y);
};

// The sets that this processor can run, the widest last. Never empty.
std::span<const VectorKernels> AvailableVectorKernels();
// The widest of them.
const VectorKernels& ActiveVectorKernels();

}  // namespace bauta

#endif  // BAUTA_RANKING_VECTOR_KERNELS_H_
