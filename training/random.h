// Random numbers that a seed decides, the same on every machine.
#ifndef BAUTA_TRAINING_RANDOM_H_
#define BAUTA_TRAINING_RANDOM_H_

#include <cstdint>

namespace bauta {

// The finalizer of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
constexpr uint64_t MixSeed(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

// The next number of SplitMix64; moves `state` on.
constexpr uint64_t NextRandom(uint64_t& state) { return MixSeed(state += 0x9e3779b97f4a7c15ULL); }

}  // namespace bauta

#endif  // BAUTA_TRAINING_RANDOM_H_
