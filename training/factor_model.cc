#include "training/factor_model.h"

#include <algorithm>
#include <cmath>

#include "base/status.h"
#include "training/prior_regression.h"
#include "training/random.h"

namespace bauta {
namespace {

class Trainer {
 public:
  Trainer(const FactorModelOptions& options, const CsrMatrix& acts, const FreeDirections& free,
          const PostFeatures& features, std::span<const PostId> ids)
      : options_(options),
        kernels_(*options.kernels),
        width_(PadForKernels(options.dimension)),
        features_(features),
        by_subject_(acts),
        by_post_(Transpose(acts)),
        free_(free) {
    model_.dimension = options.dimension;
    InitializePosts(ids);
    model_.columns = {features.columns(), width_, std::vector<float>(features.columns() * width_, 0.0f)};
    model_.mean_taste = {1, width_, std::vector<float>(width_, 0.0f)};
    WeighPosts();
  }

  absl::StatusOr<FactorModel> Run(EpochProgress progress) {
    const size_t gated = gated_ ? options_.gated_epochs : 0;
    const auto report = [&](size_t epoch) {
      return progress(static_cast<float>(epoch) / static_cast<float>(options_.epochs + gated));
    };
    for (size_t epoch = 0; epoch < options_.epochs; ++epoch) {
      SolveSubjects();
      RotateToSubjects();
      SolvePosts({}, nullptr);
      RefitColumns(column_floor_);
      BAUTA_RETURN_IF_ERROR(report(epoch + 1));
    }
    for (size_t epoch = 0; epoch < gated; ++epoch) {
      SolveSubjects();
      const DenseMatrix gram = GramMatrix(kernels_, subjects_, options_.threads);
      SolvePosts({}, &gram);
      RefitColumns(free_.columns);
      SolvePosts(free_.posts, &gram);
      BAUTA_RETURN_IF_ERROR(report(options_.epochs + epoch + 1));
    }
    model_.gate_directions = Identity();
    const Eigenbasis basis = RotateToPosts();
    Rotate(kernels_, basis, options_.threads, subjects_);
    MeasureTasteVariance();
    return std::move(model_);
  }

 private:
  void InitializePosts(std::span<const PostId> ids) {
    model_.posts = {ids.size(), width_, std::vector<float>(ids.size() * width_, 0.0f)};
    const float scale = 0.1f / std::sqrt(static_cast<float>(options_.dimension));
    for (size_t post = 0; post < ids.size(); ++post) {
      uint64_t state = options_.seed * 0x9e3779b97f4a7c15ULL ^ ids[post].value();
      NextRandom(state);
      for (size_t i = 0; i < options_.dimension; ++i) {
        // The sum of four uniform numbers is close enough to normal.
        const uint64_t random = NextRandom(state);
        float sum = 0;
        for (int part = 0; part < 4; ++part) sum += static_cast<float>((random >> (16 * part)) & 0xFFFF);
        model_.posts.row(post)[i] = scale * (sum / 65535.0f - 2.0f) * 1.732f;
      }
    }
  }

  void WeighPosts() {
    for (size_t post = 0; post < by_post_.rows(); ++post) {
      const auto subjects = static_cast<float>(by_post_.row(post).size());
      post_weights_.push_back(subjects / (subjects + options_.prior_weight_half));
    }
    const auto all = static_cast<uint32_t>(options_.dimension);
    for (const uint32_t free : free_.columns) column_floor_.push_back(free == 0 ? 0 : all);
    for (const auto* each : {&free_.posts, &free_.columns}) {
      gated_ |= std::any_of(each->begin(), each->end(), [&](uint32_t free) { return free < all; });
    }
  }

  // Turns everything into the eigenbasis of the posts' Gram matrix, and solves the subjects there.
  void SolveSubjects() {
    RotateToPosts();
    HalfStep step;
    step.kernels = &kernels_;
    step.threads = options_.threads;
    step.dimension = options_.dimension;
    step.regularization = options_.subject;
    step.observations = &by_subject_;
    step.fixed = &model_.posts;
    step.gram_diagonal = model_.gram;
    if (options_.use_mean_taste) step.mean = &model_.mean_taste;
    SolveHalfStep(step, subjects_);
    if (options_.use_mean_taste) UpdateMeanTaste();
  }

  void UpdateMeanTaste() {
    std::vector<double> sum(width_, 0.0);
    for (size_t subject = 0; subject < subjects_.rows; ++subject) {
      for (size_t i = 0; i < width_; ++i) sum[i] += subjects_.row(subject)[i];
    }
    const bool crowd = subjects_.rows > 0 && subjects_.rows >= options_.crowd_min;
    for (size_t i = 0; i < width_; ++i) {
      model_.mean_taste.values[i] =
          crowd ? static_cast<float>(sum[i] / static_cast<double>(subjects_.rows)) : 0.0f;
    }
    FixScale();
  }

