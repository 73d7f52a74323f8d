// SmallMap: the notes of one call by a number (an author's, a topic's, a fingerprint): open addressing that
// is emptied, not freed, from call to call.
#ifndef BAUTA_RANKING_SMALL_MAP_H_
#define BAUTA_RANKING_SMALL_MAP_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/mix_bits.h"

namespace bauta {

// Any key but UINT64_MAX. Not thread-safe. Pointers hold until the next insertion.
template <class Value>
class SmallMap {
 public:
  // Emptying costs what the last call put in, not what the largest call ever did.
  void Clear() {
    for (uint32_t at : used_) slots_[at] = Slot{};
    used_.clear();
  }

  Value& operator[](uint64_t key) {
    if ((used_.size() + 1) * 2 > slots_.size()) Grow();
    const size_t at = PlaceOf(key);
    if (slots_[at].key == kEmpty) {
      slots_[at].key = key;
      used_.push_back(static_cast<uint32_t>(at));
    }
    return slots_[at].value;
  }

  // nullptr where it is not there.
  const Value* Find(uint64_t key) const {
    if (used_.empty()) return nullptr;
    const Slot& slot = slots_[PlaceOf(key)];
    return slot.key == kEmpty ? nullptr : &slot.value;
  }
  Value* Find(uint64_t key) { return const_cast<Value*>(static_cast<const SmallMap*>(this)->Find(key)); }

  bool Contains(uint64_t key) const { return Find(key) != nullptr; }
  bool empty() const { return used_.empty(); }
  size_t size() const { return used_.size(); }

 private:
  static constexpr uint64_t kEmpty = UINT64_MAX;
  struct Slot {
    uint64_t key = kEmpty;
    Value value{};
  };

  size_t PlaceOf(uint64_t key) const {
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

  std::vector<Slot> slots_;     // A power of two.
  std::vector<uint32_t> used_;  // Places of the keys, so that emptying need not look at all.
};

}  // namespace bauta

#endif  // BAUTA_RANKING_SMALL_MAP_H_
