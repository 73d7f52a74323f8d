#include "training/half_step.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "training/parallel.h"

namespace bauta {
namespace {

constexpr size_t kRowsInBlock = 64;
constexpr size_t kGatheredRows = 256;
constexpr size_t kGatheredBytes = 32 << 10;  // Of one rank update: they stay in the nearest cache.

// Scratch of one thread.
class RowSolver {
 public:
  explicit RowSolver(const HalfStep& step)
      : step_(step), kernels_(*step.kernels), stride_(step.fixed->columns), zero_(stride_, 0.0f) {}

  void Solve(size_t row, float* x) {
    const std::span<const MatrixEntry> entries = step_.observations->row(row);
    const size_t free = step_.free.empty() ? step_.dimension : step_.free[row];
    const float* mean = Mean(row);
    std::copy(mean, mean + stride_, x);
    if (free == 0) return;
    float confidence_sum = 0;
    for (const MatrixEntry& entry : entries) confidence_sum += entry.confidence;
    const float lambda = step_.regularization.LambdaOf(confidence_sum);
    if (step_.gram == nullptr && entries.size() < free) {
      SolveByWoodbury(entries, free, lambda, mean);
    } else {
      SolveByCholesky(entries, free, lambda, mean);
    }
    for (size_t i = 0; i < free; ++i) x[i] += delta_[i];
  }

 private:
  const float* Mean(size_t row) const {
    if (step_.mean == nullptr) return zero_.data();
    return step_.mean->row(step_.mean->rows == 1 ? 0 : row);
  }

  void SolveByCholesky(std::span<const MatrixEntry> entries, size_t free, float lambda, const float* mean) {
    const size_t width = PadForKernels(step_.dimension);
    matrix_.assign(width * width, 0.0f);
    delta_.assign(stride_, 0.0f);  // Σ c t y
    const size_t rows_max = std::max<size_t>(16, kGatheredBytes / (width * sizeof(float)));
    gathered_.resize(std::max(gathered_.size(), rows_max * width));
    for (size_t begin = 0; begin < entries.size(); begin += rows_max) {
      const auto some = entries.subspan(begin, std::min(rows_max, entries.size() - begin));
      for (size_t i = 0; i < some.size(); ++i) {
        const float root = std::sqrt(some[i].confidence);
        kernels_.gather(root, root * some[i].target, step_.fixed->row(some[i].column),
                        gathered_.data() + i * width, delta_.data(), width);
      }
      kernels_.add_outer(gathered_.data(), some.size(), width, width, 1.0f, matrix_.data(), width);
    }
    AddRegularization(lambda);
    if (step_.mean != nullptr) SubtractProduct(mean, lambda);
    // The free coordinates' system is the upper left corner. λ > 0 makes it positive definite; should
    // rounding undo that, the row keeps its prior mean.
    if (!kernels_.solve_positive(matrix_.data(), free, width, delta_.data())) delta_.assign(stride_, 0.0f);
  }

  // matrix_ += α₀ G + λ I, upper half.
  void AddRegularization(float lambda) {
    const size_t width = PadForKernels(step_.dimension);
    const float alpha0 = step_.regularization.alpha0;
    for (size_t i = 0; i < step_.dimension; ++i) {
      float* a = matrix_.data() + i * width;
      if (step_.gram == nullptr) {
        a[i] += alpha0 * step_.gram_diagonal[i];
      } else {
        kernels_.add_scaled(alpha0, step_.gram->row(i) + i, a + i, step_.dimension - i);
      }
      a[i] += lambda;
    }
  }

  // delta_ = b + λ m − A m, from A's upper half: what is left to explain by the deviation from m.
  void SubtractProduct(const float* mean, float lambda) {
    const size_t width = PadForKernels(step_.dimension);
    for (size_t i = 0; i < step_.dimension; ++i) {
      const float* a = matrix_.data() + i * width;
      const size_t right = step_.dimension - i - 1;
      delta_[i] += (lambda - a[i]) * mean[i] - kernels_.dot(a + i + 1, mean + i + 1, right);
      kernels_.add_scaled(-mean[i], a + i + 1, delta_.data() + i + 1, right);
    }
  }

  // With E = α₀ diag(G) + λ I, S the rows √c y and r the residuals: δ = δ₀ + E⁻¹ Sᵀ (I + S E⁻¹ Sᵀ)⁻¹ (√c r −
  // S δ₀), δ₀ = E⁻¹ (−α₀ G m). Nothing large cancels in it.
  void SolveByWoodbury(std::span<const MatrixEntry> entries, size_t free, float lambda, const float* mean) {
    const float alpha0 = step_.regularization.alpha0;
    const size_t count = entries.size();
    const size_t stride = PadForKernels(count);
    root_.assign(stride_, 0.0f);
    delta_.assign(stride_, 0.0f);
    for (size_t i = 0; i < free; ++i) {
      const float inverse = 1.0f / (alpha0 * step_.gram_diagonal[i] + lambda);
      delta_[i] = -alpha0 * step_.gram_diagonal[i] * mean[i] * inverse;
      root_[i] = std::sqrt(inverse);
    }
    gathered_.resize(std::max(gathered_.size(), count * stride_));
    dual_.assign(stride, 0.0f);
    for (size_t i = 0; i < count; ++i) {
      const float* y = step_.fixed->row(entries[i].column);
      const float scale = std::sqrt(entries[i].confidence);
      float residual = entries[i].target;
      if (step_.mean != nullptr) {
        residual -= kernels_.dot(y, mean, stride_) + kernels_.dot(y, delta_.data(), free);
      }
      dual_[i] = scale * residual;
      float* t = gathered_.data() + i * stride_;
      for (size_t j = 0; j < stride_; ++j) t[j] = scale * y[j] * root_[j];
    }
    matrix_.assign(stride * stride, 0.0f);
    kernels_.gram_of_rows(gathered_.data(), count, stride_, stride_, matrix_.data(), stride);
    for (size_t i = 0; i < count; ++i) matrix_[i * stride + i] += 1.0f;
    if (!kernels_.solve_positive(matrix_.data(), count, stride, dual_.data())) return;
    sum_.assign(stride_, 0.0f);
    for (size_t i = 0; i < count; ++i) {
      kernels_.add_scaled(dual_[i], gathered_.data() + i * stride_, sum_.data(), stride_);
    }
    for (size_t i = 0; i < free; ++i) delta_[i] += root_[i] * sum_[i];
  }

