#include "ranking/quantized_block.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "ranking/quantized_kernels.h"

namespace bauta {
namespace {

constexpr size_t kRowAlignment = kCacheLineSize;
constexpr float kRowLimit = 127;
// What single precision may lose in the exact product and in the bound itself, relative to ‖u‖‖q‖.
constexpr double kRounding = 1e-5;

}  // namespace

QuantizedBlock::QuantizedBlock(size_t dimension)
    : dimension_(dimension), row_size_((dimension + kRowAlignment - 1) / kRowAlignment * kRowAlignment) {
  // dimension · 127 · limit must stay below 2^31.
  query_limit_ = std::floor(std::min(32767.0f, 2147483647.0f / (kRowLimit * static_cast<float>(row_size_))));
  // Each component is off by at most half a step, a step being at most ‖u‖ / limit.
  query_error_ = std::sqrt(static_cast<float>(dimension)) / (2 * query_limit_);
}

void QuantizedBlock::Reserve(size_t rows) {
  while (chunks_.size() * kRowsPerChunk < rows) {
    const size_t size = kRowsPerChunk * row_size_;
    auto* chunk = static_cast<int8_t*>(AllocateOnHugePages(size));
    std::memset(chunk, 0, size);
    chunks_.emplace_back(chunk);
  }
  scales_.resize(chunks_.size() * kRowsPerChunk);
}

void QuantizedBlock::Set(uint32_t row, const float* vector) {
  float largest = 0;
  for (size_t i = 0; i < dimension_; ++i) largest = std::max(largest, std::abs(vector[i]));
  const float scale = largest / kRowLimit;
  int8_t* values = Row(row);
  double error = 0, norm = 0;
  for (size_t i = 0; i < dimension_; ++i) {
    values[i] = scale > 0 ? static_cast<int8_t>(std::lround(vector[i] / scale)) : int8_t{0};
    const double difference = vector[i] - double{scale} * values[i];
    error += difference * difference;
    norm += double{vector[i]} * vector[i];
  }
  // |u·q − û·q̂| ≤ ‖u‖‖q − q̂‖ + ‖u − û‖‖q̂‖, and ‖q̂‖ ≤ ‖q‖ + ‖q − q̂‖.
  error = std::sqrt(error);
  norm = std::sqrt(norm);
  scales_[row] = {scale, static_cast<float>(error + query_error_ * (norm + error) + kRounding * norm)};
}

void QuantizedBlock::Clear(uint32_t row) {
  std::memset(Row(row), 0, row_size_);
  scales_[row] = QuantizedScale();
}

void QuantizedBlock::Quantize(std::span<const float> query, QuantizedQuery& quantized) const {
  quantized.values.assign(row_size_, 0);
  float largest = 0;
  double norm = 0;
  for (size_t i = 0; i < dimension_; ++i) {
    largest = std::max(largest, std::abs(query[i]));
    norm += double{query[i]} * query[i];
  }
  quantized.norm = static_cast<float>(std::sqrt(norm));
  quantized.scale = largest / query_limit_;
  if (quantized.scale <= 0) return;
  for (size_t i = 0; i < dimension_; ++i) {
    const float value = std::clamp(query[i] / quantized.scale, -query_limit_, query_limit_);
    quantized.values[i] = static_cast<int16_t>(std::lround(value));
  }
}

void QuantizedBlock::FindCandidates(const QuantizedQuery& query, float least, uint32_t begin, uint32_t end,
                                    std::vector<uint32_t>& found) const {
  const size_t in_chunk = begin % kRowsPerChunk;
  const QuantizedRows rows{chunks_[begin / kRowsPerChunk].get() + in_chunk * row_size_,
                           scales_.data() + begin, end - begin, row_size_};
  const size_t before = found.size();
  found.resize(before + rows.count);
  const size_t count = FindQuantizedCandidates(rows, query, least, found.data() + before);
  found.resize(before + count);
  for (size_t i = before; i < found.size(); ++i) found[i] += begin;
}

}  // namespace bauta
