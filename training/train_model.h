// The whole of a training: splits the hours, learns on the earlier ones, calibrates the score on the next,
// holds the result against popularity on the last, and only then learns the model that is published from
// everything.
#ifndef BAUTA_TRAINING_TRAIN_MODEL_H_
#define BAUTA_TRAINING_TRAIN_MODEL_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "ranking/model_parameters.h"
#include "training/held_out.h"
#include "training/learned_model.h"
#include "training/training_set.h"

namespace bauta {

struct TrainOptions {
  LearningOptions learning;
  ModelNames names;
  // Lengths of the two held-out slices at the end. 0: a sixth of all hours, at most a day for the evaluation
  // and two for the calibration.
  int64_t evaluation_hours = 0;
  int64_t calibration_hours = 0;
};

struct TrainReport {
  size_t rows = 0;  // Subjects with anything to learn from.
  size_t events = 0;
  size_t posts = 0;
  size_t posts_learned = 0;    // With a vector of their own in the snapshot.
  size_t columns_learned = 0;  // Of the prior.
  bool sampled = false;        // The held-out candidates were drawn, for want of impressions.
  float quality_scale = 0;
  HeldOutFigures model, popularity;
  int64_t popularity_window_hours = 0;  // That of the baseline, the best on the hours before; 0: ever.
};

struct TrainedModel {
  ModelParameters parameters;
  TrainReport report;
};

// Errors: FAILED_PRECONDITION where there is too little to learn from (fewer subjects than the crowd's
// minimum, too few hours, or too little answered in the held-out ones), and, with both figures, where the
// model is worse than popularity; those of `progress`.
absl::StatusOr<TrainedModel> TrainModel(const TrainingSet& set, const TrainOptions& options,
                                        TrainProgress progress);

}  // namespace bauta

#endif  // BAUTA_TRAINING_TRAIN_MODEL_H_
