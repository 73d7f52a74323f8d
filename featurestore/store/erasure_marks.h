// ErasureMarks: who was erased when, by the first 8 bytes of an HMAC: enough to refuse a backfill that
// reaches back before an erasure, too little to find anybody.
#ifndef BAUTA_FEATURESTORE_STORE_ERASURE_MARKS_H_
#define BAUTA_FEATURESTORE_STORE_ERASURE_MARKS_H_

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

namespace bauta {

// Thread-safe.
class ErasureMarks {
 public:
  void Add(uint64_t mark, absl::Time time) {
    const std::lock_guard lock(mutex_);
    absl::Time& latest = times_.try_emplace(mark, time).first->second;
    if (latest < time) latest = time;
  }
  std::optional<absl::Time> Find(uint64_t mark) const {
    const std::lock_guard lock(mutex_);
    const auto found = times_.find(mark);
    if (found == times_.end()) return std::nullopt;
    return found->second;
  }
  bool HasBefore(absl::Time time) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(times_.begin(), times_.end(), [&](const auto& entry) { return entry.second < time; });
  }
  size_t size() const {
    const std::lock_guard lock(mutex_);
    return times_.size();
  }
  void DropBefore(absl::Time time) {
    const std::lock_guard lock(mutex_);
    absl::erase_if(times_, [&](const auto& entry) { return entry.second < time; });
  }

 private:
  mutable std::mutex mutex_;
  absl::flat_hash_map<uint64_t, absl::Time> times_;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_ERASURE_MARKS_H_
