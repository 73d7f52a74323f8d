// Feeds as a whole: sources, pages, spacing, shares, order, and what they depend on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

#include "ranking/arrange.h"
#include "tests/ranking/ranker_fixture.h"

namespace bauta::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RankerFeedTest : public RankerTest {
 protected:
  // All pages of a feed, until it ends.
  std::vector<PostId> Pages(const SubjectView& view, size_t limit, uint64_t seed = 7) {
    std::vector<PostId> all;
    std::vector<PostFingerprint> shown;
    for (;;) {
      const RankedFeed page = Find(view, {.limit = limit, .shown = shown, .seed = seed});
      for (const ScoredPost& post : page.posts) {
        all.push_back(post.post);
        shown.push_back(PostFingerprint::Of(post.post));
      }
      if (page.posts.size() < limit) return all;
    }
  }
};

void ExpectSameFeed(const RankedFeed& a, const RankedFeed& b) {
  ASSERT_EQ(a.posts.size(), b.posts.size());
  for (size_t i = 0; i < a.posts.size(); ++i) {
    EXPECT_EQ(a.posts[i].post, b.posts[i].post);
    EXPECT_EQ(a.posts[i].terms, b.posts[i].terms);
    EXPECT_EQ(a.posts[i].sources, b.posts[i].sources);
  }
  EXPECT_EQ(a.trace.removed, b.trace.removed);
}

TEST_F(RankerFeedTest, EqualInputsGiveEqualFeedsWhateverTheScratchHeld) {
  surface_.explore_share = 0.1f;
  const SubjectView busy = Built(SubjectViewBuilder().Interactions(ClicksOnTopic(TopicId(2), 10)));
  const RankedFeed first = Find(busy, {.limit = 50, .seed = 3});
  Find(Nobody(), {.limit = 7, .seed = 9});
  RankAll(busy);
  ExpectSameFeed(Find(busy, {.limit = 50, .seed = 3}), first);
  RankingScratch fresh;
  ExpectSameFeed(FindFeed(Context(), busy, {.limit = 50, .seed = 3}, fresh), first);
}

TEST_F(RankerFeedTest, TheOrderInWhichPostsCameDoesNotShow) {
  const SubjectView view = Built(SubjectViewBuilder()
                                     .Interactions(ClicksOnTopic(TopicId(2), 10))
                                     .Relations({{RelationKind::kFollowTopic, {}, TopicId(1)}})
                                     .At(PlaceOfCity(City(1))));
  const RankedFeed first = Find(view, {.limit = 60});
  std::mt19937 engine(2);
  for (int round = 0; round < 3; ++round) {
    World shuffled = world_;
    std::shuffle(shuffled.posts.begin(), shuffled.posts.end(), engine);
    posts_ = MakeLivePosts(shuffled, snapshot_);
    for (uint64_t id = 1; id <= 40; ++id) {  // Rows are given anew.
      posts_->Remove(PostId(id));
    }
    for (uint64_t id = 40; id >= 1; --id) Upsert(world_.post(id));
    ExpectSameFeed(Find(view, {.limit = 60}), first);
  }
}

TEST_F(RankerFeedTest, AViewWithoutHistoryGivesThePriorsFeedWhoeverItIs) {
  // Whatever was in a history before withdrawal, the view that is left is the same, and so is the feed.
  SubjectViewBuilder builder;
  builder.Relations({{RelationKind::kFollowAuthor, world_.post(3).author, {}}});
  const SubjectView opted_out = std::move(builder).Build();
  for (const ScoredPost& post : Find(opted_out).posts) {
    const Explanation why = Why(opted_out, post.post);
    EXPECT_TRUE(why.shares.empty());
    EXPECT_EQ(post.terms.fatigue, 0);
    EXPECT_EQ(post.terms.taste, Why(Nobody(), post.post).post.terms.taste);
  }
  EXPECT_EQ(Find(opted_out).posts.size(), 20u);
}

TEST_F(RankerFeedTest, PagesNeverRepeatAPostAndReachAll) {
  const SubjectView view = Built(SubjectViewBuilder().Interactions(ClicksOnTopic(TopicId(2), 10)));
  for (const size_t limit : {1, 7, 50}) {
    const std::vector<PostId> all = Pages(view, limit);
    EXPECT_EQ(std::set<PostId>(all.begin(), all.end()).size(), all.size());
    EXPECT_EQ(all.size(), world_.posts.size());
  }
}

