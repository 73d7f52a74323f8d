// From a ranked feed to the reply's columns. Pure functions.
#ifndef BAUTA_SERVICE_FEED_REPLY_H_
#define BAUTA_SERVICE_FEED_REPLY_H_

#include <cstdint>

#include "bauta/v1/feed_service.pb.h"
#include "bauta/v1/ranked_feed.pb.h"
#include "featurestore/records/subject_view.h"
#include "ranking/live_posts.h"
#include "ranking/ranked_feed.h"
#include "ranking/ranker.h"
#include "ranking/surface_rules.h"
#include "service/surfaces.h"

namespace bauta {

// The wire's numbers leave 0 to UNSPECIFIED.
constexpr v1::RemovalReason ToProto(RemovalReason reason) {
  return static_cast<v1::RemovalReason>(static_cast<int>(reason) + 1);
}

// The term that puts a post where it is: the greatest above 0, of equal ones the first of taste, follow,
// locality, popularity, freshness, caller. On a surface that shows only what is followed, the follow.
v1::FeedReason MainReason(const ScoredPost& post, const SubjectView& view, const LivePosts& posts,
                          const SurfaceRules& surface);

// Writes posts, scores, reasons, terms where `with_terms`, trace and end_of_feed. `reply` must be empty. A
// page without posts ends a feed, but where only the time ended: else whoever pages on would do so forever.
void WriteFeed(const RankedFeed& feed, const SubjectView& view, const LivePosts& posts,
               const SurfaceRules& surface, bool with_terms, v1::RankedFeed& reply);

void WriteTerms(const ScoreTerms& terms, v1::ScoreTerms& reply);

// An act of the subject's history, as `share` names it in the view that was ranked by.
void WriteShare(const TasteShare& share, const SubjectView& view, const Surfaces& surfaces,
                v1::TasteShare& reply);

}  // namespace bauta

#endif  // BAUTA_SERVICE_FEED_REPLY_H_
