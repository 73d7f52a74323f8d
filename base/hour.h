// Hour: the finest time that is ever kept of what a person did. A count of whole hours since the Unix epoch.
#ifndef BAUTA_BASE_HOUR_H_
#define BAUTA_BASE_HOUR_H_

#include <compare>
#include <cstdint>
#include <utility>

#include "absl/time/time.h"

namespace bauta {

class Hour {
 public:
  constexpr Hour() = default;
  explicit constexpr Hour(uint32_t hours_since_epoch) : value_(hours_since_epoch) {}

  // The hour that `time` lies in; times before the epoch are hour 0.
  static Hour Floor(absl::Time time) {
    const int64_t seconds = absl::ToUnixSeconds(time);
    return Hour(seconds <= 0 ? 0 : static_cast<uint32_t>(seconds / 3600));
  }
  // The first hour that begins at or after `time`.
  static Hour Ceil(absl::Time time) {
    const Hour floor = Floor(time);
    return floor.start() < time ? Hour(floor.value_ + 1) : floor;
  }

  constexpr uint32_t value() const { return value_; }
  constexpr uint32_t day() const { return value_ / 24; }  // Whole days since the epoch.
  absl::Time start() const { return absl::FromUnixSeconds(int64_t{value_} * 3600); }

  // Hours from `earlier` to this one; negative where this one is the earlier.
  constexpr int64_t Since(Hour earlier) const { return int64_t{value_} - int64_t{earlier.value_}; }
  // `hours` later; saturates at hour 0.
  constexpr Hour Plus(int64_t hours) const {
    const int64_t sum = int64_t{value_} + hours;
    return Hour(sum < 0 ? 0 : static_cast<uint32_t>(sum));
  }

  friend constexpr auto operator<=>(const Hour&, const Hour&) = default;

  template <class H>
  friend H AbslHashValue(H state, const Hour& hour) {
    return H::combine(std::move(state), hour.value_);
  }

 private:
  uint32_t value_ = 0;
};

}  // namespace bauta

#endif  // BAUTA_BASE_HOUR_H_
