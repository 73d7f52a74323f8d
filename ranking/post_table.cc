#include "ranking/post_table.h"

#include <utility>

#include "base/mix_bits.h"

namespace bauta {
namespace {

constexpr size_t kSlotsMin = 16;

}  // namespace

PostTable::PostTable(size_t capacity) {
  size_t slots = kSlotsMin;
  while (slots / 4 * 3 < capacity) slots *= 2;
  slots_.resize(slots);
  mask_ = slots - 1;
}

// Callers' ids are often consecutive.
size_t PostTable::HomeOf(PostId post) const { return MixBits(post.value()) & mask_; }

PostRow PostTable::Find(PostId post) const {
  for (size_t at = HomeOf(post);; at = (at + 1) & mask_) {
    if (slots_[at].post == post.value() && slots_[at].post != 0) return slots_[at].row;
    if (slots_[at].post == 0) return kNoRow;
  }
}

void PostTable::FindAll(std::span<const PostId> posts, std::span<PostRow> rows) const {
  constexpr size_t kAhead = 16;
  for (size_t i = 0; i < posts.size() && i < kAhead; ++i) __builtin_prefetch(&slots_[HomeOf(posts[i])]);
  for (size_t i = 0; i < posts.size(); ++i) {
    if (i + kAhead < posts.size()) __builtin_prefetch(&slots_[HomeOf(posts[i + kAhead])]);
    rows[i] = Find(posts[i]);
  }
}

void PostTable::Insert(PostId post, PostRow row) {
  if ((size_ + 1) * 4 > slots_.size() * 3) Grow();
  size_t at = HomeOf(post);
  while (slots_[at].post != 0) at = (at + 1) & mask_;
  slots_[at] = {post.value(), row, 0};
  ++size_;
}

bool PostTable::Erase(PostId post) {
  size_t hole = HomeOf(post);
  while (slots_[hole].post != post.value() || slots_[hole].post == 0) {
    if (slots_[hole].post == 0) return false;
    hole = (hole + 1) & mask_;
  }
  // Moves back what lies behind the hole and does not begin after it, so that no search ends too early.
  for (size_t at = (hole + 1) & mask_; slots_[at].post != 0; at = (at + 1) & mask_) {
    const size_t home = HomeOf(PostId(slots_[at].post));
    if (((at - home) & mask_) >= ((at - hole) & mask_)) {
      slots_[hole] = slots_[at];
      hole = at;
    }
  }
  slots_[hole] = {};
  --size_;
  return true;
}

void PostTable::Grow() {
  HugePageVector<Slot> old = std::exchange(slots_, HugePageVector<Slot>(slots_.size() * 2));
  mask_ = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.post == 0) continue;
    size_t at = HomeOf(PostId(slot.post));
    while (slots_[at].post != 0) at = (at + 1) & mask_;
    slots_[at] = slot;
  }
}

}  // namespace bauta
