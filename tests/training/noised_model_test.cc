#include "training/noised_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "tests/training/planted_world.h"
#include "training/interaction_matrix.h"
#include "training/learned_model.h"
#include "training/training_set.h"

namespace bauta {
namespace {

using testing::MakePlantedWorld;
using testing::PlantedWorldOptions;
using testing::TopicOfPost;

RandomBits Bits(uint64_t seed) {
  return [random = std::mt19937_64(seed)]() mutable { return random(); };
}

absl::Status Silent(const char*, float) { return absl::OkStatus(); }

struct World {
  explicit World(const PlantedWorldOptions& options) : planted(MakePlantedWorld(options)) {}

  InteractionMatrices Matrices() const {
    MatrixOptions options;
    options.signals = DefaultSignalModel();
    options.until = planted.begin.Plus(24 * 30);
    return BuildMatrices(set, options);
  }

  testing::PlantedWorld planted;
  TrainingSet set{planted.posts, planted.rows};
  PostFeatures features{set.posts()};
};

CsrMatrix Without(const CsrMatrix& matrix, size_t row) {
  CsrMatrix rest;
  rest.columns = matrix.columns;
  for (size_t i = 0; i < matrix.rows(); ++i) {
    if (i == row) continue;
    rest.entries.insert(rest.entries.end(), matrix.row(i).begin(), matrix.row(i).end());
    rest.offsets.push_back(rest.entries.size());
  }
  return rest;
}

// Every release of a training, each under arguments that are the same whoever is in.
std::vector<std::vector<double>> Released(const NoiseOptions& noise, const InteractionMatrices& matrices,
                                          const World& world) {
  NoisedSums sums(noise, matrices, world.features);
  const size_t columns = world.features.columns(), items = columns + world.features.posts();
  std::vector<std::vector<double>> all;
  sums.SumTotals();  // Clamped where nobody is, and tested no further: 2% of μ².
  all.push_back(sums.SumCrowds().subjects);
  const std::vector<bool> counted(items, true);
  all.push_back(sums.SumAnswers(0.4, counted).sums);
  const std::vector<size_t> anchors = {1, 2, 3};
  const NoisedSums::Covariance covariance = sums.SumCovariance(anchors, std::vector<double>{10, 10, 10});
  all.push_back({});
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j <= i; ++j) all.back().push_back(covariance.values[i * 3 + j]);
  }
  FactorModelOptions options;
  options.dimension = 8;
  FactorModel model;
  model.dimension = 8;
  const size_t width = PadForKernels(8);
  model.posts = {world.features.posts(), width, std::vector<float>(world.features.posts() * width, 0.0f)};
  for (size_t post = 0; post < model.posts.rows; ++post) model.posts.row(post)[post % 3] = 0.5f;
  model.gram.assign(8, 1.0f);
  model.mean_taste = {1, width, std::vector<float>(width, 0.0f)};
  const NoisedSums::Moments moments = sums.SumTastes(options, model, 3);
  all.push_back(moments.first);
  all.push_back(sums.SumTaught(counted).sums);
  return all;
}

