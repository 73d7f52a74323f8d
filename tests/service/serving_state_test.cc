#include "service/serving_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/service/feed_fixture.h"

namespace bauta {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FeedWorld;
using ::testing::HasSubstr;
using testing::Ids;
using ::testing::Not;

ModelParameters Variant(const FeedWorld& world, const std::string& version, float caller_weight) {
  ModelParameters parameters = world.world().parameters;
  parameters.version = version;
  parameters.score_weights.caller = caller_weight;
  return parameters;
}

v1::RankPostsRequest RequestOf(const FeedWorld& world, const std::vector<uint64_t>& ids) {
  v1::RankPostsRequest request = world.RankRequest("anna");
  request.clear_post_ids();
  for (uint64_t id : ids) request.add_post_ids(id);
  return request;
}

std::string Version(FeedWorld& world) {
  const auto reply = world.Rank(world.RankRequest("anna"));
  EXPECT_TRUE(reply.ok()) << reply.status();
  return reply.ok() ? reply->feed().model_version() : "?";
}

TEST(ServingStateTest, SwapsUnderLoadNeitherDropNorMixACall) {
  FeedWorld world;
  world.Publish(Variant(world, "m1", 1));
  world.Publish(Variant(world, "m2", 2));
  v1::RankPostsRequest request = world.RankRequest("anna");
  for (int i = 0; i < request.post_ids_size(); ++i) request.add_caller_scores(1);

  std::atomic<bool> done{false};
  std::atomic<int> mixed{0}, failed{0};
  std::array<std::atomic<int>, 2> served{};
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      while (!done) {
        const auto reply = world.Rank(request);
        if (!reply.ok()) {
          ++failed;
          continue;
        }
        const bool second = reply->feed().model_version() == "m2";
        ++served[second ? 1 : 0];
        for (float caller : reply->feed().score_terms().caller()) mixed += caller != (second ? 2.0f : 1.0f);
      }
    });
  }
  callers.emplace_back([&] {  // The catalogue goes on changing meanwhile.
    Post post = world.world().post(1);
    for (uint64_t version = 2; !done; ++version) {
      post.version = version;
      failed += !world.serving().UpsertPosts({&post, 1}).ok();
    }
  });
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(world.Activate(i % 2 == 0 ? "m1" : "m2").ok());
  while (served[0] == 0 || served[1] == 0) {
    EXPECT_TRUE(world.Activate(served[0] == 0 ? "m1" : "m2").ok());
    std::this_thread::yield();
  }
  done = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(mixed, 0);
  EXPECT_EQ(failed, 0);
}

