// Retention: how long each kind of signal is kept. Plain values and pure predicates; checked on use, on
// refold and by the daily sweep, always from the event's own hour, so that a write never renews another row.
#ifndef BAUTA_PRIVACY_RETENTION_H_
#define BAUTA_PRIVACY_RETENTION_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "base/hour.h"
#include "privacy/signal_kind.h"

namespace bauta {

struct Retention {
  // Whole hours that an event of a kind is kept after its hour, by SignalKind. Defaults in days: impression
  // 7, search 30, click, view, dwell, popup 180, share, comment, reply, report 365, like, favorite 395 (13
  // months).
  std::array<uint32_t, kSignalKindCount> age_hours_max = {7 * 24,   180 * 24, 180 * 24, 180 * 24,
                                                          365 * 24, 365 * 24, 365 * 24, 30 * 24,
                                                          180 * 24, 365 * 24, 395 * 24, 395 * 24};
  // A subject without any call for this many whole months is erased.
  uint32_t idle_months_max = 13;
  // A backfilled consent may not reach further back than this (13 months); the mark of an erasure is kept as
  // long.
  uint32_t backfill_age_hours_max = 395 * 24;

  uint32_t AgeHoursMax(SignalKind kind) const { return age_hours_max[static_cast<size_t>(kind)]; }
  // True once `now` lies more than the kind's age after `event`. An event later than `now` is not expired.
  bool Expired(SignalKind kind, Hour event, Hour now) const {
    return now.Since(event) > int64_t{AgeHoursMax(kind)};
  }
  // True where nothing of `kind` in a frame whose newest event is of `newest_day` (days since the epoch) can
  // be alive.
  bool DayExpired(SignalKind kind, uint32_t newest_day, Hour now) const {
    return Expired(kind, Hour(newest_day * 24 + 23), now);
  }
  // True where a frame whose newest event is of `newest_day` holds nothing alive of any kind.
  bool FrameExpired(uint32_t newest_day, Hour now) const;
  // The shortest age among `kinds`; 0 for an empty set.
  uint32_t ShortestAgeHours(const SignalKindSet& kinds) const;
};

// Months since year 0 (year × 12 + month − 1, UTC): the only time of a visit that is kept.
int32_t MonthOf(Hour hour);
bool IdleTooLong(const Retention& retention, int32_t month_last_seen, Hour now);

// INVALID_ARGUMENT where an age is 0 or above ten years; the message names the field and what is allowed.
absl::Status Validate(const Retention& retention);

}  // namespace bauta

#endif  // BAUTA_PRIVACY_RETENTION_H_
