// The vector of a post from its readers' tastes: the equation of fold_in.h with the roles exchanged, as the
// half-step of training has it, for the posts of after the training.
//
//   q = argmin  α₀ Σ_s (u_s·q)² + Σ_i c_i (t_i − u_i·q)² + λ_q ‖q − m‖²,   λ_q = λ_post (1 + Σ c)^ν
//
// m is the prior mean (prior.h). Of all subjects the snapshot holds their number N, their mean μ and their
// variance v by direction, so Σ_s u_s uᵀ_s is taken for N (μμᵀ + diag(v)): to the solver, N·diag(v) is the
// Gram matrix, and the rest one more reader, of taste μ, who took nothing from the post with confidence α₀N.
// Solved for the deviation q − m, whose first `free` coordinates alone may differ from zero.
#ifndef BAUTA_RANKING_POST_VECTOR_H_
#define BAUTA_RANKING_POST_VECTOR_H_

#include <cstddef>
#include <span>
#include <vector>

#include "ranking/fold_in.h"
#include "ranking/model_snapshot.h"

namespace bauta {

// Coordinates that hold taste: the first ones, whose Gram value is above 0. What training keeps in the others
// (a post's answer rate) is no part of the equation, and stays as the prior has it.
size_t TasteDimension(const ModelSnapshot& model);

// Not thread-safe; keeps its memory from one Solve to the next.
class PostVectorSolver {
 public:
  // `readers`: each one's taste, and the confidence and target of what they did with the post. `prior` and
  // `vector` have the model's stride, and must not overlap. `free` is at most TasteDimension(model). What is
  // not free has the prior's very bits.
  void Solve(const ModelSnapshot& model, std::span<const float> prior, std::span<const Observation> readers,
             size_t free, std::span<float> vector);

 private:
  std::vector<float> tastes_, gram_, right_side_, deviation_;
  std::vector<Observation> observations_;
  FoldIn fold_in_;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_POST_VECTOR_H_
