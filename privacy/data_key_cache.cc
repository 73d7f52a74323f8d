#include "privacy/data_key_cache.h"

namespace bauta {

std::optional<SecretKey> DataKeyCache::Find(const SlotRef& slot) {
  const size_t index = SetOf(slot.index);
  const std::lock_guard lock(LockOf(index));
  const Set& set = sets_[index];
  for (size_t way = 0; way < kWays; ++way) {
    if (set.slots[way] == slot) return set.keys[way].Clone();
  }
  return std::nullopt;
}

void DataKeyCache::Put(const SlotRef& slot, const SecretKey& key) {
  const size_t index = SetOf(slot.index);
  const std::lock_guard lock(LockOf(index));
  Set& set = sets_[index];
  size_t way = set.next;
  bool taken = true;
  for (size_t i = 0; i < kWays; ++i) {
    if (set.slots[i] == slot) return;
    if (taken && set.slots[i].empty()) {
      way = i;
      taken = false;
    }
  }
  if (taken) set.next = static_cast<uint8_t>((set.next + 1) % kWays);
  set.slots[way] = slot;
  set.keys[way] = key.Clone();
}

void DataKeyCache::Erase(const SlotRef& slot) {
  const size_t index = SetOf(slot.index);
  const std::lock_guard lock(LockOf(index));
  Set& set = sets_[index];
  for (size_t way = 0; way < kWays; ++way) {
    if (set.slots[way] == slot) {
      set.slots[way] = SlotRef();
      set.keys[way] = SecretKey();
    }
  }
}

}  // namespace bauta
