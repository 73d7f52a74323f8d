#include "training/score_weights.h"

#include <Eigen/Dense>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace bauta {
namespace {

enum Learned : int { kTaste, kFreshness, kPopularity, kFatigue, kLearnedCount };
constexpr int kIntercept = kLearnedCount;
constexpr int kParameters = kLearnedCount + 1;
using Vector = Eigen::Matrix<double, kParameters, 1>;
using Matrix = Eigen::Matrix<double, kParameters, kParameters>;

// Freshness half-lives that are tried, in hours.
constexpr std::array<float, 6> kHalfLives = {3, 12, 24, 72, 168, 720};

// Of more items, evenly spaced ones are learned from: five weights need no more.
constexpr size_t kExamplesMax = 200'000;

float FreshnessAt(float freshness, float had_half_life, float half_life) {
  return std::pow(freshness, had_half_life / half_life);
}

struct Examples {
  std::vector<Vector> x;
  std::vector<bool> answered;
};

Examples Gather(std::span<const ReplayList> lists, float had_half_life, float half_life) {
  size_t items = 0;
  for (const ReplayList& list : lists) items += list.items.size();
  const size_t every = items / kExamplesMax + 1;
  Examples examples;
  size_t index = 0;
  for (const ReplayList& list : lists) {
    for (const ReplayItem& item : list.items) {
      if (index++ % every != 0) continue;
      Vector x;
      x << item.features.taste, FreshnessAt(item.features.freshness, had_half_life, half_life),
          item.features.popularity, -item.features.fatigue, 1;
      examples.x.push_back(x);
      examples.answered.push_back(item.answered);
    }
  }
  return examples;
}

class LogisticRegression {
 public:
  LogisticRegression(const Examples& examples, const Vector& center, double ridge)
      : examples_(examples), center_(center) {
    Vector sum = Vector::Zero(), squares = Vector::Zero();
    for (const Vector& x : examples.x) {
      sum += x;
      squares += x.cwiseProduct(x);
    }
    const auto n = static_cast<double>(examples.x.size());
    for (int j = 0; j < kParameters; ++j) {
      // A feature that never varies keeps its uninformed weight: any positive penalty does.
      const double variance = std::max(0.0, squares[j] / n - sum[j] * sum[j] / (n * n));
      penalty_[j] = j == kIntercept ? 0 : ridge * n * std::max(variance, 1e-12);
    }
  }

  // The weights, and the loss that they reach.
  std::pair<Vector, double> Solve() const {
    Vector w = center_;
    double loss = Loss(w);
    for (int step = 0; step < 50; ++step) {
      const Vector next = NewtonStep(w);
      // Halves the step until it gains: far from the minimum a whole one may overshoot.
      double length = 1, next_loss = loss;
      Vector candidate = w;
      for (; length > 1e-4; length /= 2) {
        candidate = Project(w + length * (next - w));
        next_loss = Loss(candidate);
        if (next_loss < loss) break;
      }
      if (!(next_loss < loss - 1e-9 * std::fabs(loss))) break;
      w = candidate;
      loss = next_loss;
    }
    return {w, loss};
  }

 private:
  static Vector Project(Vector w) {
    for (int j = 0; j < kIntercept; ++j) w[j] = std::max(w[j], 0.0);
    return w;
  }

  double Loss(const Vector& w) const {
    double loss = 0;
    for (size_t i = 0; i < examples_.x.size(); ++i) {
      const double margin = (examples_.answered[i] ? 1 : -1) * w.dot(examples_.x[i]);
      loss += margin > 0 ? std::log1p(std::exp(-margin)) : std::log1p(std::exp(margin)) - margin;
    }
    for (int j = 0; j < kIntercept; ++j)
      loss += 0.5 * penalty_[j] * (w[j] - center_[j]) * (w[j] - center_[j]);
    return loss;
  }

  Vector NewtonStep(const Vector& w) const {
    Vector gradient = Vector::Zero();
    Matrix curvature = Matrix::Identity() * 1e-9;
    for (size_t i = 0; i < examples_.x.size(); ++i) {
      const double p = 1 / (1 + std::exp(-w.dot(examples_.x[i])));
      gradient += (p - (examples_.answered[i] ? 1 : 0)) * examples_.x[i];
      curvature += p * (1 - p) * examples_.x[i] * examples_.x[i].transpose();
    }
    for (int j = 0; j < kIntercept; ++j) {
      gradient[j] += penalty_[j] * (w[j] - center_[j]);
      curvature(j, j) += penalty_[j];
    }
    // Weights at their bound that want to go below it stay there, and out of the others' way.
    for (int j = 0; j < kIntercept; ++j) {
      if (w[j] > 0 || gradient[j] <= 0) continue;
      curvature.row(j).setZero();
      curvature.col(j).setZero();
      curvature(j, j) = 1;
      gradient[j] = 0;
    }
    return w - curvature.ldlt().solve(gradient);
  }

  const Examples& examples_;
  const Vector center_;
  std::array<double, kParameters> penalty_{};
};

}  // namespace

ScoreWeights UninformedWeights() {
  ScoreWeights weights;
  weights.taste = 1;
  weights.locality = 1;
  weights.distance = 0.5f;
  weights.freshness = 0;
  weights.freshness_half_life_hours = 24;
  weights.popularity = 0;
  weights.follow = 1;
  weights.fatigue = 0;
  weights.caller = 1;
  return weights;
}

ScoreWeights FitScoreWeights(std::span<const ReplayList> lists, float features_half_life_hours,
                             const ScoreWeightOptions& options) {
  ScoreWeights best = UninformedWeights();
  Vector center;
  center << best.taste, best.freshness, best.popularity, best.fatigue, 0;
  double best_loss = std::numeric_limits<double>::infinity();
  for (const float half_life : kHalfLives) {
    const Examples examples = Gather(lists, features_half_life_hours, half_life);
    if (examples.x.empty()) break;
    const auto [w, loss] = LogisticRegression(examples, center, options.ridge).Solve();
    if (loss >= best_loss) continue;
    best_loss = loss;
    best.taste = static_cast<float>(w[kTaste]);
    best.freshness = static_cast<float>(w[kFreshness]);
    best.freshness_half_life_hours = half_life;
    best.popularity = static_cast<float>(w[kPopularity]);
    best.fatigue = static_cast<float>(w[kFatigue]);
  }
  return best;
}

float ScoreOf(const ReplayItem& item, const ScoreWeights& weights, float features_half_life_hours) {
  ScoreFeatures features = item.features;
  features.freshness =
      FreshnessAt(features.freshness, features_half_life_hours, weights.freshness_half_life_hours);
  return WeighFeatures(features, weights, TermScales()).Sum();
}

}  // namespace bauta
