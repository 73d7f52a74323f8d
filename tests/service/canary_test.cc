// A model that serves a share of the subjects beside the one that serves the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/service/feed_fixture.h"

namespace bauta {
namespace {

using ::testing::Contains;
using testing::FeedWorld;
using ::testing::HasSubstr;
using testing::Ids;
using ::testing::Not;

constexpr int kSubjects = 200;

std::string Account(int number) { return "subject-" + std::to_string(number); }

class CanaryTest : public ::testing::Test {
 protected:
  CanaryTest() {
    for (const char* version : {"m1", "m2"}) {
      ModelParameters parameters = world_.world().parameters;
      parameters.version = version;
      parameters.score_weights.freshness = version[1] == '1' ? 3 : 5;
      world_.folder().Write(std::string("models/") + version, *EncodeSnapshot(parameters));
    }
  }

  absl::StatusOr<v1::ActivateModelResponse> Activate(const std::string& version, uint32_t percent) {
    v1::ActivateModelRequest request;
    request.set_model_version(version);
    request.set_canary_percent(percent);
    return world_.model_handler().ActivateModel(Principal(), request);
  }
  // "arm model" of one reply.
  std::string ArmOf(const std::string& account, const std::string& surface = "home") {
    v1::RankPostsRequest request = world_.RankRequest(account);
    request.mutable_visit()->set_surface(surface);
    const auto reply = world_.Rank(request);
    EXPECT_TRUE(reply.ok()) << reply.status();
    return reply->feed().experiment_arm() + " " + reply->feed().model_version();
  }
  std::map<std::string, int> Arms() {
    std::map<std::string, int> arms;
    for (int i = 0; i < kSubjects; ++i) ++arms[ArmOf(Account(i))];
    return arms;
  }
  std::map<std::string, v1::ModelState> States() {
    std::map<std::string, v1::ModelState> states;
    const auto list = world_.model_handler().ListModels(Principal(), v1::ListModelsRequest());
    EXPECT_TRUE(list.ok()) << list.status();
    if (!list.ok()) return states;
    for (const v1::ModelInfo& model : list->models()) states[model.model_version()] = model.state();
    return states;
  }

