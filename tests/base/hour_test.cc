#include "base/hour.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "base/strong_id.h"

namespace bauta {
namespace {

TEST(HourTest, FloorsAndCeilsTimes) {
  const absl::Time begin = absl::FromUnixSeconds(3600 * 1000);
  EXPECT_EQ(Hour::Floor(begin), Hour(1000));
  EXPECT_EQ(Hour::Ceil(begin), Hour(1000));
  EXPECT_EQ(Hour::Floor(begin + absl::Nanoseconds(1)), Hour(1000));
  EXPECT_EQ(Hour::Ceil(begin + absl::Nanoseconds(1)), Hour(1001));
  EXPECT_EQ(Hour::Floor(absl::UnixEpoch() - absl::Hours(5)), Hour(0));
}

TEST(HourTest, CountsHoursAndSaturatesAtTheEpoch) {
  EXPECT_EQ(Hour(10).Since(Hour(25)), -15);
  EXPECT_EQ(Hour(10).Plus(-25), Hour(0));
  EXPECT_EQ(Hour(49).day(), 2u);
}

TEST(StrongIdTest, IdsOfTwoKindsDoNotMix) {
  using A = StrongId<struct ATag, int>;
  using B = StrongId<struct BTag, int>;
  static_assert(!std::is_convertible_v<A, B> && !std::is_constructible_v<A, B>);
  static_assert(!std::is_convertible_v<int, A> && !std::is_convertible_v<A, int>);
  EXPECT_LT(A(1), A(2));
}

}  // namespace
}  // namespace bauta
