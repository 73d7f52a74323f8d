// What is solved between trainings is the training's own half-step.
#include "ranking/post_vector.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "tests/testing/model_builder.h"
#include "training/half_step.h"
#include "training/random.h"

namespace bauta {
namespace {

constexpr size_t kDimension = 24;
constexpr size_t kReaders = 90;

float Uniform(uint64_t& random) {
  return static_cast<float>(static_cast<double>(NextRandom(random) >> 11) * 0x1p-53 - 0.5);
}

class PostVectorTest : public ::testing::Test {
 protected:
  PostVectorTest() {
    parameters_ = testing::MakeWorld({.dimension = kDimension}).parameters;
    parameters_.alpha0 = 0.02f;
    parameters_.post_lambda = 0.7f;
    parameters_.post_frequency_exponent = 0.5f;
    parameters_.crowd_size = 2000;
    parameters_.taste_variance.clear();
    for (size_t i = 0; i < kDimension; ++i) {
      parameters_.taste_variance.push_back(0.3f / static_cast<float>(i + 1));
    }
    model_ = testing::MakeSnapshot(parameters_);
    tastes_.resize(kReaders * model_->stride());
    prior_.resize(model_->stride());
    for (size_t i = 0; i < kDimension; ++i) prior_[i] = Uniform(random_);
    for (size_t reader = 0; reader < kReaders; ++reader) {
      float* taste = tastes_.data() + reader * model_->stride();
      for (size_t i = 0; i < kDimension; ++i) taste[i] = parameters_.mean_taste[i] + 0.3f * Uniform(random_);
      readers_.push_back({taste, 0.7f + Uniform(random_), reader % 9 == 0 ? -1.0f : 1.0f});
    }
  }

  std::vector<float> Solve(size_t free) {
    std::vector<float> vector(model_->stride());
    solver_.Solve(*model_, prior_, readers_, free, vector);
    return vector;
  }

  // The same by the half-step, with the crowd's Gram matrix as it is taken to be.
  DenseMatrix SolveByHalfStep(uint32_t free) const {
    const size_t width = PadForKernels(kDimension);
    DenseMatrix fixed{kReaders, width, std::vector<float>(kReaders * width)};
    DenseMatrix gram{width, width, std::vector<float>(width * width)};
    DenseMatrix mean{1, width, std::vector<float>(width)};
    CsrMatrix observations;
    observations.columns = kReaders;
    for (uint32_t reader = 0; reader < kReaders; ++reader) {
      std::copy_n(readers_[reader].vector, kDimension, fixed.row(reader));
      observations.entries.push_back({reader, readers_[reader].confidence, readers_[reader].target});
    }
    observations.offsets.push_back(kReaders);
    for (size_t i = 0; i < kDimension; ++i) {
      mean.values[i] = prior_[i];
      for (size_t j = 0; j < kDimension; ++j) {
        const float variance = i == j ? parameters_.taste_variance[i] : 0;
        gram.row(i)[j] =
            parameters_.crowd_size * (parameters_.mean_taste[i] * parameters_.mean_taste[j] + variance);
      }
    }
    HalfStep step;
    step.dimension = kDimension;
    step.regularization = {parameters_.alpha0, parameters_.post_lambda, parameters_.post_frequency_exponent,
                           1};
    step.observations = &observations;
    step.fixed = &fixed;
    step.gram = &gram;
    step.mean = &mean;
    step.free = {&free, 1};
    DenseMatrix solved;
    SolveHalfStep(step, solved);
    return solved;
  }

  ModelParameters parameters_;
  std::shared_ptr<const ModelSnapshot> model_;
  uint64_t random_ = 5;
  std::vector<float> tastes_, prior_;
  std::vector<Observation> readers_;
  PostVectorSolver solver_;
};

TEST_F(PostVectorTest, IsWhatTheHalfStepOfTrainingSolves) {
  for (const size_t free : {1, 6, 12, 24}) {
    const std::vector<float> vector = Solve(free);
    const DenseMatrix expected = SolveByHalfStep(static_cast<uint32_t>(free));
    for (size_t i = 0; i < kDimension; ++i) {
      EXPECT_NEAR(vector[i], expected.values[i], 2e-4f) << "coordinate " << i << " of " << free << " free";
    }
  }
}

TEST_F(PostVectorTest, WhatIsNotFreeHasThePriorsBits) {
  prior_[10] = -0.0f;
  for (const size_t free : {0, 3, 10}) {
    const std::vector<float> vector = Solve(free);
    for (size_t i = 0; i < vector.size(); ++i) {
      if (i < free) {
        EXPECT_NE(vector[i], prior_[i]);
      } else {
        EXPECT_EQ(std::bit_cast<uint32_t>(vector[i]), std::bit_cast<uint32_t>(prior_[i]));
      }
    }
  }
}

// Training keeps a post's answer rate where the Gram matrix is 0.
TEST_F(PostVectorTest, CoordinatesWithoutTasteAreNoPartOfTheEquation) {
  parameters_.gram.back() = 0;
  model_ = testing::MakeSnapshot(parameters_);
  EXPECT_EQ(TasteDimension(*model_), kDimension - 1);
  const std::vector<float> before = Solve(6);
  prior_[kDimension - 1] += 5;
  const std::vector<float> after = Solve(6);
  for (size_t i = 0; i + 1 < kDimension; ++i) EXPECT_EQ(before[i], after[i]);
}

}  // namespace
}  // namespace bauta
