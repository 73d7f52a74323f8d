// DeterministicRandom: the same bytes in every run. For tests only: nothing sealed with it is secret.
#ifndef BAUTA_TESTS_TESTING_DETERMINISTIC_RANDOM_H_
#define BAUTA_TESTS_TESTING_DETERMINISTIC_RANDOM_H_

#include <cstdint>
#include <mutex>
#include <random>
#include <span>

#include "privacy/random_source.h"

namespace bauta::testing {

// Thread-safe.
class DeterministicRandom final : public RandomSource {
 public:
  explicit DeterministicRandom(uint64_t seed = 1) : engine_(seed) {}

  absl::Status Fill(std::span<uint8_t> out) override {
    const std::lock_guard lock(mutex_);
    for (uint8_t& byte : out) byte = static_cast<uint8_t>(engine_() >> 56);
    return absl::OkStatus();
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

// Never has any.
class NoRandom final : public RandomSource {
 public:
  absl::Status Fill(std::span<uint8_t>) override { return absl::InternalError("no randomness"); }
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_TESTING_DETERMINISTIC_RANDOM_H_
