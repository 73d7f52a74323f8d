// The prior mean of a post's vector as a linear function of its public features, refit by ridge regression
// (regression-based latent factors, Agarwal and Chen 2009):
//
//     F = argmin  Σ_p w_p ‖q_p − F f_p‖² + Σ_k ρ_k ‖F_k‖²
//
// by cyclic coordinate descent over the columns k. Each of the d coordinates is a problem of its own, so that
// threads share out coordinates and the result does not depend on their number.
#ifndef BAUTA_TRAINING_PRIOR_REGRESSION_H_
#define BAUTA_TRAINING_PRIOR_REGRESSION_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ranking/model_parameters.h"
#include "training/post_features.h"

namespace bauta {

struct RidgeRegression {
  size_t threads = 1;
  size_t sweeps = 8;               // Over all columns.
  std::span<const float> weights;  // w_p ≥ 0, one a post.
  std::span<const float> ridge;    // ρ_k > 0, one a column.
  // Coordinates of each column that may differ from zero, one a column.
  std::span<const uint32_t> free;
};

// Improves `columns_vectors` (columns × padded dimension, the start of the descent) towards the minimum for
// `post_vectors` (posts × padded dimension).
void RefitPrior(const RidgeRegression& regression, const PostFeatures& features,
                const DenseMatrix& post_vectors, DenseMatrix& column_vectors);

// μ_p = F f_p for every post.
DenseMatrix PriorMeans(const PostFeatures& features, const DenseMatrix& column_vectors, size_t threads);

}  // namespace bauta

#endif  // BAUTA_TRAINING_PRIOR_REGRESSION_H_
