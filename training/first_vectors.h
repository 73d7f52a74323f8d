// First vectors of posts for a noised training: by the principal directions of what subjects did together.
#ifndef BAUTA_TRAINING_FIRST_VECTORS_H_
#define BAUTA_TRAINING_FIRST_VECTORS_H_

#include <cstddef>
#include <vector>

#include "training/factor_model.h"
#include "training/noised_sums.h"
#include "training/post_features.h"

namespace bauta {

struct FirstVectors {
  size_t directions = 0;  // That stand out of the noise.
  FactorModel model;      // Posts, mean taste and gram alone.
};

// Asks `sums` for the covariance of the items with the most weight among those that are counted.
// `alpha0_over_density` decides the scale: the mean taste has length one and meets the mean post where least
// squares put it if all were alike, at density / (density + α₀).
FirstVectors FindFirstVectors(NoisedSums& sums, const FactorModelOptions& options, double alpha0_over_density,
                              const PostFeatures& features, const std::vector<double>& weights,
                              const std::vector<bool>& counted);

}  // namespace bauta

#endif  // BAUTA_TRAINING_FIRST_VECTORS_H_
