// A rotation of the identity key whose process dies at one of its steps: nothing is lost, and it goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/featurestore/identity_rotation_fixture.h"

namespace bauta::testing {
namespace {

constexpr int kDied = 7;
constexpr int kStepsMax = 1000;
// Each of the first steps, in which a rotation begins, then every so many: the moves repeat one another.
constexpr int kFirstSteps = 12;
constexpr int kStride = 9;

// The status that the process ended with.
int RunUntil(const std::string& directory, int steps) {
  const std::string count = std::to_string(steps);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl(BAUTA_ROTATION_WORKLOAD, BAUTA_ROTATION_WORKLOAD, directory.c_str(), count.c_str(), nullptr);
    ::_exit(4);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

using IdentityRotationCrashTest = IdentityRotationFixture;

TEST_F(IdentityRotationCrashTest, AKillAtAnyStepLosesNothingAndTheRotationGoesOn) {
  MakeWhole();
  const std::string set_aside = "/db.before-restore-20261125T013514Z";
  CopyFolder(whole_ + "/db", whole_ + set_aside);
  int before_it = 0;
  int in_it = 0;
  int after_it = 0;
  bool ended = false;
  for (int step = 0; !ended; step += step < kFirstSteps ? 1 : kStride) {
    ASSERT_LT(step, kStepsMax);
    SCOPED_TRACE("killed after " + std::to_string(step) + " steps");
    BackToWhole();
    // Another name of its blocks: what they hold when the log's own name is gone.
    const std::string blocks = folder_.path() + "/blocks";
    std::filesystem::remove(blocks);
    std::filesystem::create_hard_link(store_.log(), blocks);
    const int status = RunUntil(store_.directory(), step);
    ended = status == 0;
    ASSERT_TRUE(ended || status == kDied) << status;
    const absl::Status opened = store_.Open();
    ASSERT_TRUE(opened.ok()) << opened;
    const IdentityRotationProgress progress = store_->identity_rotation();
    (progress.running ? in_it : progress.epoch == 1 ? before_it : after_it) += 1;
    ExpectTheChanges();
    ExpectTheRest();
    if (!progress.running && progress.epoch == 1) {
      ASSERT_TRUE(store_->BeginIdentityRotation().ok());
    }
    RunToTheEnd(100);
    ExpectTheChanges();
    ExpectTheRest();
    EXPECT_EQ(store_->identity_rotation().epoch, 2u);
    store_.Close();
    // The end is the same wherever it was cut: three heads' keys and one history's, and nothing of before.
    ASSERT_TRUE(store_.Open().ok());
    EXPECT_EQ(store_->recovery().slots_destroyed, 0u);
    ExpectTheChanges();
    ExpectTheRest();
    EXPECT_THAT(FilesUnder(store_.directory() + "/keys"), ::testing::SizeIs(5));
    EXPECT_FALSE(std::filesystem::exists(store_.directory() + set_aside));
    EXPECT_FALSE(std::filesystem::exists(store_.log()));
    const std::string left = ReadAll(blocks);
    EXPECT_EQ(left, std::string(left.size(), '\0')) << "the old log says who moved, in freed blocks";
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(before_it, 3);
  EXPECT_GT(in_it, 5);
  EXPECT_GT(after_it, 0);
}

}  // namespace
}  // namespace bauta::testing
