// What this machine can do, measured in the run that is held against it.
#ifndef BAUTA_BENCH_MACHINE_H_
#define BAUTA_BENCH_MACHINE_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace bauta::bench {

// "2 × Intel(R) Xeon(R) Processor, avx512 avx512_vnni avx512_bf16, 23 GiB": processors that this process may
// use, their name, the instruction sets that matter here, memory.
std::string DescribeMachine();

// Single-precision multiply-adds of one thread, each counted as two, from registers, by the widest set.
double MeasureFlopsPerSecond();

// Reads `size` bytes in order by the widest set and returns something of them. `memory` begins on 64 bytes
// and `size` is a multiple of 256.
uint64_t ReadMemory(const void* memory, size_t size);

// Bytes a second that one thread reads of `size` bytes of memory, in order, by the widest set. `memory`
// begins on 64 bytes and `size` is a multiple of 256.
double MeasureReadBytesPerSecond(const void* memory, size_t size);
// The same of memory of its own, 512 MiB.
double MeasureReadBytesPerSecond();

}  // namespace bauta::bench

#endif  // BAUTA_BENCH_MACHINE_H_
