// A training that takes nothing of the rows but sums with noise (bounded_sum.h), so that what it learned says
// no more of any subject than μ allows, whatever the attacker knows besides and whatever the data.
//
// 1. Sums over what was shown give the answer rates of features and posts (item_weights.h, hierarchy_fit.h).
// 2. The covariance of what subjects did, over the features that most of them met, gives by its principal
//    directions a first vector for each feature ("Analyze Gauss", Dwork, Talwar, Thakurta, Zhang 2014).
// 3. Each subject's taste is folded in under these by the equation that is served; its second moments, and
//    the sums of tastes over what was done, are one half-step of alternating least squares for features and
//    posts, in which the sums' A_p are those of the whole crowd (after DPALS, Chien et al. 2021).
#ifndef BAUTA_TRAINING_NOISED_MODEL_H_
#define BAUTA_TRAINING_NOISED_MODEL_H_

#include <cstddef>
#include <cstdint>

#include "training/factor_model.h"
#include "training/interaction_matrix.h"
#include "training/noised_sums.h"
#include "training/post_features.h"
#include "training/post_quality.h"

namespace bauta {

struct NoisedModel {
  FactorModel factors;
  PostQuality quality;
  FreeDirections free;  // 0 where nothing is released; posts, then columns.
  double subjects = 0;  // About so many.
  float alpha0 = 0;     // α₀ of both half-steps.
};

// Without the options' ablations: prior and mean taste are always used. `options.crowd_min` is k: what fewer
// stand behind is not in the model. Draws `noise.bits` in an order that the sizes of the matrices decide.
NoisedModel TrainNoisedModel(const NoiseOptions& noise, const FactorModelOptions& options,
                             float alpha0_over_density, const InteractionMatrices& matrices,
                             const PostFeatures& features);

}  // namespace bauta

#endif  // BAUTA_TRAINING_NOISED_MODEL_H_
