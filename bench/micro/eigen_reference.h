// What plain Eigen does with the same work: the references of docs' performance bars. Compiled for the
// machine that it is built on, so that no reference is slow for want of instructions.
#ifndef BAUTA_BENCH_MICRO_EIGEN_REFERENCE_H_
#define BAUTA_BENCH_MICRO_EIGEN_REFERENCE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bauta::bench {

// u = (α₀ diag(gram) + Σ c q qᵀ + λ I)⁻¹ (Σ c t q + λ μ): rank update, Cholesky. `vectors` is n × d.
void EigenFoldIn(std::span<const float> vectors, std::span<const float> confidences,
                 std::span<const float> targets, std::span<const float> gram, float alpha0, float lambda,
                 std::span<const float> mean, std::span<float> taste);

// The rows of `matrix` (rows × d) with the `count` largest products with `query`, best first: one product,
// and a partial sort of all.
std::vector<uint32_t> EigenTop(std::span<const float> matrix, std::span<const float> query, size_t count);

// One half-step of implicit ALS (Hu, Koren, Volinsky 2008): each row solved by a rank update and a Cholesky
// factorization. `offsets` has rows + 1 places in the columns, confidences and targets. Row-major, d columns.
struct EigenHalfStep {
  size_t dimension = 0;
  std::span<const size_t> offsets;
  std::span<const uint32_t> columns;
  std::span<const float> confidences, targets;
  std::span<const float> fixed;  // The other side.
  float alpha0 = 0, lambda = 0, frequency_exponent = 0, frequency_offset = 1;
};
void SolveEigenHalfStep(const EigenHalfStep& step, std::span<float> out);

}  // namespace bauta::bench

#endif  // BAUTA_BENCH_MICRO_EIGEN_REFERENCE_H_
