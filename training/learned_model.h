// One training without any evaluation: from the events before an hour to what a snapshot is put together
// from.
#ifndef BAUTA_TRAINING_LEARNED_MODEL_H_
#define BAUTA_TRAINING_LEARNED_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/hour.h"
#include "ranking/model_parameters.h"
#include "ranking/model_snapshot.h"
#include "training/factor_model.h"
#include "training/interaction_matrix.h"
#include "training/noised_model.h"
#include "training/post_features.h"
#include "training/post_quality.h"
#include "training/privacy_gate.h"
#include "training/training_set.h"

namespace bauta {

struct LearningOptions {
  size_t dimension = 64;  // d of the snapshot, ≥ 2: the taste's coordinates and the answer rate's.
  size_t threads = 1;
  uint64_t seed = 1;
  size_t epochs = 10;
  // What hides the subjects: noise, or where its mu is 0 the gate. k of the gate holds for both.
  GateRule gate;
  NoiseOptions noise;
  SignalModel signals = DefaultSignalModel();
  float exposure_confidence = 1;  // See MatrixOptions.

  // Regularization. α₀ is alpha0_over_density times the mean confidence of a pair of subject and post.
  float alpha0_over_density = 10;
  float subject_lambda = 1;
  float subject_frequency_exponent = 0.5f;
  float post_lambda = 0.5f;
  float post_frequency_exponent = 0.5f;

  // For evaluations alone.
  bool use_prior = true;
  bool use_mean_taste = true;
  bool post_vectors = true;  // Off: the snapshot has none, as if every post had come after the training.
  bool move_posts = false;   // In the replay; see ReplayOptions.
  GateRule move_rule;
};

struct LearnedModel {
  FactorModelOptions factor_options;
  FactorModel factors;  // One coordinate less than the snapshot.
  PostQuality quality;
  FreeDirections free;  // Of the snapshot's coordinates.
  size_t rows = 0;      // Subjects with anything to learn from; about, under noise.
};

// The manifest's part of a snapshot; see ModelParameters.
struct ModelNames {
  std::string version = "unnamed";
  std::string region = "none";
  absl::Time train_begin_time = absl::FromUnixSeconds(1);
};

// Where the work stands. An error ends the training and is returned.
using TrainProgress = absl::FunctionRef<absl::Status(const char* stage, float done)>;

// Learns from the events before `until`. `features` are those of the set's posts. Errors: FAILED_PRECONDITION
// where fewer subjects than the crowd's minimum have events on known posts; those of `progress`.
absl::StatusOr<LearnedModel> Learn(const TrainingSet& set, const PostFeatures& features,
                                   const LearningOptions& options, Hour until, const char* stage,
                                   TrainProgress progress);

// The same from matrices that were built already, of posts with these ids.
absl::StatusOr<LearnedModel> LearnFromMatrices(const InteractionMatrices& matrices,
                                               const PostFeatures& features, std::span<const PostId> ids,
                                               const LearningOptions& options, const char* stage,
                                               TrainProgress progress);

// The values that are published. The answer rate counts `quality_scale` times in u·q. Posts that the gate
// leaves no direction are not in it: their vector is their prior mean, which follows from their features.
ModelParameters ToParameters(const LearnedModel& model, const LearningOptions& options,
                             const PostFeatures& features, const TrainingSet& set, float quality_scale,
                             const ScoreWeights& weights, const ModelNames& names);

// The snapshot of `parameters` in memory of its own, to replay with. RESOURCE_EXHAUSTED without memory.
absl::StatusOr<std::shared_ptr<const ModelSnapshot>> MakeReplaySnapshot(const ModelParameters& parameters);

}  // namespace bauta

#endif  // BAUTA_TRAINING_LEARNED_MODEL_H_