  FeedWorld world_;
};

TEST_F(CanaryTest, ServesItsShareOfTheSubjectsAndNamesTheArm) {
  EXPECT_EQ(ArmOf(Account(1)), " test-1");
  const uint64_t entries = world_.store().statistics().log_entries;
  const auto activated = Activate("m1", 30);
  ASSERT_TRUE(activated.ok()) << activated.status();
  EXPECT_EQ(activated->model().state(), v1::MODEL_STATE_CANARY);
  EXPECT_EQ(activated->previous_model_version(), "test-1");
  EXPECT_EQ(world_.store().statistics().log_entries, entries + 1);
  EXPECT_EQ(States()["m1"], v1::MODEL_STATE_CANARY);
  EXPECT_EQ(States()["test-1"], v1::MODEL_STATE_SERVING);
  EXPECT_EQ(States()["m2"], v1::MODEL_STATE_READY);
  std::map<std::string, int> arms = Arms();
  EXPECT_EQ(arms.size(), 2u);
  EXPECT_NEAR(arms["canary m1"], 0.3 * kSubjects, 25);
  EXPECT_EQ(arms["canary m1"] + arms["stable test-1"], kSubjects);
  // A retry is safe, and no second act.
  ASSERT_TRUE(Activate("m1", 30).ok());
  EXPECT_EQ(world_.store().statistics().log_entries, entries + 1);
}

TEST_F(CanaryTest, ASubjectStaysInItsArmOnEverySurfaceCallAndDay) {
  ASSERT_TRUE(Activate("m1", 50).ok());
  std::vector<std::string> before;
  for (int i = 0; i < 40; ++i) before.push_back(ArmOf(Account(i)));
  world_.clock().Advance(absl::Hours(7));
  std::set<std::string> seen;
  for (int i = 0; i < 40; ++i) {
    const std::string account = Account(i);
    EXPECT_EQ(ArmOf(account), before[static_cast<size_t>(i)]);
    EXPECT_EQ(ArmOf(account, "discover"), before[static_cast<size_t>(i)]);
    const auto why = world_.Explain(world_.ExplainRequest(account, 3));
    EXPECT_EQ(why->experiment_arm() + " " + why->model_version(), before[static_cast<size_t>(i)]);
    for (const auto& page : world_.Pages(world_.FeedRequest(account, 20), 2)) {
      EXPECT_EQ(page.feed().experiment_arm() + " " + page.feed().model_version(),
                before[static_cast<size_t>(i)]);
    }
    seen.insert(before[static_cast<size_t>(i)]);
  }
  EXPECT_EQ(seen.size(), 2u);
}

TEST_F(CanaryTest, AGrowingShareKeepsWhoIsInIt) {
  ASSERT_TRUE(Activate("m1", 20).ok());
  std::set<std::string> in;
  for (int i = 0; i < kSubjects; ++i) {
    if (ArmOf(Account(i)) == "canary m1") in.insert(Account(i));
  }
  ASSERT_TRUE(Activate("m1", 60).ok());
  for (const std::string& account : in) EXPECT_EQ(ArmOf(account), "canary m1");
  EXPECT_GT(Arms()["canary m1"], static_cast<int>(in.size()) + 30);
}

TEST_F(CanaryTest, AnotherCanaryDrawsOthers) {
  ASSERT_TRUE(Activate("m1", 50).ok());
  std::vector<bool> first, second;
  for (int i = 0; i < kSubjects; ++i) first.push_back(ArmOf(Account(i)) == "canary m1");
  ASSERT_TRUE(Activate("m2", 50).ok());
  for (int i = 0; i < kSubjects; ++i) second.push_back(ArmOf(Account(i)) == "canary m2");
  int both = 0;
  for (size_t i = 0; i < kSubjects; ++i) both += first[i] && second[i];
  EXPECT_NEAR(both, kSubjects / 4, 25);
  EXPECT_EQ(States()["m1"], v1::MODEL_STATE_READY);
}

TEST_F(CanaryTest, PagesOfNobodyStayInOneArm) {
  ASSERT_TRUE(Activate("m1", 50).ok());
  std::set<std::string> arms;
  for (int minute = 0; minute < 20; ++minute) {
    world_.clock().Advance(absl::Minutes(1));
    std::set<std::string> arms_of_pages;
    for (const auto& page : world_.Pages(world_.FeedRequest("", 20), 3)) {
      arms_of_pages.insert(page.feed().experiment_arm());
      world_.clock().Advance(absl::Seconds(40));
    }
    EXPECT_EQ(arms_of_pages.size(), 1u);
    arms.insert(arms_of_pages.begin(), arms_of_pages.end());
  }
  EXPECT_EQ(arms, (std::set<std::string>{"canary", "stable"}));
}

TEST_F(CanaryTest, ActivationInFullEndsIt) {
  ASSERT_TRUE(Activate("m1", 50).ok());
  const uint64_t entries = world_.store().statistics().log_entries;
  ASSERT_TRUE(world_.Activate("test-1").ok());  // Back to the one that served the others.
  EXPECT_EQ(Arms(), (std::map<std::string, int>{{" test-1", kSubjects}}));
  EXPECT_EQ(world_.store().statistics().log_entries, entries + 1);
  ASSERT_TRUE(Activate("m1", 50).ok());
  ASSERT_TRUE(world_.Activate("m1").ok());  // On to the canary.
  EXPECT_EQ(Arms(), (std::map<std::string, int>{{" m1", kSubjects}}));
  world_.Restart();
  EXPECT_EQ(Arms(), (std::map<std::string, int>{{" m1", kSubjects}}));
}

TEST_F(CanaryTest, SurvivesARestart) {
  ASSERT_TRUE(Activate("m1", 40).ok());
  const std::map<std::string, int> before = Arms();
  world_.Restart();
  EXPECT_EQ(Arms(), before);
}

TEST_F(CanaryTest, ADamagedOneIsNotServedAfterARestartAndTheOtherServesAll) {
  ASSERT_TRUE(Activate("m1", 40).ok());
  world_.folder().Write("models/m1", "damaged");
  world_.Restart();
  EXPECT_EQ(Arms(), (std::map<std::string, int>{{" test-1", kSubjects}}));
}

TEST_F(CanaryTest, OneThatGrowsTooOldLeavesServiceAndTheOtherServesAll) {
  ModelParameters old = world_.world().parameters;
  old.version = "m3";
  old.train_begin_time = world_.clock().Now() - absl::Hours(20);
  world_.folder().Write("models/m3", *EncodeSnapshot(old));
  ASSERT_TRUE(Activate("m3", 50).ok());
  world_.clock().Advance(absl::Hours(4) - absl::Seconds(1));
  EXPECT_EQ(Arms().size(), 2u);
  world_.clock().Advance(absl::Seconds(1));
  EXPECT_EQ(Arms(), (std::map<std::string, int>{{" test-1", kSubjects}}));
  EXPECT_EQ(States()["m3"], v1::MODEL_STATE_EXPIRED);
  EXPECT_EQ(Activate("m3", 50).status().code(), absl::StatusCode::kFailedPrecondition);
  world_.Restart();
  EXPECT_EQ(Arms(), (std::map<std::string, int>{{" test-1", kSubjects}}));
}

TEST_F(CanaryTest, RefreshTakesItOutBeforeACallHasTo) {
  ASSERT_TRUE(Activate("m1", 99).ok());
  world_.clock().Advance(absl::Hours(23) - absl::Seconds(15));
  ASSERT_EQ(world_.serving().Refresh(), absl::OkStatus());
  EXPECT_EQ(world_.serving().model_versions().canary, "");
}

TEST_F(CanaryTest, ComesAndGoesUnderLoadWithoutADroppedOrMixedCall) {
  // The weight of the caller's score tells which model ranked.
  const std::map<std::string, float> weights = {{"w2", 2}, {"w3", 3}};
  for (const auto& [version, weight] : weights) {
    ModelParameters parameters = world_.world().parameters;
    parameters.version = version;
    parameters.score_weights.caller = weight;
    world_.folder().Write("models/" + version, *EncodeSnapshot(parameters));
  }
  ASSERT_TRUE(world_.Activate("w2").ok());
  std::atomic<bool> done{false};
  std::atomic<int> failed{0}, mixed{0}, from_canary{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 2; ++caller) {
    callers.emplace_back([&, caller] {
      for (int i = caller; !done; i += 2) {
        v1::RankPostsRequest request = world_.RankRequest(Account(i % kSubjects));
        for (int p = 0; p < request.post_ids_size(); ++p) request.add_caller_scores(1);
        const auto reply = world_.Rank(request);
        if (!reply.ok()) {
          ++failed;
          continue;
        }
        const v1::RankedFeed& feed = reply->feed();
        from_canary += feed.experiment_arm() == "canary";
        mixed += (feed.experiment_arm() == "canary") != (feed.model_version() == "w3");
        for (float score : feed.score_terms().caller()) mixed += score != weights.at(feed.model_version());
      }
    });
  }
  callers.emplace_back([&] {  // The catalogue goes on changing meanwhile.
    Post post = world_.world().post(1);
    for (uint64_t version = 2; !done; ++version) {
      post.version = version;
      failed += !world_.serving().UpsertPosts({&post, 1}).ok();
    }
  });
  for (int i = 0; i < 10 || from_canary == 0; ++i) {
    EXPECT_TRUE(Activate("w3", 50).ok());
    EXPECT_TRUE(Activate("w3", 70).ok());
    EXPECT_TRUE(world_.Activate("w2").ok());
  }
  done = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(mixed, 0);
}

TEST_F(CanaryTest, TheCatalogueIsTheSameInBothArms) {
  ASSERT_TRUE(Activate("m1", 50).ok());
  Post added = world_.world().post(5);
  added.id = PostId(9'001);
  ASSERT_TRUE(world_.serving().UpsertPosts({&added, 1}).ok());
  const PostRemoval removal{.post = PostId(2), .version = 7};
  ASSERT_TRUE(world_.serving().RemovePosts({&removal, 1}).ok());
  std::set<std::string> arms;
  for (int i = 0; i < 20; ++i) {
    v1::RankPostsRequest request = world_.RankRequest(Account(i));
    request.clear_post_ids();
    for (uint64_t id : {1, 2, 9'001}) request.add_post_ids(id);
    const auto reply = world_.Rank(request);
    ASSERT_TRUE(reply.ok()) << reply.status();
    arms.insert(reply->feed().experiment_arm());
    EXPECT_THAT(Ids(reply->feed()), Contains(9'001u));
    EXPECT_THAT(Ids(reply->feed()), Not(Contains(2u)));
  }
  EXPECT_EQ(arms.size(), 2u);
}

TEST_F(CanaryTest, WhatCannotBeOneIsRefused) {
  for (uint32_t percent : {0u, 100u, 4'000'000'000u}) {
    const absl::Status status = Activate("m1", percent).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("canary_percent: 1 to 99"));
  }
  EXPECT_EQ(Activate("m9", 10).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Activate("test-1", 10).status().code(), absl::StatusCode::kFailedPrecondition);
  FeedWorld empty({}, false);
  empty.folder().Write("models/test-1", *EncodeSnapshot(empty.world().parameters));
  v1::ActivateModelRequest request;
  request.set_model_version("test-1");
  request.set_canary_percent(10);
  EXPECT_EQ(empty.model_handler().ActivateModel(Principal(), request).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Arms(), (std::map<std::string, int>{{" test-1", kSubjects}}));
}

}  // namespace
}  // namespace bauta
