// Scores, their terms and their explanations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/ranking/ranker_fixture.h"

namespace bauta::testing {
namespace {

class RankerScoreTest : public RankerTest {};

// A subject of whom everything is known, so that every term is at work.
SubjectView BusyView(const World& world, std::vector<Interaction> clicks) {
  const Hour now = Hour::Floor(world.now);
  std::vector<Impression> impressions;
  for (uint64_t id = 30; id < 60; ++id) impressions.push_back({PostFingerprint::Of(PostId(id)), {}, now});
  const Dismissal old_x{.reason = DismissalReason::kLessAuthor,
                        .post = PostId(3),
                        .author = world.post(3).author,
                        .topics = {},
                        .hour = now.Plus(-24 * 60)};
  return Built(SubjectViewBuilder()
                   .Relations({{RelationKind::kFollowAuthor, world.post(9).author, {}}})
                   .Interactions(std::move(clicks))
                   .States({{PostId(12), SignalKind::kLike, {}, now.Plus(-30)}})
                   .Impressions(std::move(impressions))
                   .Dismissals({old_x})
                   .Lessons({old_x})
                   .At(PlaceOfCity(City(1))));
}

TEST_F(RankerScoreTest, TermsSumToTheScore) {
  CrowdCounts counts;
  for (uint64_t id = 1; id <= 100; ++id) {
    counts.by_post.push_back({PostId(id), Now(), static_cast<uint32_t>(id * 7)});
    counts.by_city.push_back({PostId(id), City(1 + id % 4), Now(), static_cast<uint32_t>(id * 5)});
  }
  fresh_ = FreshTable::Create(counts, *posts_, PlaceOfCity, Now(), {});
  surface_.explore_share = 0.2f;
  const SubjectView view = BusyView(world_, ClicksOnTopic(TopicId(1), 5));
  const RankedFeed feed = RankAll(view);
  ASSERT_GT(feed.posts.size(), 100u);
  ScoreTerms any;
  for (const ScoredPost& post : feed.posts) {
    EXPECT_EQ(post.score, post.terms.Sum());
    EXPECT_LE(post.terms.fatigue, 0);
    EXPECT_LE(post.terms.dismissal, 0);
    EXPECT_GE(post.terms.exploration, 0);
    any.taste += std::abs(post.terms.taste);
    any.locality += std::abs(post.terms.locality);
    any.freshness += std::abs(post.terms.freshness);
    any.popularity += std::abs(post.terms.popularity);
    any.follow += std::abs(post.terms.follow);
    any.fatigue += std::abs(post.terms.fatigue);
    any.dismissal += std::abs(post.terms.dismissal);
    any.exploration += std::abs(post.terms.exploration);
  }
  for (float sum : {any.taste, any.locality, any.freshness, any.popularity, any.follow, any.fatigue,
                    any.dismissal, any.exploration}) {
    EXPECT_GT(sum, 0);
  }
}

TEST_F(RankerScoreTest, ClickingOnATopicLiftsItsPosts) {
  const RankedFeed before = Find(Nobody());
  const RankedFeed after = Find(Built(SubjectViewBuilder().Interactions(ClicksOnTopic(TopicId(2), 6))));
  const auto count = [&](const RankedFeed& feed) {
    return std::count_if(feed.posts.begin(), feed.posts.end(),
                         [&](const ScoredPost& post) { return HasTopic(post.post, TopicId(2)); });
  };
  EXPECT_GE(count(after), count(before) + 5);
}

TEST_F(RankerScoreTest, AnOlderClickTellsLess) {
  const Post& post = world_.post(50);
  float last = 1e9f;
  for (const int64_t hours_ago : {0, 24 * 7, 24 * 30, 24 * 300}) {
    const Explanation why =
        Why(Built(SubjectViewBuilder().Interactions({Click(post.id, hours_ago)})), post.id);
    ASSERT_EQ(why.shares.size(), 1u);
    EXPECT_LT(why.shares[0].share, last);
    EXPECT_GT(why.shares[0].share, 0);
    last = why.shares[0].share;
  }
}

TEST_F(RankerScoreTest, SharesSumToTheTasteTerm) {
  surface_.scales.taste = 1.7f;
  const SubjectView view = BusyView(world_, ClicksOnTopic(TopicId(1), 8));
  for (const uint64_t id : {5, 60, 210}) {
    const Explanation why = Why(view, PostId(id));
    float sum = why.prior_share;
    for (const TasteShare& share : why.shares) sum += share.share;
    EXPECT_NEAR(sum, why.post.terms.taste, 1e-4f * (1 + std::abs(sum)));
    EXPECT_EQ(why.shares.size(), 8u + 1 + 1);
    EXPECT_TRUE(std::is_sorted(why.shares.begin(), why.shares.end(), [](const auto& a, const auto& b) {
      return std::abs(a.share) > std::abs(b.share);
    }));
  }
}

TEST_F(RankerScoreTest, ExplanationsHaveTheTermsThatRanked) {
  const SubjectView view = BusyView(world_, ClicksOnTopic(TopicId(1), 8));
  for (const ScoredPost& post : RankAll(view).posts) EXPECT_EQ(Why(view, post.post).post.terms, post.terms);
}

TEST_F(RankerScoreTest, ExplainsTheLargestShareByTheNearestAct) {
  // A click on the very post weighs more in it than one on another topic's post.
  const Post& post = world_.post(50);
  const auto other = std::find_if(world_.posts.begin(), world_.posts.end(), [&](const Post& p) {
    return p.topics.size() == 1 && !HasTopic(post.id, p.topics[0]) && p.author != post.author;
  });
  const SubjectView view = Built(SubjectViewBuilder().Interactions({Click(other->id), Click(post.id)}));
  EXPECT_EQ(Why(view, post.id).shares.front().index, 1u);
}

TEST_F(RankerScoreTest, ExplainsAPostThatIsNotShownAndSaysWhyNot) {
  const Dismissal x = X(DismissalReason::kNotInterested, world_.post(5));
  const Explanation why = Why(Built(SubjectViewBuilder().Dismissals({x})), PostId(5));
  EXPECT_EQ(why.removed, RemovalReason::kDismissed);
  EXPECT_NE(why.post.score, 0);
  EXPECT_EQ(Why(Nobody(), PostId(5)).removed, std::nullopt);
  EXPECT_EQ(Explain(Context(), Nobody(), {}, PostId(99'999), scratch_).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(RankerScoreTest, SomebodyUnknownHasThePriorsTasteAlone) {
  const Explanation why = Why(Nobody(), PostId(5));
  EXPECT_TRUE(why.shares.empty());
  EXPECT_NEAR(why.prior_share, why.post.terms.taste, 1e-5f);
}

TEST_F(RankerScoreTest, DeclaredTopicsAreThePrior) {
  const TopicId topic(3);
  Preferences preferences;
  preferences.declared_topics = {topic};
  const SubjectView view = Built(SubjectViewBuilder().SetPreferences(preferences));
  const RankedFeed plain = Find(Nobody()), declared = Find(view);
  const auto count = [&](const RankedFeed& feed) {
    return std::count_if(feed.posts.begin(), feed.posts.end(),
                         [&](const ScoredPost& post) { return HasTopic(post.post, topic); });
  };
  EXPECT_GT(count(declared), count(plain));
  const PostId best = declared.posts.front().post;
  const Explanation why = Why(view, best);
  EXPECT_TRUE(why.shares.empty());
  EXPECT_NEAR(why.prior_share, why.post.terms.taste, 1e-4f);
}

TEST_F(RankerScoreTest, ATopicSearchedForLiftsItsPosts) {
  const TopicId topic(4);
  Interaction search;
  search.topic = topic;
  search.kind = SignalKind::kSearch;
  search.hour = Now();
  const SubjectView view = Built(SubjectViewBuilder().Interactions({search}));
  const auto of_topic = std::find_if(world_.posts.begin(), world_.posts.end(),
                                     [&](const Post& p) { return p.topics.front() == topic; });
  EXPECT_GT(Why(view, of_topic->id).post.terms.taste, Why(Nobody(), of_topic->id).post.terms.taste);
}

TEST_F(RankerScoreTest, AColdPostOfALikedTopicIsRankedByItsPrior) {
  // Post 210 is in no model; whoever likes its topic gets it before other cold posts.
  const Post& cold = world_.post(210);
  const SubjectView view = Built(SubjectViewBuilder().Interactions(ClicksOnTopic(cold.topics.front(), 10)));
  const Explanation why = Why(view, cold.id);
  EXPECT_FALSE(posts_->At(posts_->Find(cold.id)).learned);
  EXPECT_GT(why.post.terms.taste, Why(Nobody(), cold.id).post.terms.taste + 0.1f);
}

TEST_F(RankerScoreTest, ASignalOnAPostThatLeftTheCatalogueStillCounts) {
  const SubjectView view = Built(SubjectViewBuilder().Interactions(ClicksOnTopic(TopicId(2), 6)));
  const PostId probe = ClicksOnTopic(TopicId(2), 7).back().post;
  const float before = Why(view, probe).post.terms.taste;
  for (const Interaction& click : view.interactions()) posts_->Remove(click.post);
  EXPECT_EQ(Why(view, probe).post.terms.taste, before);
}

TEST_F(RankerScoreTest, FatigueGrowsWithImpressionsAndEndsWithAClick) {
  const PostId post(5);
  std::vector<Impression> shown;
  float last = 0;
  for (int times = 1; times <= 3; ++times) {
    shown.push_back({PostFingerprint::Of(post), {}, Now()});
    const float fatigue = Why(Built(SubjectViewBuilder().Impressions(shown)), post).post.terms.fatigue;
    EXPECT_LT(fatigue, last);
    last = fatigue;
  }
  EXPECT_EQ(Why(Built(SubjectViewBuilder().Impressions(shown).Interactions({Click(post)})), post)
                .post.terms.fatigue,
            0);
}

TEST_F(RankerScoreTest, FreshnessHalvesWithTheHalfLife) {
  Post post = world_.post(5);
  post.publish_time = world_.now;
  Upsert(post);
  const float now = Why(Nobody(), post.id).post.terms.freshness;
  post.publish_time = world_.now - absl::Hours(12);
  Upsert(post);
  EXPECT_NEAR(Why(Nobody(), post.id).post.terms.freshness, now / 2, 1e-6f);
}

TEST_F(RankerScoreTest, PopularityComesFromTheReleaseAlone) {
  CrowdCounts counts;
  counts.by_post = {{PostId(5), Now(), 149}, {PostId(6), Now(), 49}};
  fresh_ = FreshTable::Create(counts, *posts_, PlaceOfCity, Now(), {});
  EXPECT_NEAR(Why(Nobody(), PostId(5)).post.terms.popularity, 0.05f * std::log(101.0f), 1e-6f);
  EXPECT_EQ(Why(Nobody(), PostId(6)).post.terms.popularity, 0);
}

TEST_F(RankerScoreTest, WhatIsReadMoreWhereTheViewerIsGainsThere) {
  // Post 5 is read in city 1, post 6 in city 3; they share neither author nor topics.
  Post local = world_.post(5), other = world_.post(6);
  local.author = AuthorNumber(901);
  other.author = AuthorNumber(902);
  local.topics = {TopicId(901)};
  other.topics = {TopicId(902)};
  local.city = other.city = std::nullopt;
  Post like = local;  // Nobody has read it yet; its author and its topic tell.
  like.id = PostId(6001);
  for (const Post& post : {local, other, like}) Upsert(post);
  CrowdCounts counts;
  counts.by_city = {{local.id, City(1), Now(), 400},
                    {local.id, City(3), Now(), 100},
                    {other.id, City(1), Now(), 100},
                    {other.id, City(3), Now(), 400}};
  fresh_ = FreshTable::Create(counts, *posts_, PlaceOfCity, Now(), {});
  const SubjectView here = Built(SubjectViewBuilder().At(PlaceOfCity(City(1))));
  const SubjectView neighbour = Built(SubjectViewBuilder().At(PlaceOfCity(City(2))));
  const SubjectView there = Built(SubjectViewBuilder().At(PlaceOfCity(City(3))));
  for (const SubjectView& view : {here, neighbour}) {
    EXPECT_GT(Why(view, local.id).post.terms.locality, 0);
    EXPECT_GT(Why(view, like.id).post.terms.locality, 0);
    EXPECT_LT(Why(view, other.id).post.terms.locality, 0);
  }
  EXPECT_LT(Why(there, local.id).post.terms.locality, 0);
  EXPECT_GT(Why(there, other.id).post.terms.locality, 0);
  EXPECT_EQ(Why(Nobody(), local.id).post.terms.locality, 0);
}

TEST_F(RankerScoreTest, NearerPostsGainByDistance) {
  Post here = world_.post(5), near = world_.post(6), far = world_.post(7);
  here.city = City(1);
  near.city = City(2);
  far.city = City(5);
  for (const Post& post : {here, near, far}) Upsert(post);
  const SubjectView view = Built(SubjectViewBuilder().At(PlaceOfCity(City(1))));
  const float a = Why(view, here.id).post.terms.locality, b = Why(view, near.id).post.terms.locality,
              c = Why(view, far.id).post.terms.locality;
  EXPECT_GT(a, b);
  EXPECT_GT(b, c);
  EXPECT_EQ(Why(Nobody(), here.id).post.terms.locality, 0);
}

TEST_F(RankerScoreTest, TheCallersScoreIsOneTerm) {
  const std::vector<PostId> ids = {PostId(1), PostId(2), PostId(3)};
  const RankedFeed feed = Rank(Nobody(), ids, {.limit = 3}, {0.5f, 100.0f, std::nanf("")});
  EXPECT_EQ(feed.posts.front().post, PostId(2));
  EXPECT_EQ(In(feed, PostId(1))->terms.caller, 0.5f);
  EXPECT_EQ(In(feed, PostId(2))->terms.caller, 100.0f);
  EXPECT_EQ(In(feed, PostId(3))->terms.caller, 0.0f);
}

TEST_F(RankerScoreTest, TheSurfaceScalesEachTerm) {
  const SubjectView view = BusyView(world_, ClicksOnTopic(TopicId(1), 5));
  const ScoreTerms plain = Why(view, PostId(30)).post.terms;
  surface_.scales = {.taste = 2, .locality = 2, .freshness = 2, .popularity = 2, .follow = 2, .fatigue = 2};
  const ScoreTerms doubled = Why(view, PostId(30)).post.terms;
  EXPECT_FLOAT_EQ(doubled.taste, 2 * plain.taste);
  EXPECT_FLOAT_EQ(doubled.locality, 2 * plain.locality);
  EXPECT_FLOAT_EQ(doubled.freshness, 2 * plain.freshness);
  EXPECT_FLOAT_EQ(doubled.follow, 2 * plain.follow);
  EXPECT_FLOAT_EQ(doubled.fatigue, 2 * plain.fatigue);
}

}  // namespace
}  // namespace bauta::testing
