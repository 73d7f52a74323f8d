// PostTable: post id → row, by open addressing over 16-byte slots, four to a cache line. A batch is looked up
// with prefetching, so that the memory's latency is paid once and not a thousand times.
#ifndef BAUTA_RANKING_POST_TABLE_H_
#define BAUTA_RANKING_POST_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/huge_pages.h"
#include "featurestore/records/ids.h"

namespace bauta {

// Names a live post inside one LivePosts. Given anew after a removal.
using PostRow = uint32_t;
inline constexpr PostRow kNoRow = UINT32_MAX;

// Reads may run at the same time; writes need the table alone. Load is kept between 3/8 and 3/4.
class PostTable {
 public:
  explicit PostTable(size_t capacity = 0);

  PostRow Find(PostId post) const;  // kNoRow where it is not there.
  // rows[i] = Find(posts[i]); equal lengths.
  void FindAll(std::span<const PostId> posts, std::span<PostRow> rows) const;

  void Insert(PostId post, PostRow row);  // `post` must not be there.
  bool Erase(PostId post);                // False where it was not there.

  size_t size() const { return size_; }
  size_t bytes() const { return slots_.size() * sizeof(Slot); }

 private:
  struct Slot {
    uint64_t post = 0;  // 0 is empty: no post has the id 0.
    PostRow row = 0;
    uint32_t unused = 0;
  };
  size_t HomeOf(PostId post) const;
  void Grow();

  HugePageVector<Slot> slots_;  // A power of two.
  size_t mask_ = 0;
  size_t size_ = 0;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_POST_TABLE_H_
