#include "training/score_weights.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "training/random.h"

namespace bauta {
namespace {

double Uniform(uint64_t& state) { return static_cast<double>(NextRandom(state) >> 11) * 0x1p-53; }

// Items answered by a known law: log odds 3 taste + 1 freshness(24 h) − 2 fatigue − 1.
std::vector<ReplayList> KnownLaw(float had_half_life) {
  std::vector<ReplayList> lists;
  uint64_t random = 5;
  for (int i = 0; i < 20'000; ++i) {
    ReplayList list;
    ReplayItem item;
    const double age_hours = 100 * Uniform(random);
    item.features.taste = static_cast<float>(Uniform(random));
    item.features.freshness = static_cast<float>(std::exp2(-age_hours / had_half_life));
    item.features.popularity = static_cast<float>(Uniform(random));
    item.features.fatigue = Uniform(random) < 0.3 ? 0.7f : 0.0f;
    const double odds = 3 * item.features.taste + std::exp2(-age_hours / 24) - 2 * item.features.fatigue - 1;
    item.answered = Uniform(random) < 1 / (1 + std::exp(-odds));
    list.items.push_back(item);
    lists.push_back(list);
  }
  return lists;
}

TEST(ScoreWeightsTest, FindsTheLawBehindTheAnswers) {
  const ScoreWeights weights = FitScoreWeights(KnownLaw(168), 168, ScoreWeightOptions());
  EXPECT_NEAR(weights.taste, 3, 0.3);
  EXPECT_NEAR(weights.freshness, 1, 0.3);
  EXPECT_EQ(weights.freshness_half_life_hours, 24);
  EXPECT_NEAR(weights.fatigue, 2, 0.3);
  EXPECT_NEAR(weights.popularity, 0, 0.15);
}

TEST(ScoreWeightsTest, NoWeightIsNegative) {
  std::vector<ReplayList> lists = KnownLaw(168);
  for (ReplayList& list : lists) list.items[0].answered = !list.items[0].answered;
  const ScoreWeights weights = FitScoreWeights(lists, 168, ScoreWeightOptions());
  EXPECT_EQ(weights.taste, 0);
  EXPECT_EQ(weights.freshness, 0);
  EXPECT_EQ(weights.fatigue, 0);
}

TEST(ScoreWeightsTest, WhatAReplayCannotTellStaysAsItIsStated) {
  const ScoreWeights weights = FitScoreWeights(KnownLaw(168), 168, ScoreWeightOptions());
  const ScoreWeights stated = UninformedWeights();
  EXPECT_EQ(weights.follow, stated.follow);
  EXPECT_EQ(weights.locality, stated.locality);
  EXPECT_EQ(weights.distance, stated.distance);
  EXPECT_EQ(weights.caller, stated.caller);
}

TEST(ScoreWeightsTest, WithoutExamplesAllStayUninformed) {
  const ScoreWeights weights = FitScoreWeights({}, 168, ScoreWeightOptions());
  EXPECT_EQ(weights.taste, UninformedWeights().taste);
}

TEST(ScoreWeightsTest, ScoreIsThatOfServing) {
  ReplayItem item;
  item.features.taste = 0.5f;
  item.features.freshness = 0.25f;  // Two half-lives of 12 hours: one of 24.
  item.features.fatigue = 1;
  ScoreWeights weights = UninformedWeights();
  weights.taste = 2;
  weights.freshness = 1;
  weights.freshness_half_life_hours = 24;
  weights.fatigue = 3;
  EXPECT_NEAR(ScoreOf(item, weights, 12), 1 + 0.5 - 3, 1e-6);
}

}  // namespace
}  // namespace bauta
