#include "training/ranking_metrics.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace bauta {
namespace {

bool Before(const RankedItem& a, const RankedItem& b) {
  return a.score != b.score ? a.score > b.score : a.tie < b.tie;
}

// The first `k` in order.
std::vector<RankedItem> Top(std::span<const RankedItem> items, size_t k) {
  std::vector<RankedItem> top(std::min(k, items.size()));
  std::partial_sort_copy(items.begin(), items.end(), top.begin(), top.end(), Before);
  return top;
}

size_t CountRelevant(std::span<const RankedItem> items) {
  return static_cast<size_t>(
      std::count_if(items.begin(), items.end(), [](const RankedItem& item) { return item.relevant; }));
}

}  // namespace

std::optional<double> AreaUnderCurve(std::span<const RankedItem> items) {
  const size_t relevant = CountRelevant(items), others = items.size() - relevant;
  if (relevant == 0 || others == 0) return std::nullopt;
  std::vector<RankedItem> rising(items.begin(), items.end());
  std::sort(rising.begin(), rising.end(),
            [](const RankedItem& a, const RankedItem& b) { return a.score < b.score; });
  double wins = 0;
  size_t others_below = 0;
  for (size_t begin = 0; begin < rising.size();) {
    size_t end = begin, relevant_here = 0;
    while (end < rising.size() && rising[end].score == rising[begin].score) {
      relevant_here += rising[end++].relevant;
    }
    const size_t others_here = end - begin - relevant_here;
    wins += static_cast<double>(relevant_here) *
            (static_cast<double>(others_below) + 0.5 * static_cast<double>(others_here));
    others_below += others_here;
    begin = end;
  }
  return wins / (static_cast<double>(relevant) * static_cast<double>(others));
}

std::optional<double> Ndcg(std::span<const RankedItem> items, size_t k) {
  const size_t relevant = CountRelevant(items);
  if (relevant == 0) return std::nullopt;
  const auto discount = [](size_t place) { return 1 / std::log2(static_cast<double>(place) + 2); };
  double gain = 0, best = 0;
  const std::vector<RankedItem> top = Top(items, k);
  for (size_t place = 0; place < top.size(); ++place) {
    if (top[place].relevant) gain += discount(place);
  }
  for (size_t place = 0; place < std::min(k, relevant); ++place) best += discount(place);
  return gain / best;
}

std::optional<double> Recall(std::span<const RankedItem> items, size_t k) {
  const size_t relevant = CountRelevant(items);
  if (relevant == 0) return std::nullopt;
  return static_cast<double>(CountRelevant(Top(items, k))) / static_cast<double>(relevant);
}

bool IsHit(std::span<const RankedItem> items, size_t k) { return CountRelevant(Top(items, k)) > 0; }

double MeanFigure::standard_error() const {
  if (count_ < 2) return 0;
  const auto n = static_cast<double>(count_);
  const double variance = std::max(0.0, (square_sum_ - sum_ * sum_ / n) / (n - 1));
  return std::sqrt(variance / n);
}

}  // namespace bauta
