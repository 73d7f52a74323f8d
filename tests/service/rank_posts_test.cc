#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "service/feed_handler.h"
#include "tests/service/feed_fixture.h"

namespace bauta {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FeedWorld;
using testing::Ids;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAreArray;

float SumOfTerms(const v1::ScoreTermColumns& terms, int i) {
  return terms.taste(i) + terms.locality(i) + terms.freshness(i) + terms.popularity(i) + terms.follow(i) +
         terms.caller(i) + terms.fatigue(i) + terms.dismissal(i) + terms.exploration(i);
}

TEST(RankPostsTest, GivesTheBestOfTheCandidatesAsColumnsOfEqualLength) {
  FeedWorld world;
  v1::RankPostsRequest request = world.RankRequest("anna");
  const auto reply = world.Rank(request);
  ASSERT_TRUE(reply.ok()) << reply.status();
  const v1::RankedFeed& feed = reply->feed();
  ASSERT_EQ(feed.post_ids_size(), 50);
  EXPECT_EQ(feed.scores_size(), 50);
  EXPECT_EQ(feed.reasons_size(), 50);
  for (int i = 0; i < 50; ++i) EXPECT_NEAR(feed.scores(i), SumOfTerms(feed.score_terms(), i), 1e-4f) << i;
  EXPECT_EQ(feed.model_version(), "test-1");
  EXPECT_EQ(feed.config_version(), "0123456789abcdef");
  EXPECT_EQ(feed.surface_version().size(), 16u);
  EXPECT_THAT(feed.degraded(), IsEmpty());
  EXPECT_EQ(feed.trace().candidate_count(), world.world().posts.size());
  EXPECT_EQ(feed.trace().kept_count(), world.world().posts.size());
  EXPECT_FALSE(feed.end_of_feed());

  request.set_include_score_terms(false);
  EXPECT_FALSE(world.Rank(request)->feed().has_score_terms());
}

TEST(RankPostsTest, AFeedWithTooFewPostsIsShorterAndSaysWhy) {
  FeedWorld world;
  v1::RankPostsRequest request = world.RankRequest("anna");
  request.clear_post_ids();
  for (uint64_t id : {1, 2, 2, 1'000'000}) request.add_post_ids(id);
  const auto reply = world.Rank(request);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(Ids(reply->feed()), UnorderedElementsAreArray({1u, 2u}));
  EXPECT_TRUE(reply->feed().end_of_feed());
  EXPECT_EQ(reply->feed().trace().candidate_count(), 4u);
  EXPECT_EQ(reply->feed().trace().kept_count(), 2u);
  ASSERT_EQ(reply->feed().trace().removed_size(), 2);
  EXPECT_EQ(reply->feed().trace().removed(0).reason(), v1::REMOVAL_REASON_UNKNOWN_POST);
  EXPECT_EQ(reply->feed().trace().removed(0).count(), 1u);
  EXPECT_EQ(reply->feed().trace().removed(1).reason(), v1::REMOVAL_REASON_DUPLICATE);
}

TEST(RankPostsTest, WhatSomebodyClickedMovesTheirFeedAtOnce) {
  FeedWorld world;
  world.AgreeTo("anna", {Purpose::kPersonalize});
  const auto before = world.Rank(world.RankRequest("anna"));
  std::vector<SignalEvent> clicks;
  for (uint64_t id = 3; id <= 30; id += 3) clicks.push_back(world.Click(id));
  ASSERT_EQ(world.Record("anna", clicks), clicks.size());
  const auto after = world.Rank(world.RankRequest("anna"));
  ASSERT_TRUE(before.ok() && after.ok());
  EXPECT_NE(Ids(before->feed()), Ids(after->feed()));
  EXPECT_THAT(after->feed().reasons(), Contains(v1::FEED_REASON_TASTE));
}

TEST(RankPostsTest, CallerScoresAreANamedTerm) {
  FeedWorld world;
  v1::RankPostsRequest request = world.RankRequest("anna");
  for (int i = 0; i < request.post_ids_size(); ++i)
    request.add_caller_scores(request.post_ids(i) == 77 ? 100 : 0);
  const auto reply = world.Rank(request);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->feed().post_ids(0), 77u);
  EXPECT_GT(reply->feed().score_terms().caller(0), 50);
  EXPECT_EQ(reply->feed().reasons(0), v1::FEED_REASON_CALLER);
}

