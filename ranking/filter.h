// Which candidates may be shown at all.
#ifndef BAUTA_RANKING_FILTER_H_
#define BAUTA_RANKING_FILTER_H_

#include "ranking/live_posts.h"
#include "ranking/ranked_feed.h"
#include "ranking/ranker.h"
#include "ranking/viewer.h"

namespace bauta {

// The first reason of RemovalReason, in its order, for which the live post in `row` is left out; kCount where
// it is kept. Unknown posts and duplicates are the caller's to find, and so is what the surface may not show
// any more today (daily_bounds.h).
//
// `id` is the post's, which callers mostly have nearer at hand than the catalogue.
RemovalReason FindRemovalReason(const RankingContext& context, const Viewer& viewer, PostRow row, PostId id);
inline RemovalReason FindRemovalReason(const RankingContext& context, const Viewer& viewer, PostRow row) {
  return FindRemovalReason(context, viewer, row, context.posts.IdOf(row));
}

// What no source brings for anybody: not approved, not published or expired, paid on an organic surface or
// the other way round, of a suspended author, or older than the surface or the request takes. Cheap: one half
// cache line and the author.
bool IsEligible(const RankingContext& context, uint32_t now_seconds, uint32_t oldest_seconds,
                const LivePost& post);

}  // namespace bauta

#endif  // BAUTA_RANKING_FILTER_H_
