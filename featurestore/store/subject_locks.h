// SubjectLocks: one of 1,024 mutexes for each subject, chosen by its range of rows, so that holding one keeps
// everybody from all rows of a range.
#ifndef BAUTA_FEATURESTORE_STORE_SUBJECT_LOCKS_H_
#define BAUTA_FEATURESTORE_STORE_SUBJECT_LOCKS_H_

#include <array>
#include <cstdint>
#include <mutex>

#include "featurestore/store/row_format.h"

namespace bauta {

// Thread-safe. A thread holds one at a time, but for the pass of a rotation, which holds several.
class SubjectLocks {
 public:
  static constexpr uint32_t kStripes = 1024;

  std::unique_lock<std::mutex> Lock(const StoredCode& code) { return LockRange(RangeOf(code)); }
  std::unique_lock<std::mutex> LockRange(uint32_t range) {
    return std::unique_lock(mutexes_[StripeOf(range)]);
  }
  static uint32_t StripeOf(uint32_t range) { return range * kStripes / kRangeCount; }

 private:
  std::array<std::mutex, kStripes> mutexes_;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_SUBJECT_LOCKS_H_
