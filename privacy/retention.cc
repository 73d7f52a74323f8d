#include "privacy/retention.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

namespace bauta {
namespace {

constexpr uint32_t kAgeHoursLimit = 10 * 366 * 24;

absl::Status CheckAge(const std::string& field, uint32_t value, uint32_t limit) {
  if (value >= 1 && value <= limit) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("retention: ", field, ": 1 to ", limit, " allowed, got ", value));
}

}  // namespace

bool Retention::FrameExpired(uint32_t newest_day, Hour now) const {
  const uint32_t longest = *std::max_element(age_hours_max.begin(), age_hours_max.end());
  return now.Since(Hour(newest_day * 24 + 23)) > int64_t{longest};
}

uint32_t Retention::ShortestAgeHours(const SignalKindSet& kinds) const {
  uint32_t shortest = 0;
  for (size_t i = 0; i < kSignalKindCount; ++i) {
    if (!kinds.Contains(static_cast<SignalKind>(i))) continue;
    shortest = shortest == 0 ? age_hours_max[i] : std::min(shortest, age_hours_max[i]);
  }
  return shortest;
}

int32_t MonthOf(Hour hour) {
  const absl::CivilMonth month = absl::ToCivilMonth(hour.start(), absl::UTCTimeZone());
  return static_cast<int32_t>(month.year() * 12 + month.month() - 1);
}

bool IdleTooLong(const Retention& retention, int32_t month_last_seen, Hour now) {
  return int64_t{MonthOf(now)} - month_last_seen > int64_t{retention.idle_months_max};
}

absl::Status Validate(const Retention& retention) {
  for (size_t i = 0; i < kSignalKindCount; ++i) {
    const std::string field = absl::StrCat("age_hours_max.", SignalKindName(static_cast<SignalKind>(i)));
    if (absl::Status status = CheckAge(field, retention.age_hours_max[i], kAgeHoursLimit); !status.ok())
      return status;
  }
  if (absl::Status status = CheckAge("idle_months_max", retention.idle_months_max, 120); !status.ok())
    return status;
  return CheckAge("backfill_age_hours_max", retention.backfill_age_hours_max, kAgeHoursLimit);
}

}  // namespace bauta
