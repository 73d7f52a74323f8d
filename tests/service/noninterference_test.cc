// The strongest promise to who opted out: what they once did is in no byte of any reply. Two worlds are equal
// but for one subject's history before it withdrew; every reply to that subject must be equal to the byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/service/feed_fixture.h"
#include "tests/testing/dice.h"

namespace bauta {
namespace {

using testing::Dice;
using testing::FeedWorld;

constexpr int kPairs = 60;

// Anything that a subject can do, up to sixty times; sometimes nothing.
std::vector<SignalEvent> RandomHistory(FeedWorld& world, Dice& dice) {
  std::vector<SignalEvent> events;
  for (uint64_t count = dice.Below(60); count > 0; --count) {
    SignalEvent event = world.Click(1 + dice.Below(world.world().posts.size()),
                                    absl::Minutes(static_cast<int64_t>(dice.Below(60 * 24 * 6))));
    event.kind = static_cast<SignalKind>(dice.Below(kSignalKindCount));
    event.surface = SurfaceId(static_cast<uint8_t>(1 + dice.Below(6)));
    if (event.kind == SignalKind::kDwell) event.strength = static_cast<uint32_t>(1 + dice.Below(100'000));
    if (event.kind == SignalKind::kSearch) {
      event.topic = TopicId(1 + dice.Below(8));
      event.post = PostId();
    }
    if (IsState(event.kind)) event.taken_back = dice.Below(4) == 0;
    events.push_back(event);
  }
  return events;
}

// The subject's own instructions: the same in both worlds.
void RandomInstructions(FeedWorld& world, const std::string& account, Dice& dice) {
  for (uint64_t count = dice.Below(3); count > 0; --count) {
    world.Dismiss(account, PostId(1 + dice.Below(world.world().posts.size())),
                  static_cast<DismissalReason>(1 + dice.Below(9)));
  }
  if (dice.Below(2) == 0) {
    world.Follow(account,
                 {RelationKind::kFollowAuthor, testing::AuthorNumber(1 + dice.Below(20)), TopicId()});
  }
  if (dice.Below(2) == 0) {
    world.Follow(account, {RelationKind::kBlockTopic, AuthorCode(), TopicId(1 + dice.Below(8))});
  }
}

// Posts that only a seed can order: equal in everything but their ids. A seed that knew a history would show.
constexpr uint64_t kFirstTwin = 10'001;
constexpr uint64_t kTwins = 20;
constexpr uint64_t kPaidBehind = 1'000;  // Of each there is one that is paid for.
void AddTwins(FeedWorld& world) {
  std::vector<Post> twins;
  for (uint64_t id = kFirstTwin; id < kFirstTwin + kTwins; ++id) {
    twins.push_back(world.world().posts.back());
    twins.back().id = PostId(id);
    twins.push_back(twins.back());
    twins.back().id = PostId(id + kPaidBehind);
    twins.back().advertisement = true;
  }
  ASSERT_TRUE(world.serving().UpsertPosts(twins).ok());
}

// Every reply there is to `account`, as bytes and statuses.
std::string EveryReply(FeedWorld& world, const std::string& account) {
  std::string bytes;
  const auto add = [&](const auto& reply) {
    bytes += reply.ok() ? reply->SerializeAsString() : reply.status().ToString();
    bytes += '|';
  };
  for (const char* surface : {"home", "following", "local", "discover", "ads", "push"}) {
    v1::RankPostsRequest rank = world.RankRequest(account);
    rank.mutable_visit()->set_surface(surface);
    for (uint64_t id = kFirstTwin; id < kFirstTwin + kTwins; ++id) rank.add_post_ids(id);
    for (uint64_t id = kFirstTwin; id < kFirstTwin + kTwins; ++id) rank.add_post_ids(id + kPaidBehind);
    rank.set_limit(500);
    add(world.Rank(rank));
    v1::GetFeedRequest feed = world.FeedRequest(account, 25);
    feed.mutable_visit()->set_surface(surface);
    for (const v1::GetFeedResponse& page : world.Pages(feed, 4)) bytes += page.SerializeAsString() + '|';
    feed.add_seed_post_ids(7);
    feed.mutable_filter()->add_none_topic_ids(3);
    for (const v1::GetFeedResponse& page : world.Pages(feed, 2)) bytes += page.SerializeAsString() + '|';
  }
  for (uint64_t post : {1, 7, 90, 219, 5'000}) {
    v1::ExplainPostRequest explain = world.ExplainRequest(account, post);
    add(world.Explain(explain));
    explain.set_name_history(true);
    add(world.Explain(explain, true));
    add(world.Explain(explain, false));
  }
  return bytes;
}

TEST(NoninterferenceTest, OptedOutRepliesIgnoreHistory) {
  FeedWorld one, other;
  AddTwins(one);
  AddTwins(other);
  int differed_before = 0;
  for (int pair = 0; pair < kPairs; ++pair) {
    SCOPED_TRACE(pair);
    const std::string account = "subject-" + std::to_string(pair);
    Dice histories(1'000 + static_cast<uint64_t>(pair));
    for (FeedWorld* world : {&one, &other}) {
      world->AgreeTo(account, {Purpose::kPersonalize, Purpose::kLocate, Purpose::kAds});
      world->Record(account, RandomHistory(*world, histories));
      Dice instructions(static_cast<uint64_t>(pair));
      RandomInstructions(*world, account, instructions);
    }
    // The control: before the withdrawal the histories do show.
    differed_before += EveryReply(one, account) != EveryReply(other, account);

    for (FeedWorld* world : {&one, &other}) world->Withdraw(account, {Purpose::kPersonalize});
    const uint64_t unsealed = one.store().statistics().histories_unsealed;
    ASSERT_EQ(EveryReply(one, account), EveryReply(other, account));
    EXPECT_EQ(one.store().statistics().histories_unsealed, unsealed);
  }
  EXPECT_GT(differed_before, kPairs / 2);
}

// Every reply on the surface for advertisements.
std::string EveryAdvertisement(FeedWorld& world, const std::string& account) {
  v1::RankPostsRequest rank = world.RankRequest(account);
  v1::GetFeedRequest feed = world.FeedRequest(account, 8);
  v1::ExplainPostRequest explain = world.ExplainRequest(account, kFirstTwin + kPaidBehind);
  for (v1::Visit* visit : {rank.mutable_visit(), feed.mutable_visit(), explain.mutable_visit()}) {
    visit->set_surface("ads");
  }
  for (uint64_t id = kFirstTwin; id < kFirstTwin + kTwins; ++id) rank.add_post_ids(id + kPaidBehind);
  std::string bytes = world.Rank(rank)->SerializeAsString();
  for (const v1::GetFeedResponse& page : world.Pages(feed, 4)) bytes += page.SerializeAsString() + '|';
  return bytes + world.Explain(explain, true)->SerializeAsString();
}

TEST(NoninterferenceTest, WithoutAdsNoHistoryReachesAnAdvertisement) {
  FeedWorld one, other;
  AddTwins(one);
  AddTwins(other);
  int differed_with_ads = 0;
  for (uint64_t pair = 0; pair < 20; ++pair) {
    SCOPED_TRACE(pair);
    const std::string account = "subject-" + std::to_string(pair);
    Dice histories(2'000 + pair);
    for (FeedWorld* world : {&one, &other}) {
      world->AgreeTo(account, {Purpose::kPersonalize, Purpose::kAds});
      world->Record(account, RandomHistory(*world, histories));
      Dice instructions(pair);
      RandomInstructions(*world, account, instructions);
    }
    differed_with_ads += EveryAdvertisement(one, account) != EveryAdvertisement(other, account);
    for (FeedWorld* world : {&one, &other}) world->Withdraw(account, {Purpose::kAds});
    ASSERT_EQ(EveryAdvertisement(one, account), EveryAdvertisement(other, account));
  }
  EXPECT_GT(differed_with_ads, 10);
}

TEST(NoninterferenceTest, TheArmOfACanaryDependsOnTheCodeAlone) {
  FeedWorld one, other;
  AddTwins(one);
  AddTwins(other);
  ModelParameters parameters = one.world().parameters;
  parameters.version = "canary-1";
  parameters.score_weights.freshness += 1;
  v1::ActivateModelRequest request;
  request.set_model_version(parameters.version);
  request.set_canary_percent(50);
  for (FeedWorld* world : {&one, &other}) {
    world->folder().Write("models/canary-1", *EncodeSnapshot(parameters));
    ASSERT_TRUE(world->model_handler().ActivateModel(Principal(), request).ok());
  }
  Dice histories(11);
  for (int i = 0; i < 6; ++i) {
    const std::string account = "subject-" + std::to_string(i);
    one.AgreeTo(account, {Purpose::kPersonalize});
    const auto arm = [&] { return one.Rank(one.RankRequest(account))->feed().experiment_arm(); };
    const std::string before = arm();
    one.Record(account, RandomHistory(one, histories));
    EXPECT_EQ(arm(), before);
    one.Withdraw(account, {Purpose::kPersonalize});
    EXPECT_EQ(EveryReply(one, account), EveryReply(other, account));
  }
}

TEST(NoninterferenceTest, WhoWithdrewGetsWhatWhoNeverAgreedGets) {
  FeedWorld one, other;
  Dice histories(7);
  one.AgreeTo("anna", {Purpose::kPersonalize});
  one.Record("anna", RandomHistory(one, histories));
  one.Withdraw("anna", {Purpose::kPersonalize});
  EXPECT_EQ(EveryReply(one, "anna"), EveryReply(other, "anna"));
}

TEST(NoninterferenceTest, DegradedRepliesIgnoreHistory) {
  for (uint64_t pair = 0; pair < 8; ++pair) {
    SCOPED_TRACE(pair);
    FeedWorld one, other;
    Dice histories(pair);
    for (FeedWorld* world : {&one, &other}) {
      world->AgreeTo("anna", {Purpose::kPersonalize});
      world->Record("anna", RandomHistory(*world, histories));
      Dice instructions(pair);
      RandomInstructions(*world, "anna", instructions);
      world->Restart();
      world->DamageFirstHistoryKey();
    }
    const auto reply = one.Rank(one.RankRequest("anna"));
    ASSERT_TRUE(reply.ok()) << reply.status();
    ASSERT_EQ(reply->feed().degraded_size(), 1);
    ASSERT_EQ(EveryReply(one, "anna"), EveryReply(other, "anna"));
  }
}

TEST(NoninterferenceTest, AHistoryWithoutCrowdMovesNobodyElsesFeed) {
  FeedWorld one, other;
  for (int i = 0; i < 60; ++i) {
    const std::string account = "reader" + std::to_string(i);
    one.AgreeTo(account, {Purpose::kPersonalize});
    one.Record(account, {one.Click(100), one.Click(101)});
  }
  ASSERT_EQ(one.serving().Refresh(), absl::OkStatus());
  ASSERT_EQ(other.serving().Refresh(), absl::OkStatus());
  EXPECT_EQ(EveryReply(one, "anna"), EveryReply(other, "anna"));
}

TEST(NoninterferenceTest, OneSubjectsXNeverMovesAnothersRanking) {
  FeedWorld one, other;
  one.AgreeTo("anna", {Purpose::kPersonalize, Purpose::kLearn, Purpose::kCrowd});
  for (int reason = 1; reason <= 9; ++reason) {
    one.Dismiss("anna", PostId(static_cast<uint64_t>(reason)), static_cast<DismissalReason>(reason));
  }
  ASSERT_EQ(one.serving().Refresh(), absl::OkStatus());
  EXPECT_EQ(EveryReply(one, "ben"), EveryReply(other, "ben"));
  EXPECT_EQ(EveryReply(one, ""), EveryReply(other, ""));
}

}  // namespace
}  // namespace bauta
