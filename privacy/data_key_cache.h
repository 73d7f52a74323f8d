// DataKeyCache: unwrapped data keys in memory, a bounded number of them. For subject_keys.cc only.
#ifndef BAUTA_PRIVACY_DATA_KEY_CACHE_H_
#define BAUTA_PRIVACY_DATA_KEY_CACHE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "privacy/secret.h"
#include "privacy/slot_ref.h"

namespace bauta {

// Four-way associative by slot index; the oldest of a set gives way. All memory is taken at the start.
// Thread-safe.
class DataKeyCache {
 public:
  // At least one set of four keys is kept.
  explicit DataKeyCache(size_t keys_max) : sets_(keys_max / kWays + 1) {}

  std::optional<SecretKey> Find(const SlotRef& slot);
  void Put(const SlotRef& slot, const SecretKey& key);
  void Erase(const SlotRef& slot);  // Wipes it.

 private:
  static constexpr size_t kWays = 4;
  static constexpr size_t kLocks = 64;

  struct Set {
    std::array<SlotRef, kWays> slots;
    std::array<SecretKey, kWays> keys;
    uint8_t next = 0;  // The way that gives way.
  };

  size_t SetOf(uint32_t index) const { return index % sets_.size(); }
  std::mutex& LockOf(size_t set) { return locks_[set % kLocks]; }

  std::vector<Set> sets_;
  std::array<std::mutex, kLocks> locks_;
};

}  // namespace bauta

#endif  // BAUTA_PRIVACY_DATA_KEY_CACHE_H_
