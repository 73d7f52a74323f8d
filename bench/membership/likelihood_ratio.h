// The likelihood-ratio attack with shadow models (LiRA, Carlini et al. 2022), online: some shadows were
// trained on the target subject, some not. Every model is the target once, and all others are its shadows.
//
// A subject's statistic is taken as normal, with one variance and two means, in and out. As shadows are few,
// the difference of the means is shrunk to that of subjects of about the same strength (empirical Bayes), and
// the variance to theirs likewise; nothing of the target model enters either.
#ifndef BAUTA_BENCH_MEMBERSHIP_LIKELIHOOD_RATIO_H_
#define BAUTA_BENCH_MEMBERSHIP_LIKELIHOOD_RATIO_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/membership/shadow_models.h"
#include "bench/membership/statistics.h"

namespace bauta::bench {

struct Guess {
  uint32_t subject = 0;
  bool is_member = false;
  double log_ratio = 0;  // Log-likelihood in over out.
};

// One for each subject and model.
std::vector<Guess> GuessMembers(const Statistic& statistic, const Memberships& members);

struct Leak {
  double auc = 0, auc_low = 0, auc_high = 0;
  // True positives where 1% and 0.1% of those who were not in are taken to have been, with 95% intervals: a
  // bootstrap over subjects.
  double at_1_percent = 0, at_1_percent_low = 0, at_1_percent_high = 0;
  double at_01_percent = 0, at_01_percent_low = 0, at_01_percent_high = 0;
};

// Of the guesses on the subjects with `counted[subject]`.
Leak MeasureLeak(std::vector<Guess> guesses, const std::vector<bool>& counted, size_t bootstraps,
                 uint64_t seed);

}  // namespace bauta::bench

#endif  // BAUTA_BENCH_MEMBERSHIP_LIKELIHOOD_RATIO_H_