// With the same noise in both, what is left between two trainings is what one subject did: here somebody who
// did a hundred times as much as others, so that nothing but the bounds holds it back.
TEST(NoisedSumsTest, OneSubjectMovesAllReleasesTogetherByNoMoreThanMuAllows) {
  constexpr double kMu = 0.5;
  const World world({.subjects = 60});
  constexpr size_t kSubject = 7;
  InteractionMatrices matrices = world.Matrices();
  for (CsrMatrix* each : {&matrices.acts, &matrices.exposures}) {
    for (size_t i = each->offsets[kSubject]; i < each->offsets[kSubject + 1]; ++i) {
      each->entries[i].confidence *= 100;
    }
  }
  InteractionMatrices fewer = matrices;
  fewer.acts = Without(matrices.acts, kSubject);
  fewer.exposures = Without(matrices.exposures, kSubject);
  const auto with = Released({kMu, Bits(5)}, matrices, world);
  const auto without = Released({kMu, Bits(5)}, fewer, world);
  // Noise alone, in the same places: what is released where no row has anything.
  InteractionMatrices empty;
  empty.acts.columns = empty.exposures.columns = matrices.acts.columns;
  std::vector<double> deviation;
  {
    std::vector<double> squares;
    constexpr int kDraws = 400;
    for (int draw = 0; draw < kDraws; ++draw) {
      const auto noise = Released({kMu, Bits(100 + static_cast<uint64_t>(draw))}, empty, world);
      squares.resize(noise.size());
      for (size_t i = 0; i < noise.size(); ++i) {
        double sum = 0;
        for (const double value : noise[i]) sum += value * value;
        squares[i] += sum / static_cast<double>(noise[i].size()) / kDraws;
      }
    }
    for (const double each : squares) deviation.push_back(std::sqrt(each));
  }
  double loss = 0;
  for (size_t i = 0; i < with.size(); ++i) {
    for (size_t j = 0; j < with[i].size(); ++j) {
      const double change = (with[i][j] - without[i][j]) / deviation[i];
      loss += change * change;
    }
  }
  EXPECT_LT(std::sqrt(loss), kMu);
  EXPECT_GT(std::sqrt(loss), 0.5 * kMu);  // Most of it is spent.
}

// An attacker who knows all rows and sees every released number does no better than μ allows.
TEST(NoisedSumsTest, WhoSeesEveryReleaseDoesNoBetterThanTheBound) {
  constexpr double kMu = 1, kFalsePositives = 0.1;
  const World world({.subjects = 400, .shown_a_day = 10});
  const InteractionMatrices matrices = world.Matrices();
  FactorModelOptions options;
  options.dimension = 8;
  std::mt19937_64 random(6);
  std::vector<double> in, out;
  for (int training = 0; training < 6; ++training) {
    NoiseAudit audit;
    audit.members.reserve(matrices.acts.rows());
    for (size_t row = 0; row < matrices.acts.rows(); ++row) audit.members.push_back(random() % 2 == 0);
    TrainNoisedModel({kMu, Bits(random()), &audit}, options, 10, matrices, world.features);
    ASSERT_EQ(audit.log_ratio.size(), audit.members.size());
    for (size_t row = 0; row < audit.members.size(); ++row) {
      (audit.members[row] ? in : out).push_back(audit.log_ratio[row]);
    }
  }
  std::sort(out.begin(), out.end(), std::greater<>());
  const double threshold = out[static_cast<size_t>(kFalsePositives * static_cast<double>(out.size()))];
  const auto found = std::count_if(in.begin(), in.end(), [&](double ratio) { return ratio > threshold; });
  const double true_positives = static_cast<double>(found) / static_cast<double>(in.size());
  EXPECT_LT(true_positives, TruePositivesBound(kMu, kFalsePositives) + 0.03);
  EXPECT_GT(true_positives, kFalsePositives + 0.02);  // The attack is one.
}

class NoisedModelTest : public ::testing::Test {
 protected:
  absl::StatusOr<LearnedModel> Train(const World& world, double mu, uint64_t seed = 1) const {
    LearningOptions options;
    options.dimension = 12;
    options.noise = {mu, Bits(seed)};
    return LearnFromMatrices(world.Matrices(), world.features, world.set.ids(), options, "", Silent);
  }

