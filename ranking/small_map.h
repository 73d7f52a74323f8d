// SmallMap: the notes of one call by a number (an author's, a topic's, a fingerprint): open addressing that
// is emptied, not freed, from call to call.
#ifndef BAUTA_RANKING_SMALL_MAP_H_
#define BAUTA_RANKING_SMALL_MAP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/mix_bits.h"

namespace bauta {

// Any key but the largest of its type. Not thread-safe. Pointers hold until the next insertion.
//
// Made for many questions about few keys, which mostly are not there: a bit by the key's lowest ones answers
// those, without a hash and nearly always without a branch that is guessed wrong. At most a quarter of the
// slots is used, so that the rest seldom probe twice.
template <class Value, class Key = uint64_t>
class SmallMap {
 public:
  // Emptying costs what the last call put in, not what the largest call ever did.
  void Clear() {
    for (uint32_t at : used_) slots_[at] = Slot{};
    used_.clear();
    marks_.fill(0);
  }

  Value& operator[](Key key) {
    if ((used_.size() + 1) * 4 > slots_.size()) Grow();
    const size_t at = PlaceOf(key);
    if (slots_[at].key == kEmpty) {
      slots_[at].key = key;
      used_.push_back(static_cast<uint32_t>(at));
      marks_[key / 64 % marks_.size()] |= uint64_t{1} << key % 64;
    }
    return slots_[at].value;
  }

  // nullptr where it is not there.
  const Value* Find(Key key) const {
    if ((marks_[key / 64 % marks_.size()] >> key % 64 & 1) == 0) return nullptr;
    const Slot& slot = slots_[PlaceOf(key)];
    return slot.key == kEmpty ? nullptr : &slot.value;
  }
  Value* Find(Key key) { return const_cast<Value*>(static_cast<const SmallMap*>(this)->Find(key)); }

  bool Contains(Key key) const { return Find(key) != nullptr; }
  bool empty() const { return used_.empty(); }
  size_t size() const { return used_.size(); }

 private:
  static constexpr Key kEmpty = std::numeric_limits<Key>::max();
  struct Slot {
    Key key = kEmpty;
    Value value{};
  };

  size_t PlaceOf(Key key) const {
    size_t at = MixBits(key) & (slots_.size() - 1);
    while (slots_[at].key != key && slots_[at].key != kEmpty) at = (at + 1) & (slots_.size() - 1);
    return at;
  }

  void Grow() {
    std::vector<Slot> old(slots_.empty() ? 16 : slots_.size() * 2);
    old.swap(slots_);
    for (uint32_t& at : used_) {
      const Slot slot = old[at];
      at = static_cast<uint32_t>(PlaceOf(slot.key));
      slots_[at] = slot;
    }
  }

  std::vector<Slot> slots_;              // A power of two.
  std::vector<uint32_t> used_;           // Places of the keys, so that emptying need not look at all.
  std::array<uint64_t, 64> marks_ = {};  // A bit for each key that may be there.
};

}  // namespace bauta

#endif  // BAUTA_RANKING_SMALL_MAP_H_
