#include "service/fresh_vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/testing/model_builder.h"

namespace bauta {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FreshVectorsTest : public ::testing::Test {
 protected:
  // Ids from 201 on are not in the model.
  static FreshPosts Index(std::vector<FreshPost> posts) {
    return {.complete = true, .generation = 1, .posts = std::move(posts)};
  }
  static FreshPost Of(uint64_t post, uint32_t readers, uint64_t departures = 0) {
    return {PostId(post), readers, readers + departures, departures};
  }
  FreshVectors::Plan Decide(FreshVectors& vectors, const FreshPosts& index, uint64_t number = 1) {
    return vectors.Decide(index, *posts_, number);
  }
  // As a release does it.
  void CarryOut(FreshVectors& vectors, const FreshVectors::Plan& plan) {
    for (const PostId post : plan.restore) {
      posts_->RestoreVector(post);
      vectors.NoteRestored(post);
    }
    for (const FreshPost& post : plan.solve) {
      posts_->MoveVector(post.post, std::vector<float>(posts_->model().stride(), 1.0f));
      vectors.NoteMoved(post);
    }
  }
  static std::vector<uint64_t> Solved(const FreshVectors::Plan& plan) {
    std::vector<uint64_t> ids;
    for (const FreshPost& post : plan.solve) ids.push_back(post.post.value());
    return ids;
  }

  testing::World world_ = testing::MakeWorld();
  std::unique_ptr<LivePosts> posts_ =
      testing::MakeLivePosts(world_, testing::MakeSnapshot(world_.parameters));
};

TEST_F(FreshVectorsTest, SolvesWhatTheModelHasNotLearnedOnceAndAtEachStep) {
  FreshVectors vectors({});
  const auto solved_at = [&](uint32_t readers) {
    const auto plan = Decide(vectors, Index({Of(7, readers), Of(205, readers), Of(9'999, readers)}));
    CarryOut(vectors, plan);
    EXPECT_THAT(plan.restore, IsEmpty());
    return Solved(plan);
  };
  EXPECT_THAT(solved_at(60), ElementsAre(205));
  EXPECT_THAT(solved_at(60), IsEmpty());
  EXPECT_THAT(solved_at(99), IsEmpty());
  EXPECT_THAT(solved_at(100), ElementsAre(205));
  EXPECT_THAT(solved_at(149), IsEmpty());
  EXPECT_THAT(solved_at(150), ElementsAre(205));
}

TEST_F(FreshVectorsTest, APostWhoseReadersPassByIsSolvedForEachKOfThem) {
  FreshVectors vectors({});
  FreshPost full{PostId(205), 512, 512, 0};
  CarryOut(vectors, Decide(vectors, Index({full})));
  full.arrivals = 561;
  EXPECT_THAT(Decide(vectors, Index({full})).solve, IsEmpty());
  full.arrivals = 562;
  EXPECT_THAT(Decide(vectors, Index({full})).solve, ElementsAre(full));
}

TEST_F(FreshVectorsTest, BeyondTheBoundWhatHasLostAReaderGoesFirstAndNeverWaitsMoved) {
  FreshVectors vectors({.posts_max = 2});
  EXPECT_THAT(Solved(Decide(vectors, Index({Of(203, 80), Of(204, 90), Of(205, 70)}))), ElementsAre(204, 203));
  CarryOut(vectors, Decide(vectors, Index({Of(203, 80), Of(204, 90), Of(205, 70)})));
  CarryOut(vectors, Decide(vectors, Index({Of(203, 80), Of(204, 90), Of(205, 70)})));
  EXPECT_TRUE(posts_->At(posts_->Find(PostId(205))).moved);
  const auto plan = Decide(vectors, Index({Of(203, 79, 1), Of(204, 89, 2), Of(205, 69, 3), Of(206, 500)}));
  EXPECT_THAT(Solved(plan), ElementsAre(205, 204));  // Two and one have come beside.
  EXPECT_THAT(plan.restore, ElementsAre(PostId(203)));
}

TEST_F(FreshVectorsTest, WhatIsNotInTheIndexAnyMoreIsRestored) {
  FreshVectors vectors({});
  CarryOut(vectors, Decide(vectors, Index({Of(203, 80), Of(205, 70)})));
  const auto plan = Decide(vectors, Index({Of(203, 80)}));
  EXPECT_THAT(plan.solve, IsEmpty());
  EXPECT_THAT(plan.restore, ElementsAre(PostId(205)));
}

TEST_F(FreshVectorsTest, AnIndexThatBeginsAnewTakesEverythingBackUntilItIsComplete) {
  FreshVectors vectors({});
  FreshPosts index = Index({Of(205, 80)});
  CarryOut(vectors, Decide(vectors, index));
  index.complete = false;
  index.generation = 2;
  auto plan = Decide(vectors, index);
  EXPECT_THAT(plan.solve, IsEmpty());
  EXPECT_THAT(plan.restore, ElementsAre(PostId(205)));
  CarryOut(vectors, plan);
  index.complete = true;
  CarryOut(vectors, Decide(vectors, index));
  EXPECT_TRUE(posts_->At(posts_->Find(PostId(205))).moved);
  // Complete again before anybody looked: the departures of another generation do not compare.
  index.generation = 3;
  EXPECT_THAT(Solved(Decide(vectors, index)), ElementsAre(205));
}

TEST_F(FreshVectorsTest, OtherLivePostsBeginAnew) {
  FreshVectors vectors({});
  CarryOut(vectors, Decide(vectors, Index({Of(205, 80)})));
  const auto plan = Decide(vectors, Index({Of(205, 80)}), 2);
  EXPECT_THAT(Solved(plan), ElementsAre(205));
  EXPECT_THAT(plan.restore, IsEmpty());
}

TEST_F(FreshVectorsTest, SensitiveUnapprovedAndUpsertedPosts) {
  const TopicId sensitive(3);
  FreshVectors vectors({.sensitive_topics = {sensitive}});
  Post post = world_.post(205);
  const auto solved = [&](const auto& change) {
    Post changed = post;
    change(changed);
    posts_->Upsert(changed, std::nullopt);
    const auto plan = Decide(vectors, Index({Of(205, 80)}));
    CarryOut(vectors, plan);
    return plan.solve.size();
  };
  post.topics = {TopicId(1)};
  EXPECT_EQ(solved([](Post&) {}), 1u);
  EXPECT_EQ(solved([](Post&) {}), 1u) << "an upsert took the vector out";
  EXPECT_EQ(solved([&](Post& p) { p.topics = {TopicId(1), sensitive}; }), 0u);
  EXPECT_EQ(solved([](Post& p) { p.sensitive = true; }), 0u);
  EXPECT_EQ(solved([](Post& p) { p.review = ReviewState::kPending; }), 0u);
  EXPECT_EQ(solved([](Post&) {}), 1u);
}

TEST_F(FreshVectorsTest, TurnedOffItMovesNothing) {
  FreshVectors vectors({.enabled = false});
  EXPECT_THAT(Decide(vectors, Index({Of(205, 500)})).solve, IsEmpty());
}

}  // namespace
}  // namespace bauta
