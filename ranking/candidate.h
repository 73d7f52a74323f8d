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
  PostId post;
  PostRow row = kNoRow;
  SourceSet sources;
  float caller = 0;
};

// Breaks ties between equal scores: differently for each seed, equally for every order of arrival.
inline uint64_t TieOf(uint64_t seed, PostId post) { return MixBits(seed ^ MixBits(post.value())); }

// The candidates of one call, each once. What a filter took out is remembered, so that it counts once.
class CandidateSet {
 public:
  // What is known of one post so far; found with one look-up. Holds until the next SlotOf.
  class Slot {
   public:
    Slot() = default;
    bool is_new() const { return value_ == 0; }
    bool is_removed() const { return value_ == kRemoved; }

   private:
    friend class CandidateSet;
    static constexpr uint32_t kRemoved = UINT32_MAX;
    uint32_t value_ = 0;  // Place in kept_ + 1.
  };

  void Clear() {
    kept_.clear();
    by_row_.Clear();
  }

  Slot& SlotOf(PostRow row) { return by_row_[row]; }
  Candidate& Keep(Slot& slot, PostId post, PostRow row, float caller) {
    kept_.push_back({post, row, {}, caller});
    slot.value_ = static_cast<uint32_t>(kept_.size());
    return kept_.back();
  }
  void Remove(Slot& slot) { slot.value_ = Slot::kRemoved; }
  Candidate& At(const Slot& slot) { return kept_[slot.value_ - 1]; }

  // Keeps the first `count` alone. No look-up may follow.
  void Truncate(size_t count) { kept_.resize(count); }

  std::span<const Candidate> kept() const { return kept_; }

 private:
  std::vector<Candidate> kept_;
  SmallMap<Slot, PostRow> by_row_;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_CANDIDATE_H_
