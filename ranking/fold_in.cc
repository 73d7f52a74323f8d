#include "ranking/fold_in.h"

#include <algorithm>
#include <cmath>

#include "ranking/cholesky.h"
#include "ranking/vector_kernels.h"

namespace bauta {
namespace {

// Of the residual's norm in D⁻¹, to that of the right side: below what single precision keeps of the product.
constexpr double kTolerance = 1e-7;
// More steps would cost as much as a factorization, and lose digits to rounding beside.
constexpr size_t kStepsMax = 24;

double SumOfProducts(std::span<const double> a, std::span<const double> b, std::span<const float> weights) {
  double sum[4] = {0, 0, 0, 0};
  for (size_t i = 0; i < a.size(); i += 4) {
    for (size_t lane = 0; lane < 4; ++lane) sum[lane] += a[i + lane] * b[i + lane] * weights[i + lane];
  }
  return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

}  // namespace

float ScaledLambda(float lambda, float frequency_exponent, std::span<const Observation> observations) {
  float sum = 1;
  for (const Observation& observation : observations) sum += observation.confidence;
  return lambda * std::pow(sum, frequency_exponent);
}

void FoldIn::Reset(std::span<const float> gram, float alpha0, float lambda,
                   std::span<const Observation> observations) {
  const size_t stride = gram.size();
  lambda_ = lambda;
  factored_ = false;
  observations_ = observations.size();
  diagonal_.resize(stride);
  inverse_diagonal_.resize(stride);
  for (size_t i = 0; i < stride; ++i) {
    diagonal_[i] = alpha0 * gram[i] + lambda;
    inverse_diagonal_[i] = 1 / diagonal_[i];
  }
  scaled_.assign(observations_ * stride, 0.0f);
  scaled_targets_.resize(observations_);
  for (size_t i = 0; i < observations_; ++i) {
    const float root = std::sqrt(observations[i].confidence);
    scaled_targets_[i] = root * observations[i].target;
    ActiveVectorKernels().add_scaled(root, observations[i].vector, scaled_.data() + i * stride, stride);
  }
}

void FoldIn::Multiply(std::span<const float> x, std::span<float> product) const {
  const size_t stride = diagonal_.size();
  for (size_t i = 0; i < stride; ++i) product[i] = diagonal_[i] * x[i];
  ActiveVectorKernels().add_products(scaled_.data(), observations_, stride, x.data(), product.data());
}

void FoldIn::SolveTaste(std::span<const float> mean, std::span<float> taste) {
  const size_t stride = diagonal_.size();
  right_side_.resize(stride);
  for (size_t i = 0; i < stride; ++i) right_side_[i] = lambda_ * mean[i];
  for (size_t i = 0; i < observations_; ++i) {
    ActiveVectorKernels().add_scaled(scaled_targets_[i], scaled_.data() + i * stride, right_side_.data(),
                                     stride);
  }
  Solve(right_side_, taste);
}

// Preconditioned conjugate gradients (Hestenes and Stiefel 1952; Golub and Van Loan, Matrix Computations,
// 11.5). Products in single precision, everything that accumulates over the steps in double.
bool FoldIn::SolveByGradients(std::span<const float> b, std::span<float> x) {
  const size_t stride = diagonal_.size();
  direction_.resize(stride);
  product_.resize(stride);
  residual_.assign(b.begin(), b.end());
  exact_solution_.assign(stride, 0.0);
  for (size_t i = 0; i < stride; ++i) direction_[i] = inverse_diagonal_[i] * b[i];
  double energy = SumOfProducts(residual_, residual_, inverse_diagonal_);
  const double enough = energy * kTolerance * kTolerance;
  last_steps_ = 0;
  while (energy > enough && last_steps_ < kStepsMax) {
    ++last_steps_;
    Multiply(direction_, product_);
    double curvature = 0;
    for (size_t i = 0; i < stride; ++i) curvature += double{direction_[i]} * product_[i];
    if (curvature <= 0) break;  // Only where the residual has underflowed.
    const double step = energy / curvature;
    for (size_t i = 0; i < stride; ++i) {
      exact_solution_[i] += step * direction_[i];
      residual_[i] -= step * product_[i];
    }
    const double next = SumOfProducts(residual_, residual_, inverse_diagonal_);
    const double ratio = next / energy;
    energy = next;
    for (size_t i = 0; i < stride; ++i) {
      direction_[i] = static_cast<float>(inverse_diagonal_[i] * residual_[i] + ratio * direction_[i]);
    }
  }
  for (size_t i = 0; i < stride; ++i) x[i] = static_cast<float>(exact_solution_[i]);
  return energy <= enough;
}

void FoldIn::Solve(std::span<const float> b, std::span<float> x) {
  // Once it was needed the factor is there: a second solution is cheaper by it.
  last_settled_ = !factored_ && SolveByGradients(b, x);
  if (!last_settled_) SolveDirectly(b, x);
}

void FoldIn::Factor() {
  const size_t stride = diagonal_.size(), n = observations_;
  const float* q = scaled_.data();
  if (n < stride) {  // I + Q D⁻¹ Qᵀ
    factor_.assign(n * n, 0.0);
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j <= i; ++j) {
        double sum = i == j ? 1 : 0;
        for (size_t k = 0; k < stride; ++k) {
          sum += double{q[i * stride + k]} * q[j * stride + k] / diagonal_[k];
        }
        factor_[i * n + j] = sum;
      }
    }
    FactorCholesky(factor_, n);
  } else {  // D + Qᵀ Q
    factor_.assign(stride * stride, 0.0);
    for (size_t i = 0; i < stride; ++i) factor_[i * stride + i] = diagonal_[i];
    for (size_t o = 0; o < n; ++o) {
      const float* row = q + o * stride;
      for (size_t i = 0; i < stride; ++i) {
        for (size_t j = 0; j <= i; ++j) factor_[i * stride + j] += double{row[i]} * row[j];
      }
    }
    FactorCholesky(factor_, stride);
  }
  factored_ = true;
}