  // Of how many of 200 subjects the model gives posts of the two topics that they did most with more taste
  // than others.
  static double ShareUnderstood(const World& world, const LearnedModel& model) {
    constexpr size_t kSubjects = 200, kTopics = 6;
    const InteractionMatrices matrices = world.Matrices();
    const DenseMatrix tastes = FoldInRows(model.factor_options, model.factors, matrices.acts);
    size_t understood = 0;
    for (size_t row = 0; row < kSubjects; ++row) {
      double acts[kTopics] = {}, score[kTopics] = {}, posts[kTopics] = {};
      const auto topic_of = [&](size_t post) { return TopicOfPost(world.set.ids()[post], {}).value() - 1; };
      for (const MatrixEntry& entry : matrices.acts.row(row))
        acts[topic_of(entry.column)] += entry.confidence;
      for (size_t post = 0; post < world.set.posts().size(); ++post) {
        for (size_t i = 0; i < model.factors.dimension; ++i) {
          score[topic_of(post)] += double{tastes.row(row)[i]} * model.factors.posts.row(post)[i];
        }
        ++posts[topic_of(post)];
      }
      double sorted[kTopics];
      std::copy(acts, acts + kTopics, sorted);
      std::sort(sorted, sorted + kTopics, std::greater<>());
      double liked = 0, other = 0;
      for (size_t topic = 0; topic < kTopics; ++topic) {
        (acts[topic] >= sorted[1] ? liked : other) +=
            score[topic] / posts[topic] / (acts[topic] >= sorted[1] ? 2 : 4);
      }
      understood += liked > other;
    }
    return static_cast<double>(understood) / kSubjects;
  }
};

TEST_F(NoisedModelTest, ACrowdsTastesAreFoundThroughTheNoise) {
  const World world({.subjects = 6000, .shown_a_day = 6});
  const absl::StatusOr<LearnedModel> model = Train(world, 2);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_GT(ShareUnderstood(world, *model), 0.9);
  EXPECT_NEAR(static_cast<double>(model->rows), 6000, 600);
}

TEST_F(NoisedModelTest, OfAFewNothingIsLearned) {
  const World world({.subjects = 60});
  const absl::StatusOr<LearnedModel> model = Train(world, 0.5);
  ASSERT_TRUE(model.ok()) << model.status();
  for (const uint32_t free : model->free.posts) EXPECT_EQ(free, 0u);
}

// Under the same noise, which nobody can ask for outside a test.
TEST_F(NoisedModelTest, AnErasedRowLeavesNothingBehind) {
  const PlantedWorldOptions options = {.subjects = 1000, .shown_a_day = 10};
  World world(options);
  const absl::StatusOr<LearnedModel> never = Train(world, 4);
  world.planted.rows.insert(world.planted.rows.begin() + 17,
                            MakePlantedWorld({.seed = 99, .subjects = 1}).rows[0]);
  world.set = TrainingSet(world.planted.posts, world.planted.rows);
  const absl::StatusOr<LearnedModel> with = Train(world, 4);
  world.planted.rows.erase(world.planted.rows.begin() + 17);
  world.set = TrainingSet(world.planted.posts, world.planted.rows);
  const absl::StatusOr<LearnedModel> after = Train(world, 4);
  ASSERT_TRUE(never.ok() && with.ok() && after.ok());
  EXPECT_NE(with->factors.posts.values, never->factors.posts.values);
  EXPECT_NE(with->quality.posts, never->quality.posts);
  EXPECT_EQ(after->factors.posts.values, never->factors.posts.values);
  EXPECT_EQ(after->factors.columns.values, never->factors.columns.values);
  EXPECT_EQ(after->factors.mean_taste.values, never->factors.mean_taste.values);
  EXPECT_EQ(after->quality.posts, never->quality.posts);
  EXPECT_EQ(after->factor_options.subject.alpha0, never->factor_options.subject.alpha0);
}

TEST_F(NoisedModelTest, TheNoiseIsNotTheSameTwice) {
  const World world({.subjects = 400});
  const absl::StatusOr<LearnedModel> one = Train(world, 2, 1), again = Train(world, 2, 1),
                                     other = Train(world, 2, 2);
  ASSERT_TRUE(one.ok() && again.ok() && other.ok());
  EXPECT_EQ(one->quality.columns, again->quality.columns);
  EXPECT_NE(one->quality.columns, other->quality.columns);
}

}  // namespace
}  // namespace bauta