TEST_F(RankerFeedTest, WithoutSpacingTheOrderIsThatOfTheScores) {
  surface_.author_spacing = surface_.topic_spacing = {.decay = 1, .floor = 1};
  surface_.fresh_share = 0;
  const RankedFeed feed = RankAll(Nobody());
  for (size_t i = 1; i < feed.posts.size(); ++i) EXPECT_GE(feed.posts[i - 1].score, feed.posts[i].score);
  // The best few are the same, whether few or many are asked for.
  const RankedFeed few = RankAll(Nobody(), {.limit = 10});
  const std::vector<PostId> many = Ids(feed);
  EXPECT_THAT(Ids(few), ::testing::ElementsAreArray(many.begin(), many.begin() + 10));
}

// Only the best few a slot compete for a page; which those are must not depend on how the scores lie.
TEST_F(RankerFeedTest, AShortFeedIsTheBeginningOfALongOne) {
  surface_.author_spacing = surface_.topic_spacing = {.decay = 1, .floor = 1};
  surface_.fresh_share = 0;
  const std::vector<PostId> ids = AllIds();
  std::vector<std::vector<float>> caller_scores(5, std::vector<float>(ids.size(), 0.0f));
  for (size_t i = 0; i < ids.size(); ++i) {
    caller_scores[1][i] = static_cast<float>(i);                // Spread evenly.
    caller_scores[2][i] = static_cast<float>(i % 2);            // Two heaps.
    caller_scores[3][i] = i == 50 ? 1e9f : 1e-3f * (i % 7);     // One far from all others.
    caller_scores[4][i] = i % 3 == 0 ? 3e38f : i % 3 * -3e38f;  // Further apart than a number can tell.
  }
  for (const bool scored : {true, false}) {
    if (!scored) surface_.scales = {.taste = 0, .locality = 0, .freshness = 0};
    for (const std::vector<float>& scores : caller_scores) {
      const RankedFeed all = Rank(Nobody(), ids, {.limit = 500, .seed = 5}, scores);
      ASSERT_EQ(all.posts.size(), ids.size());
      for (const size_t limit : {1, 10, 30}) {
        const RankedFeed few = Rank(Nobody(), ids, {.limit = limit, .seed = 5}, scores);
        ASSERT_EQ(few.posts.size(), limit);
        for (size_t i = 0; i < limit; ++i)
          EXPECT_EQ(few.posts[i].post, all.posts[i].post) << limit << " " << i;
      }
    }
  }
}

TEST_F(RankerFeedTest, SpacingKeepsOneAuthorFromFillingThePage) {
  const AuthorCode author = world_.post(3).author;
  std::vector<float> caller_scores;
  for (const Post& post : world_.posts) caller_scores.push_back(post.author == author ? 0.2f : 0.0f);
  const auto top_of_author = [&] {
    const RankedFeed feed = Rank(Nobody(), AllIds(), {.limit = 8}, caller_scores);
    return std::count_if(feed.posts.begin(), feed.posts.end(), [&](const ScoredPost& post) {
      return world_.post(post.post.value()).author == author;
    });
  };
  const auto spaced = top_of_author();
  surface_.author_spacing = surface_.topic_spacing = {.decay = 1, .floor = 1};
  const auto unspaced = top_of_author();
  EXPECT_GE(unspaced, 7);
  EXPECT_LE(spaced, 5);
  EXPECT_GE(spaced, 1);
}

TEST(SpacingTest, FallsFromOneToTheFloor) {
  const Spacing spacing{.decay = 0.5f, .floor = 0.25f};
  EXPECT_FLOAT_EQ(SpacingFactor(spacing, 0), 1);
  EXPECT_FLOAT_EQ(SpacingFactor(spacing, 1), 0.625f);
  EXPECT_FLOAT_EQ(SpacingFactor(spacing, 2), 0.4375f);
  EXPECT_NEAR(SpacingFactor(spacing, 30), 0.25f, 1e-6f);
}

TEST(SlotOfShareTest, SpreadsTheShareEvenly) {
  for (const float share : {0.0f, 0.05f, 0.3f, 1.0f}) {
    size_t slots = 0;
    for (size_t slot = 0; slot < 1000; ++slot) slots += IsSlotOfShare(share, slot);
    EXPECT_NEAR(static_cast<double>(slots), 1000 * share, 1.0);
  }
}

