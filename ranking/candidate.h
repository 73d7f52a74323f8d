// Candidates on their way from the sources to the feed.
#ifndef BAUTA_RANKING_CANDIDATE_H_
#define BAUTA_RANKING_CANDIDATE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "ranking/live_posts.h"
#include "ranking/ranked_feed.h"
#include "ranking/small_map.h"

namespace bauta {

struct Candidate {
  PostRow row = kNoRow;
  SourceSet sources;
  float caller = 0;
};

// Breaks ties between equal scores: differently for each seed, equally for every order of arrival.
inline uint64_t TieOf(uint64_t seed, PostId post) { return MixBits(seed ^ MixBits(post.value())); }

// The candidates of one call, each once. What a filter took out is remembered, so that it counts once.
class CandidateSet {
 public:
  enum class Entry { kNew, kKept, kRemoved };

  void Clear() {
    kept_.clear();
    by_row_.Clear();
  }

  // What is known of `row` so far.
  Entry Find(PostRow row) const {
    const uint32_t* index = by_row_.Find(row);
    if (index == nullptr) return Entry::kNew;
    return *index == kRemovedIndex ? Entry::kRemoved : Entry::kKept;
  }
  void Keep(PostRow row, float caller) {
    by_row_[row] = static_cast<uint32_t>(kept_.size());
    kept_.push_back({row, {}, caller});
  }
  void Remove(PostRow row) { by_row_[row] = kRemovedIndex; }
  Candidate& At(PostRow row) { return kept_[*by_row_.Find(row)]; }

  std::span<const Candidate> kept() const { return kept_; }

 private:
  static constexpr uint32_t kRemovedIndex = UINT32_MAX;
  std::vector<Candidate> kept_;
  SmallMap<uint32_t> by_row_;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_CANDIDATE_H_
