// Dice: numbers that follow from a seed, the same with every standard library.
#ifndef BAUTA_TESTS_TESTING_DICE_H_
#define BAUTA_TESTS_TESTING_DICE_H_

#include <cstdint>
#include <random>

namespace bauta::testing {

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  uint64_t Below(uint64_t limit) { return engine_() % limit; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_TESTING_DICE_H_
