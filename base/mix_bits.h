// A bijection of 64 bits that spreads every bit of what goes in over all that comes out.
#ifndef BAUTA_BASE_MIX_BITS_H_
#define BAUTA_BASE_MIX_BITS_H_

#include <cstdint>

namespace bauta {

// The finalizer of MurmurHash3. Post fingerprints on the disk are made with it: never change it.
constexpr uint64_t MixBits(uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  x ^= x >> 33;
  return x;
}

}  // namespace bauta

#endif  // BAUTA_BASE_MIX_BITS_H_
