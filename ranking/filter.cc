#include "ranking/filter.h"

namespace bauta {
namespace {

bool IsPublished(const LivePost& post, uint32_t now_seconds) {
  return post.publish_seconds <= now_seconds && post.expire_seconds > now_seconds;
}

bool IsForAudience(const RankingContext& context, const Viewer& viewer, const LivePost& post) {
  if (viewer.minor() && (post.sensitive || post.audience == Audience::kAdults)) return false;
  if (post.audience == Audience::kFollowers && !viewer.FollowsAuthorOf(post)) return false;
  return context.posts.AllowedIn(post,
                                 viewer.place() ? std::optional(viewer.place()->country) : std::nullopt);
}

bool PassesSurface(const RankingContext& context, const Viewer& viewer, const LivePost& post, bool followed) {
  if (!viewer.Reads(post.language)) return false;
  if (context.surface.leave_out_sensitive && post.sensitive) return false;
  if (context.surface.followed_only && !followed) return false;
  if (context.surface.same_region_only && viewer.place() && viewer.place()->region != Region()) {
    const Place* place = context.posts.PlaceOf(post);
    if (place == nullptr || place->region != viewer.place()->region) return false;
  }
  return true;
}

bool PassesRequest(const RankingContext& context, const Viewer& viewer, const LivePost& post, bool followed) {
  const ResolvedFilter& filter = viewer.filter();
  if (!filter.active()) return true;
  if (filter.followed_only() && !followed) return false;
  return filter.Passes(context.posts, post);
}

}  // namespace

RemovalReason FindRemovalReason(const RankingContext& context, const Viewer& viewer, PostRow row, PostId id) {
  const LivePosts& posts = context.posts;
  const LivePost& post = posts.At(row);
  if (!post.approved) return RemovalReason::kNotApproved;
  if (!IsPublished(post, viewer.now_seconds())) return RemovalReason::kNotPublished;
  if (posts.IsSuspended(post, viewer.now_seconds())) return RemovalReason::kAuthorSuspended;
  if (!IsForAudience(context, viewer, post)) return RemovalReason::kNotInCountry;
  if (post.advertisement != context.surface.advertisements) return RemovalReason::kAdvertisement;
  if (viewer.self() != kNoIndex && post.author == viewer.self()) return RemovalReason::kOwnPost;
  const Instruction instruction = viewer.InstructionFor(posts, post);
  if (instruction.blocked) return RemovalReason::kBlocked;
  if (instruction.dismissed || viewer.IsDismissed(id)) return RemovalReason::kDismissed;
  if (viewer.IsExcluded(id) || viewer.WasShown(PostFingerprint::Of(id))) return RemovalReason::kAlreadyShown;
  if (!PassesSurface(context, viewer, post, instruction.followed) ||
      !PassesRequest(context, viewer, post, instruction.followed)) {
    return RemovalReason::kFiltered;
  }
  return RemovalReason::kCount;
}

bool IsEligible(const RankingContext& context, uint32_t now_seconds, uint32_t oldest_seconds,
                const LivePost& post) {
  return post.live && post.approved && post.advertisement == context.surface.advertisements &&
         IsPublished(post, now_seconds) && post.publish_seconds >= oldest_seconds &&
         !context.posts.IsSuspended(post, now_seconds);
}

}  // namespace bauta
