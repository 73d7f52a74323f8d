#include "training/replay.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/training/planted_world.h"
#include "training/crowd_replay.h"
#include "training/learned_model.h"

namespace bauta {
namespace {

using testing::MakePlantedWorld;
using testing::PlantedWorld;

absl::Status Silent(const char*, float) { return absl::OkStatus(); }

LearningOptions SmallOptions() {
  LearningOptions options;
  options.dimension = 8;
  options.epochs = 3;
  return options;
}

// A model of the first three days.
struct Learned {
  explicit Learned(const PlantedWorld& world)
      : from(world.begin.Plus(3 * 24)),
        set(world.posts, world.rows),
        features(set.posts()),
        snapshot(*MakeReplaySnapshot(ToParameters(*Learn(set, features, SmallOptions(), from, "", Silent),
                                                  SmallOptions(), features, set, 1, UninformedWeights(),
                                                  ModelNames()))) {}
  Replay Run(Hour until, size_t threads = 1) const {
    ReplayOptions options;
    options.from = from;
    options.until = until;
    options.threads = threads;
    return ReplayHours(set, snapshot, options);
  }
  static ScoreWeights UninformedWeights() { return ScoreWeights(); }

  Hour from;
  TrainingSet set;
  PostFeatures features;
  std::shared_ptr<const ModelSnapshot> snapshot;
};

TEST(ReplayTest, ListsWhatWasShownAndWhatWasAnswered) {
  PlantedWorld world = MakePlantedWorld({.subjects = 60, .days = 3});
  const Hour hour = world.begin.Plus(3 * 24 + 5);
  LearnableRow row;
  row.impressions = {{PostFingerprint::Of(PostId(1)), SurfaceId(1), hour},
                     {PostFingerprint::Of(PostId(2)), SurfaceId(1), hour}};
  row.interactions = {{PostId(2), TopicId(), SignalKind::kClick, SurfaceId(1), 0, hour},
                      {PostId(2), TopicId(), SignalKind::kDwell, SurfaceId(1), 900, hour}};
  world.rows.push_back(row);
  const Learned learned(world);
  const Replay replay = learned.Run(hour.Plus(1));
  ASSERT_FALSE(replay.sampled);
  ASSERT_EQ(replay.lists.size(), 1u);
  const ReplayList& list = replay.lists[0];
  EXPECT_EQ(learned.set.rows()[list.row], row);
  ASSERT_EQ(list.items.size(), 2u);
  EXPECT_EQ(list.items[0].post, 0u);
  EXPECT_FALSE(list.items[0].answered);
  EXPECT_TRUE(list.items[1].answered);
  EXPECT_TRUE(list.items[1].kinds.Contains(SignalKind::kDwell));
}

// What happens at the hour or later must not move a feature.
TEST(ReplayTest, FeaturesComeFromStrictlyEarlierHours) {
  PlantedWorld world = MakePlantedWorld({.subjects = 120, .days = 4});
  const Hour hour = world.begin.Plus(3 * 24 + 12);
  const Learned before(world);
  const Replay expected = before.Run(hour);
  PlantedWorld later = world;
  for (LearnableRow& row : later.rows) {
    for (Interaction& event : row.interactions) {
      if (event.hour >= hour) event.kind = SignalKind::kShare;
    }
    std::erase_if(row.impressions, [&](const Impression& impression) { return impression.hour >= hour; });
  }
  const Learned after(later);
  const Replay changed = after.Run(hour);
  ASSERT_EQ(expected.lists.size(), changed.lists.size());
  size_t compared = 0;
  for (const ReplayList& list : expected.lists) {
    // Rows are ordered by all of their content, so they are found by what they did before.
    for (const ReplayList& other : changed.lists) {
      if (other.hour != list.hour || other.items.size() != list.items.size()) continue;
      const auto& a = before.set.rows()[list.row].interactions;
      const auto& b = after.set.rows()[other.row].interactions;
      if (a.empty() || b.empty() || !(a.front() == b.front()) || a.size() != b.size()) continue;
      for (size_t i = 0; i < list.items.size(); ++i) {
        if (list.items[i].post != other.items[i].post) break;
        EXPECT_NEAR(list.items[i].features.taste, other.items[i].features.taste, 1e-3);
        EXPECT_EQ(list.items[i].features.fatigue, other.items[i].features.fatigue);
        EXPECT_EQ(list.items[i].features.popularity, other.items[i].features.popularity);
        EXPECT_EQ(list.items[i].popularity, other.items[i].popularity);
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 100u);
}

TEST(ReplayTest, DrawsCandidatesWhereNothingIsKnownOfWhatWasShown) {
  const PlantedWorld world = MakePlantedWorld({.subjects = 120, .with_impressions = false});
  const Learned learned(world);
  const Replay replay = learned.Run(world.begin.Plus(4 * 24));
  EXPECT_TRUE(replay.sampled);
  ASSERT_FALSE(replay.lists.empty());
  for (const ReplayList& list : replay.lists) {
    const auto answered = std::count_if(list.items.begin(), list.items.end(),
                                        [](const ReplayItem& item) { return item.answered; });
    EXPECT_GE(answered, 1);
    EXPECT_GT(list.items.size(), 60u);
    for (const ReplayItem& item : list.items) {
      if (item.answered) continue;
      for (const Interaction& event : learned.set.rows()[list.row].interactions) {
        if (event.hour <= list.hour) {
          EXPECT_NE(learned.set.ids()[item.post], event.post);
        }
      }
    }
  }
}

TEST(ReplayTest, IsTheSameAtAnyNumberOfThreads) {
  const PlantedWorld world = MakePlantedWorld({.subjects = 120});
  const Learned learned(world);
  const Replay one = learned.Run(world.begin.Plus(4 * 24)), two = learned.Run(world.begin.Plus(4 * 24), 2);
  ASSERT_EQ(one.lists.size(), two.lists.size());
  for (size_t i = 0; i < one.lists.size(); ++i) {
    ASSERT_EQ(one.lists[i].items.size(), two.lists[i].items.size());
    for (size_t j = 0; j < one.lists[i].items.size(); ++j) {
      EXPECT_EQ(one.lists[i].items[j].features.taste, two.lists[i].items[j].features.taste);
    }
  }
}

TEST(CrowdReplayTest, ASubjectCountsOnceADayAndOnlyFromEarlierHours) {
  const Hour begin(480'000);
  Post post;
  post.id = PostId(1);
  LearnableRow keen;
  for (const int hour : {0, 3, 20, 50}) {  // Counted: 0 and 50; the day before each other has one.
    keen.interactions.push_back({post.id, TopicId(), SignalKind::kClick, SurfaceId(1), 0, begin.Plus(hour)});
  }
  const TrainingSet set({post}, {keen});
  CrowdReplay crowd(set, {24, 0});
  crowd.AdvanceTo(begin);
  EXPECT_EQ(crowd.Popularity(0, 1), 0u);
  crowd.AdvanceTo(begin.Plus(1));
  EXPECT_EQ(crowd.Popularity(0, 1), 1u);
  ASSERT_EQ(crowd.Counters(24).by_post.size(), 1u);
  EXPECT_EQ(crowd.Counters(24).by_post[0].subjects, 1u);
  crowd.AdvanceTo(begin.Plus(60));
  EXPECT_EQ(crowd.Popularity(0, 0), 1u);  // Within 24 hours: the one at 50.
}

}  // namespace
}  // namespace bauta
