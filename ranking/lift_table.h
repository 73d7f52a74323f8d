// LiftTable: log lifts by post, author or topic, looked up a thousand times a call.
#ifndef BAUTA_RANKING_LIFT_TABLE_H_
#define BAUTA_RANKING_LIFT_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/huge_pages.h"
#include "featurestore/records/ids.h"
#include "privacy/codes.h"
#include "ranking/small_map.h"

namespace bauta {

// What stands for a thing in a table; never 0. An author's is half of the code, which is pseudorandom: among
// a million authors two share one with a chance of 3 in 10^8, and then share their lifts.
inline uint64_t LiftKey(PostId post) { return post.value(); }
inline uint64_t LiftKey(TopicId topic) { return topic.value(); }
inline uint64_t LiftKey(const AuthorCode& author) {
  uint64_t key;
  std::memcpy(&key, author.bytes().data(), sizeof(key));
  return key == 0 ? 1 : key;
}

// Open addressing, at most half full. Reads may run at the same time.
template <class Id>
class LiftTable {
 public:
  void Put(const Id& id, float lift) {
    if ((size_ + 1) * 2 > slots_.size()) Grow();
    Slot& slot = slots_[PlaceOf(LiftKey(id))];
    size_ += slot.key == 0;
    slot = {LiftKey(id), lift};
  }

  // nullptr where nothing is known.
  const float* Find(const Id& id) const { return FindKey(LiftKey(id)); }
  const float* FindKey(uint64_t key) const {
    if (size_ == 0) return nullptr;
    const Slot& slot = slots_[PlaceOf(key)];
    return slot.key == 0 ? nullptr : &slot.lift;
  }

  void Prefetch(uint64_t key) const {
    if (size_ > 0) __builtin_prefetch(&slots_[MixBits(key) & (slots_.size() - 1)]);
  }

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }

  template <class Use>
  void ForEachKey(Use use) const {
    for (const Slot& slot : slots_) {
      if (slot.key != 0) use(slot.key, slot.lift);
    }
  }
  friend bool operator==(const LiftTable& a, const LiftTable& b) {
    bool equal = a.size_ == b.size_;
    a.ForEachKey([&](uint64_t key, float lift) {
      const float* other = b.FindKey(key);
      equal &= other != nullptr && *other == lift;
    });
    return equal;
  }

 private:
  struct Slot {
    uint64_t key = 0;
    float lift = 0;
  };

  size_t PlaceOf(uint64_t key) const {
    size_t at = MixBits(key) & (slots_.size() - 1);
    while (slots_[at].key != key && slots_[at].key != 0) at = (at + 1) & (slots_.size() - 1);
    return at;
  }
  void Grow() {
    const HugePageVector<Slot> old =
        std::exchange(slots_, HugePageVector<Slot>(slots_.empty() ? 16 : slots_.size() * 2));
    for (const Slot& slot : old) {
      if (slot.key != 0) slots_[PlaceOf(slot.key)] = slot;
    }
  }

  HugePageVector<Slot> slots_;  // A power of two.
  size_t size_ = 0;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_LIFT_TABLE_H_
