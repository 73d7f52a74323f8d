#include "ranking/crowd_lift.h"

#include <algorithm>

namespace bauta {

uint64_t RoundDown(const RawCount& raw, uint32_t crowd_min) {
  if (raw.distinct_min < crowd_min) return 0;
  return raw.sum / crowd_min * crowd_min;
}

double ExpectedHere(const PlaceCounts& counts) {
  if (counts.all_everywhere <= counts.all_here || counts.everywhere < counts.here) return 0;
  const auto elsewhere = static_cast<double>(counts.everywhere - counts.here);
  const auto all_elsewhere = static_cast<double>(counts.all_everywhere - counts.all_here);
  return static_cast<double>(counts.all_here) * elsewhere / all_elsewhere;
}

double ShrunkRatio(const PlaceCounts& counts, uint32_t crowd_min, double shrinkage, double parent) {
  if (counts.all_everywhere <= counts.all_here) return parent;  // No elsewhere to compare with.
  const double expected = ExpectedHere(counts);
  const auto least = static_cast<double>(counts.here);
  const double observed = std::clamp(expected, least, least + crowd_min - 1);
  return (observed + shrinkage * parent) / (expected + shrinkage);
}

}  // namespace bauta
