// RandomSource: unpredictable bytes, injected, so that a test can fix them.
#ifndef BAUTA_PRIVACY_RANDOM_SOURCE_H_
#define BAUTA_PRIVACY_RANDOM_SOURCE_H_

#include <cstdint>
#include <span>

#include "absl/status/status.h"

namespace bauta {

// Thread-safe.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  // INTERNAL where no randomness can be had; `out` is then not to be used.
  virtual absl::Status Fill(std::span<uint8_t> out) = 0;
};

// OpenSSL's generator, seeded by the operating system. Lives for the whole process.
RandomSource& SystemRandom();

}  // namespace bauta

#endif  // BAUTA_PRIVACY_RANDOM_SOURCE_H_
