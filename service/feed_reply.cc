#include "service/feed_reply.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "service/convert_subject.h"

namespace bauta {
namespace {

static_assert(ToProto(RemovalReason::kUnknownPost) == v1::REMOVAL_REASON_UNKNOWN_POST);
static_assert(ToProto(RemovalReason::kNotInCountry) == v1::REMOVAL_REASON_AUDIENCE);
static_assert(ToProto(RemovalReason::kDismissed) == v1::REMOVAL_REASON_DISMISSED);
static_assert(ToProto(RemovalReason::kQuietHours) == v1::REMOVAL_REASON_QUIET_HOURS);
static_assert(static_cast<int>(RemovalReason::kCount) == v1::RemovalReason_MAX);

v1::FeedReason FollowReason(PostId post, const SubjectView& view, const LivePosts& posts) {
  const PostRow row = posts.Find(post);
  if (row == kNoRow) return v1::FEED_REASON_UNSPECIFIED;
  const LivePost& live = posts.At(row);
  const auto follows = [&](const Relation& relation) {
    return std::binary_search(view.relations().begin(), view.relations().end(), relation);
  };
  if (follows({RelationKind::kFollowAuthor, posts.AuthorAt(live.author), TopicId()})) {
    return v1::FEED_REASON_FOLLOWED_AUTHOR;
  }
  for (TopicIndex topic : posts.TopicsOf(live)) {
    if (follows({RelationKind::kFollowTopic, AuthorCode(), posts.TopicAt(topic)})) {
      return v1::FEED_REASON_FOLLOWED_TOPIC;
    }
  }
  return v1::FEED_REASON_UNSPECIFIED;
}

// Grows a column to its full length at once; the values are written behind it.
template <class T>
T* Column(google::protobuf::RepeatedField<T>& column, int size) {
  column.Resize(size, T());
  return column.mutable_data();
}

void WriteTermColumns(const std::vector<ScoredPost>& posts, v1::ScoreTermColumns& reply) {
  const int size = static_cast<int>(posts.size());
  const auto write = [&](google::protobuf::RepeatedField<float>* column, float ScoreTerms::*term) {
    float* const values = Column(*column, size);
    for (size_t i = 0; i < posts.size(); ++i) values[i] = posts[i].terms.*term;
  };
  write(reply.mutable_taste(), &ScoreTerms::taste);
  write(reply.mutable_locality(), &ScoreTerms::locality);
  write(reply.mutable_freshness(), &ScoreTerms::freshness);
  write(reply.mutable_popularity(), &ScoreTerms::popularity);
  write(reply.mutable_follow(), &ScoreTerms::follow);
  write(reply.mutable_caller(), &ScoreTerms::caller);
  write(reply.mutable_fatigue(), &ScoreTerms::fatigue);
  write(reply.mutable_dismissal(), &ScoreTerms::dismissal);
  write(reply.mutable_exploration(), &ScoreTerms::exploration);
}

// Returns how many candidates are left.
uint32_t WriteTrace(const FeedTrace& trace, v1::FeedTrace& reply) {
  uint32_t kept = trace.candidates;
  reply.set_candidate_count(trace.candidates);
  for (size_t reason = 0; reason < trace.removed.size(); ++reason) {
    if (trace.removed[reason] == 0) continue;
    kept -= trace.removed[reason];
    v1::RemovedCount& removed = *reply.add_removed();
    removed.set_reason(ToProto(static_cast<RemovalReason>(reason)));
    removed.set_count(trace.removed[reason]);
  }
  reply.set_kept_count(kept);
  return kept;
}

}  // namespace

v1::FeedReason MainReason(const ScoredPost& post, const SubjectView& view, const LivePosts& posts,
                          const SurfaceRules& surface) {
  if (surface.followed_only) return FollowReason(post.post, view, posts);
  const ScoreTerms& terms = post.terms;
  const std::array<std::pair<float, v1::FeedReason>, 6> ranked = {{
      {terms.taste, v1::FEED_REASON_TASTE},
      {terms.follow, v1::FEED_REASON_FOLLOWED_AUTHOR},
      {terms.locality, v1::FEED_REASON_LOCAL},
      {terms.popularity, v1::FEED_REASON_POPULAR},
      {terms.freshness, v1::FEED_REASON_FRESH},
      {terms.caller, v1::FEED_REASON_CALLER},
  }};
  const auto greatest = std::max_element(ranked.begin(), ranked.end(),
                                         [](const auto& a, const auto& b) { return a.first < b.first; });
  if (!(greatest->first > 0)) return v1::FEED_REASON_UNSPECIFIED;
  if (greatest->second == v1::FEED_REASON_FOLLOWED_AUTHOR) return FollowReason(post.post, view, posts);
  return greatest->second;
}

void WriteFeed(const RankedFeed& feed, const SubjectView& view, const LivePosts& posts,
               const SurfaceRules& surface, bool with_terms, v1::RankedFeed& reply) {
  const int size = static_cast<int>(feed.posts.size());
  uint64_t* const ids = Column(*reply.mutable_post_ids(), size);
  float* const scores = Column(*reply.mutable_scores(), size);
  int* const reasons = Column(*reply.mutable_reasons(), size);
  for (size_t i = 0; i < feed.posts.size(); ++i) {
    ids[i] = feed.posts[i].post.value();
    scores[i] = feed.posts[i].score;
    reasons[i] = MainReason(feed.posts[i], view, posts, surface);
  }
  if (with_terms) WriteTermColumns(feed.posts, *reply.mutable_score_terms());
  const uint32_t kept = WriteTrace(feed.trace, *reply.mutable_trace());
  const bool nothing_more = feed.posts.empty() && !feed.trace.out_of_time;
  reply.set_end_of_feed(nothing_more || (!feed.trace.cut_short && feed.posts.size() >= kept));
}

void WriteTerms(const ScoreTerms& terms, v1::ScoreTerms& reply) {
  reply.set_taste(terms.taste);
  reply.set_locality(terms.locality);
  reply.set_freshness(terms.freshness);
  reply.set_popularity(terms.popularity);
  reply.set_follow(terms.follow);
  reply.set_caller(terms.caller);
  reply.set_fatigue(terms.fatigue);
  reply.set_dismissal(terms.dismissal);
  reply.set_exploration(terms.exploration);
}

void WriteShare(const TasteShare& share, const SubjectView& view, const Surfaces& surfaces,
                v1::TasteShare& reply) {
  reply.set_share(share.share);
  switch (share.origin) {
    case TasteShare::Origin::kInteraction:
      WriteInteraction(view.interactions()[share.index], surfaces, *reply.mutable_interaction());
      return;
    case TasteShare::Origin::kState:
      WriteState(view.states()[share.index], surfaces, *reply.mutable_interaction());
      return;
    case TasteShare::Origin::kDismissal:
      WriteDismissal(view.lessons()[share.index], *reply.mutable_dismissal());
      return;
  }
}

}  // namespace bauta
