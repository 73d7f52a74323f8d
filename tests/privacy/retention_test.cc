#include "privacy/retention.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/time/civil_time.h"

namespace bauta {
namespace {

const Hour kEvent(500'000);

Hour HourOf(int year, int month, int day) {
  return Hour::Floor(absl::FromCivil(absl::CivilDay(year, month, day), absl::UTCTimeZone()));
}

TEST(RetentionTest, EachKindExpiresAfterItsOwnAge) {
  const Retention retention;
  for (size_t i = 0; i < kSignalKindCount; ++i) {
    const auto kind = static_cast<SignalKind>(i);
    const auto age = int64_t{retention.AgeHoursMax(kind)};
    EXPECT_FALSE(retention.Expired(kind, kEvent, kEvent.Plus(age))) << SignalKindName(kind);
    EXPECT_TRUE(retention.Expired(kind, kEvent, kEvent.Plus(age + 1))) << SignalKindName(kind);
    EXPECT_FALSE(retention.Expired(kind, kEvent, kEvent.Plus(-5))) << SignalKindName(kind);
  }
  EXPECT_EQ(retention.AgeHoursMax(SignalKind::kImpression), 7u * 24);
}

TEST(RetentionTest, AFrameExpiresWithTheLastHourOfItsNewestDay) {
  Retention retention;
  retention.age_hours_max.fill(24);
  retention.age_hours_max[static_cast<size_t>(SignalKind::kLike)] = 48;
  const uint32_t day = kEvent.day();
  const Hour last(day * 24 + 23);
  EXPECT_FALSE(retention.DayExpired(SignalKind::kClick, day, last.Plus(24)));
  EXPECT_TRUE(retention.DayExpired(SignalKind::kClick, day, last.Plus(25)));
  EXPECT_FALSE(retention.FrameExpired(day, last.Plus(48)));
  EXPECT_TRUE(retention.FrameExpired(day, last.Plus(49)));
}

TEST(RetentionTest, TheShortestAgeOfKinds) {
  const Retention retention;
  EXPECT_EQ(retention.ShortestAgeHours({SignalKind::kShare, SignalKind::kSearch, SignalKind::kClick}),
            30u * 24);
  EXPECT_EQ(retention.ShortestAgeHours({}), 0u);
}

TEST(RetentionTest, ASubjectWithoutACallForThirteenMonthsIsIdleTooLong) {
  const Retention retention;
  const int32_t seen = MonthOf(HourOf(2024, 1, 31));
  EXPECT_EQ(seen, 2024 * 12);
  EXPECT_FALSE(IdleTooLong(retention, seen, HourOf(2025, 2, 28)));
  EXPECT_TRUE(IdleTooLong(retention, seen, HourOf(2025, 3, 1)));
}

TEST(RetentionTest, ImpossibleAgesAreRefusedByField) {
  EXPECT_TRUE(Validate(Retention()).ok());
  Retention retention;
  retention.age_hours_max[static_cast<size_t>(SignalKind::kPopup)] = 0;
  const absl::Status status = Validate(retention);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(status.message()).find("popup"), std::string::npos) << status;
  retention = Retention();
  retention.idle_months_max = 121;
  EXPECT_FALSE(Validate(retention).ok());
  retention = Retention();
  retention.backfill_age_hours_max = 0;
  EXPECT_FALSE(Validate(retention).ok());
}

}  // namespace
}  // namespace bauta
