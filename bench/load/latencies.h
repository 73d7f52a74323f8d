// Latencies of one measurement, and what is told of them.
#ifndef BAUTA_BENCH_LOAD_LATENCIES_H_
#define BAUTA_BENCH_LOAD_LATENCIES_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace bauta::bench {

// The value that a share of `values` does not exceed (nearest rank); 0 where there are none.
inline double Percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const auto rank = static_cast<size_t>(std::ceil(share * static_cast<double>(values.size())));
  const auto at = values.begin() + static_cast<ptrdiff_t>(std::clamp<size_t>(rank, 1, values.size()) - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

// Of an even number of values the mean of the two in the middle.
inline double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace bauta::bench

#endif  // BAUTA_BENCH_LOAD_LATENCIES_H_
