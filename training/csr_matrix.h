// CsrMatrix: who did what, as a sparse matrix. A row holds, for each column that it has anything on, one
// observation of the taste equation: a confidence c ≥ 0 and a target t.
#ifndef BAUTA_TRAINING_CSR_MATRIX_H_
#define BAUTA_TRAINING_CSR_MATRIX_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bauta {

struct MatrixEntry {
  uint32_t column = 0;
  float confidence = 0;
  float target = 0;

  friend bool operator==(const MatrixEntry&, const MatrixEntry&) = default;
};

// Compressed sparse rows. Columns rise strictly within a row.
struct CsrMatrix {
  size_t columns = 0;
  std::vector<size_t> offsets{0};  // rows + 1.
  std::vector<MatrixEntry> entries;

  size_t rows() const { return offsets.size() - 1; }
  std::span<const MatrixEntry> row(size_t index) const {
    return {entries.data() + offsets[index], offsets[index + 1] - offsets[index]};
  }
};

// The same observations with the roles of rows and columns exchanged; within a row, in the order of the
// former rows.
CsrMatrix Transpose(const CsrMatrix& matrix);

}  // namespace bauta

#endif  // BAUTA_TRAINING_CSR_MATRIX_H_
