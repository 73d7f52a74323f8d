// Which candidates may be shown at all.
#ifndef BAUTA_RANKING_FILTER_H_
#define BAUTA_RANKING_FILTER_H_

#include "ranking/live_posts.h"
#include "ranking/ranked_feed.h"
#include "ranking/ranker.h"
#include "ranking/viewer.h"

namespace bauta {

// The first reason of RemovalReason, in its order, for which the live post in `row` is left out; kCount where
// it is kept. Unknown posts and duplicates are the caller's to find.
RemovalReason FindRemovalReason(const RankingContext& context, const Viewer& viewer, PostRow row);

// What no source brings for anybody: not approved, not published or expired, an advertisement, of a suspended
// author, or older than the surface takes. Cheap: one half cache line and the author.
bool IsEligible(const RankingContext& context, uint32_t now_seconds, uint32_t oldest_seconds,
                const LivePost& post);

}  // namespace bauta

#endif  // BAUTA_RANKING_FILTER_H_
