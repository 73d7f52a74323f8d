// Trains the vectors of posts and of their public features by alternating least squares.
//
// Alternates the half-steps over subjects and posts (half_step.h) and the refit of the prior mean of posts
// (prior_regression.h), always from a start that only `seed` and the posts' ids decide: never from an earlier
// model, or an erasure would not reach the new one. Then alternates a few times more under the privacy gate
// (privacy_gate.h): in the eigenbasis of the posts' Gram matrix, a post may leave its prior mean in its first
// free coordinates only. No subject's vector leaves this file but in the mean of all.
#ifndef BAUTA_TRAINING_FACTOR_MODEL_H_
#define BAUTA_TRAINING_FACTOR_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "featurestore/records/ids.h"
#include "ranking/model_parameters.h"
#include "training/csr_matrix.h"
#include "training/half_step.h"
#include "training/post_features.h"
#include "training/privacy_gate.h"

namespace bauta {

struct FactorModelOptions {
  const Kernels* kernels = &BestKernels();
  size_t threads = 1;
  uint64_t seed = 1;
  size_t dimension = 63;    // More fits finer tastes, and needs more subjects behind a post: 8 for each.
  size_t epochs = 12;       // Alternations before the gate.
  size_t gated_epochs = 3;  // And under it.
  Regularization subject;   // Of a subject's vector; what is served uses the same.
  Regularization post;      // Of a post's vector.
  float ridge = 1;          // ρ of a column of the prior.
  float prior_weight_half =
      20;                      // A post weighs n / (n + this) in the refit of the prior; n its observations.
  bool use_prior = true;       // Off: the prior mean of a post is zero.
  bool use_mean_taste = true;  // Off: the prior mean of a subject is zero.
  size_t crowd_min = 50;       // Below so many subjects there is no mean taste.
};

// All in the eigenbasis of the posts' Gram matrix. Matrices have PadForKernels(dimension) columns.
struct FactorModel {
  size_t dimension = 0;
  DenseMatrix posts;                  // One row a post.
  DenseMatrix columns;                // The prior: one row a feature column.
  DenseMatrix mean_taste;             // One row: the mean of the subjects' vectors, of length one.
  std::vector<float> gram;            // Eigenvalues of Σ q qᵀ over all posts, falling.
  std::vector<float> taste_variance;  // Of the subjects' vectors around the mean taste, by direction.
  // The directions that the gate counted in, the first first, one a row: those of the epoch before the last
  // rotation. A post's deviation from its prior mean lies in its first free ones, a column's vector likewise.
  DenseMatrix gate_directions;
};

// Called after each epoch with the share of the work that is done, 0 … 1. An error ends the training, which
// returns it.
using EpochProgress = absl::FunctionRef<absl::Status(float done)>;

// `acts`: subjects are rows, posts columns. `features` and `ids` are of those posts; `free` says in how many
// coordinates each post and column may leave what is behind it.
absl::StatusOr<FactorModel> TrainFactorModel(const FactorModelOptions& options, const CsrMatrix& acts,
                                             const FreeDirections& free, const PostFeatures& features,
                                             std::span<const PostId> ids, EpochProgress progress);

// The taste of each row of `subjects` under a trained model, by the equation that is served.
DenseMatrix FoldInRows(const FactorModelOptions& options, const FactorModel& model,
                       const CsrMatrix& subjects);

}  // namespace bauta

#endif  // BAUTA_TRAINING_FACTOR_MODEL_H_
