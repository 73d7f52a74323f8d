// How good an order is, by the figures that the field publishes. Pure functions of scores and labels; where
// scores are equal, the order is that of `tie`, which must not tell the label.
#ifndef BAUTA_TRAINING_RANKING_METRICS_H_
#define BAUTA_TRAINING_RANKING_METRICS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace bauta {

struct RankedItem {
  float score = 0;
  uint64_t tie = 0;
  bool relevant = false;
};

// Area under the ROC curve: the chance that a relevant item stands above another; equal scores count half.
// nullopt unless there are both.
std::optional<double> AreaUnderCurve(std::span<const RankedItem> items);

// Normalized discounted cumulative gain with binary relevance: Σ 1/log2(rank + 1) over the relevant ones in
// the first `k`, divided by what the best order would have. nullopt unless there is a relevant one.
std::optional<double> Ndcg(std::span<const RankedItem> items, size_t k);

// Share of the relevant items that are in the first `k`. nullopt unless there is a relevant one.
std::optional<double> Recall(std::span<const RankedItem> items, size_t k);

// Whether a relevant one is in the first `k`.
bool IsHit(std::span<const RankedItem> items, size_t k);

// Mean over lists, and its standard error.
class MeanFigure {
 public:
  void Add(double value) {
    ++count_;
    sum_ += value;
    square_sum_ += value * value;
  }
  void Add(const std::optional<double>& value) {
    if (value) Add(*value);
  }
  size_t count() const { return count_; }
  double mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }
  double standard_error() const;

 private:
  size_t count_ = 0;
  double sum_ = 0;
  double square_sum_ = 0;
};

}  // namespace bauta

#endif  // BAUTA_TRAINING_RANKING_METRICS_H_
