// What a request may ask for beside a subject: filters, seeds, an end of the time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "ranking/post_filter.h"
#include "tests/ranking/ranker_fixture.h"

namespace bauta::testing {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

const Language kGerman = *Language::Parse("de");
const Language kFrench = *Language::Parse("fr");

struct PassCase {
  const char* name;
  std::function<void(PostFilter&)> narrow;
  std::function<bool(const Post&)> passes;
};
void PrintTo(const PassCase& c, std::ostream* out) { *out << c.name; }

bool Carries(const Post& post, uint64_t topic) {
  return std::find(post.topics.begin(), post.topics.end(), TopicId(topic)) != post.topics.end();
}

class PostFilterTest : public RankerTest, public ::testing::WithParamInterface<PassCase> {
 protected:
  // Every third post is in German, every third in French, the rest in no language.
  PostFilterTest() {
    for (Post& post : world_.posts) {
      const uint64_t third = post.id.value() % 3;
      post.language = third == 0 ? kGerman : third == 1 ? kFrench : Language();
      Upsert(post);
    }
  }
};

TEST_P(PostFilterTest, TheFeedHoldsAllThatPassesAndNothingElse) {
  PostFilter filter;
  GetParam().narrow(filter);
  const SubjectView view = Built(SubjectViewBuilder()
                                     .Interactions(ClicksOnTopic(TopicId(2), 10))
                                     .Relations({{RelationKind::kFollowAuthor, AuthorNumber(3), {}},
                                                 {RelationKind::kFollowTopic, {}, TopicId(5)}}));
  std::set<PostId> expected;
  for (const Post& post : world_.posts) {
    if (GetParam().passes(post)) expected.insert(post.id);
  }
  ASSERT_FALSE(expected.empty());
  ASSERT_LT(expected.size(), world_.posts.size());
  const RankedFeed feed = Find(view, {.limit = 500, .filter = &filter});
  const std::vector<PostId> ids = Ids(feed);
  EXPECT_EQ(std::set<PostId>(ids.begin(), ids.end()), expected);
  EXPECT_FALSE(feed.trace.cut_short);
}

INSTANTIATE_TEST_SUITE_P(
    Fields, PostFilterTest,
    ::testing::Values(
        PassCase{"any topic",
                 [](PostFilter& f) {
                   f.any_topics = {TopicId(1), TopicId(4), TopicId(777)};
                 },
                 [](const Post& p) { return Carries(p, 1) || Carries(p, 4); }},
        PassCase{"no topic",
                 [](PostFilter& f) {
                   f.none_topics = {TopicId(1), TopicId(4)};
                 },
                 [](const Post& p) { return !Carries(p, 1) && !Carries(p, 4); }},
        PassCase{"any language", [](PostFilter& f) { f.any_languages = {kGerman}; },
                 [](const Post& p) { return p.language == kGerman; }},
        PassCase{"no language", [](PostFilter& f) { f.none_languages = {kGerman}; },
                 [](const Post& p) { return p.language != kGerman; }},
        PassCase{"any author",
                 [](PostFilter& f) {
                   f.any_authors = {AuthorNumber(2), AuthorNumber(7)};
                 },
                 [](const Post& p) { return p.author == AuthorNumber(2) || p.author == AuthorNumber(7); }},
        PassCase{"no author", [](PostFilter& f) { f.none_authors = {AuthorNumber(2)}; },
                 [](const Post& p) { return p.author != AuthorNumber(2); }},
        PassCase{"followed", [](PostFilter& f) { f.followed_only = true; },
                 [](const Post& p) { return p.author == AuthorNumber(3) || Carries(p, 5); }},
        PassCase{"age", [](PostFilter& f) { f.age_max = absl::Hours(10); },
                 [](const Post& p) { return p.publish_time >= WorldOptions().now - absl::Hours(10); }},
        PassCase{"author and topic",
                 [](PostFilter& f) {
                   f.any_authors = {AuthorNumber(2), AuthorNumber(3), AuthorNumber(4)};
                   f.any_topics = {TopicId(1), TopicId(2), TopicId(3)};
                 },
                 [](const Post& p) {
                   const bool author = p.author == AuthorNumber(2) || p.author == AuthorNumber(3) ||
                                       p.author == AuthorNumber(4);
                   return author && (Carries(p, 1) || Carries(p, 2) || Carries(p, 3));
                 }}));

class RankerRequestTest : public RankerTest {};

TEST_F(RankerRequestTest, AFilterThatNothingPassesGivesAnEmptyFeedAndNotTheWholeCatalogue) {
  PostFilter filter;
  filter.any_topics = {TopicId(777)};
  EXPECT_THAT(Ids(Find(Nobody(), {.limit = 20, .filter = &filter})), IsEmpty());
  filter = PostFilter();
  filter.any_authors = {AuthorNumber(777)};
  EXPECT_THAT(Ids(Find(Nobody(), {.limit = 20, .filter = &filter})), IsEmpty());
}

TEST_F(RankerRequestTest, ANarrowFilterFindsOldPostsThatNoOtherSourceWouldReach) {
  Rebuild({.dimension = 4, .learned_posts = 6000, .cold_posts = 0});
  surface_.source_limits.fill(10);
  surface_.source_limits[static_cast<size_t>(Source::kTaste)] = 0;
  surface_.source_limits[static_cast<size_t>(Source::kNamed)] = 1000;
  Post rare = world_.post(6000);  // The oldest.
  rare.author = AuthorNumber(901);
  rare.topics = {TopicId(901)};
  Upsert(rare);
  PostFilter by_topic, by_author;
  by_topic.any_topics = {TopicId(901)};
  by_author.any_authors = {AuthorNumber(901)};
  for (const PostFilter& filter : {by_topic, by_author}) {
    for (const bool chronological : {false, true}) {
      surface_.chronological = chronological;
      const RankedFeed feed = Find(Nobody(), {.limit = 20, .filter = &filter});
      EXPECT_THAT(Ids(feed), ::testing::ElementsAre(rare.id));
      EXPECT_EQ(feed.trace.candidates, 1u);
      EXPECT_FALSE(feed.trace.cut_short);
    }
  }
}

TEST_F(RankerRequestTest, WhatTheFilterTakesOfWhatTheSourcesFindIsCounted) {
  PostFilter filter;
  filter.none_topics = {world_.post(1).topics.front()};
  const RankedFeed feed = Find(Nobody(), {.limit = 500, .filter = &filter});
  EXPECT_GT(Removed(feed, RemovalReason::kFiltered), 0u);
  EXPECT_EQ(feed.trace.candidates, feed.posts.size() + Removed(feed, RemovalReason::kFiltered));
  // The search by taste does not come across them.
  surface_.source_limits.fill(0);
  surface_.source_limits[static_cast<size_t>(Source::kTaste)] = 300;
  const RankedFeed by_taste = Find(Nobody(), {.limit = 500, .filter = &filter});
  EXPECT_EQ(Ids(by_taste).size(), feed.posts.size());
  EXPECT_EQ(Removed(by_taste, RemovalReason::kFiltered), 0u);
}

TEST_F(RankerRequestTest, SeedsStandInForTheHistory) {
  const TopicId topic(2);
  std::vector<PostId> seeds;
  for (const Interaction& click : ClicksOnTopic(topic, 3)) seeds.push_back(click.post);
  const SubjectView history = Built(SubjectViewBuilder()
                                        .Interactions(ClicksOnTopic(TopicId(6), 20))
                                        .Impressions({{PostFingerprint::Of(PostId(4)), {}, Now()}})
                                        .States({{PostId(9), SignalKind::kLike, {}, Now()}})
                                        .Lessons({X(DismissalReason::kNotInterested, world_.post(11))}));
  const RankedFeed related = Find(history, {.limit = 10, .seeds = seeds});
  const auto on_topic = [&](const RankedFeed& feed) {
    return std::count_if(feed.posts.begin(), feed.posts.end(),
                         [&](const ScoredPost& post) { return HasTopic(post.post, topic); });
  };
  EXPECT_GT(on_topic(related), on_topic(Find(Nobody(), {.limit = 10})));
  EXPECT_GE(on_topic(related), 7);
  for (PostId seed : seeds) EXPECT_EQ(In(related, seed), nullptr);
  // Nothing of the history is in it, be it by fatigue or by a seen-window.
  for (const absl::Duration window : {absl::ZeroDuration(), absl::Hours(24)}) {
    surface_.seen_window = window;
    const RankedFeed with = Find(history, {.limit = 500, .seeds = seeds});
    const RankedFeed without = Find(Nobody(), {.limit = 500, .seeds = seeds});
    ASSERT_EQ(Ids(with), Ids(without));
    for (size_t i = 0; i < with.posts.size(); ++i) EXPECT_EQ(with.posts[i].terms, without.posts[i].terms);
  }
}

TEST_F(RankerRequestTest, SeedsDoNotOverrideWhatThePersonAsked) {
  const std::vector<PostId> seeds = {PostId(7)};
  const Post& blocked = world_.post(Find(Nobody(), {.limit = 1, .seeds = seeds}).posts[0].post.value());
  const SubjectView view = Built(SubjectViewBuilder()
                                     .Relations({{RelationKind::kBlockAuthor, blocked.author, {}}})
                                     .Dismissals({X(DismissalReason::kNotInterested, world_.post(30))}));
  const RankedFeed feed = Find(view, {.limit = 500, .seeds = seeds});
  EXPECT_EQ(In(feed, PostId(30)), nullptr);
  for (const ScoredPost& post : feed.posts) EXPECT_NE(world_.post(post.post.value()).author, blocked.author);
}

TEST_F(RankerRequestTest, UnknownSeedsCountForNothing) {
  const std::vector<PostId> unknown = {PostId(800'000), PostId(800'001)};
  const SubjectView history = Built(SubjectViewBuilder().Interactions(ClicksOnTopic(TopicId(6), 20)));
  EXPECT_EQ(Ids(Find(history, {.limit = 50, .seeds = unknown})), Ids(Find(Nobody(), {.limit = 50})));
  const std::vector<PostId> some = {PostId(800'000), PostId(7)}, known = {PostId(7)};
  EXPECT_EQ(Ids(Find(Nobody(), {.limit = 50, .seeds = some})),
            Ids(Find(Nobody(), {.limit = 50, .seeds = known})));
}

// Says yes so many times.
std::function<bool()> Times(int& left) {
  return [&left] { return left-- > 0; };
}

TEST_F(RankerRequestTest, WithoutTimeTheFirstThousandAreRankedAndTheTraceSaysSo) {
  Rebuild({.dimension = 4, .learned_posts = 5000, .cold_posts = 0});
  const RankedFeed whole = RankAll(Nobody());
  EXPECT_FALSE(whole.trace.cut_short);
  uint32_t kept_before = 0;
  for (int questions : {0, 1, 3, 6}) {
    SCOPED_TRACE(questions);
    int left = questions;
    const RankedFeed feed = RankAll(Nobody(), {.limit = 500, .keep_going = Times(left)});
    EXPECT_TRUE(feed.trace.cut_short);
    EXPECT_TRUE(feed.trace.out_of_time);
    EXPECT_EQ(feed.posts.size(), 500u);
    EXPECT_GE(feed.trace.candidates, 1024u);
    EXPECT_LT(feed.trace.candidates, 5000u);
    EXPECT_GE(feed.trace.candidates, kept_before);
    kept_before = feed.trace.candidates;
    for (const ScoredPost& post : feed.posts) EXPECT_LE(post.post.value(), feed.trace.candidates);
  }
  int enough = 1000;
  const RankedFeed unhurried = RankAll(Nobody(), {.limit = 500, .keep_going = Times(enough)});
  EXPECT_FALSE(unhurried.trace.cut_short);
  EXPECT_EQ(Ids(unhurried), Ids(whole));
}

TEST_F(RankerRequestTest, SourcesStopWhereTheTimeEndsAndAFeedIsThereAllTheSame) {
  Rebuild({.dimension = 4, .learned_posts = 5000, .cold_posts = 0});
  for (const bool chronological : {false, true}) {
    surface_.chronological = chronological;
    surface_.source_limits[static_cast<size_t>(Source::kFresh)] = 4000;
    int left = 0;
    const RankedFeed feed = Find(Nobody(), {.limit = 20, .keep_going = Times(left)});
    EXPECT_TRUE(feed.trace.out_of_time);
    EXPECT_EQ(feed.posts.size(), 20u);
    EXPECT_LT(feed.trace.candidates, Find(Nobody()).trace.candidates);
  }
}

}  // namespace
}  // namespace bauta::testing
