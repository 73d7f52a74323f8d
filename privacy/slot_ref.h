// SlotRef: which data key a sealed value is under. Stored in the clear before it.
#ifndef BAUTA_PRIVACY_SLOT_REF_H_
#define BAUTA_PRIVACY_SLOT_REF_H_

#include <compare>
#include <cstdint>
#include <utility>

namespace bauta {

// Index 0 is the file's header, so a default-made SlotRef names no key. A slot that is destroyed and used
// again gets another generation: an old SlotRef never comes to mean the new key.
struct SlotRef {
  uint32_t index = 0;
  uint64_t generation = 0;  // Random; 0 = free.

  bool empty() const { return generation == 0; }

  friend auto operator<=>(const SlotRef&, const SlotRef&) = default;
  template <class H>
  friend H AbslHashValue(H state, const SlotRef& slot) {
    return H::combine(std::move(state), slot.index, slot.generation);
  }
};

}  // namespace bauta

#endif  // BAUTA_PRIVACY_SLOT_REF_H_
