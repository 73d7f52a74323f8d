#include "ranking/vector_block.h"

#include <cstring>

#include "base/huge_pages.h"

namespace bauta {

void VectorBlock::Reserve(size_t rows_wanted) {
  while (rows() < rows_wanted) {
    const size_t size = kRowsPerChunk * stride_ * sizeof(float);
    auto* chunk = static_cast<float*>(AllocateOnHugePages(size));
    std::memset(chunk, 0, size);
    chunks_.emplace_back(chunk);
  }
}

}  // namespace bauta
