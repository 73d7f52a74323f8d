// The whole of a training: splits the hours, trains on the earlier ones, learns the score's weights on the
// next, holds the result against popularity on the last, and only then trains the model that is published on
// everything.
#ifndef BAUTA_TRAINING_TRAIN_MODEL_H_
#define BAUTA_TRAINING_TRAIN_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ranking/model_parameters.h"
#include "training/factor_model.h"
#include "training/interaction_matrix.h"
#include "training/training_set.h"

namespace bauta {

// What of the regularization fits the data; see PresetFor.
enum class Regime : uint8_t {
  kChosen = 0,  // The better of the two, by the quality on the hours that the score's weights are learned on.
  kShown,       // What was shown in vain is known: nothing need be made of what was not shown.
  kImplicit,    // Only what was done is known: the rest counts, weakly, against a post.
};

struct TrainOptions {
  // Names, seed, dimension and threads; regularization is the regime's.
  FactorModelOptions factors;
  SignalModel signals = DefaultSignalModel();
  float exposure_confidence = 1;  // Of having been shown a post in vain.
  Regime regime = Regime::kChosen;
  // Lengths of the two held-out slices at the end. 0: a sixth of all hours, at most a day for the evaluation
  // and two for the weights.
  int64_t evaluation_hours = 0;
  int64_t weights_hours = 0;
  std::string version;  // See ModelParameters.
  std::string region;
  absl::Time train_begin_time = absl::UnixEpoch();
};

// One way to rank, on the last slice of time.
struct HeldOutFigures {
  double ndcg_at_10 = 0;  // Mean over the subjects with an answered and an unanswered post.
  double hit_rate_at_10 = 0;
  double area_under_curve = 0;
};

struct TrainReport {
  size_t rows = 0;  // With anything to learn from.
  size_t events = 0;
  size_t entries = 0;  // Of the matrix that posts are solved from.
  size_t posts = 0;
  size_t posts_learned = 0;    // With a vector of their own in the snapshot.
  size_t columns_learned = 0;  // Of the prior.
  Regime regime = Regime::kChosen;
  bool sampled = false;  // The held-out candidates were drawn, for want of impressions.
  size_t evaluated_subjects = 0;
  HeldOutFigures model, popularity;
  int64_t popularity_window_hours = 0;  // That of the baseline, the best on the hours before; 0: ever.
};

struct TrainedModel {
  ModelParameters parameters;
  TrainReport report;
};

// Where the work stands. An error ends the training and is returned.
using TrainProgress = absl::FunctionRef<absl::Status(const char* stage, float done)>;

// Errors: FAILED_PRECONDITION where there is too little to learn from (fewer subjects than the crowd's
// minimum, or nothing answered in the held-out hours), and, with both figures, where the model is worse than
// popularity; those of `progress`.
absl::StatusOr<TrainedModel> TrainModel(const TrainingSet& set, const TrainOptions& options,
                                        TrainProgress progress);

// Regularization by default, for a matrix of so many subjects, posts and entries. Tuned on earlier days of
// data of either kind.
void SetRegularization(Regime regime, const InteractionMatrices& matrices, FactorModelOptions& options);

// The values that are published; see ModelParameters. Posts that the gate leaves no coordinate are not in it:
// their vector is their prior mean, which follows from their features.
ModelParameters ToParameters(const FactorModelOptions& options, const FactorModel& model,
                             const PostFeatures& features, const TrainingSet& set, const SignalModel& signals,
                             const ScoreWeights& weights);

}  // namespace bauta

#endif  // BAUTA_TRAINING_TRAIN_MODEL_H_
