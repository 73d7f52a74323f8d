#include "ranking/vector_kernels.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

namespace bauta {
namespace {

std::vector<float> RandomFloats(size_t count, uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(engine);
  return values;
}

TEST(VectorKernelsTest, EverySetGivesTheSameBits) {
  for (const size_t stride : {16, 32, 64, 80, 256}) {
    const size_t count = 37;
    const std::vector<float> query = RandomFloats(stride, 1), block = RandomFloats(stride * count, 2);
    std::vector<const float*> rows;
    for (size_t i = 0; i < count; ++i) rows.push_back(block.data() + i * stride);

    const VectorKernels& portable = AvailableVectorKernels().front();
    ASSERT_EQ(portable.name, "portable");
    std::vector<float> expected(count);
    portable.dot_block(query.data(), block.data(), count, stride, expected.data());
    for (const VectorKernels& kernels : AvailableVectorKernels()) {
      std::vector<float> from_block(count), from_rows(count), sum = query, expected_sum = query;
      kernels.dot_block(query.data(), block.data(), count, stride, from_block.data());
      kernels.dot_rows(query.data(), rows.data(), count, stride, from_rows.data());
      kernels.add_scaled(0.3f, block.data(), sum.data(), stride);
      portable.add_scaled(0.3f, block.data(), expected_sum.data(), stride);
      EXPECT_EQ(from_block, expected) << kernels.name;
      EXPECT_EQ(from_rows, expected) << kernels.name;
      EXPECT_EQ(sum, expected_sum) << kernels.name;
      std::vector<float> products = query, expected_products = query;
      kernels.add_products(block.data(), count, stride, query.data(), products.data());
      for (const float* row : rows) {
        portable.add_scaled(portable.dot(row, query.data(), stride), row, expected_products.data(), stride);
      }
      EXPECT_EQ(products, expected_products) << kernels.name;
      for (size_t i = 0; i < count; ++i) {
        EXPECT_EQ(kernels.dot(query.data(), rows[i], stride), expected[i]) << kernels.name;
      }
    }
  }
}

TEST(VectorKernelsTest, DotIsTheSumOfProducts) {
  const std::vector<float> a = RandomFloats(64, 3), b = RandomFloats(64, 4);
  double exact = 0;
  for (size_t i = 0; i < 64; ++i) exact += double{a[i]} * b[i];
  EXPECT_NEAR(ActiveVectorKernels().dot(a.data(), b.data(), 64), exact, 1e-4);
}

}  // namespace
}  // namespace bauta
