// The inner loop of the scan over quantized vectors, for the widest instruction set that the processor has.
// Its sums are of integers, so every set finds the same rows.
#ifndef BAUTA_RANKING_QUANTIZED_KERNELS_H_
#define BAUTA_RANKING_QUANTIZED_KERNELS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "ranking/quantized_block.h"

namespace bauta {

struct QuantizedRows {
  const int8_t* values = nullptr;  // count × row_size, on 64 bytes.
  const QuantizedScale* scales = nullptr;
  size_t count = 0;
  size_t row_size = 0;  // A multiple of 64.
};

struct QuantizedKernel {
  std::string_view name;  // "portable", "avx2" or "avx512".
  // Writes the places of the rows that hold a post and may reach `least`; returns how many.
  size_t (*find)(const QuantizedRows& rows, const QuantizedQuery& query, float least, uint32_t* found);
};

// The widest last; never empty.
std::span<const QuantizedKernel> AvailableQuantizedKernels();

size_t FindQuantizedCandidates(const QuantizedRows& rows, const QuantizedQuery& query, float least,
                               uint32_t* found);

}  // namespace bauta

#endif  // BAUTA_RANKING_QUANTIZED_KERNELS_H_
