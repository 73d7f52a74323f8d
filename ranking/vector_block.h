// VectorBlock: the vectors of the live posts, each on a cache line, in chunks that never move.
#ifndef BAUTA_RANKING_VECTOR_BLOCK_H_
#define BAUTA_RANKING_VECTOR_BLOCK_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

namespace bauta {

// Rows of `stride` floats (a multiple of 16), each beginning on 64 bytes. Growing copies nothing: ten million
// vectors are never held twice. Reads may run at the same time; Reserve needs the block alone.
class VectorBlock {
 public:
  // 2 MiB at d = 64: one huge page a chunk.
  static constexpr size_t kRowsPerChunk = 8192;

  explicit VectorBlock(size_t stride) : stride_(stride) {}

  // Afterwards rows 0 … rows−1 exist; new ones hold zeros.
  void Reserve(size_t rows);

  float* Row(uint32_t row) { return chunks_[row / kRowsPerChunk].get() + row % kRowsPerChunk * stride_; }
  const float* Row(uint32_t row) const {
    return chunks_[row / kRowsPerChunk].get() + row % kRowsPerChunk * stride_;
  }
  size_t stride() const { return stride_; }
  size_t rows() const { return chunks_.size() * kRowsPerChunk; }
  size_t bytes() const { return rows() * stride_ * sizeof(float); }

 private:
  struct Free {
    void operator()(float* chunk) const { std::free(chunk); }
  };
  size_t stride_;
  std::vector<std::unique_ptr<float[], Free>> chunks_;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_VECTOR_BLOCK_H_
