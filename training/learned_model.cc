#include "training/learned_model.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace bauta {
namespace {

FactorModelOptions FactorOptions(const LearningOptions& options, const CsrMatrix& acts) {
  double confidence = 0;
  for (const MatrixEntry& entry : acts.entries) confidence += entry.confidence;
  const double pairs = static_cast<double>(acts.rows()) * static_cast<double>(acts.columns);
  const auto alpha0 = static_cast<float>(options.alpha0_over_density * confidence / std::max(pairs, 1.0));
  FactorModelOptions factors;
  factors.threads = options.threads;
  factors.seed = options.seed;
  factors.dimension = options.dimension - 1;
  factors.epochs = options.epochs;
  factors.subject = {alpha0, options.subject_lambda, options.subject_frequency_exponent, 1};
  factors.post = {alpha0, options.post_lambda, options.post_frequency_exponent, 1};
  factors.use_prior = options.use_prior;
  factors.use_mean_taste = options.use_mean_taste;
  factors.crowd_min = options.gate.crowd_min;
  return factors;
}

// The taste's coordinates, with the answer rate's behind them.
DenseMatrix Joined(const DenseMatrix& tastes, size_t taste_dimension, const std::vector<float>& quality,
                   float scale) {
  DenseMatrix joined{tastes.rows, taste_dimension + 1, {}};
  joined.values.reserve(joined.rows * joined.columns);
  for (size_t row = 0; row < tastes.rows; ++row) {
    joined.values.insert(joined.values.end(), tastes.row(row), tastes.row(row) + taste_dimension);
    joined.values.push_back(scale * quality[row] / kQualityTaste);
  }
  return joined;
}

}  // namespace

absl::StatusOr<LearnedModel> Learn(const TrainingSet& set, const PostFeatures& features,
                                   const LearningOptions& options, Hour until, const char* stage,
                                   TrainProgress progress) {
  MatrixOptions matrix_options;
  matrix_options.signals = options.signals;
  matrix_options.exposure_confidence = options.exposure_confidence;
  matrix_options.until = until;
  return LearnFromMatrices(BuildMatrices(set, matrix_options), features, set.ids(), options, stage, progress);
}

absl::StatusOr<LearnedModel> LearnFromMatrices(const InteractionMatrices& matrices,
                                               const PostFeatures& features, std::span<const PostId> ids,
                                               const LearningOptions& options, const char* stage,
                                               TrainProgress progress) {
  const size_t rows_min = std::max<size_t>(options.gate.crowd_min, 1);
  if (matrices.rows.size() < rows_min) {
    return absl::FailedPreconditionError(
        absl::StrCat("rows: at least ", rows_min,
                     " subjects with events on known posts are needed, there are ", matrices.rows.size()));
  }
  LearnedModel model;
  model.rows = matrices.rows.size();
  model.factor_options = FactorOptions(options, matrices.acts);
  if (options.noise.mu > 0) {
    NoisedModel noised = TrainNoisedModel(options.noise, model.factor_options, options.alpha0_over_density,
                                          matrices, features);
    model.factors = std::move(noised.factors);
    model.quality = std::move(noised.quality);
    model.free = std::move(noised.free);
    model.rows = static_cast<size_t>(noised.subjects);
    model.factor_options.subject.alpha0 = model.factor_options.post.alpha0 = noised.alpha0;
    return model;
  }
  model.free = OpenGate(options.gate, matrices.exposures, features, options.dimension);
  PostQualityOptions quality_options;
  quality_options.threads = options.threads;
  quality_options.use_prior = options.use_prior;
  model.quality = FitPostQuality(quality_options, matrices.exposures, features, model.free);

  FreeDirections taste_free = model.free;  // The answer rate has taken one.
  for (auto* each : {&taste_free.posts, &taste_free.columns}) {
    for (uint32_t& free : *each) free = std::max(free, 1u) - 1;
  }
  BAUTA_ASSIGN_OR_RETURN(model.factors,
                         TrainFactorModel(model.factor_options, matrices.acts, taste_free, features, ids,
                                          [&](float done) { return progress(stage, done); }));
  return model;
}

ModelParameters ToParameters(const LearnedModel& model, const LearningOptions& options,
                             const PostFeatures& features, const TrainingSet& set, float quality_scale,
                             const ScoreWeights& weights, const ModelNames& names) {
  const size_t taste_dimension = model.factors.dimension;
  ModelParameters parameters;
  parameters.version = names.version;
  parameters.region = names.region;
  parameters.train_begin_time = names.train_begin_time;
  parameters.seed = options.seed;
  parameters.kernel_set = model.factor_options.kernels->name;
  parameters.crowd_min = options.gate.crowd_min;
  parameters.dimension = options.dimension;
  parameters.alpha0 = model.factor_options.subject.alpha0;
  parameters.lambda = model.factor_options.subject.lambda;
  parameters.frequency_exponent = model.factor_options.subject.frequency_exponent;
  parameters.gram = model.factors.gram;
  parameters.gram.push_back(0);
  parameters.post_lambda = model.factor_options.post.lambda;
  parameters.post_frequency_exponent = model.factor_options.post.frequency_exponent;
  // Rounded down to a multiple of k, as every count.
  const size_t step = std::max<size_t>(options.gate.crowd_min, 1);
  const size_t crowd_size = model.rows / step * step;
  parameters.crowd_size = static_cast<float>(crowd_size);
  parameters.taste_variance = model.factors.taste_variance;
  parameters.taste_variance.push_back(0);
  const float* mean = model.factors.mean_taste.row(0);
  parameters.mean_taste.assign(mean, mean + taste_dimension);
  parameters.mean_taste.push_back(kQualityTaste);

  const DenseMatrix vectors =
      Joined(model.factors.posts, taste_dimension, model.quality.posts, quality_scale);
  parameters.post_vectors.columns = options.dimension;
  for (size_t post = 0; post < set.posts().size(); ++post) {
    if (model.free.posts[post] == 0 || !options.post_vectors) continue;
    parameters.posts.push_back(set.ids()[post]);
    parameters.post_vectors.values.insert(parameters.post_vectors.values.end(), vectors.row(post),
                                          vectors.row(post) + options.dimension);
  }
  parameters.post_vectors.rows = parameters.posts.size();
  std::vector<bool> keep;
  for (const uint32_t free : model.free.columns) keep.push_back(free > 0);
  parameters.prior = features.ToParameters(
      Joined(model.factors.columns, taste_dimension, model.quality.columns, quality_scale), options.dimension,
      keep);
  parameters.signals = options.signals;
  parameters.score_weights = weights;
  return parameters;
}

absl::StatusOr<std::shared_ptr<const ModelSnapshot>> MakeReplaySnapshot(const ModelParameters& parameters) {
  constexpr size_t kAlignment = 64;
  BAUTA_ASSIGN_OR_RETURN(const std::string bytes, EncodeSnapshot(parameters));
  const size_t size = (bytes.size() + kAlignment - 1) / kAlignment * kAlignment;
  std::shared_ptr<void> block(std::aligned_alloc(kAlignment, size), std::free);
  if (block == nullptr) return absl::ResourceExhaustedError("no memory for a snapshot to replay with");
  std::memcpy(block.get(), bytes.data(), bytes.size());
  return ModelSnapshot::Parse({static_cast<const std::byte*>(block.get()), bytes.size()}, block);
}

}  // namespace bauta
