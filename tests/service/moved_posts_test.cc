// A post that the model has not learned moves with what its readers permit, without a training, and moves
// back with them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "tests/service/feed_fixture.h"

namespace bauta {
namespace {

using testing::FeedWorld;

constexpr uint64_t kFresh = 205;  // In the catalogue, not in the model.
const PurposeSet kLearned = {Purpose::kPersonalize, Purpose::kLearn};

std::string Name(int number) { return "reader" + std::to_string(number); }

class MovedPosts {
 public:
  FeedWorld& feed() { return feed_; }

  std::vector<uint64_t> OfTopic(uint64_t topic) const {
    std::vector<uint64_t> ids;
    for (const Post& post : feed_.world().posts) {
      if (post.id.value() <= 200 && post.topics.front() == TopicId(topic)) ids.push_back(post.id.value());
    }
    return ids;
  }
  // Somebody who likes the topic, each a little another one.
  void Like(const std::string& account, uint64_t topic, int number, bool reads_fresh,
            const PurposeSet& purposes = kLearned) {
    feed_.AgreeTo(account, purposes);
    const std::vector<uint64_t> ids = OfTopic(topic);
    std::vector<SignalEvent> events;
    for (size_t i = 0; i < 10; ++i)
      events.push_back(feed_.Click(ids[(i + static_cast<size_t>(number)) % ids.size()]));
    if (reads_fresh) events.push_back(feed_.Click(kFresh));
    feed_.Record(account, events);
  }
  void Readers(int begin, int end, const PurposeSet& purposes = kLearned) {
    for (int i = begin; i < end; ++i) Like(Name(i), 2, i, true, purposes);
  }
  void Refresh() {
    while (!feed_.store().ReadFreshPosts(1).complete) std::this_thread::yield();
    ASSERT_EQ(feed_.serving().Refresh(), absl::OkStatus());
  }
  std::vector<float> VectorOf(uint64_t post = kFresh) {
    const auto reading = feed_.serving().Read(feed_.clock().Now());
    const float* vector = reading->posts().VectorOf(reading->posts().Find(PostId(post)));
    return {vector, vector + reading->model().stride()};
  }
  std::vector<float> PriorOf(uint64_t post = kFresh) {
    const auto reading = feed_.serving().Read(feed_.clock().Now());
    const float* vector = reading->posts().SnapshotVectorOf(reading->posts().Find(PostId(post)));
    return {vector, vector + reading->model().stride()};
  }
  bool Moved() { return VectorOf() != PriorOf(); }

