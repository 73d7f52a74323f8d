#include "ranking/taste_scan.h"

#include <algorithm>
#include <limits>

#include "ranking/candidate.h"
#include "ranking/vector_kernels.h"

namespace bauta {
namespace {

// The bar that a post must reach is raised after each block.
constexpr PostRow kBlockRows = 1024;
static_assert(QuantizedBlock::kRowsPerChunk % kBlockRows == 0);

bool WorstOnTop(const ScannedPost& a, const ScannedPost& b) { return a.Before(b); }

}  // namespace

std::span<const ScannedPost> TasteScan::Find(const RankingContext& context, const Viewer& viewer,
                                             const FeedRequest& request, std::span<const float> taste,
                                             uint32_t oldest_seconds, size_t count, bool& out_of_time) {
  best_.clear();
  removed_.clear();
  if (count == 0) return best_;
  const LivePosts& posts = context.posts;
  posts.quantized().Quantize(taste.first(context.model.dimension()), query_);
  const PostRow end = posts.rows_end();
  const ResolvedFilter& filter = viewer.filter();
  for (PostRow begin = 0; begin < end; begin += kBlockRows) {
    if (begin > 0 && request.keep_going && !request.keep_going()) {
      out_of_time = true;
      break;
    }
    const float least =
        best_.size() < count ? -std::numeric_limits<float>::infinity() : best_.front().product;
    found_.clear();
    posts.quantized().FindCandidates(query_, least, begin, std::min(end, begin + kBlockRows), found_);
    if (filter.active()) {
      std::erase_if(found_, [&](PostRow row) { return !filter.Passes(posts, posts.At(row)); });
    }
    vectors_.resize(found_.size());
    products_.resize(found_.size());
    for (size_t i = 0; i < found_.size(); ++i) vectors_[i] = posts.VectorOf(found_[i]);
    ActiveVectorKernels().dot_rows(taste.data(), vectors_.data(), found_.size(), taste.size(),
                                   products_.data());
    for (size_t i = 0; i < found_.size(); ++i) {
      if (products_[i] < least) continue;
      Visit(context, viewer, oldest_seconds, request.seed, count, found_[i], products_[i]);
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
  const PostId id = context.posts.IdOf(row);
  ScannedPost post{product, TieOf(seed, id), row, RemovalReason::kCount};
  if (best_.size() == count && !post.Before(best_.front())) return;
  post.removed = FindRemovalReason(context, viewer, row, id);
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