  const HalfStep& step_;
  const Kernels& kernels_;
  const size_t stride_;
  const std::vector<float> zero_;
  std::vector<float> matrix_, gathered_, delta_, root_, dual_, sum_;
};

}  // namespace

float Regularization::LambdaOf(float confidence_sum) const {
  return lambda * std::pow(frequency_offset + confidence_sum, frequency_exponent);
}

void SolveHalfStep(const HalfStep& step, DenseMatrix& out) {
  const size_t rows = step.observations->rows();
  out.rows = rows;
  out.columns = step.fixed->columns;
  out.values.assign(rows * out.columns, 0.0f);
  std::vector<RowSolver> solvers(std::max<size_t>(step.threads, 1), RowSolver(step));
  ForEachBlock((rows + kRowsInBlock - 1) / kRowsInBlock, step.threads, [&](size_t block, size_t worker) {
    const size_t end = std::min(rows, (block + 1) * kRowsInBlock);
    for (size_t row = block * kRowsInBlock; row < end; ++row) solvers[worker].Solve(row, out.row(row));
  });
}

DenseMatrix ZeroMatrix(size_t rows, size_t columns) {
  return {rows, columns, std::vector<float>(rows * columns, 0.0f)};
}

DenseMatrix GramMatrix(const Kernels& kernels, const DenseMatrix& vectors, size_t threads) {
  constexpr size_t kBlocks = 16;
  const size_t width = vectors.columns;
  const size_t rows_in_block = std::max<size_t>(kGatheredRows, (vectors.rows + kBlocks - 1) / kBlocks);
  std::vector<DenseMatrix> sums((vectors.rows + rows_in_block - 1) / rows_in_block);
  ForEachBlock(sums.size(), threads, [&](size_t block, size_t) {
    DenseMatrix& sum = sums[block];
    sum = {width, width, std::vector<float>(width * width, 0.0f)};
    const size_t end = std::min(vectors.rows, (block + 1) * rows_in_block);
    for (size_t row = block * rows_in_block; row < end; row += kGatheredRows) {
      kernels.add_outer(vectors.row(row), std::min(kGatheredRows, end - row), width, width, 1.0f,
                        sum.values.data(), width);
    }
  });
  for (size_t step = 1; step < sums.size(); step *= 2) {
    for (size_t i = 0; i + step < sums.size(); i += 2 * step) {
      kernels.add_scaled(1.0f, sums[i + step].values.data(), sums[i].values.data(), width * width);
    }
  }
  DenseMatrix gram =
      sums.empty() ? DenseMatrix{width, width, std::vector<float>(width * width, 0.0f)} : std::move(sums[0]);
  for (size_t i = 0; i < width; ++i) {
    for (size_t j = 0; j < i; ++j) gram.row(i)[j] = gram.row(j)[i];
  }
  return gram;
}

Eigenbasis FindEigenbasis(const DenseMatrix& gram, size_t dimension) {
  const auto d = static_cast<Eigen::Index>(dimension);
  Eigen::MatrixXd matrix(d, d);
  for (Eigen::Index i = 0; i < d; ++i) {
    for (Eigen::Index j = 0; j < d; ++j) matrix(i, j) = gram.row(static_cast<size_t>(i))[j];
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(matrix);
  Eigenbasis basis{{gram.rows, gram.columns, std::vector<float>(gram.rows * gram.columns, 0.0f)},
                   std::vector<float>(dimension, 0.0f)};
  for (Eigen::Index j = 0; j < d; ++j) {  // Eigen orders eigenvalues rising.
    const Eigen::Index from = d - 1 - j;
    basis.values[static_cast<size_t>(j)] = static_cast<float>(std::max(0.0, solver.eigenvalues()(from)));
    for (Eigen::Index i = 0; i < d; ++i) {
      basis.vectors.row(static_cast<size_t>(i))[j] = static_cast<float>(solver.eigenvectors()(i, from));
    }
  }
  return basis;
}

void Rotate(const Kernels& kernels, const Eigenbasis& basis, size_t threads, DenseMatrix& vectors) {
  constexpr size_t kRotatedRows = 512;
  const size_t width = vectors.columns;
  DenseMatrix rotated{vectors.rows, width, std::vector<float>(vectors.rows * width)};
  std::vector<std::vector<float>> panels(std::max<size_t>(threads, 1));
  ForEachBlock((vectors.rows + kRotatedRows - 1) / kRotatedRows, threads, [&](size_t block, size_t worker) {
    const size_t begin = block * kRotatedRows;
    panels[worker].resize(width * kKernelPadding);
    kernels.multiply(vectors.row(begin), std::min(kRotatedRows, vectors.rows - begin), width,
                     basis.vectors.values.data(), width, width, width, rotated.row(begin), width,
                     panels[worker].data());
  });
  vectors = std::move(rotated);
}

}  // namespace bauta
