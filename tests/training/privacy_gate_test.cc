#include "training/privacy_gate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "ranking/live_posts.h"
#include "tests/training/planted_world.h"
#include "training/learned_model.h"

namespace bauta {
namespace {

using testing::AuthorWithNumber;
using testing::MakePlantedWorld;
using testing::PlantedWorld;

absl::Status Silent(const char*, float) { return absl::OkStatus(); }

TEST(GateRuleTest, FreesOneDirectionForEightSubjectsFromFiftyOn) {
  const GateRule rule;
  const std::pair<uint32_t, uint32_t> cases[] = {{0, 0},  {49, 0},   {50, 6},   {55, 6},
                                                 {56, 7}, {511, 63}, {512, 64}, {100'000, 64}};
  for (const auto& [subjects, directions] : cases) {
    EXPECT_EQ(rule.FreeDirections(subjects, 64), directions) << subjects;
  }
}

TEST(GateRuleTest, APlainThresholdFreesAllFromThere) {
  GateRule rule;
  rule.crowd_min = 100;
  rule.subjects_per_direction = 0;
  EXPECT_EQ(rule.FreeDirections(99, 64), 0u);
  EXPECT_EQ(rule.FreeDirections(100, 64), 64u);
}

TEST(GateRuleTest, TheFirstDirectionComesWithTheCrowd) {
  GateRule rule;
  rule.crowd_min = 100;
  rule.subjects_per_direction = 400;
  const std::pair<uint32_t, uint32_t> cases[] = {{99, 0}, {100, 1}, {799, 1}, {800, 2}, {100'000, 64}};
  for (const auto& [subjects, directions] : cases) {
    EXPECT_EQ(rule.FreeDirections(subjects, 64), directions) << subjects;
  }
}

TEST(GateRuleTest, NoRuleFreesEverything) {
  GateRule rule;
  rule.crowd_min = 0;
  EXPECT_EQ(rule.FreeDirections(0, 64), 64u);
}

// The planted world, and posts with so many readers each, who did nothing else: posts 1001, 1002, ….
struct ReadWorld {
  explicit ReadWorld(const std::vector<uint32_t>& readers) : world(MakePlantedWorld({.subjects = 200})) {
    for (size_t i = 0; i < readers.size(); ++i) {
      Post post = world.posts[0];
      post.id = PostId(1001 + i);
      post.author = AuthorWithNumber(1001 + i);  // Its only post: its column has the same readers.
      world.posts.push_back(post);
      for (uint32_t reader = 0; reader < readers[i]; ++reader) {
        LearnableRow row;
        for (const uint64_t other : {uint64_t{1} + reader % 7, post.id.value()}) {
          row.interactions.push_back(
              {PostId(other), TopicId(), SignalKind::kClick, SurfaceId(1), 0, world.begin.Plus(reader)});
        }
        world.rows.push_back(row);
      }
    }
  }
  PlantedWorld world;
};

LearningOptions SmallOptions() {
  LearningOptions options;
  options.dimension = 16;
  options.epochs = 4;
  return options;
}

class GatedModelTest : public ::testing::Test {
 protected:
  GatedModelTest() : set_(read_.world.posts, read_.world.rows), features_(set_.posts()) {
    model_ = *Learn(set_, features_, options_, set_.last_hour()->Plus(1), "", Silent);
    parameters_ = ToParameters(model_, options_, features_, set_, 1, ScoreWeights(), ModelNames());
  }

  bool IsLearned(PostId post) const {
    return std::binary_search(parameters_.posts.begin(), parameters_.posts.end(), post);
  }
  bool HasColumn(const AuthorCode& author) const {
    const auto& authors = parameters_.prior.authors;
    return std::binary_search(authors.begin(), authors.end(), author);
  }

  const ReadWorld read_{{49, 50, 60}};
  const TrainingSet set_;
  const PostFeatures features_;
  const LearningOptions options_ = SmallOptions();
  LearnedModel model_;
  ModelParameters parameters_;
};

TEST_F(GatedModelTest, APostWith49SubjectsIsExactlyItsPrior) {
  EXPECT_FALSE(IsLearned(PostId(1001)));
  EXPECT_TRUE(IsLearned(PostId(1002)));
  const auto snapshot = *MakeReplaySnapshot(parameters_);
  LivePosts posts(snapshot);
  // A twin that nobody ever saw: the same features, but for the id.
  Post post = set_.posts()[set_.Find(PostId(1001))], twin = post;
  twin.id = PostId(5000);
  posts.Upsert(post, std::nullopt);
  posts.Upsert(twin, std::nullopt);
  const float* vector = posts.VectorOf(posts.Find(post.id));
  const float* prior = posts.VectorOf(posts.Find(twin.id));
  EXPECT_TRUE(std::equal(vector, vector + snapshot->stride(), prior));
}

TEST_F(GatedModelTest, AColumnWith49SubjectsIsAbsent) {
  EXPECT_FALSE(HasColumn(AuthorWithNumber(1001)));
  EXPECT_TRUE(HasColumn(AuthorWithNumber(1002)));
}

TEST_F(GatedModelTest, APostLeavesItsPriorInItsFirstDirectionsAlone) {
  const uint32_t index = set_.Find(PostId(1003));  // 60 subjects: seven directions, the answer rate is one.
  ASSERT_EQ(model_.free.posts[index], 7u);
  const size_t taste_dimension = model_.factors.dimension;
  std::vector<double> deviation(taste_dimension);
  double length = 0;
  for (size_t i = 0; i < taste_dimension; ++i) {
    deviation[i] = model_.factors.posts.row(index)[i];
    for (const Feature& feature : features_.of(index)) {
      deviation[i] -= double{feature.value} * model_.factors.columns.row(feature.column)[i];
    }
    length += deviation[i] * deviation[i];
  }
  length = std::sqrt(length);
  ASSERT_GT(length, 1e-3);
  for (size_t direction = 0; direction < taste_dimension; ++direction) {
    double along = 0;
    for (size_t i = 0; i < taste_dimension; ++i) {
      along += model_.factors.gate_directions.row(direction)[i] * deviation[i];
    }
    if (direction >= 6) {
      EXPECT_LT(std::abs(along), 1e-4 * length) << direction;
    }
  }
}

TEST_F(GatedModelTest, AColumnStaysInItsFirstDirections) {
  // The author of post 1002: 50 subjects, six directions, five of them the taste's.
  const uint32_t post = set_.Find(PostId(1002));
  for (const Feature& feature : features_.of(post)) {
    if (features_.group(feature.column) != FeatureGroup::kAuthor) continue;
    ASSERT_EQ(model_.free.columns[feature.column], 6u);
    const float* column = model_.factors.columns.row(feature.column);
    for (size_t direction = 5; direction < model_.factors.dimension; ++direction) {
      double along = 0;
      for (size_t i = 0; i < model_.factors.dimension; ++i) {
        along += double{model_.factors.gate_directions.row(direction)[i]} * column[i];
      }
      EXPECT_NEAR(along, 0, 1e-4) << direction;
    }
  }
}

TEST(OpenGateTest, CountsDistinctSubjectsNotEvents) {
  PlantedWorld world = MakePlantedWorld({.subjects = 120});
  Post post = world.posts[0];
  post.id = PostId(1001);
  world.posts.push_back(post);
  for (uint32_t event = 0; event < 500; ++event) {  // One subject, very keen.
    world.rows[0].interactions.push_back(
        {post.id, TopicId(), SignalKind::kClick, SurfaceId(1), 0, world.begin.Plus(event % 100)});
  }
  const TrainingSet set(world.posts, world.rows);
  MatrixOptions options;
  options.signals = DefaultSignalModel();
  options.until = set.last_hour()->Plus(1);
  const PostFeatures features(set.posts());
  const FreeDirections free = OpenGate(GateRule(), BuildMatrices(set, options).exposures, features, 16);
  EXPECT_EQ(free.posts[set.Find(post.id)], 0u);
  EXPECT_GT(free.posts[set.Find(PostId(1))], 0u);
}

TEST(MeanTasteTest, StandsBehindACrowdOrIsNone) {
  PlantedWorld world = MakePlantedWorld({.subjects = 60});
  const TrainingSet set(world.posts, world.rows);
  const PostFeatures features(set.posts());
  LearningOptions options = SmallOptions();
  options.gate.crowd_min = 60;
  const LearnedModel enough = *Learn(set, features, options, set.last_hour()->Plus(1), "", Silent);
  EXPECT_NE(enough.factors.mean_taste.row(0)[0], 0);
  options.gate.crowd_min = 61;
  EXPECT_EQ(Learn(set, features, options, set.last_hour()->Plus(1), "", Silent).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace bauta
