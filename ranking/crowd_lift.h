// Mathematics of the fresh table: what a rounded count tells, and the shrunk log lift.
#ifndef BAUTA_RANKING_CROWD_LIFT_H_
#define BAUTA_RANKING_CROWD_LIFT_H_

#include <cstdint>

namespace bauta {

// An engagement count as it was summed, before k.
struct RawCount {
  uint64_t sum = 0;           // Engagements; one subject may be in it several times.
  uint64_t distinct_min = 0;  // No fewer subjects than this are behind it.
};

// `raw.sum` rounded down to a multiple of k; 0 unless at least k subjects are known to be behind it.
uint64_t RoundDown(const RawCount& raw, uint32_t crowd_min);

// The rounded engagements of one post, author or topic (`here`, of `everywhere`) and of everything
// (`all_here` of `all_everywhere`) in one place.
struct PlaceCounts {
  uint64_t here = 0;
  uint64_t everywhere = 0;
  uint64_t all_here = 0;
  uint64_t all_everywhere = 0;
};

// Engagements to be expected here if it engaged here as it does elsewhere:
// all_here · (everywhere − here) / (all_everywhere − all_here). 0 where there is no elsewhere.
double ExpectedHere(const PlaceCounts& counts);

// Observed over expected, shrunk towards the larger place's ratio: (n + m·parent) / (e + m). This is the
// posterior mean of a Poisson rate whose Gamma prior has the parent's ratio as its mean and the weight of m
// expected engagements (Clayton and Kaldor, "Empirical Bayes estimates of age-standardized relative risks",
// 1987). The true n is known only to lie in [here, here + k): the value nearest to e is taken, so that
// rounding alone never makes a lift.
double ShrunkRatio(const PlaceCounts& counts, uint32_t crowd_min, double shrinkage, double parent);

}  // namespace bauta

#endif  // BAUTA_RANKING_CROWD_LIFT_H_
