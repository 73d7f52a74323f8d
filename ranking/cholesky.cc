#include "ranking/cholesky.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace bauta {

void FactorCholesky(std::span<double> matrix, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    double* row = matrix.data() + i * n;
    for (size_t j = 0; j <= i; ++j) {
      const double* other = matrix.data() + j * n;
      double sum = row[j];
      for (size_t k = 0; k < j; ++k) sum -= row[k] * other[k];
      row[j] = j < i ? sum / other[j] : std::sqrt(std::max(sum, std::numeric_limits<double>::min()));
    }
  }
}

void SolveCholesky(std::span<const double> factor, size_t n, std::span<double> x) {
  for (size_t i = 0; i < n; ++i) {
    double sum = x[i];
    for (size_t k = 0; k < i; ++k) sum -= factor[i * n + k] * x[k];
    x[i] = sum / factor[i * n + i];
  }
  for (size_t i = n; i-- > 0;) {
    x[i] /= factor[i * n + i];
    for (size_t k = 0; k < i; ++k) x[k] -= factor[i * n + k] * x[i];
  }
}

}  // namespace bauta