TEST_F(RankerFeedTest, TheFreshShareBringsFreshPostsThatScoreLow) {
  // Only the newest twelve posts are fresh, and their scores are made the lowest.
  std::vector<float> caller_scores;
  for (const Post& post : world_.posts) {
    caller_scores.push_back(world_.now - post.publish_time < surface_.fresh_age ? -10.0f : 0.0f);
  }
  const auto fresh_posts = [&] {
    const RankedFeed feed = Rank(Nobody(), AllIds(), {.limit = 40}, caller_scores);
    return std::count_if(feed.posts.begin(), feed.posts.end(),
                         [](const ScoredPost& post) { return post.terms.caller < 0; });
  };
  surface_.fresh_share = 0;
  EXPECT_EQ(fresh_posts(), 0);
  surface_.fresh_share = 0.1f;
  EXPECT_EQ(fresh_posts(), 4);
}

TEST_F(RankerFeedTest, ExplorationIsOnlyInItsSlots) {
  const SubjectView view = Built(SubjectViewBuilder().Interactions(ClicksOnTopic(TopicId(2), 10)));
  const auto explored = [&] {
    size_t count = 0;
    for (const ScoredPost& post : RankAll(view, {.limit = 40}).posts) count += post.terms.exploration > 0;
    return count;
  };
  EXPECT_EQ(explored(), 0u);
  surface_.explore_share = 0.25f;
  EXPECT_EQ(explored(), 10u);
}

TEST_F(RankerFeedTest, FollowingIsNewestFirstOfWhatIsFollowedWithEverySwitchOff) {
  surface_.chronological = surface_.followed_only = true;
  const AuthorCode author = world_.post(3).author;
  const TopicId topic(4);
  const SubjectView view = Built(SubjectViewBuilder().Relations(
      {{RelationKind::kFollowAuthor, author, {}}, {RelationKind::kFollowTopic, {}, topic}}));
  std::vector<PostId> expected;  // Ids rise as times fall.
  for (const Post& post : world_.posts) {
    if (post.author == author || HasTopic(post.id, topic)) expected.push_back(post.id);
  }
  ASSERT_GT(expected.size(), 20u);
  const RankedFeed feed = Find(view, {.limit = 500});
  EXPECT_EQ(Ids(feed), expected);
  for (const ScoredPost& post : feed.posts) {
    EXPECT_EQ(post.score, 0);
    EXPECT_EQ(post.terms, ScoreTerms());
  }
  surface_.source_limits.fill(5);  // Smaller than the page: the order of time must not get gaps.
  EXPECT_EQ(Pages(view, 15), expected);
  EXPECT_THAT(Find(Nobody()).posts, IsEmpty());
}

TEST_F(RankerFeedTest, EverySourceBringsItsOwn) {
  CrowdCounts counts;
  counts.by_post = {{PostId(150), Now(), 500}};
  fresh_ = FreshTable::Create(counts, *posts_, PlaceOfCity, Now(), {});
  const Post& followed = world_.post(170);
  const SubjectView view = Built(SubjectViewBuilder()
                                     .Interactions(ClicksOnTopic(TopicId(2), 10))
                                     .Relations({{RelationKind::kFollowAuthor, followed.author, {}},
                                                 {RelationKind::kFollowTopic, {}, TopicId(3)}})
                                     .At(PlaceOfCity(City(1))));
  for (size_t only = 0; only < static_cast<size_t>(Source::kNamed); ++only) {
    const auto source = static_cast<Source>(only);
    surface_.source_limits.fill(0);
    surface_.source_limits[only] = 12;
    const RankedFeed feed = Find(view, {.limit = 500});
    EXPECT_LE(feed.posts.size(), 12u);
    EXPECT_EQ(feed.posts.empty(), source == Source::kCaller);
    for (const ScoredPost& scored : feed.posts) {
      const Post& post = world_.post(scored.post.value());
      SourceSet expected;
      expected.Add(source);
      EXPECT_EQ(scored.sources, expected);
      EXPECT_TRUE(source != Source::kFollowedAuthor || post.author == followed.author);
      EXPECT_TRUE(source != Source::kFollowedTopic || HasTopic(post.id, TopicId(3)));
      EXPECT_TRUE(source != Source::kCity || PlaceOfCity(*post.city)->region == Region(10));
      EXPECT_TRUE(source != Source::kFresh || post.id.value() <= 12u);
      EXPECT_TRUE(source != Source::kPopular || post.id == PostId(150));
    }
  }
}

