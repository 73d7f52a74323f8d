#include "ranking/post_vector.h"

#include <algorithm>

#include "ranking/vector_kernels.h"

namespace bauta {

size_t TasteDimension(const ModelSnapshot& model) {
  const std::span<const float> gram = model.gram();
  return static_cast<size_t>(std::find(gram.begin(), gram.end(), 0.0f) - gram.begin());
}

void PostVectorSolver::Solve(const ModelSnapshot& model, std::span<const float> prior,
                             std::span<const Observation> readers, size_t free, std::span<float> vector) {
  const size_t stride = model.stride(), dimension = TasteDimension(model);
  std::copy(prior.begin(), prior.end(), vector.begin());
  if (free == 0) return;
  const VectorKernels& kernels = ActiveVectorKernels();
  const float crowd = model.crowd_size();

  // The free part of each taste, and what is left of its target when the prior has said its part.
  observations_.assign(readers.begin(), readers.end());
  observations_.push_back({model.mean_taste().data(), model.alpha0() * crowd, 0});
  tastes_.assign(observations_.size() * stride, 0.0f);
  right_side_.assign(stride, 0.0f);
  for (size_t i = 0; i < observations_.size(); ++i) {
    float* taste = tastes_.data() + i * stride;
    std::copy_n(observations_[i].vector, dimension, taste);
    const float residual = observations_[i].target - kernels.dot(taste, prior.data(), stride);
    std::fill(taste + free, taste + dimension, 0.0f);
    kernels.add_scaled(observations_[i].confidence * residual, taste, right_side_.data(), stride);
    observations_[i].vector = taste;
  }
  gram_.assign(stride, 0.0f);
  for (size_t i = 0; i < free; ++i) {
    gram_[i] = crowd * model.taste_variance()[i];
    right_side_[i] -= model.alpha0() * gram_[i] * prior[i];
  }
  const float lambda = ScaledLambda(model.post_lambda(), model.post_frequency_exponent(), readers);
  fold_in_.Reset(gram_, model.alpha0(), lambda, observations_);
  deviation_.resize(stride);
  fold_in_.Solve(right_side_, deviation_);
  for (size_t i = 0; i < free; ++i) vector[i] += deviation_[i];
}

}  // namespace bauta
