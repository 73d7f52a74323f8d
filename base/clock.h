// The time, injected: nothing below the programs asks the operating system what time it is.
#ifndef BAUTA_BASE_CLOCK_H_
#define BAUTA_BASE_CLOCK_H_

#include <atomic>
#include <cstdint>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace bauta {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

// Stands still until it is told to move; used by tests, by replays of old data and by evaluations.
class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(absl::Time start) { Set(start); }
  absl::Time Now() const override {
    return absl::FromUnixNanos(nanoseconds_.load(std::memory_order_relaxed));
  }
  void Set(absl::Time time) { nanoseconds_.store(absl::ToUnixNanos(time), std::memory_order_relaxed); }
  void Advance(absl::Duration by) {
    nanoseconds_.fetch_add(absl::ToInt64Nanoseconds(by), std::memory_order_relaxed);
  }

 private:
  std::atomic<int64_t> nanoseconds_{0};
};

}  // namespace bauta

#endif  // BAUTA_BASE_CLOCK_H_
