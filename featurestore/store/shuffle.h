// An order that nobody can guess or make again.
#ifndef BAUTA_FEATURESTORE_STORE_SHUFFLE_H_
#define BAUTA_FEATURESTORE_STORE_SHUFFLE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/status.h"
#include "privacy/random_source.h"

namespace bauta {

// Fisher–Yates with unpredictable numbers: an order that a seed could give again would link two of them.
template <class T>
absl::Status Shuffle(std::vector<T>& values, RandomSource& random) {
  std::vector<uint64_t> numbers(values.size());
  BAUTA_RETURN_IF_ERROR(
      random.Fill(std::span(reinterpret_cast<uint8_t*>(numbers.data()), numbers.size() * sizeof(uint64_t))));
  for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[numbers[i - 1] % i]);
  return absl::OkStatus();
}

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_SHUFFLE_H_
