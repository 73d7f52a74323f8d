// How well held-out hours are ranked: by a model as it would have been served, and by popularity.
#ifndef BAUTA_TRAINING_HELD_OUT_H_
#define BAUTA_TRAINING_HELD_OUT_H_

#include <cstddef>
#include <span>

#include "ranking/model_parameters.h"
#include "training/replay.h"
#include "training/training_set.h"

namespace bauta {

// Means over the subjects who answered some of what they met in these hours and not all; each has one list.
struct HeldOutFigures {
  double ndcg_at_10 = 0;
  double ndcg_standard_error = 0;
  double hit_rate_at_10 = 0;
  double area_under_curve = 0;
  size_t subjects = 0;
};

// `half_life_hours` is the freshness half-life that the replay had.
HeldOutFigures MeasureModel(const TrainingSet& set, std::span<const ReplayList> lists,
                            const ScoreWeights& weights, float half_life_hours);

// By the raw count of answers within kPopularityWindows[window].
HeldOutFigures MeasurePopularity(const TrainingSet& set, std::span<const ReplayList> lists, size_t window);

// The window whose popularity ranks these lists best.
size_t BestPopularityWindow(const TrainingSet& set, std::span<const ReplayList> lists);

}  // namespace bauta

#endif  // BAUTA_TRAINING_HELD_OUT_H_
