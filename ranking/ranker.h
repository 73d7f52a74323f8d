// The workshop's door: from values to a ranked feed. Pure functions: the same inputs give the same feed, bit
// for bit.
//
// fold in → gather → filter → score → arrange; see docs/design.md for the equation and its sources.
#ifndef BAUTA_RANKING_RANKER_H_
#define BAUTA_RANKING_RANKER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "featurestore/records/ids.h"
#include "featurestore/records/interaction.h"
#include "featurestore/records/subject_view.h"
#include "privacy/codes.h"
#include "ranking/fresh_table.h"
#include "ranking/live_posts.h"
#include "ranking/model_snapshot.h"
#include "ranking/ranked_feed.h"
#include "ranking/surface_rules.h"

namespace bauta {

struct PostFilter;  // ranking/post_filter.h

// The present releases and rules that one call ranks under. All outlive the call; `posts` is built on
// `model`.
struct RankingContext {
  const ModelSnapshot& model;
  const LivePosts& posts;
  const FreshTable& fresh;
  const SurfaceRules& surface;
  absl::Time now;
};

// What the request itself asks for, beside who asks.
struct FeedRequest {
  size_t limit = 0;                          // Posts wanted, 1 … 500.
  std::span<const PostId> exclude{};         // Posts that the caller does not want.
  std::span<const PostFingerprint> shown{};  // Of the earlier pages of this feed.
  std::optional<AuthorCode> self_author{};   // Whose posts are the viewer's own.
  uint64_t seed = 0;       // Breaks ties and draws exploration; equal over the pages of one feed.
  float caller_score = 0;  // Explain alone: what the caller gave the post. RankCandidates has its own column.
  const PostFilter* filter = nullptr;  // FindFeed alone. Null: everything passes.
  // FindFeed alone: posts that stand in for what the subject did, whether they are known or not, and are not
  // in the feed themselves. Empty: the view's history counts.
  std::span<const PostId> seeds{};
  std::optional<int> utc_offset_minutes{};  // The viewer's clock less UTC, where the request tells it.
  // Asked now and then, on the calling thread: false ends the work with what there is; whatever it says, the
  // first thousand candidates found are scored. Empty: no bound.
  std::function<bool()> keep_going{};
};

// Scratch memory that a caller keeps from call to call, so that scoring allocates nothing. One thread at a
// time.
class RankingScratch;

// Orders the caller's candidates. `caller_scores` is empty or parallel to `candidates`.
RankedFeed RankCandidates(const RankingContext& context, const SubjectView& view, const FeedRequest& request,
                          std::span<const PostId> candidates, std::span<const float> caller_scores,
                          RankingScratch& scratch);

// Finds the candidates by the surface's sources, and orders them.
RankedFeed FindFeed(const RankingContext& context, const SubjectView& view, const FeedRequest& request,
                    RankingScratch& scratch);

// The share of one past act in the taste term. All shares and the prior's sum to ScoreTerms::taste.
struct TasteShare {
  enum class Origin : uint8_t { kInteraction, kState, kDismissal };
  Origin origin;
  size_t index = 0;  // Into view.interactions(), states() or lessons().
  float share = 0;
};

struct Explanation {
  ScoredPost post;
  std::optional<RemovalReason>
      removed;  // Set where this subject would not be shown the post; the terms are given all the same.
  std::vector<TasteShare> shares;  // Largest magnitude first.
  float prior_share = 0;           // Of the prior taste: the crowd's mean, or the declared topics.
};

// Why this subject would (not) see `post`, from the very terms that rank. NOT_FOUND where the catalogue does
// not have the post.
absl::StatusOr<Explanation> Explain(const RankingContext& context, const SubjectView& view,
                                    const FeedRequest& request, PostId post, RankingScratch& scratch);

}  // namespace bauta

#endif  // BAUTA_RANKING_RANKER_H_
