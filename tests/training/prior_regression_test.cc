#include "training/prior_regression.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <vector>

#include "tests/training/planted_world.h"
#include "training/post_quality.h"
#include "training/random.h"

namespace bauta {
namespace {

using testing::AuthorWithNumber;

std::vector<Post> FeaturedPosts(size_t count) {
  std::vector<Post> posts(count);
  for (size_t i = 0; i < count; ++i) {
    posts[i].id = PostId(i + 1);
    posts[i].author = AuthorWithNumber(i % 5);
    posts[i].topics = {TopicId(1 + i % 3), TopicId(10 + i % 2)};
    posts[i].language = *Language::Parse(i % 2 == 0 ? "de" : "fr");
    posts[i].country = CountryCode::Parse("DE");
    posts[i].city = City(1 + i % 4);
    posts[i].content = {static_cast<float>(i % 7) / 7, 1.0f - static_cast<float>(i % 4)};
  }
  return posts;
}

TEST(PostFeaturesTest, HaveAColumnForEachPublicFeature) {
  const std::vector<Post> posts = FeaturedPosts(40);
  const PostFeatures features(posts);
  // Bias, 5 authors, 3 + 2 topics, 2 languages, 1 country, 4 cities, 2 numbers of content.
  EXPECT_EQ(features.columns(), 1u + 5 + 5 + 2 + 1 + 4 + 2);
  EXPECT_EQ(features.of(0).size(), 1u + 1 + 2 + 1 + 1 + 1 + 2);
}

TEST(PriorRegressionTest, ReachesTheRidgeSolution) {
  const std::vector<Post> posts = FeaturedPosts(60);
  const PostFeatures features(posts);
  DenseMatrix vectors{posts.size(), 32, std::vector<float>(posts.size() * 32, 0.0f)};
  std::vector<float> weights;
  uint64_t random = 3;
  for (size_t post = 0; post < posts.size(); ++post) {
    for (size_t i = 0; i < 20; ++i) {
      vectors.row(post)[i] = static_cast<float>(NextRandom(random) % 1000) / 500 - 1;
    }
    weights.push_back(0.1f + static_cast<float>(NextRandom(random) % 10) / 10);
  }
  const std::vector<float> ridge(features.columns(), 0.7f);
  const std::vector<uint32_t> free(features.columns(), 20);
  RidgeRegression regression;
  regression.threads = 2;
  regression.sweeps = 300;
  regression.weights = weights;
  regression.ridge = ridge;
  regression.free = free;
  DenseMatrix columns{features.columns(), 32, std::vector<float>(features.columns() * 32, 0.0f)};
  RefitPrior(regression, features, vectors, columns);

  Eigen::MatrixXd f = Eigen::MatrixXd::Zero(posts.size(), features.columns()), q(posts.size(), 20);
  Eigen::VectorXd w(posts.size());
  for (size_t post = 0; post < posts.size(); ++post) {
    for (const Feature& feature : features.of(post)) f(post, feature.column) = feature.value;
    for (size_t i = 0; i < 20; ++i) q(post, i) = vectors.row(post)[i];
    w[post] = weights[post];
  }
  const Eigen::MatrixXd expected =
      (f.transpose() * w.asDiagonal() * f + 0.7 * Eigen::MatrixXd::Identity(f.cols(), f.cols()))
          .ldlt()
          .solve(f.transpose() * w.asDiagonal() * q);
  for (size_t k = 0; k < features.columns(); ++k) {
    for (size_t i = 0; i < 20; ++i) EXPECT_NEAR(columns.row(k)[i], expected(k, i), 2e-3) << k << ' ' << i;
  }
}

TEST(PriorRegressionTest, ColumnsMoveInTheirFreeCoordinatesAlone) {
  const std::vector<Post> posts = FeaturedPosts(60);
  const PostFeatures features(posts);
  const DenseMatrix vectors{posts.size(), 32, std::vector<float>(posts.size() * 32, 1.0f)};
  const std::vector<float> weights(posts.size(), 1), ridge(features.columns(), 1);
  std::vector<uint32_t> free(features.columns(), 32);
  free[1] = 0;
  free[2] = 18;
  RidgeRegression regression;
  regression.weights = weights;
  regression.ridge = ridge;
  regression.free = free;
  DenseMatrix columns{features.columns(), 32, std::vector<float>(features.columns() * 32, 0.0f)};
  RefitPrior(regression, features, vectors, columns);
  for (size_t i = 0; i < 32; ++i) {
    EXPECT_EQ(columns.row(1)[i], 0);
    EXPECT_EQ(columns.row(2)[i] != 0, i < 18) << i;
  }
}

// 200 subjects are shown every post; a post with an even number is answered by three of four, the others by
// one of four.
CsrMatrix Exposures(size_t posts) {
  CsrMatrix exposures;
  exposures.columns = posts;
  for (uint32_t subject = 0; subject < 200; ++subject) {
    for (uint32_t post = 0; post < posts; ++post) {
      const bool answered = post % 2 == 0 ? subject % 4 != 0 : subject % 4 == 0;
      exposures.entries.push_back({post, 1, answered ? 1.0f : 0.0f});
    }
    exposures.offsets.push_back(exposures.entries.size());
  }
  return exposures;
}

TEST(PostQualityTest, IsTheShareOfAnswersAroundTheMean) {
  const std::vector<Post> posts = FeaturedPosts(40);
  const PostFeatures features(posts);
  const CsrMatrix exposures = Exposures(posts.size());
  const FreeDirections free = OpenGate(GateRule(), exposures, features, 16);
  const PostQuality quality = FitPostQuality(PostQualityOptions(), exposures, features, free);
  for (size_t post = 0; post < posts.size(); ++post) {
    EXPECT_NEAR(quality.posts[post], post % 2 == 0 ? 0.25 : -0.25, 0.03) << post;
  }
}

TEST(PostQualityTest, APostBehindTheGateHasWhatItsFeaturesPromise) {
  const std::vector<Post> posts = FeaturedPosts(40);
  const PostFeatures features(posts);
  const CsrMatrix exposures = Exposures(posts.size());
  FreeDirections free = OpenGate(GateRule(), exposures, features, 16);
  free.posts[4] = 0;
  const PostQuality quality = FitPostQuality(PostQualityOptions(), exposures, features, free);
  float promise = 0;
  for (const Feature& feature : features.of(4)) promise += feature.value * quality.columns[feature.column];
  EXPECT_NEAR(quality.posts[4], promise, 1e-6);
  EXPECT_GT(promise, 0.1f);  // Its language is that of the even ones.
}

TEST(PostQualityTest, TellsNothingWhereEverythingWasAnswered) {
  const std::vector<Post> posts = FeaturedPosts(10);
  const PostFeatures features(posts);
  CsrMatrix exposures = Exposures(posts.size());
  for (MatrixEntry& entry : exposures.entries) entry.target = 1;
  const FreeDirections free = OpenGate(GateRule(), exposures, features, 16);
  for (const float quality : FitPostQuality(PostQualityOptions(), exposures, features, free).posts) {
    EXPECT_NEAR(quality, 0, 1e-6);
  }
}

}  // namespace
}  // namespace bauta
