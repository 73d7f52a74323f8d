// What one subject's row says of each item: of the columns of the features, then of the posts.
#ifndef BAUTA_TRAINING_ROW_TALLY_H_
#define BAUTA_TRAINING_ROW_TALLY_H_

#include <cstddef>
#include <span>
#include <vector>

#include "training/interaction_matrix.h"
#include "training/post_features.h"

namespace bauta {

// The items [begin, end) of one kind.
struct ItemLevel {
  size_t begin = 0, end = 0;

  size_t size() const { return end - begin; }
};

// The groups of features that have columns, the bias first; last the posts.
std::vector<ItemLevel> LevelsOf(const PostFeatures& features);

struct ItemTally {
  double shown = 0;     // Σ c f² of exposures,
  double residual = 0;  // and Σ c (t − r₀) f.
  double taught = 0;    // Σ c t f of acts.
};

// Not thread-safe: holds one row at a time.
class RowTally {
 public:
  RowTally(const InteractionMatrices& matrices, const PostFeatures& features);

  // `everybody` is r₀, the answer rate of all posts.
  void Read(size_t row, double everybody);

  // The items of the level that the row has anything on, rising.
  std::span<const size_t> ItemsOf(const ItemLevel& level) const;
  const ItemTally& of(size_t item) const { return tallies_[item]; }

 private:
  template <class AddTo>
  void AddToItems(uint32_t post, AddTo add);

  const InteractionMatrices& matrices_;
  const PostFeatures& features_;
  std::vector<ItemTally> tallies_;  // Of all items; zeros but for items_.
  std::vector<bool> is_touched_;
  std::vector<size_t> items_;
};

}  // namespace bauta

#endif  // BAUTA_TRAINING_ROW_TALLY_H_
