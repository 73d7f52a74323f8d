#include "training/noised_model.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "training/first_vectors.h"
#include "training/hierarchy_fit.h"
#include "training/item_weights.h"
#include "training/row_tally.h"

namespace bauta {
namespace {

// Deviations by which a noised count must exceed k to stand for a crowd of k: one in a thousand of those
// below k passes.
constexpr double kSurely = 3;

double Squared(double x) { return x * x; }

// Computes from released sums alone.
class Learner {
 public:
  Learner(const NoiseOptions& noise, const FactorModelOptions& options, double alpha0_over_density,
          const InteractionMatrices& matrices, const PostFeatures& features)
      : options_(options),
        alpha0_over_density_(alpha0_over_density),
        features_(features),
        levels_(LevelsOf(features)),
        columns_(features.columns()),
        items_(features.columns() + features.posts()),
        sums_(noise, matrices, features) {}

  NoisedModel Run() {
    totals_ = sums_.SumTotals();
    model_.subjects = totals_.subjects;
    model_.alpha0 = static_cast<float>(alpha0_over_density_ * totals_.acted / totals_.subjects /
                                       static_cast<double>(std::max<size_t>(features_.posts(), 1)));
    options_.subject.alpha0 = options_.post.alpha0 = model_.alpha0;
    model_.free = {std::vector<uint32_t>(features_.posts(), 0), std::vector<uint32_t>(columns_, 0)};
    CountCrowds();
    LearnRates();
    LearnTastes();
    return std::move(model_);
  }

 private:
  void CountCrowds() {
    const NoisedSums::Crowds crowds = sums_.SumCrowds();
    weights_ = WeighItems(crowds, totals_.shown, features_);
    for (size_t l = 0; l < levels_.size(); ++l) {
      const double enough = static_cast<double>(options_.crowd_min) + kSurely * crowds.subjects_deviation[l];
      for (size_t item = levels_[l].begin; item < levels_[l].end; ++item) {
        counted_.push_back(crowds.subjects[item] >= enough);
      }
    }
  }

  void LearnRates() {
    const double everybody = std::clamp(totals_.answered / totals_.shown, 0.0, 1.0);
    NoisedSums::ItemSums answers = sums_.SumAnswers(everybody, counted_);
    CoordinateSums sums{PostWeights(), std::move(answers.sums), {}, counted_};
    AddVariances(everybody * (1 - everybody), answers.deviation, sums);
    const std::vector<double> values = Fit(sums);
    model_.quality = CenterRates(OfPosts(values), std::span(values).first(columns_), features_, counted_[0]);
  }

  void LearnTastes() {
    const FirstVectors first =
        FindFirstVectors(sums_, options_, alpha0_over_density_, features_, weights_, counted_);
    directions_ = first.directions;
    const Eigenbasis basis = TurnToTastes(sums_.SumTastes(options_, first.model, directions_));
    FitVectors(basis, sums_.SumTaught(counted_));
    TurnToPosts();
  }

  // The basis in which tastes are uncorrelated. The mean taste has length one in it (see FactorModel).
  Eigenbasis TurnToTastes(const NoisedSums::Moments& moments) {
    const size_t width = PadForKernels(options_.dimension);
    DenseMatrix second = ZeroMatrix(width, width);
    DenseMatrix& mean = model_.factors.mean_taste = ZeroMatrix(1, width);
    double squares = 0;
    for (const double sum : moments.first) squares += Squared(sum / totals_.subjects);
    unit_ = squares > 0 ? 1 / std::sqrt(squares) : 1;
    for (size_t i = 0; i < directions_; ++i) {
      mean.values[i] = static_cast<float>(unit_ * moments.first[i] / totals_.subjects);
      for (size_t j = 0; j < directions_; ++j) {
        second.row(i)[j] = static_cast<float>(Squared(unit_) * moments.second[i * directions_ + j]);
      }
    }
    Eigenbasis basis = FindEigenbasis(second, options_.dimension);
    Rotate(*options_.kernels, basis, options_.threads, mean);
    return basis;
  }