TEST(ServingStateTest, WhatChangesWhileAModelIsBuiltIsInItsFeeds) {
  FeedWorld world;
  Post added = world.world().post(5);
  added.id = PostId(9'001);
  const PostRemoval removal{.post = PostId(2), .version = 7};
  const AuthorSuspension suspension{.author = world.world().post(1).author,
                                    .until = world.clock().Now() + absl::Hours(1)};
  const auto model = testing::MakeSnapshot(Variant(world, "m1", 1));
  // The live posts are built before `commit` is called, and swapped in after it.
  ASSERT_EQ(world.serving().Activate(model,
                                     [&] {
                                       EXPECT_TRUE(world.serving().UpsertPosts({&added, 1}).ok());
                                       EXPECT_TRUE(world.serving().RemovePosts({&removal, 1}).ok());
                                       EXPECT_TRUE(world.serving().SuspendAuthors({&suspension, 1}).ok());
                                       return absl::OkStatus();
                                     }),
            absl::OkStatus());
  const auto reply = world.Rank(RequestOf(world, {1, 2, 9'001}));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->feed().model_version(), "m1");
  EXPECT_THAT(Ids(reply->feed()), ElementsAre(9'001u));
}

TEST(ServingStateTest, AFailedCommitLeavesTheOldModelServing) {
  FeedWorld world;
  const auto model = testing::MakeSnapshot(Variant(world, "m1", 1));
  EXPECT_EQ(world.serving().Activate(model, [] { return absl::UnavailableError("full"); }).code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(Version(world), "test-1");
}

TEST(ServingStateTest, AModelThatGrowsTooOldLeavesService) {
  FeedWorld world;  // Trained an hour ago.
  EXPECT_EQ(Version(world), "test-1");
  world.clock().Advance(absl::Hours(23) - absl::Seconds(1));
  EXPECT_EQ(Version(world), "test-1");
  world.clock().Advance(absl::Seconds(1));
  const auto reply = world.Rank(world.RankRequest("anna"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->feed().model_version(), "");
  EXPECT_THAT(reply->feed().degraded(), ElementsAre(v1::DEGRADED_REASON_WITHOUT_MODEL));
  EXPECT_GT(reply->feed().post_ids_size(), 0);
  EXPECT_EQ(world.Activate("test-1").status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(ServingStateTest, RefreshTakesAModelOutBeforeACallHasTo) {
  FeedWorld world;
  world.clock().Advance(absl::Hours(23) - absl::Seconds(25));
  ASSERT_EQ(world.serving().Refresh(), absl::OkStatus());
  EXPECT_EQ(Version(world), "test-1");
  world.clock().Advance(absl::Seconds(10));
  ASSERT_EQ(world.serving().Refresh(), absl::OkStatus());
  EXPECT_EQ(world.serving().model_version(), "");
}

TEST(ServingStateTest, ARestartServesTheSameModelAndCatalogue) {
  FeedWorld world;
  world.Publish(Variant(world, "m1", 1));
  world.Publish(Variant(world, "m2", 2));
  ASSERT_TRUE(world.Activate("m1").ok());
  const PostRemoval removal{.post = PostId(2), .version = 7};
  ASSERT_TRUE(world.serving().RemovePosts({&removal, 1}).ok());
  const AuthorSuspension suspension{.author = world.world().post(1).author,
                                    .until = world.clock().Now() + absl::Hours(1)};
  ASSERT_TRUE(world.serving().SuspendAuthors({&suspension, 1}).ok());
  const auto before = world.Rank(world.RankRequest("anna"));
  world.Restart();
  const auto after = world.Rank(world.RankRequest("anna"));
  ASSERT_TRUE(before.ok() && after.ok());
  EXPECT_EQ(after->feed().model_version(), "m1");
  EXPECT_EQ(before->SerializeAsString(), after->SerializeAsString());
}

TEST(ServingStateTest, AStartWithADamagedModelServesWithoutOne) {
  FeedWorld world;
  world.folder().Write("models/test-1", "damaged");
  world.Restart();
  EXPECT_EQ(Version(world), "");
}

TEST(ServingStateTest, WhatManyReadIsPopularWithTheNextReleaseAndWhatFewReadIsNot) {
  FeedWorld world;
  for (int i = 0; i < 50; ++i) {
    const std::string account = "reader" + std::to_string(i);
    world.AgreeTo(account, {Purpose::kPersonalize, Purpose::kCrowd});
    std::vector<SignalEvent> events = {world.Click(100)};
    if (i > 0) events.push_back(world.Click(101));
    ASSERT_EQ(world.Record(account, events), events.size());
  }
  const v1::RankPostsRequest request = RequestOf(world, {100, 101});
  EXPECT_THAT(world.Rank(request)->feed().score_terms().popularity(), ElementsAre(0, 0));
  ASSERT_EQ(world.serving().Refresh(), absl::OkStatus());
  const auto reply = world.Rank(request);
  for (int i = 0; i < 2; ++i) {
    const float popularity = reply->feed().score_terms().popularity(i);
    if (reply->feed().post_ids(i) == 100) {
      EXPECT_GT(popularity, 0);
    } else {
      EXPECT_EQ(popularity, 0);
    }
  }
}

TEST(ModelHandlerTest, ListsEveryModelWithItsState) {
  FeedWorld world;
  world.Publish(Variant(world, "m1", 1));
  world.folder().Write("models/broken", "damaged");
  ModelParameters ungated = Variant(world, "ungated", 1);
  ungated.crowd_min = 0;
  world.folder().Write("models/ungated", *EncodeSnapshot(ungated));
  ModelParameters old = Variant(world, "old", 1);
  old.train_begin_time = world.clock().Now() - absl::Hours(25);
  world.folder().Write("models/old", *EncodeSnapshot(old));

  const auto list = world.model_handler().ListModels(Principal(), v1::ListModelsRequest());
  ASSERT_TRUE(list.ok()) << list.status();
  std::map<std::string, v1::ModelState> states;
  for (const v1::ModelInfo& model : list->models()) states[model.model_version()] = model.state();
  const std::map<std::string, v1::ModelState> expected = {{"m1", v1::MODEL_STATE_SERVING},
                                                          {"test-1", v1::MODEL_STATE_READY},
                                                          {"broken", v1::MODEL_STATE_REFUSED},
                                                          {"ungated", v1::MODEL_STATE_REFUSED},
                                                          {"old", v1::MODEL_STATE_EXPIRED}};
  EXPECT_EQ(states, expected);
  for (const v1::ModelInfo& model : list->models()) {
    EXPECT_EQ(model.refusal().empty(), expected.at(model.model_version()) == v1::MODEL_STATE_SERVING ||
                                           expected.at(model.model_version()) == v1::MODEL_STATE_READY);
  }
}

TEST(ModelHandlerTest, ActivatesRollsBackAndIsAudited) {
  FeedWorld world;
  world.Publish(Variant(world, "m1", 1));
  const uint64_t entries = world.store().statistics().log_entries;
  const auto rolled_back = world.Activate("test-1");
  ASSERT_TRUE(rolled_back.ok()) << rolled_back.status();
  EXPECT_EQ(rolled_back->previous_model_version(), "m1");
  EXPECT_EQ(rolled_back->model().state(), v1::MODEL_STATE_SERVING);
  EXPECT_EQ(rolled_back->model().post_count(), 200u);
  EXPECT_EQ(world.store().statistics().log_entries, entries + 1);
  EXPECT_EQ(Version(world), "test-1");
  // A retry is safe, and no second act.
  ASSERT_TRUE(world.Activate("test-1").ok());
  EXPECT_EQ(world.store().statistics().log_entries, entries + 1);
}

TEST(ModelHandlerTest, ADamagedModelIsRefusedAndTheOldServesOn) {
  FeedWorld world;
  std::string bytes = *EncodeSnapshot(Variant(world, "m1", 1));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  world.folder().Write("models/m1", bytes);
  const uint64_t entries = world.store().statistics().log_entries;
  const absl::Status status = world.Activate("m1").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("m1"));
  EXPECT_EQ(Version(world), "test-1");
  EXPECT_EQ(world.store().statistics().log_entries, entries);
  world.Restart();
  EXPECT_EQ(Version(world), "test-1");
}

TEST(ModelHandlerTest, RefusesVersionsThatAreNotThereOrNone) {
  FeedWorld world;
  EXPECT_EQ(world.Activate("m9").status().code(), absl::StatusCode::kNotFound);
  for (const std::string& version : {std::string(), std::string(65, 'v'), std::string("../keys/root")}) {
    const absl::Status status = world.Activate(version).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << version;
    EXPECT_THAT(std::string(status.message()), HasSubstr("model_version"));
  }
  EXPECT_EQ(Version(world), "test-1");
}

}  // namespace
}  // namespace bauta
