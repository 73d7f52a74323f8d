// TasteScan: the live posts with the largest inner products with a taste. Exact: the eight-bit copies of all
// vectors are read, and every post that by their bounds could be among the best is taken again in full.
#ifndef BAUTA_RANKING_TASTE_SCAN_H_
#define BAUTA_RANKING_TASTE_SCAN_H_

#include <cstdint>
#include <span>
#include <vector>

#include "ranking/filter.h"
#include "ranking/quantized_block.h"
#include "ranking/ranker.h"
#include "ranking/viewer.h"

namespace bauta {

struct ScannedPost {
  float product = 0;
  uint64_t tie = 0;
  PostRow row = kNoRow;
  RemovalReason removed = RemovalReason::kCount;  // kCount: kept.

  bool Before(const ScannedPost& other) const {
    return product != other.product ? product > other.product : tie < other.tie;
  }
};

// Keeps its memory from call to call.
class TasteScan {
 public:
  // The `count` best posts that the filters keep, best first, and among them those that would have been there
  // had the filters not removed them; but posts that the request's own filter leaves out are not looked at,
  // so that a narrow one costs no product a post. The result holds until the next call. `out_of_time` is set
  // where the request had no time for all of them.
  std::span<const ScannedPost> Find(const RankingContext& context, const Viewer& viewer,
                                    const FeedRequest& request, std::span<const float> taste,
                                    uint32_t oldest_seconds, size_t count, bool& out_of_time);

 private:
  void Visit(const RankingContext& context, const Viewer& viewer, uint32_t oldest_seconds, uint64_t seed,
             size_t count, PostRow row, float product);

  QuantizedQuery query_;
  std::vector<PostRow> found_;
  std::vector<const float*> vectors_;  // These two parallel to found_.
  std::vector<float> products_;
  std::vector<ScannedPost> best_;  // A heap, the worst on top.
  std::vector<ScannedPost> removed_;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_TASTE_SCAN_H_
