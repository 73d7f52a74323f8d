// Learns the weights of ScoreTerms from what was shown and answered, by regularized logistic regression:
//
//     min  Σ_i log(1 + exp(−y_i (b + wᵀx_i))) + ½ ρ Σ_j n σ_j² (w_j − w⁰_j)²,   w ≥ 0,  y_i = ±1
//
// x are the features that the score multiplies its weights with, σ_j their standard deviations, w⁰ the
// weights where nothing is known. Solved by projected Newton steps (Bertsekas 1982). A score is then in units
// of log odds, but for the intercept, which changes no order.
#ifndef BAUTA_TRAINING_SCORE_WEIGHTS_H_
#define BAUTA_TRAINING_SCORE_WEIGHTS_H_

#include <span>

#include "ranking/model_parameters.h"
#include "ranking/ranked_feed.h"
#include "training/replay.h"

namespace bauta {

// Weights of what a replay cannot tell: rows carry no follows, no places and no scores of the caller. In log
// odds: a follow counts like an odds ratio of e; locality is a log lift, and counts as it is.
ScoreWeights UninformedWeights();

struct ScoreWeightOptions {
  float ridge = 1e-3f;  // ρ > 0.
};

// Of the lists' items the taste, freshness with its half-life (the best of a few), popularity and fatigue are
// learned; all others stay uninformed. `features_half_life_hours` is the half-life that the replay had.
ScoreWeights FitScoreWeights(std::span<const ReplayList> lists, float features_half_life_hours,
                             const ScoreWeightOptions& options);

// The score that serving would have given under `weights`.
float ScoreOf(const ReplayItem& item, const ScoreWeights& weights, float features_half_life_hours);

}  // namespace bauta

#endif  // BAUTA_TRAINING_SCORE_WEIGHTS_H_
