#include "ranking/taste_scan.h"

#include <algorithm>
#include <limits>

#include "ranking/candidate.h"
#include "ranking/vector_kernels.h"

namespace bauta {
namespace {

// Products of a block stay in the first cache.
constexpr size_t kBlockRows = 1024;
static_assert(VectorBlock::kRowsPerChunk % kBlockRows == 0);

bool WorstOnTop(const ScannedPost& a, const ScannedPost& b) { return a.Before(b); }

}  // namespace

std::span<const ScannedPost> TasteScan::Find(const RankingContext& context, const Viewer& viewer,
                                             std::span<const float> taste, uint32_t oldest_seconds,
                                             uint64_t seed, size_t count) {
  best_.clear();
  removed_.clear();
  if (count == 0) return best_;
  products_.resize(kBlockRows);
  const VectorKernels& kernels = ActiveVectorKernels();
  const PostRow end = context.posts.rows_end();
  for (PostRow begin = 0; begin < end; begin += kBlockRows) {
    const size_t rows = std::min<size_t>(kBlockRows, end - begin);
    kernels.dot_block(taste.data(), context.posts.VectorOf(begin), rows, taste.size(), products_.data());
    for (size_t i = 0; i < rows; ++i) {
      const float least =
          best_.size() < count ? -std::numeric_limits<float>::infinity() : best_.front().product;
      if (products_[i] < least) continue;
      Visit(context, viewer, oldest_seconds, seed, count, begin + static_cast<PostRow>(i), products_[i]);
    }
  }
  if (best_.size() == count) {
    std::erase_if(removed_, [&](const ScannedPost& post) { return !post.Before(best_.front()); });
  }
  best_.insert(best_.end(), removed_.begin(), removed_.end());
  std::sort(best_.begin(), best_.end(), [](const auto& a, const auto& b) { return a.Before(b); });
  return best_;
}

void TasteScan::Visit(const RankingContext& context, const Viewer& viewer, uint32_t oldest_seconds,
                      uint64_t seed, size_t count, PostRow row, float product) {
  if (!IsEligible(context, viewer.now_seconds(), oldest_seconds, context.posts.At(row))) return;
  ScannedPost post{product, TieOf(seed, context.posts.IdOf(row)), row, RemovalReason::kCount};
  if (best_.size() == count && !post.Before(best_.front())) return;
  post.removed = FindRemovalReason(context, viewer, row);
  if (post.removed != RemovalReason::kCount) {
    removed_.push_back(post);
    return;
  }
  if (best_.size() == count) {
    std::pop_heap(best_.begin(), best_.end(), WorstOnTop);
    best_.pop_back();
  }
  best_.push_back(post);
  std::push_heap(best_.begin(), best_.end(), WorstOnTop);
}

}  // namespace bauta
