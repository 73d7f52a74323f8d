#include "training/train_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/training/planted_world.h"
#include "training/random.h"

namespace bauta {
namespace {

using ::testing::HasSubstr;
using testing::MakePlantedWorld;
using testing::PlantedWorld;

absl::Status Silent(const char*, float) { return absl::OkStatus(); }

TrainOptions SmallOptions() {
  TrainOptions options;
  options.learning.dimension = 12;
  options.learning.epochs = 4;
  options.names = {"test-1", "test", absl::FromUnixSeconds(1'750'000'000)};
  return options;
}

absl::StatusOr<TrainedModel> Train(const PlantedWorld& world, const TrainOptions& options = SmallOptions()) {
  return TrainModel(TrainingSet(world.posts, world.rows), options, Silent);
}

std::string SnapshotOf(const PlantedWorld& world, const TrainOptions& options = SmallOptions()) {
  const absl::StatusOr<TrainedModel> model = Train(world, options);
  if (!model.ok()) return "no model: " + model.status().ToString();
  return *EncodeSnapshot(model->parameters);
}

TEST(TrainModelTest, BeatsPopularityOnHeldOutHours) {
  const absl::StatusOr<TrainedModel> model = Train(MakePlantedWorld());
  ASSERT_TRUE(model.ok()) << model.status();
  const TrainReport& report = model->report;
  EXPECT_FALSE(report.sampled);
  EXPECT_GT(report.model.subjects, 300u);
  EXPECT_GT(report.model.ndcg_at_10, report.popularity.ndcg_at_10 + 0.05);
  EXPECT_GT(report.model.area_under_curve, report.popularity.area_under_curve + 0.1);
  EXPECT_NEAR(model->parameters.held_out_quality, report.model.ndcg_at_10, 1e-6);
  EXPECT_NEAR(model->parameters.held_out_popularity, report.popularity.ndcg_at_10, 1e-6);
}

TEST(TrainModelTest, BeatsItWithoutImpressionsToo) {
  const absl::StatusOr<TrainedModel> model =
      Train(MakePlantedWorld({.subjects = 120, .with_impressions = false}));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_TRUE(model->report.sampled);
  EXPECT_GT(model->report.model.ndcg_at_10, model->report.popularity.ndcg_at_10 + 0.05);
}

TEST(TrainModelTest, OrderOfRowsDoesNotMatter) {
  PlantedWorld world = MakePlantedWorld();
  const std::string bytes = SnapshotOf(world);
  ASSERT_THAT(bytes, Not(HasSubstr("no model")));
  uint64_t random = 4;
  for (size_t i = world.rows.size(); i > 1; --i)
    std::swap(world.rows[i - 1], world.rows[NextRandom(random) % i]);
  EXPECT_EQ(SnapshotOf(world), bytes);
}

TEST(TrainModelTest, GivesTheSameBytesAtOneAndTwoThreads) {
  const PlantedWorld world = MakePlantedWorld();
  TrainOptions two = SmallOptions();
  two.learning.threads = 2;
  EXPECT_EQ(SnapshotOf(world), SnapshotOf(world, two));
}

// The erased row and the row that never was: the same bytes, though the row itself had moved them.
TEST(TrainModelTest, AnErasedRowLeavesNothingBehind) {
  PlantedWorld world = MakePlantedWorld();
  const std::string never = SnapshotOf(world);
  world.rows.insert(world.rows.begin() + 17, MakePlantedWorld({.seed = 99, .subjects = 1}).rows[0]);
  const std::string with = SnapshotOf(world);
  EXPECT_NE(with, never);
  world.rows.erase(world.rows.begin() + 17);
  EXPECT_EQ(SnapshotOf(world), never);
}

// Until shortly before the held-out hours other posts are liked than in them, by fewer than k a day: raw
// popularity sees the change, and nothing that may be published does.
TEST(TrainModelTest, AModelWorseThanPopularityIsRefusedWithBothFigures) {
  PlantedWorld world;
  world.begin = Hour(480'000);
  for (uint64_t id = 1; id <= 40; ++id) {
    Post post;
    post.id = PostId(id);
    post.publish_time = world.begin.Plus(-1).start();
    world.posts.push_back(post);
  }
  uint64_t random = 7;
  for (int subject = 0; subject < 120; ++subject) {
    LearnableRow row;
    for (int event = 0; event < 60; ++event) {
      const Hour hour = world.begin.Plus(event * 2 + static_cast<int64_t>(NextRandom(random) % 2));
      const uint64_t post = 1 + NextRandom(random) % 40;
      const bool hot = (post <= 20) == (event < 40);
      row.impressions.push_back({PostFingerprint::Of(PostId(post)), SurfaceId(1), hour});
      if (NextRandom(random) % 100 < (hot ? 60u : 10u)) {
        row.interactions.push_back({PostId(post), TopicId(), SignalKind::kClick, SurfaceId(1), 0, hour});
      }
    }
    world.rows.push_back(row);
  }
  TrainOptions options = SmallOptions();
  options.evaluation_hours = 12;
  options.calibration_hours = 20;
  const absl::Status status = Train(world, options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              ::testing::ContainsRegex("worse than popularity.*0\\.[0-9]+ against 0\\.[0-9]+"));
}

TEST(TrainModelTest, TooLittleToLearnFromIsSaidSo) {
  const absl::Status few = Train(MakePlantedWorld({.subjects = 49})).status();
  EXPECT_EQ(few.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(few.message()), HasSubstr("at least 50 subjects"));
  EXPECT_THAT(std::string(few.message()), HasSubstr("49"));

  PlantedWorld short_world = MakePlantedWorld({.days = 1});
  for (LearnableRow& row : short_world.rows) {
    for (Interaction& event : row.interactions) event.hour = short_world.begin;
    for (Impression& impression : row.impressions) impression.hour = short_world.begin;
  }
  const absl::Status brief = Train(short_world).status();
  EXPECT_EQ(brief.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(brief.message()), HasSubstr("hours"));
  EXPECT_EQ(Train(PlantedWorld()).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(TrainModelTest, AnErrorOfTheProgressIsReturned) {
  const PlantedWorld world = MakePlantedWorld({.subjects = 100});
  const absl::StatusOr<TrainedModel> model =
      TrainModel(TrainingSet(world.posts, world.rows), SmallOptions(), [](const char*, float done) {
        return done > 0.5f ? absl::DeadlineExceededError("late") : absl::OkStatus();
      });
  EXPECT_EQ(model.status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(TrainModelTest, ManifestSaysWhatMadeIt) {
  const absl::StatusOr<TrainedModel> model = Train(MakePlantedWorld());
  ASSERT_TRUE(model.ok()) << model.status();
  const ModelParameters& parameters = model->parameters;
  EXPECT_EQ(parameters.version, "test-1");
  EXPECT_EQ(parameters.region, "test");
  EXPECT_EQ(parameters.crowd_min, 50u);
  EXPECT_EQ(parameters.dimension, 12u);
  EXPECT_EQ(parameters.kernel_set, BestKernels().name);
  EXPECT_EQ(parameters.seed, 1u);
}

}  // namespace
}  // namespace bauta
