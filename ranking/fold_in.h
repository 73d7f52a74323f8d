// The one solver: a subject's taste from their observations, and, with the roles exchanged, a post's vector.
//
//   u = argmin  α₀ Σ_p (u·q_p)² + Σ_i c_i (t_i − u·q_i)² + λ‖u − μ‖²
//   ⇒ A u = Σ_i c_i t_i q_i + λ μ,   A = α₀ diag(gram) + Σ_i c_i q_i q_iᵀ + λ I
//
// implicit ALS: Hu, Koren, Volinsky, "Collaborative filtering for implicit feedback datasets", 2008. Vectors
// are in the eigenbasis of G = Σ_p q_p q_pᵀ, so that G is diag(gram) and D = α₀ diag(gram) + λI, the
// preconditioner of conjugate gradients, is diagonal for every λ; on trained models about ten steps suffice.
// Where they do not settle (few posts, large confidences) the system is solved by Cholesky: of A itself, or,
// where there are fewer observations than dimensions, of Woodbury's n × n matrix I + Q D⁻¹ Qᵀ.
#ifndef BAUTA_RANKING_FOLD_IN_H_
#define BAUTA_RANKING_FOLD_IN_H_

#include <cstddef>
#include <span>
#include <vector>

namespace bauta {

// One term c (t − u·q)².
struct Observation {
  const float* vector = nullptr;  // q: stride floats.
  float confidence = 0;           // c ≥ 0.
  float target = 0;               // t
};

// λ_u = λ · (1 + Σ c)^exponent: a subject with more observations is held more strongly (Rendle et al.,
// "Revisiting the performance of iALS on item recommendation benchmarks", 2021).
float ScaledLambda(float lambda, float frequency_exponent, std::span<const Observation> observations);

// One system of the equation above, held so that several right sides can be solved. Not thread-safe; keeps
// its memory from one Reset to the next.
class FoldIn {
 public:
  // `gram` has a multiple of 16 floats ≥ 0 (the stride of every vector here); lambda > 0. The observations'
  // vectors are copied.
  void Reset(std::span<const float> gram, float alpha0, float lambda,
             std::span<const Observation> observations);

  // u = A⁻¹ (Σ c t q + λ μ). Relative error of about 1e-6 against a dense solution.
  void SolveTaste(std::span<const float> mean, std::span<float> taste);

  // x = A⁻¹ b.
  void Solve(std::span<const float> b, std::span<float> x);

  // qᵀA⁻¹q: how uncertain the taste is in the direction of q (its posterior variance where c are precisions).
  float Uncertainty(std::span<const float> q);
  // An upper bound of it that costs one pass over q: qᵀD⁻¹q.
  float UncertaintyBound(std::span<const float> q) const;

  float lambda() const { return lambda_; }
  size_t stride() const { return diagonal_.size(); }
  // Of the last Solve: steps of conjugate gradients, and whether they settled. For tests and benchmarks.
  size_t last_steps() const { return last_steps_; }
  bool last_settled() const { return last_settled_; }

 private:
  bool SolveByGradients(std::span<const float> b, std::span<float> x);
  void SolveDirectly(std::span<const float> b, std::span<float> x);
  void Factor();
  void Multiply(std::span<const float> x, std::span<float> product) const;

  float lambda_ = 0;
  std::vector<float> diagonal_;          // D.
  std::vector<float> inverse_diagonal_;  // D⁻¹.
  std::vector<float> scaled_;            // n × stride: √c q.
  std::vector<float> scaled_targets_;    // √c t.
  size_t observations_ = 0;
  size_t last_steps_ = 0;
  bool last_settled_ = false;

  std::vector<double> factor_;  // Of A, or of Woodbury's matrix; made when it is first needed.
  bool factored_ = false;
  std::vector<double> small_;

  std::vector<float> right_side_, solution_, direction_, product_;
  std::vector<double> residual_, exact_solution_;
};

// The share of observation i in q·u, c_i t_i qᵀA⁻¹q_i, and of the prior, λ qᵀA⁻¹μ: they sum to q·u. `shares`
// is parallel to `observations`, those that `fold_in` was reset with.
void TasteShares(FoldIn& fold_in, std::span<const Observation> observations, std::span<const float> mean,
                 std::span<const float> q, std::span<float> shares, float& prior_share);

}  // namespace bauta

#endif  // BAUTA_RANKING_FOLD_IN_H_
