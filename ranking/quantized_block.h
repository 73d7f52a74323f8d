// QuantizedBlock: the live posts' vectors once more, in eight bits a component, for the scan that looks at
// all of them. A quarter of the memory to read; what it says is a bound, and never enters a score.
#ifndef BAUTA_RANKING_QUANTIZED_BLOCK_H_
#define BAUTA_RANKING_QUANTIZED_BLOCK_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "base/huge_pages.h"

namespace bauta {

// Of a row x: q ≈ scale · x, and for every query u, quantized as QuantizedQuery does it,
// |u·q − scale_u scale x_u·x| ≤ ‖u‖ · bound.
struct QuantizedScale {
  float scale = 0;
  float bound = -1;  // −1: the row holds no post.
};

// A query in up to sixteen bits a component: its own error is far below that of the rows.
struct QuantizedQuery {
  std::vector<int16_t> values;  // As many as a row has.
  float scale = 0;
  float norm = 0;  // ‖u‖
};

// Chunks never move. Reads may run at the same time; the others need the block alone.
class QuantizedBlock {
 public:
  // 2 MiB at 64 bytes a row: one huge page a chunk.
  static constexpr size_t kRowsPerChunk = 32768;

  explicit QuantizedBlock(size_t dimension);

  void Reserve(size_t rows);
  void Set(uint32_t row, const float* vector);
  void Clear(uint32_t row);
  void Quantize(std::span<const float> query, QuantizedQuery& quantized) const;

  // Appends to `found` the rows of begin … end−1, which lie in one chunk, whose product with the query may be
  // as large as `least`: all that are, and few others.
  void FindCandidates(const QuantizedQuery& query, float least, uint32_t begin, uint32_t end,
                      std::vector<uint32_t>& found) const;

  size_t row_size() const { return row_size_; }  // Bytes.
  size_t bytes() const { return chunks_.size() * kRowsPerChunk * (row_size_ + sizeof(QuantizedScale)); }

 private:
  struct Free {
    void operator()(int8_t* chunk) const { std::free(chunk); }
  };
  int8_t* Row(uint32_t row) { return chunks_[row / kRowsPerChunk].get() + row % kRowsPerChunk * row_size_; }

  size_t dimension_;
  size_t row_size_;    // The dimension rounded up to 64: whole cache lines.
  float query_limit_;  // Largest component of a quantized query, so that no sum of products overflows.
  float query_error_;  // ‖u − û‖ ≤ this · ‖u‖.
  std::vector<std::unique_ptr<int8_t[], Free>> chunks_;
  HugePageVector<QuantizedScale> scales_;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_QUANTIZED_BLOCK_H_