// Woodbury: A⁻¹ b = D⁻¹b − D⁻¹Qᵀ (I + Q D⁻¹ Qᵀ)⁻¹ Q D⁻¹ b.
void FoldIn::SolveDirectly(std::span<const float> b, std::span<float> x) {
  if (!factored_) Factor();
  const size_t stride = diagonal_.size(), n = observations_;
  if (n >= stride) {
    small_.assign(b.begin(), b.end());
    SolveCholesky(factor_, stride, small_);
    std::copy(small_.begin(), small_.end(), x.begin());
    return;
  }
  exact_solution_.assign(b.begin(), b.end());
  for (size_t i = 0; i < stride; ++i) exact_solution_[i] /= diagonal_[i];
  small_.assign(n, 0.0);
  for (size_t o = 0; o < n; ++o) {
    for (size_t i = 0; i < stride; ++i) small_[o] += scaled_[o * stride + i] * exact_solution_[i];
  }
  SolveCholesky(factor_, n, small_);
  for (size_t o = 0; o < n; ++o) {
    for (size_t i = 0; i < stride; ++i) {
      exact_solution_[i] -= small_[o] * scaled_[o * stride + i] / diagonal_[i];
    }
  }
  std::copy(exact_solution_.begin(), exact_solution_.end(), x.begin());
}

float FoldIn::Uncertainty(std::span<const float> q) {
  solution_.resize(stride());
  Solve(q, solution_);
  return ActiveVectorKernels().dot(q.data(), solution_.data(), stride());
}

float FoldIn::UncertaintyBound(std::span<const float> q) const {
  float sum = 0;
  for (size_t i = 0; i < stride(); ++i) sum += q[i] * q[i] * inverse_diagonal_[i];
  return sum;
}

void TasteShares(FoldIn& fold_in, std::span<const Observation> observations, std::span<const float> mean,
                 std::span<const float> q, std::span<float> shares, float& prior_share) {
  const size_t stride = fold_in.stride();
  std::vector<float> w(stride);  // A⁻¹q
  fold_in.Solve(q, w);
  for (size_t i = 0; i < observations.size(); ++i) {
    const Observation& o = observations[i];
    shares[i] = o.confidence * o.target * ActiveVectorKernels().dot(w.data(), o.vector, stride);
  }
  prior_share = fold_in.lambda() * ActiveVectorKernels().dot(w.data(), mean.data(), stride);
}

}  // namespace bauta
