// Trains the vectors of posts and of their public features by alternating least squares.
//
// Alternates the half-steps over subjects and posts (half_step.h) and the refit of the prior mean of posts
// (prior_regression.h), always from a start that only `seed` and the posts' ids decide: never from an earlier
// model, or an erasure would not reach the new one. Then alternates a few times more under the privacy gate:
// in the eigenbasis of the posts' Gram matrix, a post with n distinct subjects behind it (and a feature
// likewise) may leave its prior mean in the first ⌊n/8⌋ coordinates only, and in none below the crowd's
// minimum. No subject's vector leaves this file but in the mean of all.
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

namespace bauta {

struct FactorModelOptions {
  const Kernels* kernels = &BestKernels();
  size_t threads = 1;
  uint64_t seed = 1;
  size_t dimension = 64;    // d. More fits finer tastes, and needs more subjects: 8 d for a free post.
  size_t epochs = 12;       // Alternations before the gate.
  size_t gated_epochs = 3;  // And under it.
  Regularization subject;   // Of a subject's vector; what is served uses the same.
  Regularization post;      // Of a post's vector.
  float ridge = 1;          // ρ of a column of the prior.
  float prior_weight_half =
      20;                      // A post weighs n / (n + this) in the refit of the prior; n its observations.
  bool use_prior = true;       // Off: the prior mean of a post is zero.
  bool use_mean_taste = true;  // Off: the prior mean of a subject is zero.
  uint32_t crowd_min = 50;     // k; 0: no gate, for evaluations alone.
  uint32_t subjects_per_direction = 8;
};

// All in the eigenbasis of the posts' Gram matrix. Matrices have PadForKernels(dimension) columns.
struct FactorModel {
  size_t dimension = 0;
  DenseMatrix posts;        // One row a post.
  DenseMatrix columns;      // The prior: one row a feature column.
  DenseMatrix mean_taste;   // One row: the mean of the subjects' vectors, of length one.
  std::vector<float> gram;  // Eigenvalues of Σ q qᵀ over all posts, falling.
  // The directions that the gate counted in, the first first, one a row: those of the epoch before the last
  // rotation. A post's deviation from its prior mean lies in the first post_free of them.
  DenseMatrix gate_directions;
  std::vector<uint32_t> post_free;
  std::vector<uint32_t> column_free;  // The same of each column's vector.
};

// Called after each epoch with the share of the work that is done, 0 … 1. An error ends the training, which
// returns it.
using EpochProgress = absl::FunctionRef<absl::Status(float done)>;

// Subjects are rows and posts columns. `acts` is what a subject's taste is solved from, as it is when it is
// served; `exposures` is what a post's vector is solved from: the acts, and that a post was shown. `features`
// and `ids` are of those posts.
absl::StatusOr<FactorModel> TrainFactorModel(const FactorModelOptions& options, const CsrMatrix& acts,
                                             const CsrMatrix& exposures, const PostFeatures& features,
                                             std::span<const PostId> ids, EpochProgress progress);

// The taste of each row of `subjects` under a trained model, by the equation that is served.
DenseMatrix FoldInRows(const FactorModelOptions& options, const FactorModel& model,
                       const CsrMatrix& subjects);

}  // namespace bauta

#endif  // BAUTA_TRAINING_FACTOR_MODEL_H_
