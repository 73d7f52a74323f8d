// Kills a process in the middle of its calls, again and again, and looks for everything it had acknowledged.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/featurestore/store_on_disk.h"
#include "tests/featurestore/store_workload.h"

namespace bauta::testing {
namespace {

// The last call that each thread acknowledged; calls come in order, so all before it were acknowledged too.
struct Acknowledged {
  struct Position {
    uint64_t round = 0;
    int call = -1;
  };
  std::array<Position, kWorkloadThreads> last;
  size_t calls = 0;

  bool Holds(uint32_t thread, uint64_t round, WorkloadCall call) const {
    return std::pair(round, static_cast<int>(call)) <= std::pair(last[thread].round, last[thread].call);
  }
  // The one call that may have been done without having been acknowledged.
  bool InFlight(uint32_t thread, uint64_t round, WorkloadCall call) const {
    Position next = {last[thread].round, last[thread].call + 1};
    if (next.call == kWorkloadCalls) next = {next.round + 1, 0};
    return next.round == round && next.call == static_cast<int>(call);
  }
};

// Runs the workload from `first_round` on and kills it once it has acknowledged `calls` calls.
void RunAndKill(const std::string& directory, uint64_t first_round, size_t calls,
                Acknowledged& acknowledged) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const std::string round = std::to_string(first_round);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execl(BAUTA_STORE_WORKLOAD, BAUTA_STORE_WORKLOAD, directory.c_str(), round.c_str(), nullptr);
    ::_exit(4);
  }
  ::close(ends[1]);
  for (auto& position : acknowledged.last) position = {first_round, -1};
  acknowledged.calls = 0;
  bool killed = false;
  std::string text;
  std::array<char, 4096> buffer;
  while (true) {
    const ssize_t got = ::read(ends[0], buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(buffer.data(), static_cast<size_t>(got));
    for (size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1)) {
      unsigned thread = 0;
      unsigned long long at = 0;
      int call = 0;
      ASSERT_EQ(std::sscanf(text.c_str(), "%u %llu %d", &thread, &at, &call), 3);
      acknowledged.last.at(thread) = {at, call};
      ++acknowledged.calls;
    }
    if (!killed && acknowledged.calls >= calls) {
      ::kill(child, SIGKILL);
      killed = true;
    }
  }
  ::close(ends[0]);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(killed && WIFSIGNALED(status)) << "the workload ended by itself, with status " << status;
}

class StoreCrashTest : public ::testing::Test {
 protected:
  void ExpectAllThatWasAcknowledged(const Acknowledged& acknowledged, uint64_t first_round) {
    for (uint32_t thread = 0; thread < kWorkloadThreads; ++thread) {
      SCOPED_TRACE(absl::StrCat("thread ", thread, ", last call acknowledged ",
                                acknowledged.last[thread].call, " of round ",
                                acknowledged.last[thread].round));
      const std::vector<uint64_t> clicks = ClickedPosts(*store_, FaithfulSubject(thread));
      for (uint64_t round = first_round; round <= acknowledged.last[thread].round; ++round) {
        const uint64_t post = RoundPost(thread, round);
        const auto holds = [&](WorkloadCall call) { return acknowledged.Holds(thread, round, call); };
        if (holds(WorkloadCall::kDismiss)) {
          EXPECT_TRUE(HasDismissed(*store_, FaithfulSubject(thread), post)) << round;
        }
        if (holds(WorkloadCall::kFollow)) {
          EXPECT_TRUE(Follows(*store_, FaithfulSubject(thread), post)) << round;
        }
        if (holds(WorkloadCall::kClick)) {
          EXPECT_THAT(clicks, ::testing::Contains(post)) << round;
        }
        if (holds(WorkloadCall::kRemovePost)) {
          EXPECT_FALSE(PostIsLive(*store_, post)) << round;
          EXPECT_FALSE(UpsertPost(*store_, post).ok()) << "a replay brought a removed post back";
        } else if (holds(WorkloadCall::kUpsertPost) &&
                   !acknowledged.InFlight(thread, round, WorkloadCall::kRemovePost)) {
          EXPECT_TRUE(PostIsLive(*store_, post)) << round;
        }
      }
      ExpectFickleSubject(acknowledged, thread, first_round);
    }
  }

  void ExpectFickleSubject(const Acknowledged& acknowledged, uint32_t thread, uint64_t first_round) {
    const auto [round, call] = acknowledged.last[thread];
    const bool joined = acknowledged.Holds(thread, round, WorkloadCall::kJoin);
    const bool erased = acknowledged.Holds(thread, round, WorkloadCall::kErase);
    if (joined && !erased) {
      if (acknowledged.InFlight(thread, round, WorkloadCall::kErase)) return;
      EXPECT_TRUE(HasDismissed(*store_, FickleSubject(thread), RoundPost(thread, round)));
    } else if (erased || round > first_round) {
      if (acknowledged.InFlight(thread, round, WorkloadCall::kJoin)) return;
      EXPECT_TRUE(IsUnknown(*store_, FickleSubject(thread)));
    }
  }

  TemporaryFolder folder_;
  StoreOnDisk store_{folder_.path() + "/store"};
};

TEST_F(StoreCrashTest, WhatWasAcknowledgedBeforeAKillIsThereAfterIt) {
  ASSERT_TRUE(store_.Open().ok());
  for (uint32_t thread = 0; thread < kWorkloadThreads; ++thread) {
    ASSERT_TRUE(SetPersonalize(*store_, store_.clock(), FaithfulSubject(thread), true).ok());
  }
  uint64_t first_round = 1;
  for (const size_t calls : {1, 40, 97, 150, 203, 311}) {
    SCOPED_TRACE(absl::StrCat("killed after ", calls, " calls"));
    store_.Close();
    Acknowledged acknowledged;
    RunAndKill(store_.directory(), first_round, calls, acknowledged);
    if (HasFatalFailure()) return;
    const absl::Status opened = store_.Open();
    ASSERT_TRUE(opened.ok()) << opened;
    ExpectAllThatWasAcknowledged(acknowledged, first_round);
    for (const auto& position : acknowledged.last) first_round = std::max(first_round, position.round + 1);
  }
}

}  // namespace
}  // namespace bauta::testing
