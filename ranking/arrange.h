// From scored candidates to the order of a feed: spacing, the shares for fresh posts and for exploration, the
// best `limit`.
#ifndef BAUTA_RANKING_ARRANGE_H_
#define BAUTA_RANKING_ARRANGE_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "ranking/candidate.h"
#include "ranking/observations.h"
#include "ranking/ranked_feed.h"
#include "ranking/ranker.h"
#include "ranking/small_map.h"

namespace bauta {

// What the n-th further post of one author (topic) keeps of its standing: (1 − floor)·decay^n + floor.
float SpacingFactor(const Spacing& spacing, uint32_t already_placed);

// Whether slot `slot` (from 0, counted over all pages) is one of the share: slots are spread evenly.
bool IsSlotOfShare(float share, size_t slot);

// The factors of one spacing, computed once a call.
class SpacingFactors {
 public:
  void Reset(const Spacing& spacing) {
    for (uint32_t n = 0; n < factors_.size(); ++n) factors_[n] = SpacingFactor(spacing, n);
  }
  // From the last one on they are as good as the floor, or the decay is so slow that nobody sees it.
  float At(uint32_t already_placed) const {
    return factors_[std::min<size_t>(already_placed, factors_.size() - 1)];
  }

 private:
  std::array<float, 32> factors_{};
};

// Keeps its memory from call to call.
class Arranger {
 public:
  // `order` receives indices into `candidates`, at most request.limit. `terms` are parallel to `candidates`;
  // the exploration term is added to what is placed in a slot for exploring.
  //
  // A candidate's standing is its score above the median of the pool, the best few candidates a slot: scores
  // have no natural zero that a factor could pull towards. A slot goes to the best candidate after spacing;
  // where fresh posts are behind their share, to the best fresh one, if there is any; a slot for exploring to
  // the largest upper bound, score + worth of taste · √(qᵀA⁻¹q) (LinUCB: Li et al. 2010). Neither share lifts
  // what an X sinks.
  void Arrange(const RankingContext& context, const FeedRequest& request,
               std::span<const Candidate> candidates, TasteProblem& taste, std::span<ScoreTerms> terms,
               std::vector<uint32_t>& order);

  // Newest first, without scores.
  void ArrangeByTime(const RankingContext& context, const FeedRequest& request,
                     std::span<const Candidate> candidates, std::vector<uint32_t>& order);

 private:
  struct Ranked {
    float score = 0;
    uint64_t tie = 0;
    uint32_t index = 0;
    bool Before(const Ranked& other) const {
      return score != other.score ? score > other.score : tie < other.tie;
    }
  };
  struct Call {
    const RankingContext& context;
    const FeedRequest& request;
    std::span<const Candidate> candidates;
    std::span<ScoreTerms> terms;
  };

  Ranked RankedOf(const Call& call, uint32_t index) const {
    return {scores_[index], TieOf(call.request.seed, call.candidates[index].post), index};
  }
  void FillPool(const Call& call);
  // Into pool_: the `wanted` best of all candidates, or all where they are fewer, in any order.
  void SelectPool(const Call& call, size_t wanted);
  void FillFresh(const Call& call);
  void FillExploring(const Call& call, TasteProblem& taste);
  float Spaced(const Call& call, uint32_t index) const;
  bool TakeBest(const Call& call, std::vector<uint32_t>& order);
  bool TakeFresh(const Call& call, std::vector<uint32_t>& order);
  bool TakeExploring(const Call& call, std::vector<uint32_t>& order);
  void Place(const Call& call, uint32_t index, std::vector<uint32_t>& order);
  bool IsFresh(const Call& call, uint32_t index) const;

  float base_ = 0;
  std::vector<float> scores_;      // Parallel to the candidates, before spacing.
  std::vector<uint8_t> steps_;     // The same, where between the lowest and the highest score.
  std::vector<uint32_t> on_edge_;  // Candidates on the step that the pool ends on.
  std::vector<Ranked> pool_;       // A heap by spaced score; entries may be out of date, never too low.
  std::vector<uint32_t> fresh_;
  std::vector<Ranked> exploring_;  // Best last.
  std::vector<bool> placed_;
  size_t fresh_placed_ = 0;
  uint32_t fresh_since_seconds_ = 0;
  SpacingFactors author_factors_;
  SpacingFactors topic_factors_;
  SmallMap<uint32_t, AuthorIndex> author_counts_;
  SmallMap<uint32_t, TopicIndex> topic_counts_;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_ARRANGE_H_