 private:
  FeedWorld feed_;
};

TEST(MovedPostsTest, AFreshPostRisesForWhoSharesItsReadersTaste) {
  MovedPosts world;
  world.Readers(0, 60);
  world.Like("olga", 2, 3, /*reads_fresh=*/false, {Purpose::kPersonalize});
  const auto place_and_taste = [&] {
    v1::RankPostsRequest request = world.feed().RankRequest("olga");
    request.set_limit(500);
    const auto reply = world.feed().Rank(request);
    const std::vector<uint64_t> ids = testing::Ids(reply->feed());
    const auto at = std::find(ids.begin(), ids.end(), kFresh) - ids.begin();
    v1::RankPostsRequest alone = world.feed().RankRequest("olga");
    alone.clear_post_ids();
    alone.add_post_ids(kFresh);
    return std::pair(at, world.feed().Rank(alone)->feed().score_terms().taste(0));
  };
  const auto before = place_and_taste();
  world.Refresh();
  const auto after = place_and_taste();
  EXPECT_LT(after.first, before.first);
  EXPECT_GT(after.second, before.second + 0.05f);
}

TEST(MovedPostsTest, BelowFiftyReadersTheVectorIsThePriorsToTheByte) {
  MovedPosts world;
  const std::vector<float> prior = world.VectorOf();
  world.Readers(0, 49);
  world.Refresh();
  EXPECT_EQ(world.VectorOf(), prior);
  world.Readers(49, 50);
  world.Refresh();
  EXPECT_NE(world.VectorOf(), prior);
  EXPECT_EQ(world.PriorOf(), prior);
}

TEST(MovedPostsTest, WhoIsNotToBeLearnedFromMovesNothing) {
  MovedPosts world;
  world.Readers(0, 60, {Purpose::kPersonalize, Purpose::kCrowd});
  world.Refresh();
  EXPECT_FALSE(world.Moved());
  // Nor does a crowd of fresh consents.
  for (int i = 100; i < 160; ++i) {
    world.feed().Edit(Name(i), [&](HeadInstructions& head) {
      ConsentChange change;
      change.turn_on = kLearned;
      change.policy_version = 1;
      head.consent = Apply(head.consent, change, world.feed().clock().Now() - absl::Hours(23));
      return absl::OkStatus();
    });
    ASSERT_EQ(world.feed().Record(Name(i), {world.feed().Click(kFresh)}), 1u);
  }
  world.Refresh();
  EXPECT_FALSE(world.Moved());
}

TEST(MovedPostsTest, ASingleArrivalShowsOnlyAtAStepsEdge) {
  MovedPosts world;
  world.Readers(0, 60);
  world.Refresh();
  const std::vector<float> moved = world.VectorOf();
  const std::string reply = world.feed().Rank(world.feed().RankRequest("nobody"))->SerializeAsString();
  world.Readers(60, 99);
  world.Refresh();
  EXPECT_EQ(world.VectorOf(), moved);
  EXPECT_EQ(world.feed().Rank(world.feed().RankRequest("nobody"))->SerializeAsString(), reply);
  world.Readers(99, 100);
  world.Refresh();
  EXPECT_NE(world.VectorOf(), moved);
}

TEST(MovedPostsTest, WhoLeavesIsInNoVectorFromTheNextReleaseOn) {
  MovedPosts left, never_there;
  left.Readers(0, 60);
  never_there.Readers(0, 54);
  left.Refresh();
  for (int i = 54; i < 56; ++i) ASSERT_TRUE(left.feed().store().Erase(left.feed().Code(Name(i))).ok());
  for (int i = 56; i < 58; ++i) left.feed().Withdraw(Name(i), {Purpose::kLearn});
  for (int i = 58; i < 60; ++i) left.feed().Withdraw(Name(i), {Purpose::kPersonalize});
  left.Refresh();
  never_there.Refresh();
  EXPECT_EQ(left.VectorOf(), never_there.VectorOf());
  EXPECT_TRUE(left.Moved());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(left.feed().store().Erase(left.feed().Code(Name(i))).ok());
  left.Refresh();
  EXPECT_FALSE(left.Moved());
}

// What a reader takes back elsewhere is gone from the taste that moved the post.
TEST(MovedPostsTest, WhatAReaderTakesBackIsInNoVectorFromTheNextReleaseOn) {
  MovedPosts world, never;
  for (MovedPosts* each : {&world, &never}) each->Readers(0, 60);
  SignalEvent like = world.feed().Click(world.OfTopic(5).front());
  like.kind = SignalKind::kLike;
  ASSERT_EQ(world.feed().Record(Name(1), {like}), 1u);
  world.Refresh();
  never.Refresh();
  EXPECT_NE(world.VectorOf(), never.VectorOf());
  like.taken_back = true;
  ASSERT_EQ(world.feed().Record(Name(1), {like}), 1u);
  world.Refresh();
  EXPECT_EQ(world.VectorOf(), never.VectorOf());
}

TEST(MovedPostsTest, EqualStoresGiveEqualBytesWhateverTheOrder) {
  MovedPosts one, other;
  one.Readers(0, 70);
  for (int i = 69; i >= 0; --i) other.Readers(i, i + 1);
  other.Refresh();  // Somebody was there in between, and came back.
  ASSERT_TRUE(other.feed().store().Erase(other.feed().Code(Name(7))).ok());
  other.Refresh();
  other.Readers(7, 8);
  other.feed().Withdraw(Name(8), {Purpose::kLearn});
  one.feed().Withdraw(Name(8), {Purpose::kLearn});
  one.Refresh();
  other.Refresh();
  other.feed().Withdraw(Name(9), {Purpose::kLearn});
  one.feed().Withdraw(Name(9), {Purpose::kLearn});
  one.Refresh();
  other.Refresh();
  EXPECT_TRUE(one.Moved());
  EXPECT_EQ(one.VectorOf(), other.VectorOf());
}

TEST(MovedPostsTest, AfterARestartTheSameVectorsComeOut) {
  MovedPosts world;
  world.Readers(0, 60);
  world.Refresh();
  const std::vector<float> moved = world.VectorOf();
  world.feed().Restart();
  EXPECT_FALSE(world.Moved());
  world.Refresh();
  EXPECT_EQ(world.VectorOf(), moved);
}

TEST(MovedPostsTest, AnotherModelSolvesAllAnew) {
  MovedPosts world, only_second;
  ModelParameters second = world.feed().world().parameters;
  second.version = "m2";
  second.post_lambda *= 4;
  world.Readers(0, 60);
  only_second.Readers(0, 60);
  world.Refresh();
  const std::vector<float> under_first = world.VectorOf();
  world.feed().Publish(second);
  EXPECT_FALSE(world.Moved());
  world.Refresh();
  only_second.feed().Publish(second);
  only_second.Refresh();
  EXPECT_NE(world.VectorOf(), under_first);
  EXPECT_EQ(world.VectorOf(), only_second.VectorOf());
}

TEST(MovedPostsTest, APostThatAModelHasLearnedIsItsAgain) {
  MovedPosts world;
  world.Readers(0, 60);
  world.Refresh();
  ModelParameters second = world.feed().world().parameters;
  second.version = "m2";
  second.posts.emplace_back(kFresh);
  second.post_vectors.rows += 1;
  second.post_vectors.values.resize(second.post_vectors.values.size() + second.dimension, 0.25f);
  world.feed().Publish(second);
  world.Refresh();
  EXPECT_FALSE(world.Moved());
  EXPECT_EQ(world.VectorOf()[0], 0.25f);
}

TEST(MovedPostsTest, AnUpsertBeginsAtItsOwnPrior) {
  MovedPosts world;
  world.Readers(0, 60);
  world.Refresh();
  const std::vector<float> moved = world.VectorOf();
  Post post = world.feed().world().post(kFresh);
  post.version += 1;
  post.topics = {TopicId(5)};
  ASSERT_TRUE(world.feed().serving().UpsertPosts({&post, 1}).ok());
  EXPECT_FALSE(world.Moved());
  world.Refresh();
  EXPECT_TRUE(world.Moved());
  EXPECT_NE(world.VectorOf(), moved);
  post.version += 1;
  post.sensitive = true;
  ASSERT_TRUE(world.feed().serving().UpsertPosts({&post, 1}).ok());
  world.Refresh();
  EXPECT_FALSE(world.Moved());
}

}  // namespace
}  // namespace bauta