  // The half-step: in this basis each coordinate is a problem of its own, its weight α₀ Σ u² + Σ c u².
  void FitVectors(const Eigenbasis& basis, const NoisedSums::ItemSums& taught) {
    const size_t width = PadForKernels(options_.dimension);
    DenseMatrix sums_of = ZeroMatrix(items_, width);
    for (size_t item = 0; item < items_; ++item) {
      for (size_t i = 0; i < directions_; ++i) {
        sums_of.row(item)[i] = static_cast<float>(unit_ * taught.sums[item * directions_ + i]);
      }
    }
    Rotate(*options_.kernels, basis, options_.threads, sums_of);
    std::vector<double> deviation;
    for (const double each : taught.deviation) deviation.push_back(unit_ * each);

    FactorModel& factors = model_.factors;
    factors.dimension = options_.dimension;
    factors.posts = ZeroMatrix(features_.posts(), width);
    factors.columns = ZeroMatrix(columns_, width);
    const double acted_when_shown = totals_.acted / totals_.shown;
    for (size_t i = 0; i < directions_; ++i) {
      const double square = basis.values[i] / totals_.subjects;  // The mean of u².
      taste_variance_.push_back(std::max(square - Squared(factors.mean_taste.values[i]), 0.0));
      if (!(square > 0)) continue;
      CoordinateSums sums{PostWeights(), {}, {}, counted_};
      for (double& weight : sums.weights) {
        weight = square * (model_.alpha0 * totals_.subjects + acted_when_shown * weight);
      }
      for (size_t item = 0; item < items_; ++item) sums.sums.push_back(sums_of.row(item)[i]);
      AddVariances(square * acted_when_shown, deviation, sums);
      const std::vector<double> values = Fit(sums);
      const std::vector<double> of_posts = OfPosts(values);
      for (size_t k = 0; k < columns_; ++k) factors.columns.row(k)[i] = static_cast<float>(values[k]);
      for (size_t post = 0; post < of_posts.size(); ++post) {
        factors.posts.row(post)[i] = static_cast<float>(of_posts[post]);
      }
    }
  }

  // Into the eigenbasis of the posts' Gram matrix, as all models.
  void TurnToPosts() {
    FactorModel& factors = model_.factors;
    const Eigenbasis basis =
        FindEigenbasis(GramMatrix(*options_.kernels, factors.posts, options_.threads), options_.dimension);
    factors.gram = basis.values;
    factors.gate_directions = basis.vectors;
    factors.taste_variance.assign(options_.dimension, 0.0f);
    for (size_t i = 0; i < directions_; ++i) {
      for (size_t j = 0; j < options_.dimension; ++j) {
        factors.taste_variance[j] +=
            static_cast<float>(Squared(basis.vectors.row(i)[j]) * taste_variance_[i]);
      }
    }
    for (DenseMatrix* each : {&factors.posts, &factors.columns, &factors.mean_taste}) {
      Rotate(*options_.kernels, basis, options_.threads, *each);
    }
  }

  std::vector<double> PostWeights() const {
    return {weights_.begin() + static_cast<std::ptrdiff_t>(columns_), weights_.end()};
  }

  // What subjects do by chance, `by_chance` for each unit of weight, and the noise.
  void AddVariances(double by_chance, const std::vector<double>& deviation, CoordinateSums& sums) const {
    for (size_t l = 0; l < levels_.size(); ++l) {
      for (size_t item = levels_[l].begin; item < levels_[l].end; ++item) {
        sums.variances.push_back(by_chance * weights_[item] + Squared(deviation[l]));
      }
    }
  }

  // Where a value is not zero, the item is in the model.
  std::vector<double> Fit(const CoordinateSums& sums) {
    std::vector<double> values = FitHierarchy(features_, levels_, sums);
    const auto all = static_cast<uint32_t>(options_.dimension + 1);
    for (size_t item = 0; item < items_; ++item) {
      if (values[item] == 0) continue;
      (item < columns_ ? model_.free.columns[item] : model_.free.posts[item - columns_]) = all;
    }
    return values;
  }

  // A post's own value and those of its features.
  std::vector<double> OfPosts(const std::vector<double>& values) const {
    std::vector<double> of_posts(values.begin() + static_cast<std::ptrdiff_t>(columns_), values.end());
    for (size_t post = 0; post < of_posts.size(); ++post) {
      for (const Feature& feature : features_.of(post)) {
        of_posts[post] += feature.value * values[feature.column];
      }
    }
    return of_posts;
  }

  FactorModelOptions options_;
  const double alpha0_over_density_;
  const PostFeatures& features_;
  const std::vector<ItemLevel> levels_;
  const size_t columns_, items_;
  NoisedSums sums_;
  NoisedSums::Totals totals_;
  std::vector<double> weights_;  // Of each item.
  std::vector<bool> counted_;    // Of each item: a crowd stands behind it.
  size_t directions_ = 0;
  double unit_ = 1;                     // What tastes are multiplied by.
  std::vector<double> taste_variance_;  // By direction, before the last turn.
  NoisedModel model_;
};

}  // namespace

NoisedModel TrainNoisedModel(const NoiseOptions& noise, const FactorModelOptions& options,
                             float alpha0_over_density, const InteractionMatrices& matrices,
                             const PostFeatures& features) {
  return Learner(noise, options, alpha0_over_density, matrices, features).Run();
}

}  // namespace bauta
