// What of a score is learned from held-out hours: how much the answer rate counts beside the taste, and the
// weights of the terms.
#ifndef BAUTA_TRAINING_SCORE_CALIBRATION_H_
#define BAUTA_TRAINING_SCORE_CALIBRATION_H_

#include "absl/status/statusor.h"
#include "base/hour.h"
#include "training/held_out.h"
#include "training/learned_model.h"
#include "training/replay.h"

namespace bauta {

// The half-life that replays compute freshness with; the one that is learned follows from it.
inline constexpr float kReplayHalfLifeHours = 168;

struct Calibration {
  float quality_scale = 1;
  ScoreWeights weights;
  HeldOutFigures figures;  // On the hours that it was learned on.
};

// Replays [from, until) with each of a few scales, and takes the smallest that ranks as well as the best, to
// a small difference: of equals, the one that leaves most to the taste. `model` was learned from hours before
// `from`. Errors: those of `progress`.
absl::StatusOr<Calibration> Calibrate(const LearnedModel& model, const LearningOptions& options,
                                      const PostFeatures& features, const TrainingSet& set, Hour from,
                                      Hour until, TrainProgress progress);

// The hours as the model would have ranked them under `calibration`, with kReplayHalfLifeHours. `lists_max`
// as in ReplayOptions.
absl::StatusOr<Replay> ReplayCalibrated(const LearnedModel& model, const LearningOptions& options,
                                        const PostFeatures& features, const TrainingSet& set,
                                        const Calibration& calibration, Hour from, Hour until,
                                        size_t lists_max = 200'000);

}  // namespace bauta

#endif  // BAUTA_TRAINING_SCORE_CALIBRATION_H_
