#include "bench/machine.h"

#include <sched.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace bauta::bench {
namespace {

constexpr size_t kReadBytes = size_t{512} << 20;
constexpr size_t kMultiplyAdds = 1 << 20;  // A chain's, a measurement.
constexpr int kMeasurements = 5;           // The best one counts: a floor is what can be reached.

// Of this thread: what else runs on the processor does not count.
double ThreadSeconds() {
  timespec time;
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// What a loop computed goes here, so that it is not optimized away.
volatile float g_float_sink;
volatile uint64_t g_sink;

// Ten chains of x ← x·a + b hide the latency of four cycles at two a cycle. Returns multiply-adds done.
#if defined(__x86_64__)
__attribute__((target("avx512f"))) double MultiplyAddAvx512() {
  __m512 x[10];
  for (int c = 0; c < 10; ++c) x[c] = _mm512_set1_ps(static_cast<float>(c));
  const __m512 a = _mm512_set1_ps(0.5f), b = _mm512_set1_ps(1.0f);
  for (size_t i = 0; i < kMultiplyAdds; ++i) {
#pragma GCC unroll 10
    for (int c = 0; c < 10; ++c) x[c] = _mm512_fmadd_ps(x[c], a, b);
  }
  __m512 sum = x[0];
  for (int c = 1; c < 10; ++c) sum = _mm512_add_ps(sum, x[c]);
  float lanes[16];
  _mm512_storeu_ps(lanes, sum);
  g_float_sink = lanes[0];
  return 16.0 * 10 * kMultiplyAdds;
}

__attribute__((target("avx2,fma"))) double MultiplyAddAvx2() {
  __m256 x[10];
  for (int c = 0; c < 10; ++c) x[c] = _mm256_set1_ps(static_cast<float>(c));
  const __m256 a = _mm256_set1_ps(0.5f), b = _mm256_set1_ps(1.0f);
  for (size_t i = 0; i < kMultiplyAdds; ++i) {
#pragma GCC unroll 10
    for (int c = 0; c < 10; ++c) x[c] = _mm256_fmadd_ps(x[c], a, b);
  }
  __m256 sum = x[0];
  for (int c = 1; c < 10; ++c) sum = _mm256_add_ps(sum, x[c]);
  float lanes[8];
  _mm256_storeu_ps(lanes, sum);
  g_float_sink = lanes[0];
  return 8.0 * 10 * kMultiplyAdds;
}

__attribute__((target("avx512f"))) uint64_t ReadAvx512(const char* memory, size_t size) {
  __m512i sum[4] = {};
  for (size_t i = 0; i + 256 <= size; i += 256) {
#pragma GCC unroll 4
    for (size_t c = 0; c < 4; ++c) {
      sum[c] = _mm512_xor_si512(sum[c], _mm512_load_si512(memory + i + 64 * c));
    }
  }
  const __m512i all = _mm512_xor_si512(_mm512_xor_si512(sum[0], sum[1]), _mm512_xor_si512(sum[2], sum[3]));
  uint64_t lanes[8];
  _mm512_storeu_si512(lanes, all);
  return lanes[0] ^ lanes[1] ^ lanes[2] ^ lanes[3] ^ lanes[4] ^ lanes[5] ^ lanes[6] ^ lanes[7];
}

__attribute__((target("avx2"))) uint64_t ReadAvx2(const char* memory, size_t size) {
  __m256i sum[4] = {};
  for (size_t i = 0; i + 128 <= size; i += 128) {
#pragma GCC unroll 4
    for (size_t c = 0; c < 4; ++c) {
      sum[c] =
          _mm256_xor_si256(sum[c], _mm256_load_si256(reinterpret_cast<const __m256i*>(memory + i + 32 * c)));
    }
  }
  const __m256i all = _mm256_xor_si256(_mm256_xor_si256(sum[0], sum[1]), _mm256_xor_si256(sum[2], sum[3]));
  return static_cast<uint64_t>(_mm256_extract_epi64(all, 0) ^ _mm256_extract_epi64(all, 1) ^
                               _mm256_extract_epi64(all, 2) ^ _mm256_extract_epi64(all, 3));
}
#endif

double MultiplyAddPortable() {
  float x[64];
  for (int c = 0; c < 64; ++c) x[c] = static_cast<float>(c);
  for (size_t i = 0; i < kMultiplyAdds; ++i) {
    for (float& lane : x) lane = lane * 0.5f + 1.0f;
  }
  g_float_sink = x[0];
  return 64.0 * kMultiplyAdds;
}

uint64_t ReadPortable(const char* memory, size_t size) {
  const auto* words = reinterpret_cast<const uint64_t*>(memory);
  uint64_t sum[8] = {};
  for (size_t i = 0; i + 8 <= size / 8; i += 8) {
    for (size_t c = 0; c < 8; ++c) sum[c] ^= words[i + c];
  }
  return sum[0] ^ sum[1] ^ sum[2] ^ sum[3] ^ sum[4] ^ sum[5] ^ sum[6] ^ sum[7];
}

double MultiplyAdd() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return MultiplyAddAvx512();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return MultiplyAddAvx2();
#endif
  return MultiplyAddPortable();
}

std::string ProcessorName() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

std::string InstructionSets() {
  std::string sets;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) sets += " avx2";
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) sets += " avx512";
  if (__builtin_cpu_supports("avx512vnni")) sets += " avx512_vnni";
  if (__builtin_cpu_supports("avx512bf16")) sets += " avx512_bf16";
#endif
  return sets;
}

}  // namespace

std::string DescribeMachine() {
  cpu_set_t processors;
  const int count = ::sched_getaffinity(0, sizeof(processors), &processors) == 0 ? CPU_COUNT(&processors) : 0;
  const double bytes =
      static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  return absl::StrCat(count, " × ", ProcessorName(), ",", InstructionSets(), ", ",
                      static_cast<int>(bytes / (1 << 30)), " GiB");
}

uint64_t ReadMemory(const void* block, size_t size) {
  const char* const memory = static_cast<const char*>(block);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return ReadAvx512(memory, size);
  if (__builtin_cpu_supports("avx2")) return ReadAvx2(memory, size);
#endif
  return ReadPortable(memory, size);
}

double MeasureFlopsPerSecond() {
  double best = 0;
  for (int i = 0; i < kMeasurements; ++i) {
    const double begin = ThreadSeconds();
    const double multiply_adds = MultiplyAdd();
    best = std::max(best, 2 * multiply_adds / (ThreadSeconds() - begin));
  }
  return best;
}

double MeasureReadBytesPerSecond(const void* memory, size_t size) {
  double best = 0;
  for (int i = 0; i < kMeasurements; ++i) {
    const double begin = ThreadSeconds();
    g_sink = ReadMemory(memory, size);
    best = std::max(best, static_cast<double>(size) / (ThreadSeconds() - begin));
  }
  return best;
}

double MeasureReadBytesPerSecond() {
  const std::unique_ptr<void, void (*)(void*)> memory(std::aligned_alloc(size_t{2} << 20, kReadBytes),
                                                      std::free);
  ::madvise(memory.get(), kReadBytes, MADV_HUGEPAGE);
  std::fill_n(static_cast<uint64_t*>(memory.get()), kReadBytes / sizeof(uint64_t), uint64_t{1});
  return MeasureReadBytesPerSecond(memory.get(), kReadBytes);
}

}  // namespace bauta::bench