  // Vectors of subjects may grow while those of posts shrink, and nothing in u·q tells: the mean taste has
  // length one, so that regularization means the same in every training.
  void FixScale() {
    const float length =
        std::sqrt(kernels_.dot(model_.mean_taste.values.data(), model_.mean_taste.values.data(), width_));
    if (!(length > 0)) return;
    for (float& value : model_.mean_taste.values) value /= length;
    for (float& value : subjects_.values) value /= length;
    for (float& value : model_.posts.values) value *= length;
    for (float& value : model_.columns.values) value *= length;
    for (float& value : model_.gram) value *= length * length;
  }

  Eigenbasis RotateToPosts() {
    Eigenbasis basis =
        FindEigenbasis(GramMatrix(kernels_, model_.posts, options_.threads), options_.dimension);
    model_.gram = basis.values;
    RotateModel(basis);
    return basis;
  }

  // What is left of the subjects for the posts of after the training (ranking/post_vector.h).
  void MeasureTasteVariance() {
    std::vector<double> sum(options_.dimension, 0.0);
    for (size_t subject = 0; subject < subjects_.rows; ++subject) {
      for (size_t i = 0; i < sum.size(); ++i) {
        const double deviation = subjects_.row(subject)[i] - model_.mean_taste.values[i];
        sum[i] += deviation * deviation;
      }
    }
    for (const double squares : sum) {
      model_.taste_variance.push_back(
          static_cast<float>(squares / static_cast<double>(std::max<size_t>(subjects_.rows, 1))));
    }
  }

  void RotateToSubjects() {
    const Eigenbasis basis =
        FindEigenbasis(GramMatrix(kernels_, subjects_, options_.threads), options_.dimension);
    subject_gram_ = basis.values;
    RotateModel(basis);
    Rotate(kernels_, basis, options_.threads, subjects_);
  }

  DenseMatrix Identity() const {
    DenseMatrix identity{width_, width_, std::vector<float>(width_ * width_, 0.0f)};
    for (size_t i = 0; i < options_.dimension; ++i) identity.row(i)[i] = 1;
    return identity;
  }

  void RotateModel(const Eigenbasis& basis) {
    Rotate(kernels_, basis, options_.threads, model_.gate_directions);
    Rotate(kernels_, basis, options_.threads, model_.posts);
    Rotate(kernels_, basis, options_.threads, model_.columns);
    Rotate(kernels_, basis, options_.threads, model_.mean_taste);
  }

  void SolvePosts(std::span<const uint32_t> free, const DenseMatrix* gram) {
    const DenseMatrix means = PriorMeans(features_, model_.columns, options_.threads);
    HalfStep step;
    step.kernels = &kernels_;
    step.threads = options_.threads;
    step.dimension = options_.dimension;
    step.regularization = options_.post;
    step.observations = &by_post_;
    step.fixed = &subjects_;
    step.gram_diagonal = subject_gram_;
    step.gram = gram;
    if (options_.use_prior) step.mean = &means;
    step.free = free;
    SolveHalfStep(step, model_.posts);
  }

  void RefitColumns(std::span<const uint32_t> free) {
    if (!options_.use_prior) return;
    const std::vector<float> ridge(features_.columns(), options_.ridge);
    for (size_t column = 0; column < free.size(); ++column) {  // What the gate takes away is gone.
      float* vector = model_.columns.row(column);
      std::fill(vector + free[column], vector + width_, 0.0f);
    }
    RidgeRegression regression;
    regression.threads = options_.threads;
    regression.weights = post_weights_;
    regression.ridge = ridge;
    regression.free = free;
    RefitPrior(regression, features_, model_.posts, model_.columns);
  }

  const FactorModelOptions& options_;
  const Kernels& kernels_;
  const size_t width_;
  const PostFeatures& features_;
  const CsrMatrix& by_subject_;
  const CsrMatrix by_post_;
  const FreeDirections& free_;
  bool gated_ = false;
  FactorModel model_;
  DenseMatrix subjects_;
  std::vector<float> subject_gram_;
  std::vector<float> post_weights_;
  std::vector<uint32_t> column_floor_;
};

}  // namespace

absl::StatusOr<FactorModel> TrainFactorModel(const FactorModelOptions& options, const CsrMatrix& acts,
                                             const FreeDirections& free, const PostFeatures& features,
                                             std::span<const PostId> ids, EpochProgress progress) {
  return Trainer(options, acts, free, features, ids).Run(progress);
}

DenseMatrix FoldInRows(const FactorModelOptions& options, const FactorModel& model,
                       const CsrMatrix& subjects) {
  HalfStep step;
  step.kernels = options.kernels;
  step.threads = options.threads;
  step.dimension = options.dimension;
  step.regularization = options.subject;
  step.observations = &subjects;
  step.fixed = &model.posts;
  step.gram_diagonal = model.gram;
  if (options.use_mean_taste) step.mean = &model.mean_taste;
  DenseMatrix tastes;
  SolveHalfStep(step, tastes);
  return tastes;
}

}  // namespace bauta
