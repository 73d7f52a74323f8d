// What ranking gives back: posts in order, each with the terms that its score sums, and the trace of what was
// left out and why.
#ifndef BAUTA_RANKING_RANKED_FEED_H_
#define BAUTA_RANKING_RANKED_FEED_H_

#include <array>
#include <cstdint>
#include <vector>

#include "featurestore/records/ids.h"

namespace bauta {

// The named terms of a score, in the units of the score: each is already multiplied by its weight.
// Explanations read these very terms.
struct ScoreTerms {
  float taste = 0;     // u·q_p.
  float locality = 0;  // Shrunk log lift of engagement where the viewer is, and the distance of a post that
                       // carries a city.
  float freshness = 0;
  float popularity = 0;   // Of the fresh table's counts, so never from fewer than k subjects.
  float follow = 0;       // The author or a topic is followed.
  float caller = 0;       // The caller's own score.
  float fatigue = 0;      // ≤ 0: shown before without a click.
  float dismissal = 0;    // ≤ 0: an X that is rising back, or sinks an author.
  float exploration = 0;  // ≥ 0, and only in a slot meant for exploring.

  float Sum() const {
    return taste + locality + freshness + popularity + follow + caller + fatigue + dismissal + exploration;
  }
  friend bool operator==(const ScoreTerms&, const ScoreTerms&) = default;
};

// Where a candidate came from, as a bit set: one post may be found by several sources.
enum class Source : uint8_t {
  kCaller = 0,
  kTaste,
  kFollowedAuthor,
  kFollowedTopic,
  kCity,
  kFresh,
  kPopular,
  kNamed,  // Of the authors, or on the topics, that the request's filter names; all paid posts.
  kCount
};
class SourceSet {
 public:
  void Add(Source source) { bits_ |= static_cast<uint8_t>(1u << static_cast<uint8_t>(source)); }
  bool Has(Source source) const { return (bits_ >> static_cast<uint8_t>(source)) & 1u; }
  uint8_t bits() const { return bits_; }
  friend bool operator==(const SourceSet&, const SourceSet&) = default;

 private:
  uint8_t bits_ = 0;
};

// Why a candidate was left out. Each removed candidate counts under the first reason that holds, in this
// order.
enum class RemovalReason : uint8_t {
  kUnknownPost = 0,  // Not in the catalogue, or removed from it.
  kDuplicate,        // Twice among the candidates.
  kNotApproved,      // Review pending or rejected.
  kNotPublished,     // Not yet, or expired.
  kAuthorSuspended,
  kNotInCountry,   // Audience or country rules.
  kAdvertisement,  // Advertisements have a slot of their own.
  kOwnPost,
  kBlocked,       // Author or topic blocked or muted by a relation.
  kDismissed,     // An X.
  kAlreadyShown,  // On an earlier page of this feed, excluded by the caller, or within the surface's
                  // seen-window.
  kFiltered,      // By the request's filter or the surface's.
  kFrequencyCap,  // Past what the surface may show one subject in a day.
  kQuietHours,    // In the surface's quiet hours.
  kCount,
};

struct ScoredPost {
  PostId post;
  float score = 0;  // Equals terms.Sum(). Compares within one feed only; the order may differ from it where
                    // spacing moved a post.
  ScoreTerms terms;
  SourceSet sources;
};

struct FeedTrace {
  uint32_t candidates = 0;  // Before the filters.
  std::array<uint32_t, static_cast<size_t>(RemovalReason::kCount)> removed{};
  bool cut_short = false;  // The work was bounded before every candidate was scored.
  bool out_of_time =
      false;  // By the caller, who had no time left; candidates are those looked at until then.
};

struct RankedFeed {
  std::vector<ScoredPost> posts;  // Best first.
  FeedTrace trace;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_RANKED_FEED_H_
