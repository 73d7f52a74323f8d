// Cholesky factorization in double precision, for the small systems where conjugate gradients do not settle.
#ifndef BAUTA_RANKING_CHOLESKY_H_
#define BAUTA_RANKING_CHOLESKY_H_

#include <cstddef>
#include <span>

namespace bauta {

// Replaces the lower triangle of the symmetric positive definite `matrix` (row-major, n × n) by L of L Lᵀ;
// the upper one is not read. A pivot that rounding made not positive is lifted to the smallest one that
// divides.
void FactorCholesky(std::span<double> matrix, size_t n);

// x becomes the solution of L Lᵀ x = x.
void SolveCholesky(std::span<const double> factor, size_t n, std::span<double> x);

}  // namespace bauta

#endif  // BAUTA_RANKING_CHOLESKY_H_
