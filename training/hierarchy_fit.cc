#include "training/hierarchy_fit.h"

#include <algorithm>
#include <utility>

namespace bauta {
namespace {

constexpr int kSweeps = 4;

class Fit {
 public:
  Fit(const PostFeatures& features, const CoordinateSums& sums)
      : sums_(sums),
        columns_(features.columns()),
        values_(columns_ + features.posts(), 0.0),
        predicted_(features.posts(), 0.0),
        index_(IndexByColumn(features)) {
    for (size_t k = 0; k < columns_; ++k) {
      double weight = 0;
      for (const Feature& feature : index_.of(k)) {
        weight += double{feature.value} * feature.value * sums_.weights[feature.column];
      }
      weights_.push_back(weight);
    }
    weights_.insert(weights_.end(), sums_.weights.begin(), sums_.weights.end());
  }

  void SolveLevel(const ItemLevel& level) {
    const double spread = Spread(level);
    for (size_t item = level.begin; item < level.end; ++item) {
      if (!IsKnown(item)) continue;
      const double weight = weights_[item], left = Residual(item) + weight * values_[item];
      const double variance = sums_.variances[item] / (weight * weight);
      const double value = spread > 0 ? left / weight * (spread / (spread + variance)) : 0;
      Move(item, value - values_[item]);
      values_[item] = value;
    }
  }

  std::vector<double> Take() && { return std::move(values_); }

 private:
  bool IsKnown(size_t item) const { return sums_.counted[item] && weights_[item] > 0; }

  // What the present values leave of an item's sum.
  double Residual(size_t item) const {
    if (item >= columns_) return sums_.sums[item] - weights_[item] * predicted_[item - columns_];
    double explained = 0;
    for (const Feature& feature : index_.of(item)) {
      explained += feature.value * sums_.weights[feature.column] * predicted_[feature.column];
    }
    return sums_.sums[item] - explained;
  }

  // τ²: what the estimates vary more than their own variances explain, the certain ones first.
  double Spread(const ItemLevel& level) const {
    double excess = 0, trust = 0;
    for (size_t item = level.begin; item < level.end; ++item) {
      if (!IsKnown(item)) continue;
      const double weight = weights_[item];
      const double estimate = Residual(item) / weight + values_[item];
      const double variance = sums_.variances[item] / (weight * weight);
      const double certainty = 1 / (variance * variance);
      excess += certainty * (estimate * estimate - variance);
      trust += certainty;
    }
    return trust > 0 ? std::max(excess / trust, 0.0) : 0;
  }

  void Move(size_t item, double change) {
    if (item >= columns_) {
      predicted_[item - columns_] += change;
      return;
    }
    for (const Feature& feature : index_.of(item)) predicted_[feature.column] += feature.value * change;
  }

  const CoordinateSums& sums_;
  const size_t columns_;
  std::vector<double> values_, predicted_;
  std::vector<double> weights_;  // Of each item: Σ f² ω of a column.
  const ColumnIndex index_;
};

}  // namespace

std::vector<double> FitHierarchy(const PostFeatures& features, const std::vector<ItemLevel>& levels,
                                 const CoordinateSums& sums) {
  Fit fit(features, sums);
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    for (const ItemLevel& level : levels) fit.SolveLevel(level);
  }
  return std::move(fit).Take();
}

}  // namespace bauta
