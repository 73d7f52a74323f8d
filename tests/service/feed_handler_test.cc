#include "service/feed_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "tests/service/feed_fixture.h"

namespace bauta {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FeedWorld;
using ::testing::HasSubstr;
using testing::Ids;
using ::testing::IsEmpty;
using ::testing::Not;

float SumOfTerms(const v1::ScoreTerms& terms) {
  return terms.taste() + terms.locality() + terms.freshness() + terms.popularity() + terms.follow() +
         terms.caller() + terms.fatigue() + terms.dismissal() + terms.exploration();
}

TEST(GetFeedTest, PagesNeverRepeatAPostAndEndWhenAllWereShown) {
  FeedWorld world;
  for (const char* account : {"", "anna"}) {
    SCOPED_TRACE(account);
    std::set<uint64_t> shown;
    const std::vector<v1::GetFeedResponse> pages = world.Pages(world.FeedRequest(account, 30), 100);
    for (const v1::GetFeedResponse& page : pages) {
      for (uint64_t id : page.feed().post_ids()) EXPECT_TRUE(shown.insert(id).second) << id;
    }
    EXPECT_EQ(shown.size(), world.world().posts.size());
    EXPECT_TRUE(pages.back().feed().end_of_feed());
    EXPECT_EQ(pages.back().next_page_token(), "");
  }
}

TEST(GetFeedTest, AFeedHasAtMostFiveHundredPosts) {
  testing::WorldOptions options;
  options.learned_posts = 700;
  FeedWorld world(options);
  size_t shown = 0;
  const std::vector<v1::GetFeedResponse> pages = world.Pages(world.FeedRequest("anna", 90), 100);
  for (const v1::GetFeedResponse& page : pages) shown += static_cast<size_t>(page.feed().post_ids_size());
  EXPECT_EQ(shown, kFeedPostsMax);
  EXPECT_EQ(pages.back().feed().post_ids_size(), 50);
  EXPECT_FALSE(pages.back().feed().end_of_feed());
}

TEST(GetFeedTest, ALaterPageObeysAnXMadeInBetween) {
  FeedWorld world;
  v1::GetFeedRequest request = world.FeedRequest("anna", 20);
  const auto first = world.Feed(request);
  ASSERT_TRUE(first.ok()) << first.status();
  request.set_page_token(first->next_page_token());
  const auto second = world.Feed(request);
  ASSERT_TRUE(second.ok()) << second.status();
  const PostId post(second->feed().post_ids(0));
  world.Dismiss("anna", post, DismissalReason::kBlockAuthor);
  const auto obeying = world.Feed(request);
  ASSERT_TRUE(obeying.ok()) << obeying.status();
  for (uint64_t id : obeying->feed().post_ids()) {
    EXPECT_NE(world.world().post(id).author, world.world().post(post.value()).author);
  }
}

TEST(GetFeedTest, EqualRequestsGiveEqualBytes) {
  FeedWorld world;
  const v1::GetFeedRequest request = world.FeedRequest("anna", 20);
  EXPECT_EQ(world.Feed(request)->SerializeAsString(), world.Feed(request)->SerializeAsString());
}

TEST(GetFeedTest, ExcludedPostsAreNotInTheFeed) {
  FeedWorld world;
  v1::GetFeedRequest request = world.FeedRequest("anna", 100);
  const std::vector<uint64_t> all = Ids(world.Feed(request)->feed());
  for (size_t i = 0; i < 10; ++i) request.add_exclude_post_ids(all[i]);
  const std::vector<uint64_t> rest = Ids(world.Feed(request)->feed());
  for (size_t i = 0; i < 10; ++i) EXPECT_THAT(rest, Not(Contains(all[i])));
}

TEST(GetFeedTest, TokensOfAnotherOrOfAnotherRequestAreRefused) {
  FeedWorld world;
  const v1::GetFeedRequest request = world.FeedRequest("anna", 20);
  const std::string token = world.Feed(request)->next_page_token();
  struct Case {
    const char* name;
    std::function<void(v1::GetFeedRequest&)> change;
    absl::StatusCode code;
  };
  const Case cases[] = {
      {"own", [](v1::GetFeedRequest&) {}, absl::StatusCode::kOk},
      {"subject", [](auto& r) { r.mutable_visit()->mutable_subject()->set_account_id("ben"); },
       absl::StatusCode::kInvalidArgument},
      {"namespace", [](auto& r) { r.mutable_visit()->mutable_subject()->set_device_id("anna"); },
       absl::StatusCode::kInvalidArgument},
      {"anonymous", [](auto& r) { r.mutable_visit()->mutable_subject()->mutable_anonymous(); },
       absl::StatusCode::kInvalidArgument},
      {"surface", [](auto& r) { r.mutable_visit()->set_surface("following"); },
       absl::StatusCode::kInvalidArgument},
      {"exclusion", [](auto& r) { r.add_exclude_post_ids(1); }, absl::StatusCode::kInvalidArgument},
      {"page size", [](auto& r) { r.set_page_size(21); }, absl::StatusCode::kInvalidArgument},
      {"malformed", [](auto& r) { r.set_page_token("malformed"); }, absl::StatusCode::kInvalidArgument},
      {"forged", [](auto& r) { (*r.mutable_page_token())[40] ^= 1; }, absl::StatusCode::kInvalidArgument},
      {"address", [](auto& r) { r.mutable_visit()->set_ip_address("192.0.2.7"); }, absl::StatusCode::kOk},
  };
  for (const Case& test : cases) {
    v1::GetFeedRequest changed = request;
    changed.set_page_token(token);
    test.change(changed);
    EXPECT_EQ(world.Feed(changed).status().code(), test.code) << test.name;
  }
  v1::GetFeedRequest late = request;
  late.set_page_token(token);
  world.clock().Advance(absl::Minutes(61));
  EXPECT_EQ(world.Feed(late).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(GetFeedTest, FollowingIsChronologicalAndHoldsOnlyWhatIsFollowed) {
  FeedWorld world;
  v1::GetFeedRequest request = world.FeedRequest("anna", 100);
  request.mutable_visit()->set_surface("following");
  EXPECT_THAT(Ids(world.Feed(request)->feed()), IsEmpty());

  const AuthorCode author = testing::AuthorNumber(3);
  const TopicId topic(5);
  world.Follow("anna", {RelationKind::kFollowAuthor, author, TopicId()});
  world.Follow("anna", {RelationKind::kFollowTopic, AuthorCode(), topic});
  const auto reply = world.Feed(request);
  ASSERT_TRUE(reply.ok()) << reply.status();
  ASSERT_GT(reply->feed().post_ids_size(), 5);
  absl::Time newer = absl::InfiniteFuture();
  for (int i = 0; i < reply->feed().post_ids_size(); ++i) {
    const Post& post = world.world().post(reply->feed().post_ids(i));
    EXPECT_LE(post.publish_time, newer);
    newer = post.publish_time;
    const v1::FeedReason reason = reply->feed().reasons(i);
    if (post.author == author) {
      EXPECT_EQ(reason, v1::FEED_REASON_FOLLOWED_AUTHOR);
    } else {
      EXPECT_THAT(post.topics, Contains(topic));
      EXPECT_EQ(reason, v1::FEED_REASON_FOLLOWED_TOPIC);
    }
  }
}

TEST(WithoutModelTest, AFirstFeedIsTheNewestPostsAndSaysThatNoModelRanked) {
  FeedWorld world({}, false);
  const auto reply = world.Feed(world.FeedRequest("anna", 20));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->feed().post_ids_size(), 20);
  EXPECT_EQ(reply->feed().model_version(), "");
  EXPECT_THAT(reply->feed().degraded(), ElementsAre(v1::DEGRADED_REASON_WITHOUT_MODEL));
  EXPECT_EQ(reply->feed().post_ids(0), 1u);  // The newest.
  EXPECT_EQ(reply->feed().reasons(0), v1::FEED_REASON_FRESH);
  for (uint64_t id : reply->feed().post_ids()) EXPECT_LE(id, 60u);  // Within 30 hours.
  EXPECT_GT(world.metrics().ReadDegraded(v1::DEGRADED_REASON_WITHOUT_MODEL), 0u);
}

TEST(WithoutModelTest, WhatIsFollowedComesFirst) {
  FeedWorld world({}, false);
  const AuthorCode author = testing::AuthorNumber(3);
  world.Follow("anna", {RelationKind::kFollowAuthor, author, TopicId()});
  const auto reply = world.Rank(world.RankRequest("anna"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(world.world().post(reply->feed().post_ids(0)).author, author);
  EXPECT_EQ(reply->feed().reasons(0), v1::FEED_REASON_FOLLOWED_AUTHOR);
}

TEST(DegradedTest, WithoutTheHistoryTheChoicesAreObeyedAndTheReplySaysSo) {
  FeedWorld world;
  world.AgreeTo("anna", {Purpose::kPersonalize});
  world.Record("anna", {world.Click(3), world.Click(8)});
  world.Dismiss("anna", PostId(5), DismissalReason::kNotInterested);
  world.Restart();
  world.DamageFirstHistoryKey();
  const auto reply = world.Rank(world.RankRequest("anna"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(reply->feed().degraded(), ElementsAre(v1::DEGRADED_REASON_WITHOUT_HISTORY));
  EXPECT_THAT(Ids(reply->feed()), Not(Contains(5u)));
  EXPECT_EQ(world.metrics().ReadDegraded(v1::DEGRADED_REASON_WITHOUT_HISTORY), 1u);
}

TEST(DegradedTest, WithoutTheChoicesACallIsUnavailableUnlessItDoesWithoutThem) {
  FeedWorld world;
  world.Dismiss("anna", PostId(5), DismissalReason::kNotInterested);
  world.RestartWithDamagedHeads();
  v1::RankPostsRequest request = world.RankRequest("anna");
  const absl::Status refused = world.Rank(request).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(world.Rank(world.RankRequest("ben")).ok());
  EXPECT_EQ(world.Feed(world.FeedRequest("anna", 10)).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(world.Explain(world.ExplainRequest("anna", 1)).status().code(), absl::StatusCode::kUnavailable);

  request.mutable_visit()->set_allow_without_choices(true);
  const auto reply = world.Rank(request);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(reply->feed().degraded(), ElementsAre(v1::DEGRADED_REASON_WITHOUT_CHOICES));
  EXPECT_EQ(reply->feed().post_ids_size(), 50);
}

TEST(ExplainPostTest, TheTermsAreThoseThatRanked) {
  FeedWorld world;
  world.AgreeTo("anna", {Purpose::kPersonalize});
  world.Record("anna", {world.Click(3), world.Click(8), world.Click(21)});
  const auto ranked = world.Rank(world.RankRequest("anna"));
  ASSERT_TRUE(ranked.ok()) << ranked.status();
  for (int i = 0; i < 10; ++i) {
    const auto explanation = world.Explain(world.ExplainRequest("anna", ranked->feed().post_ids(i)));
    ASSERT_TRUE(explanation.ok()) << explanation.status();
    EXPECT_FLOAT_EQ(explanation->score(), ranked->feed().scores(i));
    EXPECT_FLOAT_EQ(explanation->score_terms().taste(), ranked->feed().score_terms().taste(i));
    EXPECT_NEAR(explanation->score(), SumOfTerms(explanation->score_terms()), 1e-4f);
    EXPECT_EQ(explanation->reason(), ranked->feed().reasons(i));
    EXPECT_EQ(explanation->removal_reason(), v1::REMOVAL_REASON_UNSPECIFIED);
    EXPECT_EQ(explanation->taste_shares_size(), 0);
    EXPECT_NEAR(explanation->prior_share() + explanation->other_share(), explanation->score_terms().taste(),
                1e-3f);
  }
}

TEST(ExplainPostTest, NamesHistoryOnlyWithARightsToken) {
  FeedWorld world;
  world.AgreeTo("anna", {Purpose::kPersonalize});
  world.Record("anna", {world.Click(3), world.Click(8)});
  v1::ExplainPostRequest request = world.ExplainRequest("anna", 3);
  request.set_name_history(true);
  EXPECT_EQ(world.Explain(request).status().code(), absl::StatusCode::kPermissionDenied);
  const auto explanation = world.Explain(request, true);
  ASSERT_TRUE(explanation.ok()) << explanation.status();
  ASSERT_EQ(explanation->taste_shares_size(), 2);
  float sum = explanation->prior_share() + explanation->other_share();
  std::set<uint64_t> named;
  for (const v1::TasteShare& share : explanation->taste_shares()) {
    sum += share.share();
    named.insert(share.interaction().post_id());
    EXPECT_EQ(share.interaction().kind(), v1::SIGNAL_KIND_CLICK);
    EXPECT_EQ(share.interaction().surface(), "home");
  }
  EXPECT_THAT(named, ElementsAre(3u, 8u));
  EXPECT_NEAR(sum, explanation->score_terms().taste(), 1e-3f);
}

TEST(ExplainPostTest, TheCallersScoreIsATermHereToo) {
  FeedWorld world;
  v1::ExplainPostRequest request = world.ExplainRequest("anna", 3);
  request.set_caller_score(7);
  const auto explanation = world.Explain(request);
  ASSERT_TRUE(explanation.ok()) << explanation.status();
  EXPECT_FLOAT_EQ(explanation->score_terms().caller(), 7);
  EXPECT_EQ(explanation->reason(), v1::FEED_REASON_CALLER);
}

TEST(ExplainPostTest, AnUnknownPostIsNotFound) {
  FeedWorld world;
  EXPECT_EQ(world.Explain(world.ExplainRequest("anna", 424'242)).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(FeedBadInputTest, EachIsRefusedWithItsFieldAndNothingOfWhoAsks) {
  FeedWorld world;
  const std::string secret(300, 'q');
  struct Case {
    const char* field;
    std::function<void(v1::RankPostsRequest&)> change;
  };
  const Case cases[] = {
      {"visit", [](auto& r) { r.clear_visit(); }},
      {"visit.subject", [](auto& r) { r.mutable_visit()->clear_subject(); }},
      {"visit.subject.account_id", [](auto& r) { r.mutable_visit()->mutable_subject()->set_account_id(""); }},
      {"visit.subject.account_id",
       [&](auto& r) { r.mutable_visit()->mutable_subject()->set_account_id(secret); }},
      {"visit.subject.device_id",
       [&](auto& r) { r.mutable_visit()->mutable_subject()->set_device_id(secret); }},
      {"visit.surface", [](auto& r) { r.mutable_visit()->set_surface("nowhere"); }},
      {"visit.ip_address", [](auto& r) { r.mutable_visit()->set_ip_address("qqqq"); }},
      {"visit.self_author", [](auto& r) { r.mutable_visit()->mutable_self_author(); }},
      {"visit.self_author.author_id",
       [&](auto& r) { r.mutable_visit()->mutable_self_author()->set_author_id(secret); }},
      {"post_ids", [](auto& r) { r.clear_post_ids(); }},
      {"post_ids",
       [](auto& r) {
         while (r.post_ids_size() <= 10'000) r.add_post_ids(1);
       }},
      {"post_ids[1]", [](auto& r) { r.set_post_ids(1, 0); }},
      {"post_ids[2]", [](auto& r) { r.set_post_ids(2, uint64_t{1} << 63); }},
      {"caller_scores", [](auto& r) { r.add_caller_scores(1); }},
      {"caller_scores[0]",
       [](auto& r) {
         r.mutable_caller_scores()->Resize(r.post_ids_size(), std::numeric_limits<float>::quiet_NaN());
       }},
      {"limit", [](auto& r) { r.set_limit(0); }},
      {"limit", [](auto& r) { r.set_limit(501); }},
  };
  for (const Case& test : cases) {
    v1::RankPostsRequest request = world.RankRequest("anna");
    test.change(request);
    const absl::Status status = world.Rank(request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << test.field;
    EXPECT_THAT(std::string(status.message()), HasSubstr(test.field));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("qqq")));
  }
  EXPECT_TRUE(world.Rank(world.RankRequest("anna")).ok());  // And it still serves.

  v1::GetFeedRequest feed = world.FeedRequest("anna", 0);
  EXPECT_EQ(world.Feed(feed).status().code(), absl::StatusCode::kInvalidArgument);
  feed.set_page_size(101);
  EXPECT_EQ(world.Feed(feed).status().code(), absl::StatusCode::kInvalidArgument);
  feed.clear_page_size();
  EXPECT_EQ(world.Feed(feed)->feed().post_ids_size(), 20);
  while (feed.exclude_post_ids_size() <= 5'000) feed.add_exclude_post_ids(1);
  EXPECT_EQ(world.Feed(feed).status().code(), absl::StatusCode::kInvalidArgument);

  EXPECT_EQ(world.Explain(world.ExplainRequest("anna", 0)).status().code(),
            absl::StatusCode::kInvalidArgument);
  v1::ExplainPostRequest explain = world.ExplainRequest("anna", 1);
  explain.set_caller_score(std::numeric_limits<float>::infinity());
  EXPECT_EQ(world.Explain(explain).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace bauta
