// From a candidate to the named terms of its score.
#ifndef BAUTA_RANKING_SCORE_H_
#define BAUTA_RANKING_SCORE_H_

#include <cmath>
#include <optional>
#include <vector>

#include "ranking/live_posts.h"
#include "ranking/model_parameters.h"
#include "ranking/ranked_feed.h"
#include "ranking/ranker.h"
#include "ranking/small_map.h"
#include "ranking/viewer.h"

namespace bauta {

// What the weights are multiplied with; training learns the weights from these very numbers.
struct ScoreFeatures {
  float taste = 0;      // u·q_p
  float locality = 0;   // Log lift where the viewer is: the mean of the post's, its author's and its topics'.
  float distance = 0;   // exp(−kilometres / 50)
  float freshness = 0;  // 2^(−age / half-life)
  float popularity = 0;  // log(1 + subjects)
  float follow = 0;      // 0 or 1
  float fatigue = 0;     // log(1 + impressions in vain), ≥ 0
  float caller = 0;
  float dismissal = 0;  // 0 … 1: the strongest X that is rising back.
};

// An X in full strength takes away what a post can gain by being liked, followed and fresh.
inline float DismissalWorth(const ScoreWeights& weights, const TermScales& scales) {
  return std::abs(weights.taste * scales.taste) + std::abs(weights.follow * scales.follow) +
         std::abs(weights.freshness * scales.freshness);
}

// The term of each feature: times the learned weight, times the surface's scale.
inline ScoreTerms WeighFeatures(const ScoreFeatures& features, const ScoreWeights& weights,
                                const TermScales& scales) {
  ScoreTerms terms;
  terms.taste = scales.taste * weights.taste * features.taste;
  terms.locality =
      scales.locality * (weights.locality * features.locality + weights.distance * features.distance);
  terms.freshness = scales.freshness * weights.freshness * features.freshness;
  terms.popularity = scales.popularity * weights.popularity * features.popularity;
  terms.follow = scales.follow * weights.follow * features.follow;
  terms.caller = scales.caller * weights.caller * features.caller;
  terms.fatigue = -(scales.fatigue * weights.fatigue * features.fatigue);
  terms.dismissal = -(DismissalWorth(weights, scales) * features.dismissal);
  return terms;
}

// What the viewer's place, resolved once a call, adds to scores. Remembers what it has looked up during a
// call, so one thread at a time.
class LocalScore {
 public:
  void Reset(const FreshTable& fresh, const std::optional<Place>& place);
  // Asks the memory for what Lift will read first.
  void Prefetch(const LivePosts& posts, PostId id, PostRow row) const;
  float Lift(const LivePosts& posts, PostId id, const LivePost& post);
  float Nearness(const LivePosts& posts, const LivePost& post);

 private:
  std::optional<float> LiftOf(const LivePosts& posts, TopicIndex topic);

  std::vector<const PlaceLifts*> levels_;  // City, region, country, as far as anything is known there.
  const Place* place_ = nullptr;
  // Topics and places are few, candidates many.
  SmallMap<std::optional<float>, TopicIndex> topic_lifts_;
  SmallMap<float, uint32_t> nearness_;
};

// Every feature but taste and caller, which come from outside. `id` is the post's.
ScoreFeatures FeaturesOf(const RankingContext& context, const Viewer& viewer, LocalScore& local, PostRow row,
                         PostId id);
inline ScoreFeatures FeaturesOf(const RankingContext& context, const Viewer& viewer, LocalScore& local,
                                PostRow row) {
  return FeaturesOf(context, viewer, local, row, context.posts.IdOf(row));
}

}  // namespace bauta

#endif  // BAUTA_RANKING_SCORE_H_
