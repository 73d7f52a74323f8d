// What an attacker who knows a subject's whole row computes from a stolen model: two statistics, each larger
// where the subject was trained on.
//
//   push: Σ_i Δ_si · Σ_i⁻¹ (q_i − q̄_i), over all released items i: posts, columns of the prior, mean taste. q̄
//     is the mean of the shadow models, Δ_si what the subject's row moves the item by, to first order: for a
//     post A_p⁻¹ c (t − u·q̄_p) u, in its free directions only; Σ_i how items with about as many subjects
//     vary from shadow to shadow. It is Fisher's discriminant, were items independent.
//   fit: minus the loss of the taste equation at the subject's optimal taste under the model.
#ifndef BAUTA_BENCH_MEMBERSHIP_STATISTICS_H_
#define BAUTA_BENCH_MEMBERSHIP_STATISTICS_H_

#include <cstddef>
#include <vector>

#include "bench/membership/population.h"
#include "bench/membership/shadow_models.h"
#include "training/post_features.h"

namespace bauta::bench {

struct Statistic {
  const char* name;
  size_t models = 0;
  std::vector<double> values;  // values[subject · models + model].
  std::vector<double>
      strength;  // Of each subject: expected in units of the statistic's deviation, up to scale.
};

// `models` aligned.
Statistic PushStatistic(const Population& population, const PostFeatures& features,
                        const std::vector<ReleasedModel>& models);
Statistic FitStatistic(const Population& population, const std::vector<ReleasedModel>& models);

}  // namespace bauta::bench

#endif  // BAUTA_BENCH_MEMBERSHIP_STATISTICS_H_
