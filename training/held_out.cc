#include "training/held_out.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "training/random.h"
#include "training/ranking_metrics.h"
#include "training/score_weights.h"

namespace bauta {
namespace {

template <class Score>
HeldOutFigures Measure(const TrainingSet& set, std::span<const ReplayList> lists, Score score) {
  std::vector<std::pair<uint32_t, RankedItem>> items;
  for (const ReplayList& list : lists) {
    for (const ReplayItem& item : list.items) {
      const uint64_t tie = MixSeed(set.ids()[item.post].value() + MixSeed(list.row));
      items.push_back({list.row, {score(item), tie, item.answered}});
    }
  }
  std::stable_sort(items.begin(), items.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  MeanFigure ndcg, hits, area;
  std::vector<RankedItem> of_row;
  for (size_t begin = 0; begin < items.size();) {
    of_row.clear();
    size_t end = begin;
    while (end < items.size() && items[end].first == items[begin].first)
      of_row.push_back(items[end++].second);
    begin = end;
    const std::optional<double> auc = AreaUnderCurve(of_row);
    if (!auc) continue;
    area.Add(auc);
    ndcg.Add(Ndcg(of_row, 10));
    hits.Add(IsHit(of_row, 10) ? 1.0 : 0.0);
  }
  return {ndcg.mean(), ndcg.standard_error(), hits.mean(), area.mean(), ndcg.count()};
}

}  // namespace

HeldOutFigures MeasureModel(const TrainingSet& set, std::span<const ReplayList> lists,
                            const ScoreWeights& weights, float half_life_hours) {
  return Measure(set, lists, [&](const ReplayItem& item) { return ScoreOf(item, weights, half_life_hours); });
}

HeldOutFigures MeasurePopularity(const TrainingSet& set, std::span<const ReplayList> lists, size_t window) {
  return Measure(set, lists,
                 [&](const ReplayItem& item) { return static_cast<float>(item.popularity[window]); });
}

size_t BestPopularityWindow(const TrainingSet& set, std::span<const ReplayList> lists) {
  size_t best = 0;
  double best_ndcg = -1;
  for (size_t window = 0; window < kPopularityWindows.size(); ++window) {
    const double ndcg = MeasurePopularity(set, lists, window).ndcg_at_10;
    if (ndcg > best_ndcg) {
      best = window;
      best_ndcg = ndcg;
    }
  }
  return best;
}

}  // namespace bauta
