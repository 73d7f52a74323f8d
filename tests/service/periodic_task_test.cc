#include "service/periodic_task.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace bauta::testing {
namespace {

const PeriodicTask::Options kOptions = {.name = "test",
                                        .first_delay = absl::Minutes(1),
                                        .period = absl::Hours(24),
                                        .retry_period = absl::Hours(1)};

TEST(PeriodicTaskTest, RunsOnceAPeriodAfterTheFirstDelay) {
  SimulatedClock clock(absl::UnixEpoch());
  PeriodicTask task(kOptions, clock, [] { return absl::OkStatus(); });
  EXPECT_FALSE(task.RunIfDue());
  clock.Advance(absl::Minutes(1));
  EXPECT_TRUE(task.RunIfDue());
  EXPECT_FALSE(task.RunIfDue());
  clock.Advance(absl::Hours(24) - absl::Seconds(1));
  EXPECT_FALSE(task.RunIfDue());
  clock.Advance(absl::Seconds(1));
  EXPECT_TRUE(task.RunIfDue());
  EXPECT_EQ(task.runs(), 2u);
  EXPECT_EQ(task.last_success_seconds(), 60 + 24 * 3600);
}

TEST(PeriodicTaskTest, AFailureIsTriedAgainSooner) {
  SimulatedClock clock(absl::UnixEpoch());
  absl::Status outcome = absl::UnavailableError("the disk is full");
  PeriodicTask task(kOptions, clock, [&] { return outcome; });
  clock.Advance(absl::Minutes(1));
  EXPECT_TRUE(task.RunIfDue());
  EXPECT_EQ(task.failures(), 1u);
  EXPECT_EQ(task.last_success_seconds(), 0);
  clock.Advance(absl::Minutes(59));
  EXPECT_FALSE(task.RunIfDue());
  clock.Advance(absl::Minutes(1));
  outcome = absl::OkStatus();
  EXPECT_TRUE(task.RunIfDue());
  clock.Advance(absl::Hours(2));
  EXPECT_FALSE(task.RunIfDue());
  EXPECT_EQ(task.failures(), 1u);
}

// Without a pause for it to be asked in, a thread that cannot be stopped would hang the test.
TEST(PeriodicTaskTest, ItsThreadStopsAtOnce) {
  SimulatedClock clock(absl::UnixEpoch());
  PeriodicTask task(kOptions, clock, [] { return absl::OkStatus(); });
  const TaskThread thread(task);
}

}  // namespace
}  // namespace bauta::testing
