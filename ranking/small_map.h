// SmallMap: the notes of one call by a number (an author's, a topic's, a fingerprint): open addressing that
// is emptied, not freed, from call to call.
#ifndef BAUTA_RANKING_SMALL_MAP_H_
#define BAUTA_RANKING_SMALL_MAP_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bauta {

// The finalizer of MurmurHash3.
constexpr uint64_t MixBits(uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  x ^= x >> 33;
  return x;
}

// Any key but UINT64_MAX. Not thread-safe. Pointers hold until the next insertion.
template <class Value>
class SmallMap {
 public:
  // Emptying costs what the last call put in, not what the largest call ever did.
  void Clear() {
    if (size_ > 0) slots_.assign(std::min(slots_.size(), std::bit_ceil(size_ * 4)), Slot{});
    size_ = 0;
  }

  Value& operator[](uint64_t key) {
    if ((size_ + 1) * 2 > slots_.size()) Grow();
    Slot& slot = slots_[PlaceOf(key)];
    if (slot.key == kEmpty) {
      slot.key = key;
      ++size_;
    }
    return slot.value;
  }

  // nullptr where it is not there.
  const Value* Find(uint64_t key) const {
    if (size_ == 0) return nullptr;
    const Slot& slot = slots_[PlaceOf(key)];
    return slot.key == kEmpty ? nullptr : &slot.value;
  }
  Value* Find(uint64_t key) { return const_cast<Value*>(static_cast<const SmallMap*>(this)->Find(key)); }

  bool Contains(uint64_t key) const { return Find(key) != nullptr; }
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }

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
    for (Slot& slot : old) {
      if (slot.key != kEmpty) slots_[PlaceOf(slot.key)] = slot;
    }
  }

  std::vector<Slot> slots_;  // A power of two.
  size_t size_ = 0;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_SMALL_MAP_H_
