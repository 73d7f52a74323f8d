#include "training/factor_model.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/training/planted_world.h"
#include "training/interaction_matrix.h"
#include "training/ranking_metrics.h"

namespace bauta {
namespace {

using testing::MakePlantedWorld;
using testing::PlantedWorld;
using testing::PlantedWorldOptions;

absl::Status Silent(float) { return absl::OkStatus(); }

struct Trained {
  Trained(const PlantedWorldOptions& world_options, FactorModelOptions options_given)
      : world(MakePlantedWorld(world_options)),
        set(world.posts, world.rows),
        features(set.posts()),
        options(options_given) {
    MatrixOptions matrix_options;
    matrix_options.signals = DefaultSignalModel();
    matrix_options.until = set.last_hour()->Plus(1);
    matrices = BuildMatrices(set, matrix_options);
    free = OpenGate(GateRule(), matrices.exposures, features, options.dimension);
    model = *TrainFactorModel(options, matrices.acts, free, features, set.ids(), Silent);
  }
  PlantedWorld world;
  TrainingSet set;
  PostFeatures features;
  FactorModelOptions options;
  InteractionMatrices matrices;
  FreeDirections free;
  FactorModel model;
};

FactorModelOptions SmallOptions() {
  FactorModelOptions options;
  options.dimension = 12;
  options.epochs = 6;
  options.subject = {0.05f, 1, 0.5f, 1};
  options.post = {0.05f, 1, 0.5f, 1};
  return options;
}

// Of a fresh subject who liked one post of each of two topics: the area under the curve of those topics.
double FindsTopics(const Trained& trained, const PlantedWorldOptions& world_options) {
  MeanFigure area;
  for (uint32_t subject = 0; subject < 12; ++subject) {
    CsrMatrix acts;
    acts.columns = trained.set.posts().size();
    for (uint32_t post = 0; post < 30; ++post) {
      if (testing::Likes(subject, testing::TopicOfPost(PostId(post + 1), world_options), world_options)) {
        acts.entries.push_back({post, 1, 1});
      }
    }
    acts.offsets.push_back(acts.entries.size());
    const DenseMatrix taste = FoldInRows(trained.options, trained.model, acts);
    std::vector<RankedItem> items;
    for (uint32_t post = 30; post < acts.columns; ++post) {
      items.push_back(
          {BestKernels().dot(taste.row(0), trained.model.posts.row(post), taste.columns), post,
           testing::Likes(subject, testing::TopicOfPost(PostId(post + 1), world_options), world_options)});
    }
    area.Add(AreaUnderCurve(items));
  }
  return area.mean();
}

TEST(FactorModelTest, FindsThePlantedTopics) {
  const PlantedWorldOptions world_options;
  EXPECT_GT(FindsTopics(Trained(world_options, SmallOptions()), world_options), 0.9);
}

TEST(FactorModelTest, FindsThemWithoutFeaturesToo) {
  const PlantedWorldOptions world_options;
  FactorModelOptions options = SmallOptions();
  options.use_prior = false;
  options.subject.lambda = options.post.lambda = 0.3f;  // Nothing but the gate holds the posts together.
  EXPECT_GT(FindsTopics(Trained(world_options, options), world_options), 0.85);
}

TEST(FactorModelTest, GivesTheSameBytesAtAnyNumberOfThreads) {
  FactorModelOptions options = SmallOptions();
  const Trained one({}, options);
  options.threads = 2;
  const Trained two({}, options);
  EXPECT_EQ(one.model.posts.values, two.model.posts.values);
  EXPECT_EQ(one.model.columns.values, two.model.columns.values);
  EXPECT_EQ(one.model.mean_taste.values, two.model.mean_taste.values);
  EXPECT_EQ(one.model.gram, two.model.gram);
}

TEST(FactorModelTest, AnotherSeedIsAnotherModel) {
  FactorModelOptions options = SmallOptions();
  const Trained one({}, options);
  options.seed = 2;
  const Trained two({}, options);
  EXPECT_NE(one.model.posts.values, two.model.posts.values);
}

TEST(FactorModelTest, GramIsDiagonalInTheBasisOfTheVectors) {
  const Trained trained({}, SmallOptions());
  const DenseMatrix gram = GramMatrix(BestKernels(), trained.model.posts, 1);
  for (size_t i = 0; i < trained.options.dimension; ++i) {
    EXPECT_NEAR(gram.row(i)[i], trained.model.gram[i], 1e-3 * trained.model.gram[0]);
    for (size_t j = 0; j < i; ++j) EXPECT_NEAR(gram.row(i)[j], 0, 1e-3 * trained.model.gram[0]);
  }
}

TEST(FactorModelTest, MeanTasteHasLengthOne) {
  const Trained trained({}, SmallOptions());
  const float* mean = trained.model.mean_taste.row(0);
  EXPECT_NEAR(BestKernels().dot(mean, mean, trained.model.mean_taste.columns), 1, 1e-4);
}

TEST(FactorModelTest, AnErrorOfTheProgressEndsTheTraining) {
  const Trained trained({.subjects = 60}, SmallOptions());
  int calls = 0;
  const auto status = TrainFactorModel(
      trained.options, trained.matrices.acts, trained.free, trained.features, trained.set.ids(),
      [&](float) { return ++calls == 2 ? absl::DeadlineExceededError("late") : absl::OkStatus(); });
  EXPECT_EQ(status.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace bauta
