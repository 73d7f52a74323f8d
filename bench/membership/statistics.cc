#include "bench/membership/statistics.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "training/half_step.h"

namespace bauta::bench {
namespace {

using Matrix = Eigen::MatrixXf;
using Vector = Eigen::VectorXf;

Eigen::Map<const Vector> VectorAt(const DenseMatrix& matrix, size_t row, size_t size) {
  return {matrix.row(row), static_cast<Eigen::Index>(size)};
}

// What the shadows say of the items.
class Discriminant {
 public:
  Discriminant(const Population& population, const PostFeatures& features,
               const std::vector<ReleasedModel>& models)
      : population_(population),
        features_(features),
        models_(models),
        mean_(MeanItems(models)),
        dimension_(models[0].dimension),
        taste_(dimension_ - 1),
        by_post_(Transpose(population.matrices.exposures)) {
    FoldIn();
    CountSubjects();
    FindPrecisions();
    FactorPosts();
    WeighColumns();
  }

  Statistic Run() const {
    Statistic statistic{"push", models_.size(), {}, {}};
    for (size_t subject = 0; subject < population_.subjects(); ++subject) AddSubject(subject, statistic);
    return statistic;
  }

 private:
  size_t posts() const { return population_.posts.size(); }

  // Every subject's taste under the mean model.
  void FoldIn() {
    FactorModel mean;
    mean.dimension = taste_;
    const size_t width = PadForKernels(taste_);
    mean.posts = {posts(), width, std::vector<float>(posts() * width, 0.0f)};
    for (size_t post = 0; post < posts(); ++post) {
      std::copy(mean_.row(post), mean_.row(post) + taste_, mean.posts.row(post));
    }
    mean.mean_taste = {1, width, std::vector<float>(width, 0.0f)};
    std::copy(mean_.row(mean_.rows - 1), mean_.row(mean_.rows - 1) + taste_, mean.mean_taste.row(0));
    const DenseMatrix gram = GramMatrix(BestKernels(), mean.posts, 1);
    for (size_t i = 0; i < taste_; ++i) mean.gram.push_back(gram.row(i)[i]);
    users_ = FoldInRows(models_[0].factor_options, mean, population_.matrices.acts);
    user_gram_ = GramMatrix(BestKernels(), users_, 1);
  }

  void CountSubjects() {
    for (size_t post = 0; post < posts(); ++post) counts_.push_back(by_post_.row(post).size());
    for (const uint32_t count : features_.CountSubjects(population_.matrices.exposures))
      counts_.push_back(count);
    counts_.push_back(population_.subjects());
    for (size_t item = 0; item < mean_.rows; ++item) {
      size_t released = 0, free = 0;
      for (const ReleasedModel& model : models_) {
        released += model.free[item] > 0;
        free += model.free[item];
      }
      const bool is_released = 2 * released >= models_.size();
      free_.push_back(is_released ? (free + models_.size() / 2) / models_.size() : 0);
    }
  }

  // One covariance for the items of about the same number of subjects: of posts and of columns apart.
  void FindPrecisions() {
    std::vector<size_t> order;
    for (size_t item = 0; item < mean_.rows; ++item) {
      if (free_[item] > 0) order.push_back(item);
    }
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return std::pair(a >= posts(), counts_[a]) < std::pair(b >= posts(), counts_[b]);
    });
    const size_t samples_min = 6 * dimension_;
    precision_of_.assign(mean_.rows, 0);
    for (size_t begin = 0; begin < order.size();) {
      size_t end = begin;
      while (end < order.size() && (order[end] >= posts()) == (order[begin] >= posts()) &&
             ((end - begin) * models_.size() < samples_min ||
              static_cast<double>(counts_[order[end]]) < 1.5 * static_cast<double>(counts_[order[begin]]))) {
        ++end;
      }
      for (size_t i = begin; i < end; ++i) precision_of_[order[i]] = precisions_.size();
      precisions_.push_back(Precision({order.begin() + static_cast<std::ptrdiff_t>(begin),
                                       order.begin() + static_cast<std::ptrdiff_t>(end)}));
      begin = end;
    }
  }