TEST_F(RankerFeedTest, TheTasteSourceIsTheExactTop) {
  surface_.source_limits.fill(0);
  surface_.source_limits[static_cast<size_t>(Source::kTaste)] = 25;
  surface_.author_spacing = surface_.topic_spacing = {.decay = 1, .floor = 1};
  const SubjectView view = Built(SubjectViewBuilder().Interactions(ClicksOnTopic(TopicId(2), 10)));
  std::vector<std::pair<float, PostId>> all;
  for (const ScoredPost& post : RankAll(view).posts) all.push_back({-post.terms.taste, post.post});
  std::sort(all.begin(), all.end());
  std::set<PostId> expected, found;
  for (size_t i = 0; i < 25; ++i) expected.insert(all[i].second);
  for (PostId post : Ids(Find(view, {.limit = 500}))) found.insert(post);
  EXPECT_EQ(found, expected);
}

TEST_F(RankerFeedTest, WhatTheFiltersTakeFromASourceIsCountedAndReplaced) {
  surface_.source_limits.fill(0);
  surface_.source_limits[static_cast<size_t>(Source::kTaste)] = 25;
  const RankedFeed before = Find(Nobody(), {.limit = 500});
  const TopicId topic = world_.post(before.posts.front().post.value()).topics.front();
  const Dismissal x{.reason = DismissalReason::kBlockTopic,
                    .post = before.posts.front().post,
                    .author = {},
                    .topics = {topic},
                    .hour = Now()};
  const RankedFeed after = Find(Built(SubjectViewBuilder().Dismissals({x})), {.limit = 500});
  EXPECT_EQ(after.posts.size(), 25u);
  EXPECT_GE(Removed(after, RemovalReason::kDismissed), 1u);
  EXPECT_EQ(after.trace.candidates, 25u + Removed(after, RemovalReason::kDismissed));
}

TEST_F(RankerFeedTest, PostsOlderThanTheSurfaceTakesAreNoCandidatesOfTheSources) {
  surface_.age_max = absl::Hours(10);
  for (const ScoredPost& post : Find(Nobody(), {.limit = 500}).posts) EXPECT_LE(post.post.value(), 20u);
  EXPECT_EQ(RankAll(Nobody()).posts.size(), world_.posts.size());
}

TEST_F(RankerFeedTest, ASourceThatFindsNothingToKeepGivesUpAndSaysSo) {
  Rebuild({.dimension = 4, .learned_posts = 4000, .cold_posts = 0});
  surface_.source_limits.fill(0);
  surface_.source_limits[static_cast<size_t>(Source::kFresh)] = 10;
  std::vector<Relation> blocks;
  for (uint64_t author = 1; author <= 20; ++author) {
    blocks.push_back({RelationKind::kBlockAuthor, AuthorNumber(author), {}});
  }
  const RankedFeed feed = Find(Built(SubjectViewBuilder().Relations(blocks)));
  EXPECT_THAT(feed.posts, IsEmpty());
  EXPECT_TRUE(feed.trace.cut_short);
  EXPECT_FALSE(Find(Nobody()).trace.cut_short);
}

TEST_F(RankerFeedTest, TheSeedBreaksTies) {
  for (uint64_t id = 1; id <= 40; ++id) {
    Post post = world_.post(1);
    post.id = PostId(7000 + id);
    post.author = AuthorCode();
    post.topics.clear();
    Upsert(post);
  }
  std::vector<PostId> equals;
  for (uint64_t id = 1; id <= 40; ++id) equals.push_back(PostId(7000 + id));
  const auto order = [&](uint64_t seed) { return Ids(Rank(Nobody(), equals, {.limit = 40, .seed = seed})); };
  EXPECT_EQ(order(1), order(1));
  EXPECT_NE(order(1), order(2));
  std::vector<PostId> reversed(equals.rbegin(), equals.rend());
  EXPECT_EQ(Ids(Rank(Nobody(), reversed, {.limit = 40, .seed = 1})), order(1));
}

TEST_F(RankerFeedTest, AnEmptyCatalogueGivesAnEmptyFeed) {
  posts_ = std::make_unique<LivePosts>(snapshot_);
  surface_.explore_share = 0.5f;
  EXPECT_THAT(Find(Nobody()).posts, IsEmpty());
  EXPECT_THAT(RankAll(Nobody()).posts, IsEmpty());
  EXPECT_THAT(Rank(Nobody(), {}).posts, IsEmpty());
}

}  // namespace
}  // namespace bauta::testing
