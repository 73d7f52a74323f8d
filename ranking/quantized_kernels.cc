#include "ranking/quantized_kernels.h"

#include <array>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace bauta {
namespace {

// Whether the product may reach `least`, by the bound of QuantizedScale.
inline bool MayReach(const QuantizedScale& row, int32_t product, const QuantizedQuery& query, float least) {
  const float approximate = query.scale * row.scale * static_cast<float>(product);
  return row.bound >= 0 && approximate + query.norm * row.bound >= least;
}

size_t FindPortable(const QuantizedRows& rows, const QuantizedQuery& query, float least, uint32_t* found) {
  size_t count = 0;
  for (size_t i = 0; i < rows.count; ++i) {
    const int8_t* row = rows.values + i * rows.row_size;
    int32_t sum = 0;
    for (size_t j = 0; j < rows.row_size; ++j) sum += int32_t{row[j]} * query.values[j];
    found[count] = static_cast<uint32_t>(i);
    count += MayReach(rows.scales[i], sum, query, least);
  }
  return count;
}

#if defined(__x86_64__)

__attribute__((target("avx2"))) size_t FindAvx2(const QuantizedRows& rows, const QuantizedQuery& query,
                                                float least, uint32_t* found) {
  size_t count = 0;
  for (size_t i = 0; i < rows.count; ++i) {
    const int8_t* row = rows.values + i * rows.row_size;
    __m256i sums = _mm256_setzero_si256();
    for (size_t j = 0; j < rows.row_size; j += 16) {
      const __m256i x = _mm256_cvtepi8_epi16(_mm_load_si128(reinterpret_cast<const __m128i*>(row + j)));
      const __m256i u = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(query.values.data() + j));
      sums = _mm256_add_epi32(sums, _mm256_madd_epi16(x, u));
    }
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1));
    found[count] = static_cast<uint32_t>(i);
    count += MayReach(rows.scales[i], _mm_cvtsi128_si32(half), query, least);
  }
  return count;
}

// GCC 12 takes the undefined upper halves of its own intrinsics for uninitialized values.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"

__attribute__((target("avx512f,avx512bw,avx512vl"))) inline __m128i SumsOf(const int8_t* row, size_t size,
                                                                           const int16_t* query) {
  __m512i sums = _mm512_setzero_si512();
  for (size_t j = 0; j < size; j += 32) {
    const __m512i x = _mm512_cvtepi8_epi16(_mm256_load_si256(reinterpret_cast<const __m256i*>(row + j)));
    sums = _mm512_add_epi32(sums, _mm512_madd_epi16(x, _mm512_loadu_si512(query + j)));
  }
  const __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(sums), _mm512_extracti64x4_epi64(sums, 1));
  return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

// Four rows at a time: their lanes are added up together.
__attribute__((target("avx512f,avx512bw,avx512vl"))) size_t FindAvx512(const QuantizedRows& rows,
                                                                       const QuantizedQuery& query,
                                                                       float least, uint32_t* found) {
  size_t count = 0;
  const size_t size = rows.row_size;
  const int16_t* u = query.values.data();
  size_t i = 0;
  for (; i + 4 <= rows.count; i += 4) {
    const int8_t* row = rows.values + i * size;
    const __m128i a = SumsOf(row, size, u), b = SumsOf(row + size, size, u);
    const __m128i c = SumsOf(row + 2 * size, size, u), d = SumsOf(row + 3 * size, size, u);
    alignas(16) int32_t sums[4];
    _mm_store_si128(reinterpret_cast<__m128i*>(sums),
                    _mm_hadd_epi32(_mm_hadd_epi32(a, b), _mm_hadd_epi32(c, d)));
    for (size_t k = 0; k < 4; ++k) {
      found[count] = static_cast<uint32_t>(i + k);
      count += MayReach(rows.scales[i + k], sums[k], query, least);
    }
  }
  for (; i < rows.count; ++i) {
    __m128i sums = SumsOf(rows.values + i * size, size, u);
    sums = _mm_hadd_epi32(sums, sums);
    found[count] = static_cast<uint32_t>(i);
    count += MayReach(rows.scales[i], _mm_cvtsi128_si32(_mm_hadd_epi32(sums, sums)), query, least);
  }
  return count;
}

#pragma GCC diagnostic pop
#endif

struct Choice {
  std::array<QuantizedKernel, 3> kernels;
  size_t count = 0;
};

Choice Detect() {
  Choice choice;
  choice.kernels[choice.count++] = {"portable", FindPortable};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) choice.kernels[choice.count++] = {"avx2", FindAvx2};
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl")) {
    choice.kernels[choice.count++] = {"avx512", FindAvx512};
  }
#endif
  return choice;
}

const Choice& Chosen() {
  static const Choice choice = Detect();
  return choice;
}

}  // namespace

std::span<const QuantizedKernel> AvailableQuantizedKernels() {
  return {Chosen().kernels.data(), Chosen().count};
}

size_t FindQuantizedCandidates(const QuantizedRows& rows, const QuantizedQuery& query, float least,
                               uint32_t* found) {
  return AvailableQuantizedKernels().back().find(rows, query, least, found);
}

}  // namespace bauta
