#include "ranking/vector_block.h"

#include <cstring>

namespace bauta {

void VectorBlock::Reserve(size_t rows_wanted) {
  while (rows() < rows_wanted) {
    const size_t size = kRowsPerChunk * stride_ * sizeof(float);
    // On whole cache lines, and on huge pages where the operating system gives them.
    const size_t alignment = size % (size_t{2} << 20) == 0 ? size_t{2} << 20 : 64;
    auto* chunk = static_cast<float*>(std::aligned_alloc(alignment, size));
    std::memset(chunk, 0, size);
    chunks_.emplace_back(chunk);
  }
}

}  // namespace bauta
