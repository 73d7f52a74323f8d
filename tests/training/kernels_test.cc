#include "training/kernels.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <vector>

#include "training/random.h"

namespace bauta {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

std::vector<float> RandomFloats(size_t size, uint64_t seed) {
  std::vector<float> values(size);
  for (float& value : values)
    value = static_cast<float>(static_cast<double>(NextRandom(seed) >> 11) * 0x1p-52 - 1);
  return values;
}

Matrix ToEigen(const std::vector<float>& values, size_t rows, size_t columns, size_t stride) {
  Matrix matrix(rows, columns);
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = 0; j < columns; ++j) matrix(i, j) = values[i * stride + j];
  }
  return matrix;
}

// Every kernel set of this machine, against double precision.
class KernelsTest : public ::testing::TestWithParam<const Kernels*> {
 protected:
  const Kernels& kernels_ = *GetParam();
};

TEST_P(KernelsTest, DotAndAddScaledTakeEveryLength) {
  for (const size_t size : {0, 1, 3, 8, 15, 16, 31, 32, 33, 63, 100}) {
    const std::vector<float> a = RandomFloats(size, 1), b = RandomFloats(size, 2);
    double expected = 0;
    for (size_t i = 0; i < size; ++i) expected += double{a[i]} * b[i];
    EXPECT_NEAR(kernels_.dot(a.data(), b.data(), size), expected, 1e-5) << size;
    std::vector<float> sum = b;
    kernels_.add_scaled(0.5f, a.data(), sum.data(), size);
    for (size_t i = 0; i < size; ++i) EXPECT_NEAR(sum[i], b[i] + 0.5 * a[i], 1e-6) << size;
  }
}

TEST_P(KernelsTest, AddOuterAddsTheUpperHalfOfTheGramMatrix) {
  for (const size_t width : {32, 64, 96}) {
    for (const size_t rows : {1, 7, 40}) {
      const std::vector<float> r = RandomFloats(rows * width, 3);
      std::vector<float> c(width * width, 1.0f);
      kernels_.add_outer(r.data(), rows, width, width, -1.0f, c.data(), width);
      const Matrix m = ToEigen(r, rows, width, width);
      const Matrix expected = Matrix::Ones(width, width) - m.transpose() * m;
      for (size_t i = 0; i < width; ++i) {
        for (size_t j = i; j < width; ++j)
          ASSERT_NEAR(c[i * width + j], expected(i, j), 1e-4) << i << ' ' << j;
      }
    }
  }
}

TEST_P(KernelsTest, GramOfRowsIsTheProductOfTheRows) {
  for (const size_t rows : {1, 3, 4, 9, 31}) {
    const size_t width = 64, stride = PadForKernels(rows);
    const std::vector<float> t = RandomFloats(rows * width, 4);
    std::vector<float> k(stride * stride, 0.0f);
    kernels_.gram_of_rows(t.data(), rows, width, width, k.data(), stride);
    const Matrix m = ToEigen(t, rows, width, width);
    const Matrix expected = m * m.transpose();
    for (size_t i = 0; i < rows; ++i) {
      for (size_t j = i; j < rows; ++j) ASSERT_NEAR(k[i * stride + j], expected(i, j), 1e-4);
    }
  }
}

TEST_P(KernelsTest, MultiplyIsTheMatrixProduct) {
  for (const size_t rows : {1, 5, 8, 13}) {
    const size_t width = 64;
    const std::vector<float> a = RandomFloats(rows * width, 5), b = RandomFloats(width * width, 6);
    std::vector<float> c(rows * width), panel(width * kKernelPadding);
    kernels_.multiply(a.data(), rows, width, b.data(), width, width, width, c.data(), width, panel.data());
    const Matrix expected = ToEigen(a, rows, width, width) * ToEigen(b, width, width, width);
    for (size_t i = 0; i < rows; ++i) {
      for (size_t j = 0; j < width; ++j) ASSERT_NEAR(c[i * width + j], expected(i, j), 1e-4);
    }
  }
}

TEST_P(KernelsTest, SolvePositiveSolvesEverySize) {
  for (size_t size = 1; size <= 100; ++size) {
    const size_t stride = PadForKernels(size);
    const std::vector<float> r = RandomFloats((size + 5) * size, size);
    const Matrix m = ToEigen(r, size + 5, size, size);
    const Matrix spd = m.transpose() * m + Matrix::Identity(size, size);
    std::vector<float> a(stride * stride, 0.0f), b = RandomFloats(size, 9);
    for (size_t i = 0; i < size; ++i) {
      for (size_t j = i; j < size; ++j) a[i * stride + j] = static_cast<float>(spd(i, j));
    }
    Eigen::VectorXd right(size);
    for (size_t i = 0; i < size; ++i) right[i] = b[i];
    ASSERT_TRUE(kernels_.solve_positive(a.data(), size, stride, b.data()));
    const Eigen::VectorXd x = spd.ldlt().solve(right);
    for (size_t i = 0; i < size; ++i) ASSERT_NEAR(b[i], x[i], 1e-4) << "size " << size;
  }
}

TEST_P(KernelsTest, SolvePositiveSaysWhereAMatrixIsNot) {
  std::vector<float> a(32 * 32, 0.0f), b(32, 1.0f);
  for (size_t i = 0; i < 20; ++i) a[i * 32 + i] = i == 17 ? -1.0f : 1.0f;
  EXPECT_FALSE(kernels_.solve_positive(a.data(), 20, 32, b.data()));
}

INSTANTIATE_TEST_SUITE_P(AllSets, KernelsTest,
                         ::testing::ValuesIn(AvailableKernels().begin(), AvailableKernels().end()),
                         [](const auto& tested) { return std::string(tested.param->name); });

}  // namespace
}  // namespace bauta
