#include "training/hierarchy_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace bauta {
namespace {

constexpr size_t kPosts = 300;
constexpr uint32_t kTopics = 6;

std::vector<Post> MakePosts() {
  std::vector<Post> posts(kPosts);
  for (size_t i = 0; i < kPosts; ++i) {
    posts[i].id = PostId(i + 1);
    posts[i].topics = {TopicId(static_cast<uint32_t>(i % kTopics + 1))};
  }
  return posts;
}

// Topic k has the value k / 10, every tenth post half more of its own; sums with noise of `deviation`.
class HierarchyFitTest : public ::testing::Test {
 protected:
  std::vector<double> Fit(double deviation, double weight = 100) {
    std::mt19937_64 random(4);
    std::normal_distribution<double> noise(0, 1);
    const size_t columns = features_.columns();
    CoordinateSums sums;
    sums.weights.assign(kPosts, weight);
    sums.sums.assign(columns + kPosts, 0);
    for (size_t post = 0; post < kPosts; ++post) {
      sums.sums[columns + post] = weight * ValueOf(post);
      for (const Feature& feature : features_.of(post)) {
        sums.sums[feature.column] += weight * feature.value * ValueOf(post);
      }
    }
    for (double& sum : sums.sums) sum += deviation * noise(random);
    sums.variances.assign(columns + kPosts, deviation * deviation);
    sums.counted = counted_;
    return FitHierarchy(features_, LevelsOf(features_), sums);
  }

  static double ValueOf(size_t post) {
    return static_cast<double>(post % kTopics) / 10 + (post % 10 == 0 ? 0.5 : 0);
  }

  double Fitted(const std::vector<double>& values, size_t post) const {
    double value = values[features_.columns() + post];
    for (const Feature& feature : features_.of(post)) value += feature.value * values[feature.column];
    return value;
  }

  double Error(const std::vector<double>& values) const {
    double squares = 0;
    for (size_t post = 0; post < kPosts; ++post) squares += std::pow(Fitted(values, post) - ValueOf(post), 2);
    return std::sqrt(squares / kPosts);
  }

  const PostFeatures features_{MakePosts()};
  std::vector<bool> counted_ = std::vector<bool>(features_.columns() + kPosts, true);
};

TEST_F(HierarchyFitTest, WithoutNoiseEveryValueIsFound) { EXPECT_LT(Error(Fit(1e-6)), 1e-3); }

// 30 in a sum of 100 leaves an error of 0.3 where each post is taken at its word.
TEST_F(HierarchyFitTest, ShrinkingBeatsWhatTheNoisySumsSay) {
  EXPECT_LT(Error(Fit(30)), 0.18);
  EXPECT_LT(Error(Fit(5)), 0.05);
}

// Taken at their word the posts' sums would say 1000 and more of each.
TEST_F(HierarchyFitTest, WhatNoiseDrownsIsNearlyZero) {
  const std::vector<double> values = Fit(1e5);
  double squares = 0;
  for (size_t item = features_.columns(); item < values.size(); ++item) squares += std::pow(values[item], 2);
  EXPECT_LT(std::sqrt(squares / kPosts), 200);
}

TEST_F(HierarchyFitTest, AnItemWithoutACrowdIsExactlyZero) {
  const size_t post = features_.columns() + 10;
  counted_[post] = false;
  const std::vector<double> values = Fit(1e-6);
  EXPECT_EQ(values[post], 0);
  EXPECT_NEAR(Fitted(values, 16), ValueOf(16), 0.01);  // Another one of its topic.
}

TEST_F(HierarchyFitTest, LevelsAreTheGroupsWithThePostsLast) {
  const std::vector<ItemLevel> levels = LevelsOf(features_);
  ASSERT_EQ(levels.size(), 3u);  // Bias, topics, posts.
  EXPECT_EQ(levels[0].size(), 1u);
  EXPECT_EQ(levels[1].size(), kTopics);
  EXPECT_EQ(levels[2].size(), kPosts);
  EXPECT_EQ(levels[2].begin, features_.columns());
}

}  // namespace
}  // namespace bauta
