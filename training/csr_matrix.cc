#include "training/csr_matrix.h"

namespace bauta {

CsrMatrix Transpose(const CsrMatrix& matrix) {
  CsrMatrix transposed;
  transposed.columns = matrix.rows();
  transposed.offsets.assign(matrix.columns + 1, 0);
  for (const MatrixEntry& entry : matrix.entries) ++transposed.offsets[entry.column + 1];
  for (size_t i = 0; i < matrix.columns; ++i) transposed.offsets[i + 1] += transposed.offsets[i];
  transposed.entries.resize(matrix.entries.size());
  std::vector<size_t> next(transposed.offsets.begin(), transposed.offsets.end() - 1);
  for (size_t row = 0; row < matrix.rows(); ++row) {
    for (const MatrixEntry& entry : matrix.row(row)) {
      MatrixEntry& moved = transposed.entries[next[entry.column]++];
      moved = entry;
      moved.column = static_cast<uint32_t>(row);
    }
  }
  return transposed;
}

}  // namespace bauta
