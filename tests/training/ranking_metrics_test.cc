#include "training/ranking_metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace bauta {
namespace {

// Scores fall from the first on; true: relevant.
std::vector<RankedItem> InOrder(const std::vector<bool>& relevant) {
  std::vector<RankedItem> items;
  for (size_t i = 0; i < relevant.size(); ++i) {
    items.push_back({-static_cast<float>(i), i, relevant[i]});
  }
  return items;
}

TEST(RankingMetricsTest, AreaUnderCurveCountsPairs) {
  EXPECT_DOUBLE_EQ(*AreaUnderCurve(InOrder({true, false, true, false})), 0.75);
  EXPECT_DOUBLE_EQ(*AreaUnderCurve(InOrder({false, true})), 0);
  const std::vector<RankedItem> equal = {{1, 0, true}, {1, 1, false}, {1, 2, false}};
  EXPECT_DOUBLE_EQ(*AreaUnderCurve(equal), 0.5);
}

TEST(RankingMetricsTest, AreaUnderCurveNeedsBothKinds) {
  EXPECT_FALSE(AreaUnderCurve(InOrder({true, true})));
  EXPECT_FALSE(AreaUnderCurve(InOrder({false})));
  EXPECT_FALSE(AreaUnderCurve({}));
}

TEST(RankingMetricsTest, NdcgDiscountsByTheLogarithmOfTheRank) {
  EXPECT_DOUBLE_EQ(*Ndcg(InOrder({true, false, false}), 10), 1);
  EXPECT_NEAR(*Ndcg(InOrder({false, true}), 10), 1 / std::log2(3.0), 1e-12);
  EXPECT_NEAR(*Ndcg(InOrder({false, true, true}), 2), (1 / std::log2(3.0)) / (1 + 1 / std::log2(3.0)), 1e-12);
  EXPECT_DOUBLE_EQ(*Ndcg(InOrder({false, false, true}), 2), 0);
  EXPECT_FALSE(Ndcg(InOrder({false}), 2));
}

TEST(RankingMetricsTest, RecallAndHitsLookAtTheFirstK) {
  EXPECT_DOUBLE_EQ(*Recall(InOrder({true, false, true, true}), 3), 2.0 / 3);
  EXPECT_TRUE(IsHit(InOrder({false, true}), 2));
  EXPECT_FALSE(IsHit(InOrder({false, true}), 1));
}

TEST(RankingMetricsTest, EqualScoresAreOrderedByTheTieAlone) {
  const std::vector<RankedItem> items = {{0, 2, true}, {0, 1, false}};
  EXPECT_FALSE(IsHit(items, 1));
}

TEST(MeanFigureTest, KnowsItsStandardError) {
  MeanFigure figure;
  for (const double value : {1.0, 2.0, 3.0, 4.0}) figure.Add(value);
  figure.Add(std::nullopt);
  EXPECT_EQ(figure.count(), 4u);
  EXPECT_DOUBLE_EQ(figure.mean(), 2.5);
  EXPECT_NEAR(figure.standard_error(), std::sqrt(5.0 / 3 / 4), 1e-12);
}

}  // namespace
}  // namespace bauta