TEST(RankPostsTest, TheXIsObeyedByTheNextRequest) {
  const DismissalReason kReasons[] = {DismissalReason::kNotInterested, DismissalReason::kLessAuthor,
                                      DismissalReason::kBlockAuthor,   DismissalReason::kLessTopic,
                                      DismissalReason::kBlockTopic,    DismissalReason::kSeenTooOften,
                                      DismissalReason::kOffensive};
  FeedWorld world;
  for (const DismissalReason reason : kReasons) {
    for (const bool personalized : {false, true}) {
      const std::string account = "x" + std::to_string(static_cast<int>(reason)) + (personalized ? "p" : "");
      SCOPED_TRACE(account);
      if (personalized) world.AgreeTo(account, {Purpose::kPersonalize});
      const auto before = world.Rank(world.RankRequest(account));
      ASSERT_TRUE(before.ok()) << before.status();
      const PostId post(before->feed().post_ids(0));
      world.Dismiss(account, post, reason);
      const auto after = world.Rank(world.RankRequest(account));
      ASSERT_TRUE(after.ok()) << after.status();
      const Post& dismissed = world.world().post(post.value());
      for (uint64_t id : after->feed().post_ids()) {
        const Post& shown = world.world().post(id);
        EXPECT_NE(shown.id, post);
        if (RuleOf(reason).scope == DismissalScope::kAuthor) {
          EXPECT_NE(shown.author, dismissed.author);
        }
        if (RuleOf(reason).scope == DismissalScope::kTopic) {
          EXPECT_THAT(shown.topics, Not(Contains(dismissed.topics.front())));
        }
      }
      // And by an explanation.
      const auto explanation = world.Explain(world.ExplainRequest(account, post.value()));
      ASSERT_TRUE(explanation.ok()) << explanation.status();
      EXPECT_EQ(explanation->removal_reason(), v1::REMOVAL_REASON_DISMISSED);
    }
  }
}

TEST(RankPostsTest, ARemovedPostIsGoneAndANewOneRankableOnTheNextRequest) {
  FeedWorld world;
  v1::RankPostsRequest request = world.RankRequest("anna");
  request.clear_post_ids();
  for (uint64_t id : {1, 2, 9'001}) request.add_post_ids(id);
  EXPECT_THAT(Ids(world.Rank(request)->feed()), UnorderedElementsAreArray({1u, 2u}));

  Post post = world.world().post(5);
  post.id = PostId(9'001);
  ASSERT_TRUE(world.serving().UpsertPosts({&post, 1}).ok());
  EXPECT_THAT(Ids(world.Rank(request)->feed()), UnorderedElementsAreArray({1u, 2u, 9'001u}));

  const PostRemoval removal{.post = PostId(2), .version = 7};
  ASSERT_TRUE(world.serving().RemovePosts({&removal, 1}).ok());
  EXPECT_THAT(Ids(world.Rank(request)->feed()), UnorderedElementsAreArray({1u, 9'001u}));

  const AuthorSuspension suspension{.author = world.world().post(1).author,
                                    .until = world.clock().Now() + absl::Hours(1)};
  ASSERT_TRUE(world.serving().SuspendAuthors({&suspension, 1}).ok());
  EXPECT_THAT(Ids(world.Rank(request)->feed()), Not(Contains(1u)));
  world.clock().Advance(absl::Hours(2));
  EXPECT_THAT(Ids(world.Rank(request)->feed()), Contains(1u));
}

TEST(RankPostsTest, AStaleUpsertAndAReplayedRemovalChangeNothing) {
  FeedWorld world;
  v1::RankPostsRequest request = world.RankRequest("anna");
  request.clear_post_ids();
  request.add_post_ids(2);
  const PostRemoval removal{.post = PostId(2), .version = 7};
  ASSERT_TRUE(world.serving().RemovePosts({&removal, 1}).ok());
  Post stale = world.world().post(2);
  stale.version = 7;
  const auto outcomes = world.serving().UpsertPosts({&stale, 1});
  ASSERT_TRUE(outcomes.ok());
  EXPECT_THAT(*outcomes, ElementsAre(UpsertOutcome::kStaleVersion));
  EXPECT_THAT(Ids(world.Rank(request)->feed()), IsEmpty());
  stale.version = 8;
  ASSERT_TRUE(world.serving().UpsertPosts({&stale, 1}).ok());
  EXPECT_THAT(Ids(world.Rank(request)->feed()), ElementsAre(2u));
}

TEST(RankPostsTest, OwnPostsAreNotShownToTheirAuthor) {
  FeedWorld world;
  v1::RankPostsRequest request = world.RankRequest("anna");
  request.set_limit(500);
  const AuthorCode self = world.world().post(1).author;
  request.mutable_visit()->mutable_self_author()->set_author_code(self.view().data(), self.view().size());
  const auto reply = world.Rank(request);
  ASSERT_TRUE(reply.ok()) << reply.status();
  for (uint64_t id : reply->feed().post_ids()) EXPECT_NE(world.world().post(id).author, self);
  EXPECT_EQ(reply->feed().trace().removed(0).reason(), v1::REMOVAL_REASON_OWN_POST);
}

}  // namespace
}  // namespace bauta
