// CounterRefill: the thread that counts what the database holds, behind the open door.
#ifndef BAUTA_FEATURESTORE_STORE_COUNTER_REFILL_H_
#define BAUTA_FEATURESTORE_STORE_COUNTER_REFILL_H_

#include <thread>

#include "absl/status/statusor.h"
#include "featurestore/records/crowd_counts.h"
#include "featurestore/store/store_core.h"

namespace bauta {

class CounterRefill {
 public:
  // Starts the thread. `core` outlives the object.
  explicit CounterRefill(StoreCore& core);
  ~CounterRefill();
  CounterRefill(const CounterRefill&) = delete;
  CounterRefill& operator=(const CounterRefill&) = delete;

 private:
  void Run();
  absl::Status CountFrom(uint32_t range);

  StoreCore& core_;
  std::thread thread_;
};

// The counters from one scan of all rows.
absl::StatusOr<CrowdCounts> CountByScan(StoreCore& core);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_COUNTER_REFILL_H_