  Matrix Precision(const std::vector<size_t>& items) const {
    constexpr float kRidge = 1e-3f, kSamplesOfRidge = 0.05f;
    const auto d = static_cast<Eigen::Index>(dimension_);
    Matrix sum = Matrix::Zero(d, d);
    for (const size_t item : items) {
      for (const ReleasedModel& model : models_) {
        const Vector deviation = VectorAt(model.items, item, dimension_) - VectorAt(mean_, item, dimension_);
        sum.selfadjointView<Eigen::Lower>().rankUpdate(deviation);
      }
    }
    sum /= static_cast<float>(items.size() * models_.size());
    const Vector diagonal = sum.diagonal();
    // Shrunk towards its own diagonal, since samples are few; the floor is for what never varies.
    Matrix covariance = sum.selfadjointView<Eigen::Lower>();
    covariance *= 1 - kSamplesOfRidge;
    covariance.diagonal() = diagonal;
    covariance.diagonal().array() += kRidge * diagonal.mean() + 1e-20f;
    return covariance.llt().solve(Matrix::Identity(d, d));
  }

  // A_p of half of the subjects, factored.
  void FactorPosts() {
    const auto d = static_cast<Eigen::Index>(taste_);
    const Regularization& regularization = models_[0].factor_options.post;
    const Eigen::Map<const Matrix, 0, Eigen::OuterStride<>> gram(
        user_gram_.values.data(), d, d, Eigen::OuterStride<>(static_cast<Eigen::Index>(user_gram_.columns)));
    const CsrMatrix by_post = Transpose(population_.matrices.acts);
    for (size_t post = 0; post < posts(); ++post) {
      Matrix a = 0.5f * regularization.alpha0 * gram;
      float confidence = 0;
      for (const MatrixEntry& entry : by_post.row(post)) {
        a.selfadjointView<Eigen::Lower>().rankUpdate(VectorAt(users_, entry.column, taste_),
                                                     0.5f * entry.confidence);
        confidence += 0.5f * entry.confidence;
      }
      a.diagonal().array() += regularization.LambdaOf(confidence);
      factors_.push_back(a.selfadjointView<Eigen::Lower>().llt());
    }
    float sum = 0, confidence = 0;
    answered_.assign(posts(), 0);
    for (const MatrixEntry& entry : population_.matrices.exposures.entries) {
      answered_[entry.column] += 0.5f * entry.confidence;
      sum += entry.confidence * entry.target;
      confidence += entry.confidence;
    }
    everybody_ = confidence > 0 ? sum / confidence : 0;
  }

  void WeighColumns() {
    column_weight_.assign(features_.columns(), models_[0].factor_options.ridge);
    const float half = models_[0].factor_options.prior_weight_half;
    for (size_t post = 0; post < posts(); ++post) {
      const float subjects = 0.5f * static_cast<float>(counts_[post]);
      post_weight_.push_back(subjects / (subjects + half));
      for (const Feature& feature : features_.of(post)) {
        column_weight_[feature.column] += feature.value * feature.value * post_weight_[post];
      }
    }
  }

  // Adds what the item's push, cut to its free directions, tells.
  void AddPush(size_t item, Vector push, std::vector<double>& values, double& strength) const {
    if (free_[item] == 0) return;
    const size_t taste_free = std::min<size_t>(free_[item] - 1, taste_);
    for (size_t i = taste_free; i < taste_; ++i) push[static_cast<Eigen::Index>(i)] = 0;
    const Vector weight = precisions_[precision_of_[item]] * push;
    strength += static_cast<double>(weight.dot(push));
    const float at_mean = weight.dot(VectorAt(mean_, item, dimension_));
    for (size_t model = 0; model < models_.size(); ++model) {
      values[model] +=
          static_cast<double>(weight.dot(VectorAt(models_[model].items, item, dimension_)) - at_mean);
    }
  }

