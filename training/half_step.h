// One half-step of alternating least squares: each row's vector, solved exactly with the other side fixed.
//
// For a row with observations (c_i, t_i) on the fixed vectors y_i, and a prior mean m,
//
//     x = argmin  α₀ Σ_j (x·y_j)² + Σ_i c_i (t_i − x·y_i)² + λ_x‖x − m‖²,   λ_x = λ (offset + Σ_i c_i)^ν
//
// (Hu, Koren, Volinsky 2008; frequency scaling after Rendle et al. 2021). The vectors lie in a basis where
// the fixed side's Gram matrix Σ y yᵀ is diagonal, or nearly (then `gram` is given whole). It is solved for
// the deviation δ = x − m, whose first `free` coordinates alone may differ from zero: this is the privacy
// gate. With n observations and f free coordinates: Cholesky on f × f, or Woodbury's identity on n × n where
// n < f and the Gram matrix is diagonal.
//
// Thread-safe. Matrices of vectors have PadForKernels(dimension) columns, zero in the padding.
#ifndef BAUTA_TRAINING_HALF_STEP_H_
#define BAUTA_TRAINING_HALF_STEP_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ranking/model_parameters.h"
#include "training/csr_matrix.h"
#include "training/kernels.h"

namespace bauta {

struct Regularization {
  float alpha0 = 0.01f;             // α₀ ≥ 0, the weight of "nothing was seen".
  float lambda = 0.01f;             // λ > 0.
  float frequency_exponent = 0.5f;  // ν, 0 … 1.
  float frequency_offset = 1;       // ≥ 0. What is served has 1; Rendle et al. have α₀ · columns.

  float LambdaOf(float confidence_sum) const;
};

struct HalfStep {
  const Kernels* kernels = &BestKernels();
  size_t threads = 1;
  size_t dimension = 0;
  Regularization regularization;
  const CsrMatrix* observations = nullptr;  // rows: those to solve; columns: the fixed side.
  const DenseMatrix* fixed = nullptr;       // columns of `observations` × padded dimension.
  std::span<const float> gram_diagonal;     // dimension; of the fixed side.
  const DenseMatrix* gram = nullptr;  // Whole, padded square, upper half; else only the diagonal is used.
  const DenseMatrix* mean = nullptr;  // One row for all, or one for each row to solve; nullptr: zero.
  std::span<const uint32_t> free;     // Free coordinates of each row; empty: all.
};

// The solved rows. `out` gets observations->rows() rows.
void SolveHalfStep(const HalfStep& step, DenseMatrix& out);

DenseMatrix ZeroMatrix(size_t rows, size_t columns);

// Σ_rows v vᵀ, padded square, both halves: over fixed blocks of rows, summed in a fixed tree.
DenseMatrix GramMatrix(const Kernels& kernels, const DenseMatrix& vectors, size_t threads);

// The eigenbasis of `gram`, a padded square of `dimension`: columns of `vectors` are the eigenvectors of
// falling eigenvalues (`values`, ≥ 0).
struct Eigenbasis {
  DenseMatrix vectors;        // Padded square.
  std::vector<float> values;  // dimension.
};
Eigenbasis FindEigenbasis(const DenseMatrix& gram, size_t dimension);

// Replaces each row v of `vectors` by vᵀ basis.
void Rotate(const Kernels& kernels, const Eigenbasis& basis, size_t threads, DenseMatrix& vectors);

}  // namespace bauta

#endif  // BAUTA_TRAINING_HALF_STEP_H_
