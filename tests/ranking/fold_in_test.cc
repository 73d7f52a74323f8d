#include "ranking/fold_in.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <random>
#include <vector>

#include "ranking/vector_kernels.h"

namespace bauta {
namespace {

using Vector = Eigen::VectorXd;

struct System {
  size_t dimension = 0;
  size_t observations = 0;
  float confidence = 1;
};
void PrintTo(const System& system, std::ostream* out) {
  *out << "d=" << system.dimension << " n=" << system.observations << " c=" << system.confidence;
}

// One random system, and the same as dense matrices in double precision.
class FoldInTest : public ::testing::TestWithParam<System> {
 protected:
  void SetUp() override {
    const auto [d, n, c] = GetParam();
    stride_ = (d + 15) / 16 * 16;
    std::mt19937_64 engine(d * 1000 + n);
    std::normal_distribution<float> normal;
    gram_.assign(stride_, 0.0f);
    mean_.assign(stride_, 0.0f);
    q_.assign(stride_, 0.0f);
    vectors_.assign(n * stride_, 0.0f);
    for (size_t j = 0; j < d; ++j) {
      gram_[j] = 1000.0f / static_cast<float>(j + 1);
      mean_[j] = 0.3f * normal(engine);
      q_[j] = normal(engine);
      for (size_t i = 0; i < n; ++i) vectors_[i * stride_ + j] = normal(engine);
    }
    for (size_t i = 0; i < n; ++i) {
      observations_.push_back(
          {vectors_.data() + i * stride_, c * std::abs(normal(engine)), i % 5 == 0 ? -1.0f : 1.0f});
    }
    lambda_ = ScaledLambda(0.1f, 0.5f, observations_);

    a_ = Eigen::MatrixXd::Identity(d, d) * lambda_;
    b_ = Dense(mean_) * lambda_;
    for (size_t j = 0; j < d; ++j) a_(j, j) += double{alpha0_} * gram_[j];
    for (const Observation& o : observations_) {
      const Vector v = Dense({o.vector, o.vector + stride_});
      a_ += double{o.confidence} * v * v.transpose();
      b_ += double{o.confidence} * o.target * v;
    }
    fold_in_.Reset(gram_, alpha0_, lambda_, observations_);
  }

  Vector Dense(const std::vector<float>& values) const {
    return Eigen::Map<const Eigen::VectorXf>(values.data(), GetParam().dimension).cast<double>();
  }

  size_t stride_ = 0;
  float alpha0_ = 0.01f, lambda_ = 0;
  std::vector<float> gram_, mean_, q_, vectors_;
  std::vector<Observation> observations_;
  Eigen::MatrixXd a_;
  Vector b_;
  FoldIn fold_in_;
};

TEST_P(FoldInTest, EqualsADenseSolution) {
  std::vector<float> taste(stride_);
  fold_in_.SolveTaste(mean_, taste);
  const Vector exact = a_.ldlt().solve(b_);
  // What single precision of the inputs alone may cost grows with the condition of D^−½ A D^−½.
  const Vector scale = (alpha0_ * Dense(gram_).array() + lambda_).rsqrt();
  const Vector eigenvalues =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(scale.asDiagonal() * a_ * scale.asDiagonal())
          .eigenvalues();
  const double condition = eigenvalues.maxCoeff() / eigenvalues.minCoeff();
  EXPECT_LT((Dense(taste) - exact).norm(), (1e-6 + 1.5e-8 * condition) * exact.norm())
      << fold_in_.last_steps() << " steps, settled: " << fold_in_.last_settled() << ", condition "
      << condition;
  EXPECT_LT((a_ * Dense(taste) - b_).norm(), 1e-6 * (a_.norm() * exact.norm() + b_.norm()));
  for (size_t j = GetParam().dimension; j < stride_; ++j) EXPECT_EQ(taste[j], 0.0f);
}

TEST_P(FoldInTest, SharesSumToTheTaste) {
  std::vector<float> taste(stride_), shares(observations_.size());
  float prior_share = 0;
  fold_in_.SolveTaste(mean_, taste);
  TasteShares(fold_in_, observations_, mean_, q_, shares, prior_share);
  double sum = prior_share, magnitude = std::abs(prior_share);
  for (float share : shares) {
    sum += share;
    magnitude += std::abs(share);
  }
  EXPECT_NEAR(sum, ActiveVectorKernels().dot(q_.data(), taste.data(), stride_), 1e-5 * (1 + magnitude));
}

TEST_P(FoldInTest, EachShareIsWhatTheObservationAdds) {
  std::vector<float> shares(observations_.size());
  float prior_share = 0;
  TasteShares(fold_in_, observations_, mean_, q_, shares, prior_share);
  const Vector w = a_.ldlt().solve(Dense(q_));
  for (size_t i = 0; i < shares.size(); ++i) {
    const Observation& o = observations_[i];
    const double exact = double{o.confidence} * o.target * w.dot(Dense({o.vector, o.vector + stride_}));
    EXPECT_NEAR(shares[i], exact, 1e-5 * (1 + std::abs(exact)));
  }
  EXPECT_NEAR(prior_share, lambda_ * w.dot(Dense(mean_)), 1e-5);
}

TEST_P(FoldInTest, UncertaintyIsTheQuadraticFormAndItsBoundLiesAbove) {
  const double exact = Dense(q_).dot(a_.ldlt().solve(Dense(q_)));
  const float uncertainty = fold_in_.Uncertainty(q_);
  EXPECT_NEAR(uncertainty, exact, 1e-5 * exact);
  EXPECT_GE(fold_in_.UncertaintyBound(q_), uncertainty * 0.99999f);
}

INSTANTIATE_TEST_SUITE_P(Systems, FoldInTest,
                         ::testing::Values(System{1, 0}, System{1, 3}, System{16, 1}, System{17, 5},
                                           System{64, 0}, System{64, 10}, System{64, 50}, System{64, 200},
                                           System{64, 50, 100}, System{64, 50, 1e-4f}, System{128, 1000},
                                           System{256, 30}));

TEST(FoldInWithoutObservationsTest, IsThePriorSeenThroughTheGram) {
  const std::vector<float> gram(16, 0.0f), mean(16, 2.0f);
  FoldIn fold_in;
  fold_in.Reset(gram, 1, 0.5f, {});
  std::vector<float> taste(16);
  fold_in.SolveTaste(mean, taste);
  for (float value : taste) EXPECT_FLOAT_EQ(value, 2.0f);
}

TEST(FoldInWithoutObservationsTest, ANothingStaysANothing) {
  const std::vector<float> gram(16, 1.0f), mean(16, 0.0f);
  FoldIn fold_in;
  fold_in.Reset(gram, 1, 0.5f, {});
  std::vector<float> taste(16, 7.0f);
  fold_in.SolveTaste(mean, taste);
  for (float value : taste) EXPECT_EQ(value, 0.0f);
}

TEST(ScaledLambdaTest, GrowsWithTheConfidenceSeen) {
  const std::vector<Observation> observations = {{nullptr, 3, 1}, {nullptr, 5, -1}};
  EXPECT_FLOAT_EQ(ScaledLambda(0.1f, 0.5f, {}), 0.1f);
  EXPECT_FLOAT_EQ(ScaledLambda(0.1f, 0.5f, observations), 0.3f);
  EXPECT_FLOAT_EQ(ScaledLambda(0.1f, 0, observations), 0.1f);
}

}  // namespace
}  // namespace bauta
