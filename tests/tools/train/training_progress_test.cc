#include "tools/train/training_progress.h"

#include <gtest/gtest.h>

namespace bauta {
namespace {

using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

TEST(TrainingProgressTest, StopsAtItsDeadlineAndNamesTheStage) {
  SimulatedClock clock(absl::FromUnixSeconds(1'750'000'000));
  TrainingProgress progress(clock, clock.Now() + absl::Hours(2));
  progress.NoteRows(1000);
  EXPECT_TRUE(progress.Note("learning", 0).ok());
  clock.Advance(absl::Hours(2) - absl::Nanoseconds(1));
  EXPECT_TRUE(progress.Note("learning", 0.25f).ok());
  clock.Advance(absl::Nanoseconds(1));
  EXPECT_EQ(progress.Note("calibrating", 0.5f),
            absl::DeadlineExceededError("--deadline has passed while calibrating, 50% done"));
  progress.Done();
}

TEST(TrainingProgressTest, IsSilentWhereNobodyWatches) {
  CaptureStderr();  // A file is no terminal.
  SimulatedClock clock(absl::FromUnixSeconds(1'750'000'000));
  {
    TrainingProgress progress(clock, absl::InfiniteFuture());
    for (uint64_t rows = 0; rows < 10; ++rows) progress.NoteRows(rows);
    for (const char* stage : {"learning", "calibrating"}) {
      clock.Advance(absl::Minutes(1));
      EXPECT_TRUE(progress.Note(stage, 1).ok());
    }
  }
  EXPECT_EQ(GetCapturedStderr(), "");
}

TEST(TrainingProgressTest, ThereIsAProcessor) { EXPECT_GE(ProcessorCount(), 1u); }

}  // namespace
}  // namespace bauta
