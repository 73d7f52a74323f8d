#include "training/noise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "training/bounded_sum.h"

namespace bauta {
namespace {

RandomBits Bits(uint64_t seed) {
  return [random = std::mt19937_64(seed)]() mutable { return random(); };
}

double Length(const std::vector<double>& vector) {
  double squares = 0;
  for (const double value : vector) squares += value * value;
  return std::sqrt(squares);
}

TEST(NormalNoiseTest, IsNormal) {
  constexpr int kCount = 200'000;
  NormalNoise noise(Bits(1));
  double sum = 0, squares = 0, product = 0, before = 0;
  int beyond_one = 0, beyond_three = 0;
  for (int i = 0; i < kCount; ++i) {
    const double value = noise.Next();
    sum += value;
    squares += value * value;
    product += value * before;
    before = value;
    beyond_one += std::abs(value) > 1;
    beyond_three += std::abs(value) > 3;
  }
  EXPECT_NEAR(sum / kCount, 0, 0.01);
  EXPECT_NEAR(squares / kCount, 1, 0.02);
  EXPECT_NEAR(product / kCount, 0, 0.01);  // One says nothing of the next.
  EXPECT_NEAR(static_cast<double>(beyond_one) / kCount, 0.3173, 0.005);
  EXPECT_NEAR(static_cast<double>(beyond_three) / kCount, 0.0027, 0.0006);
}

TEST(NormalNoiseTest, TheWorstBitsGiveAFiniteNumber) {
  EXPECT_TRUE(std::isfinite(NormalNoise([] { return uint64_t{0}; }).Next()));
  EXPECT_TRUE(std::isfinite(NormalNoise([] { return ~uint64_t{0}; }).Next()));
}

// Φ(Φ⁻¹(0.01) + 1) and Φ(Φ⁻¹(0.001) + 1) from tables of the normal distribution.
TEST(PrivacyLossTest, BoundsTheTruePositivesOfAnyAttack) {
  EXPECT_NEAR(TruePositivesBound(0, 0.01), 0.01, 1e-9);
  EXPECT_NEAR(TruePositivesBound(1, 0.01), 0.09236, 1e-4);
  EXPECT_NEAR(TruePositivesBound(1, 0.001), 0.01831, 1e-4);
}

// δ(ε) of the normal mechanism is 0.12693 at μ = 1, ε = 1 (Balle and Wang 2018, by their Theorem 8).
TEST(PrivacyLossTest, EpsilonFollowsFromMuAndDelta) {
  EXPECT_EQ(EpsilonOf(0, 1e-6), 0);
  EXPECT_NEAR(EpsilonOf(1, 0.126937), 1, 1e-3);
  EXPECT_EQ(EpsilonOf(1, 0.9), 0);
  EXPECT_LT(EpsilonOf(0.5, 1e-6), EpsilonOf(1, 1e-6));
  EXPECT_LT(EpsilonOf(1, 1e-5), EpsilonOf(1, 1e-6));
}

TEST(PrivacyAccountTest, SharesComposeToMu) {
  PrivacyAccount account(0.8);
  double squares = 0;
  for (const double share : {0.5, 0.3, 0.2}) {
    const double multiplier = account.Spend(share);
    squares += 1 / (multiplier * multiplier);
  }
  EXPECT_NEAR(std::sqrt(squares), 0.8, 1e-12);
  EXPECT_NEAR(account.left(), 0, 1e-12);
}

TEST(BoundedSumTest, NobodyAddsMoreThanTheLength) {
  const std::vector<Contribution> small = {{0, 1.0}, {2, -2.0}}, large = {{1, 300.0}, {2, 400.0}};
  const auto released = [&](bool with) {
    BoundedSum sum(3, 5);
    sum.Add(small);
    if (with) sum.Add(large);
    NormalNoise noise(Bits(2));
    return std::move(sum).Release(0.1, noise);
  };
  const std::vector<double> without = released(false), with = released(true);
  std::vector<double> change(3);
  for (size_t i = 0; i < 3; ++i) change[i] = with[i] - without[i];
  EXPECT_NEAR(Length(change), 5, 1e-9);
  EXPECT_NEAR(change[1], 3, 1e-9);  // In the direction that it had.
  EXPECT_NEAR(change[2], 4, 1e-9);
}

TEST(BoundedSumTest, NoiseGrowsWithTheLength) {
  constexpr size_t kSize = 20'000;
  NormalNoise noise(Bits(3));
  const std::vector<double> released = BoundedSum(kSize, 5).Release(2, noise);
  EXPECT_NEAR(Length(released) / std::sqrt(static_cast<double>(kSize)), 10, 0.2);
  EXPECT_EQ(BoundedSum(1, 5).Deviation(2), 10);
}

}  // namespace
}  // namespace bauta
