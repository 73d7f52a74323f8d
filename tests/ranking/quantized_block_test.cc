#include "ranking/quantized_block.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <set>
#include <vector>

#include "ranking/quantized_kernels.h"

namespace bauta {
namespace {

class QuantizedBlockTest : public ::testing::TestWithParam<size_t> {
 protected:
  static constexpr uint32_t kRows = 1003;

  QuantizedBlockTest() : block_(GetParam()) {
    block_.Reserve(kRows);
    for (uint32_t row = 0; row < kRows; ++row) {
      vectors_.push_back(Draw());
      block_.Set(row, vectors_.back().data());
    }
  }
  std::vector<float> Draw() {
    std::vector<float> vector(GetParam());
    // Sizes differ widely from component to component, as in an eigenbasis.
    for (size_t i = 0; i < vector.size(); ++i) vector[i] = normal_(engine_) / static_cast<float>(i + 1);
    return vector;
  }
  double Product(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) sum += double{a[i]} * b[i];
    return sum;
  }

  std::mt19937_64 engine_{9};
  std::normal_distribution<float> normal_;
  QuantizedBlock block_;
  std::vector<std::vector<float>> vectors_;
};

TEST_P(QuantizedBlockTest, MissesNoneThatReachesTheBarAndBringsFewOthers) {
  QuantizedQuery query;
  size_t brought = 0, wanted = 0;
  for (int round = 0; round < 30; ++round) {
    const std::vector<float> u = Draw();
    block_.Quantize(u, query);
    std::vector<double> products;
    for (const auto& vector : vectors_) products.push_back(Product(u, vector));
    std::vector<double> sorted = products;
    std::nth_element(sorted.begin(), sorted.begin() + 20, sorted.end(), std::greater<>());
    const auto least = static_cast<float>(sorted[20]);
    std::vector<uint32_t> found;
    block_.FindCandidates(query, least, 0, kRows, found);
    const std::set<uint32_t> set(found.begin(), found.end());
    for (uint32_t row = 0; row < kRows; ++row) {
      if (products[row] < least) continue;
      ++wanted;
      EXPECT_TRUE(set.contains(row)) << row;
    }
    brought += found.size();
  }
  EXPECT_LT(brought, 2 * wanted);
}

TEST_P(QuantizedBlockTest, EveryKernelFindsTheSameRows) {
  QuantizedQuery query;
  const std::vector<float> u = Draw();
  block_.Quantize(u, query);
  const std::vector<QuantizedKernel> kernels(AvailableQuantizedKernels().begin(),
                                             AvailableQuantizedKernels().end());
  std::vector<int8_t> values(kRows * block_.row_size() + 64);
  auto* aligned = values.data() + (64 - reinterpret_cast<uintptr_t>(values.data()) % 64) % 64;
  std::vector<QuantizedScale> scales(kRows);
  for (size_t i = 0; i < kRows * block_.row_size(); ++i)
    aligned[i] = static_cast<int8_t>(engine_() % 255 - 127);
  for (QuantizedScale& scale : scales) scale = {0.01f, engine_() % 10 == 0 ? -1.0f : 0.1f};
  const QuantizedRows rows{aligned, scales.data(), kRows, block_.row_size()};
  std::vector<uint32_t> expected(kRows), found(kRows);
  for (const float least : {-std::numeric_limits<float>::infinity(), -1.0f, 0.0f, 0.5f}) {
    const size_t count = kernels.front().find(rows, query, least, expected.data());
    for (const QuantizedKernel& kernel : kernels) {
      ASSERT_EQ(kernel.find(rows, query, least, found.data()), count) << kernel.name;
      for (size_t i = 0; i < count; ++i) ASSERT_EQ(found[i], expected[i]) << kernel.name;
    }
  }
}

TEST_P(QuantizedBlockTest, ARowWithoutAPostIsNeverFound) {
  block_.Clear(5);
  QuantizedQuery query;
  block_.Quantize(Draw(), query);
  std::vector<uint32_t> found;
  block_.FindCandidates(query, -std::numeric_limits<float>::infinity(), 0, kRows, found);
  EXPECT_EQ(found.size(), kRows - 1);
  EXPECT_EQ(std::count(found.begin(), found.end(), 5u), 0);
}

TEST_P(QuantizedBlockTest, AQueryOfNothingFindsEverythingAtNothing) {
  QuantizedQuery query;
  block_.Quantize(std::vector<float>(GetParam()), query);
  std::vector<uint32_t> found;
  block_.FindCandidates(query, 0, 0, kRows, found);
  EXPECT_EQ(found.size(), kRows);
}

TEST_P(QuantizedBlockTest, TheLargestValuesDoNotOverflow) {
  const std::vector<float> ones(GetParam(), 1.0f);
  block_.Set(0, ones.data());
  QuantizedQuery query;
  block_.Quantize(ones, query);
  std::vector<uint32_t> found;
  block_.FindCandidates(query, static_cast<float>(GetParam()), 0, 1, found);
  EXPECT_EQ(found.size(), 1u);
  found.clear();
  block_.FindCandidates(query, 1.1f * static_cast<float>(GetParam()), 0, 1, found);
  EXPECT_EQ(found.size(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Dimensions, QuantizedBlockTest, ::testing::Values(1, 16, 64, 100, 2048));

}  // namespace
}  // namespace bauta
