#include "training/row_tally.h"

#include <algorithm>

namespace bauta {

std::vector<ItemLevel> LevelsOf(const PostFeatures& features) {
  std::vector<ItemLevel> levels;
  for (size_t begin = 0; begin < features.columns();) {
    size_t end = begin;
    while (end < features.columns() && features.group(end) == features.group(begin)) ++end;
    levels.push_back({begin, end});
    begin = end;
  }
  levels.push_back({features.columns(), features.columns() + features.posts()});
  return levels;
}

RowTally::RowTally(const InteractionMatrices& matrices, const PostFeatures& features)
    : matrices_(matrices),
      features_(features),
      tallies_(features.columns() + features.posts()),
      is_touched_(tallies_.size(), false) {}

template <class AddTo>
void RowTally::AddToItems(uint32_t post, AddTo add) {
  const auto add_to = [&](size_t item, double value) {
    if (!is_touched_[item]) items_.push_back(item);
    is_touched_[item] = true;
    add(tallies_[item], value);
  };
  for (const Feature& feature : features_.of(post)) add_to(feature.column, feature.value);
  add_to(features_.columns() + post, 1);
}

void RowTally::Read(size_t row, double everybody) {
  for (const size_t item : items_) {
    tallies_[item] = {};
    is_touched_[item] = false;
  }
  items_.clear();
  for (const MatrixEntry& entry : matrices_.exposures.row(row)) {
    AddToItems(entry.column, [&](ItemTally& tally, double f) {
      tally.shown += entry.confidence * f * f;
      tally.residual += entry.confidence * (entry.target - everybody) * f;
    });
  }
  for (const MatrixEntry& entry : matrices_.acts.row(row)) {
    AddToItems(entry.column,
               [&](ItemTally& tally, double f) { tally.taught += entry.confidence * entry.target * f; });
  }
  std::sort(items_.begin(), items_.end());
}

std::span<const size_t> RowTally::ItemsOf(const ItemLevel& level) const {
  return {std::lower_bound(items_.begin(), items_.end(), level.begin),
          std::lower_bound(items_.begin(), items_.end(), level.end)};
}

}  // namespace bauta
