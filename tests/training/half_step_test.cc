#include "training/half_step.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <vector>

#include "ranking/fold_in.h"
#include "ranking/model_snapshot.h"
#include "training/random.h"

namespace bauta {
namespace {

constexpr size_t kDimension = 24;
constexpr size_t kWidth = 32;

DenseMatrix RandomVectors(size_t rows, uint64_t seed) {
  DenseMatrix vectors{rows, kWidth, std::vector<float>(rows * kWidth, 0.0f)};
  for (size_t row = 0; row < rows; ++row) {
    for (size_t i = 0; i < kDimension; ++i) {
      vectors.row(row)[i] = static_cast<float>(static_cast<double>(NextRandom(seed) >> 11) * 0x1p-53 - 0.5);
    }
  }
  return vectors;
}

// Rows with 0, 3, 30 and 300 observations: both solvers are used.
CsrMatrix RandomObservations(size_t columns) {
  CsrMatrix matrix;
  matrix.columns = columns;
  uint64_t random = 11;
  for (const size_t count : {0, 3, 30, 300}) {
    for (size_t i = 0; i < count; ++i) {
      matrix.entries.push_back({static_cast<uint32_t>(i * columns / count),
                                0.2f + static_cast<float>(NextRandom(random) % 100) / 50,
                                NextRandom(random) % 4 == 0 ? -1.0f : 1.0f});
    }
    matrix.offsets.push_back(matrix.entries.size());
  }
  return matrix;
}

class HalfStepTest : public ::testing::Test {
 protected:
  HalfStepTest()
      : fixed_(RandomVectors(400, 1)), mean_(RandomVectors(1, 2)), observations_(RandomObservations(400)) {
    const Eigenbasis basis = FindEigenbasis(GramMatrix(BestKernels(), fixed_, 1), kDimension);
    Rotate(BestKernels(), basis, 1, fixed_);
    gram_ = basis.values;
    step_.dimension = kDimension;
    step_.regularization = {0.05f, 0.3f, 0.5f, 1};
    step_.observations = &observations_;
    step_.fixed = &fixed_;
    step_.gram_diagonal = gram_;
    step_.mean = &mean_;
  }

  // The row's vector by dense double precision, with the coordinates from `free` on held at the mean.
  Eigen::VectorXd Dense(size_t row, size_t free) const {
    Eigen::MatrixXd a = Eigen::MatrixXd::Zero(kDimension, kDimension);
    Eigen::VectorXd b = Eigen::VectorXd::Zero(kDimension), m(kDimension);
    for (size_t i = 0; i < kDimension; ++i) m[i] = mean_.row(0)[i];
    float sum = 0;
    for (size_t p = 0; p < fixed_.rows; ++p) {
      Eigen::VectorXd y(kDimension);
      for (size_t i = 0; i < kDimension; ++i) y[i] = fixed_.row(p)[i];
      a += 0.05 * y * y.transpose();
    }
    for (const MatrixEntry& entry : observations_.row(row)) {
      Eigen::VectorXd y(kDimension);
      for (size_t i = 0; i < kDimension; ++i) y[i] = fixed_.row(entry.column)[i];
      a += double{entry.confidence} * y * y.transpose();
      b += double{entry.confidence} * entry.target * y;
      sum += entry.confidence;
    }
    const double lambda = 0.3 * std::sqrt(1 + sum);
    a += lambda * Eigen::MatrixXd::Identity(kDimension, kDimension);
    b += lambda * m;
    const Eigen::Index f = static_cast<Eigen::Index>(free);
    Eigen::VectorXd x = m;
    if (free > 0) x.head(f) += a.topLeftCorner(f, f).ldlt().solve((b - a * m).head(f));
    return x;
  }

  DenseMatrix fixed_, mean_;
  CsrMatrix observations_;
  std::vector<float> gram_;
  HalfStep step_;
};

TEST_F(HalfStepTest, AgreesWithADenseSolution) {
  DenseMatrix solved;
  SolveHalfStep(step_, solved);
  ASSERT_EQ(solved.rows, 4u);
  for (size_t row = 0; row < 4; ++row) {
    const Eigen::VectorXd expected = Dense(row, kDimension);
    for (size_t i = 0; i < kDimension; ++i) EXPECT_NEAR(solved.row(row)[i], expected[i], 2e-4) << row;
    for (size_t i = kDimension; i < kWidth; ++i) EXPECT_EQ(solved.row(row)[i], 0) << row;
  }
}

TEST_F(HalfStepTest, LeavesTheMeanInFreeCoordinatesAlone) {
  const std::vector<uint32_t> free = {5, 0, 7, 20};
  step_.free = free;
  const DenseMatrix gram = GramMatrix(BestKernels(), fixed_, 1);
  step_.gram = &gram;
  DenseMatrix solved;
  SolveHalfStep(step_, solved);
  for (size_t row = 0; row < 4; ++row) {
    const Eigen::VectorXd expected = Dense(row, free[row]);
    for (size_t i = 0; i < kDimension; ++i) {
      if (i >= free[row]) {
        EXPECT_EQ(solved.row(row)[i], mean_.row(0)[i]) << row;
      } else {
        EXPECT_NEAR(solved.row(row)[i], expected[i], 2e-4) << row;
      }
    }
  }
}

TEST_F(HalfStepTest, IsTheEquationThatServes) {
  DenseMatrix solved;
  SolveHalfStep(step_, solved);
  std::vector<float> gram = gram_;
  gram.resize(RowStride(kDimension), 0.0f);
  for (size_t row = 0; row < 4; ++row) {
    std::vector<Observation> observations;
    for (const MatrixEntry& entry : observations_.row(row)) {
      observations.push_back({fixed_.row(entry.column), entry.confidence, entry.target});
    }
    FoldIn fold_in;
    fold_in.Reset(gram, 0.05f, ScaledLambda(0.3f, 0.5f, observations), observations);
    std::vector<float> taste(gram.size());
    fold_in.SolveTaste({mean_.row(0), gram.size()}, taste);
    for (size_t i = 0; i < kDimension; ++i) EXPECT_NEAR(solved.row(row)[i], taste[i], 2e-4) << row;
  }
}

TEST_F(HalfStepTest, GivesTheSameBytesAtAnyNumberOfThreads) {
  const DenseMatrix many = RandomVectors(3000, 5);
  const DenseMatrix one_gram = GramMatrix(BestKernels(), many, 1),
                    two_gram = GramMatrix(BestKernels(), many, 2);
  EXPECT_EQ(one_gram.values, two_gram.values);
  DenseMatrix one, three;
  SolveHalfStep(step_, one);
  step_.threads = 3;
  SolveHalfStep(step_, three);
  EXPECT_EQ(one.values, three.values);
}

TEST(EigenbasisTest, MakesTheGramMatrixDiagonalAndFalling) {
  DenseMatrix vectors = RandomVectors(500, 7);
  const Eigenbasis basis = FindEigenbasis(GramMatrix(BestKernels(), vectors, 1), kDimension);
  Rotate(BestKernels(), basis, 2, vectors);
  const DenseMatrix gram = GramMatrix(BestKernels(), vectors, 1);
  for (size_t i = 0; i < kDimension; ++i) {
    EXPECT_NEAR(gram.row(i)[i], basis.values[i], 1e-3);
    if (i > 0) {
      EXPECT_LE(basis.values[i], basis.values[i - 1]);
    }
    for (size_t j = 0; j < i; ++j) EXPECT_NEAR(gram.row(i)[j], 0, 1e-3);
  }
}

}  // namespace
}  // namespace bauta