  void AddSubject(size_t subject, Statistic& statistic) const {
    const auto d = static_cast<Eigen::Index>(dimension_), taste = d - 1;
    const Vector u = VectorAt(users_, subject, taste_);
    std::vector<double> values(models_.size(), 0.0);
    double strength = 0;
    std::vector<std::pair<uint32_t, Vector>> of_columns;
    const auto acts = population_.matrices.acts.row(subject);
    auto act = acts.begin();
    for (const MatrixEntry& shown : population_.matrices.exposures.row(subject)) {
      const uint32_t post = shown.column;
      Vector push = Vector::Zero(d);
      while (act != acts.end() && act->column < post) ++act;
      if (act != acts.end() && act->column == post) {
        const float residual = act->target - u.dot(VectorAt(mean_, post, taste_));
        push.head(taste) = factors_[post].solve(u) * (act->confidence * residual);
      }
      push[taste] = shown.confidence * (shown.target - everybody_) / (answered_[post] + 20.0f);
      for (const Feature& feature : features_.of(post)) {
        const float share = feature.value * post_weight_[post] / column_weight_[feature.column];
        of_columns.push_back({feature.column, push * share});
      }
      AddPush(post, push, values, strength);
    }
    AddColumns(of_columns, values, strength);
    Vector push = Vector::Zero(d);
    push.head(taste) =
        (u - VectorAt(mean_, mean_.rows - 1, taste_)) / (0.5f * static_cast<float>(population_.subjects()));
    AddPush(mean_.rows - 1, push, values, strength);
    statistic.values.insert(statistic.values.end(), values.begin(), values.end());
    statistic.strength.push_back(std::sqrt(std::max(strength, 0.0)));
  }

  void AddColumns(std::vector<std::pair<uint32_t, Vector>>& pushes, std::vector<double>& values,
                  double& strength) const {
    std::stable_sort(pushes.begin(), pushes.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (size_t i = 0; i < pushes.size();) {
      Vector sum = Vector::Zero(static_cast<Eigen::Index>(dimension_));
      const uint32_t column = pushes[i].first;
      for (; i < pushes.size() && pushes[i].first == column; ++i) sum += pushes[i].second;
      AddPush(posts() + column, std::move(sum), values, strength);
    }
  }

  const Population& population_;
  const PostFeatures& features_;
  const std::vector<ReleasedModel>& models_;
  const DenseMatrix mean_;
  const size_t dimension_, taste_;
  const CsrMatrix by_post_;
  DenseMatrix users_, user_gram_;
  std::vector<size_t> counts_, free_, precision_of_;  // Of each item.
  std::vector<Matrix> precisions_;
  std::vector<Eigen::LLT<Matrix>> factors_;
  std::vector<float> answered_, post_weight_, column_weight_;
  float everybody_ = 0;
};

// α₀ uᵀGu + Σ c (t − u·q)² + λ‖u − μ‖².
double LossOf(const ReleasedModel& model, std::span<const MatrixEntry> acts, const float* u) {
  double loss = 0;
  float confidence = 0;
  for (const MatrixEntry& entry : acts) {
    double score = 0;
    const float* q = model.factors.posts.row(entry.column);
    for (size_t i = 0; i < model.factors.dimension; ++i) score += double{u[i]} * q[i];
    loss += entry.confidence * (entry.target - score) * (entry.target - score);
    confidence += entry.confidence;
  }
  const Regularization& regularization = model.factor_options.subject;
  const float* mean = model.factors.mean_taste.row(0);
  for (size_t i = 0; i < model.factors.dimension; ++i) {
    const double from_mean = double{u[i]} - mean[i];
    loss += double{regularization.alpha0} * model.factors.gram[i] * u[i] * u[i] +
            double{regularization.LambdaOf(confidence)} * from_mean * from_mean;
  }
  return loss;
}

}  // namespace

Statistic PushStatistic(const Population& population, const PostFeatures& features,
                        const std::vector<ReleasedModel>& models) {
  return Discriminant(population, features, models).Run();
}

Statistic FitStatistic(const Population& population, const std::vector<ReleasedModel>& models) {
  const CsrMatrix& acts = population.matrices.acts;
  Statistic statistic{"fit", models.size(), std::vector<double>(acts.rows() * models.size()), {}};
  for (size_t model = 0; model < models.size(); ++model) {
    const DenseMatrix tastes = FoldInRows(models[model].factor_options, models[model].factors, acts);
    for (size_t subject = 0; subject < acts.rows(); ++subject) {
      statistic.values[subject * models.size() + model] =
          -LossOf(models[model], acts.row(subject), tastes.row(subject));
    }
  }
  for (size_t subject = 0; subject < acts.rows(); ++subject) {
    statistic.strength.push_back(std::sqrt(static_cast<double>(acts.row(subject).size())));
  }
  return statistic;
}

}  // namespace bauta::bench
