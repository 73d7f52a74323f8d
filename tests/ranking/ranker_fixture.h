// What the tests of the ranker share: a world, its releases, and short ways to ask for feeds.
#ifndef BAUTA_TESTS_RANKING_RANKER_FIXTURE_H_
#define BAUTA_TESTS_RANKING_RANKER_FIXTURE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "featurestore/records/subject_view_builder.h"
#include "ranking/ranker.h"
#include "ranking/scratch.h"
#include "tests/testing/model_builder.h"

namespace bauta::testing {

inline SubjectView Built(SubjectViewBuilder& builder) { return std::move(builder).Build(); }

class RankerTest : public ::testing::Test {
 protected:
  void Rebuild(const WorldOptions& options) {
    world_ = MakeWorld(options);
    snapshot_ = MakeSnapshot(world_.parameters);
    posts_ = MakeLivePosts(world_, snapshot_);
  }

  RankingContext Context() const { return {*snapshot_, *posts_, *fresh_, surface_, world_.now}; }
  Hour Now() const { return Hour::Floor(world_.now); }

  RankedFeed Find(const SubjectView& view, FeedRequest request = {.limit = 20}) {
    return FindFeed(Context(), view, request, scratch_);
  }
  RankedFeed Rank(const SubjectView& view, const std::vector<PostId>& candidates,
                  FeedRequest request = {.limit = 500}, const std::vector<float>& caller_scores = {}) {
    return RankCandidates(Context(), view, request, candidates, caller_scores, scratch_);
  }
  RankedFeed RankAll(const SubjectView& view, FeedRequest request = {.limit = 500}) {
    return Rank(view, AllIds(), request);
  }
  Explanation Why(const SubjectView& view, PostId post, FeedRequest request = {.limit = 20}) {
    return *Explain(Context(), view, request, post, scratch_);
  }

  std::vector<PostId> AllIds() const {
    std::vector<PostId> ids;
    for (const Post& post : world_.posts) ids.push_back(post.id);
    return ids;
  }
  void Upsert(const Post& post) { posts_->Upsert(post, post.city ? PlaceOfCity(*post.city) : std::nullopt); }

  Interaction Click(PostId post, int64_t hours_ago = 1) const {
    Interaction click;
    click.post = post;
    click.kind = SignalKind::kClick;
    click.hour = Now().Plus(-hours_ago);
    return click;
  }
  // Clicked the first `count` posts of a topic.
  std::vector<Interaction> ClicksOnTopic(TopicId topic, size_t count) const {
    std::vector<Interaction> clicks;
    for (const Post& post : world_.posts) {
      if (clicks.size() < count && post.topics.front() == topic) clicks.push_back(Click(post.id));
    }
    return clicks;
  }
  Dismissal X(DismissalReason reason, const Post& post, int64_t hours_ago = 0) const {
    Dismissal dismissal{.reason = reason,
                        .post = post.id,
                        .author = post.author,
                        .topics = {},
                        .hour = Now().Plus(-hours_ago)};
    if (RuleOf(reason).scope == DismissalScope::kTopic) dismissal.topics = post.topics;
    return dismissal;
  }

  static SubjectView Nobody() { return SubjectViewBuilder().Build(); }
  static std::vector<PostId> Ids(const RankedFeed& feed) {
    std::vector<PostId> ids;
    for (const ScoredPost& post : feed.posts) ids.push_back(post.post);
    return ids;
  }
  static const ScoredPost* In(const RankedFeed& feed, PostId post) {
    const auto at = std::find_if(feed.posts.begin(), feed.posts.end(),
                                 [post](const ScoredPost& scored) { return scored.post == post; });
    return at == feed.posts.end() ? nullptr : &*at;
  }
  static uint32_t Removed(const RankedFeed& feed, RemovalReason reason) {
    return feed.trace.removed[static_cast<size_t>(reason)];
  }
  bool HasTopic(PostId post, TopicId topic) const {
    const std::vector<TopicId>& topics = world_.post(post.value()).topics;
    return std::find(topics.begin(), topics.end(), topic) != topics.end();
  }

  World world_ = MakeWorld();
  std::shared_ptr<const ModelSnapshot> snapshot_ = MakeSnapshot(world_.parameters);
  std::unique_ptr<LivePosts> posts_ = MakeLivePosts(world_, snapshot_);
  std::shared_ptr<const FreshTable> fresh_ = FreshTable::Empty();
  SurfaceRules surface_;
  RankingScratch scratch_;
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_RANKING_RANKER_FIXTURE_H_
