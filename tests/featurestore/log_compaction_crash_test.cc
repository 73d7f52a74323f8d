// A compaction of the rights log that dies at each of its steps leaves one log, and that one whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "featurestore/store/rights_log_compaction.h"
#include "tests/featurestore/class_a_committer_fixture.h"

namespace bauta::testing {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Hour kNow(480'000);
absl::Status AsItIs(RightsEntry&) { return absl::OkStatus(); }

class LogCompactionCrashTest : public ClassACommitterFixture {
 protected:
  // Five entries, of which a compaction keeps the second and the fourth, and one that comes meanwhile.
  absl::Status Compact() {
    auto compaction = RightsLogCompaction::Begin(files_, Options(), *log_);
    if (!compaction.ok()) return compaction.status();
    const absl::Status written = (*compaction)->Write(absl::flat_hash_set<uint64_t>{2, 4}, AsItIs, kNow);
    if (!written.ok()) return written;
    if (absl::Status late = committer_->Commit(Act("late")).status(); !late.ok()) return late;
    if (absl::Status switched = committer_->SwitchLog(**compaction); !switched.ok()) return switched;
    return RemoveOtherLogs(files_, Options(), (*compaction)->file_number());
  }

  void WriteFive() {
    for (const char* what : {"one", "two", "three", "four", "five"}) {
      ASSERT_TRUE(committer_->Commit(Act(what)).ok());
    }
    sealed_.clear();
    ASSERT_TRUE(log_->ForEachAfter(0,
                                   [&](const RightsEntry& entry) {
                                     sealed_.push_back(entry.payload);
                                     return absl::OkStatus();
                                   })
                    .ok());
  }

  // How many of the files that there are, or were since Begin, hold the n-th entry of the five in a block of
  // theirs on the disk.
  size_t FilesWithEntry(size_t n) const {
    const std::vector<std::string> all = files_.EverythingOnDisk();
    return static_cast<size_t>(
        std::count_if(all.begin() + static_cast<std::ptrdiff_t>(files_before_), all.end(),
                      [&](const std::string& bytes) { return bytes.find(sealed_[n]) != std::string::npos; }));
  }

  std::vector<std::string> LogFiles(const std::string& directory) {
    std::vector<std::string> found = *files_.List(directory);
    std::erase_if(found, [](const std::string& name) { return !name.starts_with("rights.log."); });
    return found;
  }

  // The state before any of it, made anew for each point at which the process dies.
  void Begin() {
    files_.LiftFaults();
    committer_ = nullptr;
    log_ = nullptr;
    head_ = nullptr;
    keys_ = nullptr;
    stopped_ = absl::OkStatus();
    for (const char* const directory : {kStore, kKeys, kSecond}) {
      const auto names = files_.List(directory);
      if (!names.ok()) continue;
      for (const std::string& name : *names) files_.Remove(std::string(directory) + "/" + name).IgnoreError();
      ASSERT_TRUE(files_.SyncDirectory(directory).ok());
    }
    ASSERT_TRUE(InitKeys(files_, kKeys, random_, absl::FromUnixSeconds(1'700'000'000)).ok());
    files_before_ = files_.EverythingOnDisk().size();
    Start();
    WriteFive();
  }

  // After a crash at some point of Compact.
  void ExpectOneWholeLog() {
    const std::vector<std::string> payloads = Payloads();
    const uint32_t number = head_->values().log_file;
    if (number == 1) {
      EXPECT_THAT(payloads, AnyOf(ElementsAre("one", "two", "three", "four", "five"),
                                  ElementsAre("one", "two", "three", "four", "five", "late")));
    } else {
      ASSERT_EQ(payloads.size(), 4u);
      EXPECT_THAT(std::vector<std::string>(payloads.begin() + 1, payloads.end()),
                  ElementsAre("two", "four", "late"));
    }
    const std::string name = "rights.log." + std::to_string(number);
    EXPECT_THAT(LogFiles(kStore), ElementsAre(name));
    EXPECT_THAT(LogFiles(kSecond), ElementsAre(name));
    // In no freed block either: once in each copy of the log that is there, and nowhere else.
    for (size_t n = 0; n < sealed_.size(); ++n) {
      const bool kept = number == 1 || n == 1 || n == 3;
      EXPECT_EQ(FilesWithEntry(n), kept ? 2u : 0u) << "entry " << n + 1;
    }
    EXPECT_EQ(files_.Bytes(std::string(kStore) + "/" + name),
              files_.Bytes(std::string(kSecond) + "/" + name));
    EXPECT_TRUE(VerifyRightsLog(files_, kStore, head_->values()).ok());
    ASSERT_TRUE(committer_->Commit(Act("after")).ok());
    EXPECT_EQ(Payloads().back(), "after");
  }

  size_t files_before_ = 0;
  std::vector<std::string> sealed_;  // Payloads of the five.
};

TEST_F(LogCompactionCrashTest, LogGoesOnInTheNewFileAndTheOldOneIsGone) {
  two_copies_ = true;
  Begin();
  ASSERT_TRUE(Compact().ok());
  EXPECT_EQ(head_->values().log_file, 2u);
  ExpectOneWholeLog();
  EXPECT_EQ(keys_->last_applied_sequence(), 6u);
  Start();
  EXPECT_EQ(Payloads().back(), "after");
  EXPECT_EQ(log_->compaction_hour(), kNow);
  const uint64_t compacted = log_->compacted_bytes();
  EXPECT_GT(compacted, 0u);
  EXPECT_LT(compacted, log_->size_bytes()) << "what came later is not of the compacted part";
  const auto report = VerifyRightsLog(files_, kStore, head_->values());
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->compacted_bytes, compacted);
  // And once more.
  auto again = RightsLogCompaction::Begin(files_, Options(), *log_);
  ASSERT_TRUE(again.ok());
  ASSERT_TRUE((*again)->Write(absl::flat_hash_set<uint64_t>{4, 6}, AsItIs, kNow).ok());
  ASSERT_TRUE(committer_->SwitchLog(**again).ok());
  ASSERT_TRUE(RemoveOtherLogs(files_, Options(), 3).ok());
  EXPECT_THAT(LogFiles(kStore), ElementsAre("rights.log.3"));
  Start();
  EXPECT_THAT(SequencesAfter(0), ElementsAre(7, 4, 6));
}

TEST_F(LogCompactionCrashTest, ACrashAtAnyStepLeavesOneWholeLog) {
  two_copies_ = true;
  Begin();
  const int before = files_.operations();
  ASSERT_TRUE(Compact().ok());
  const int steps = files_.operations() - before;
  ASSERT_GT(steps, 15);
  int old_file = 0;
  int new_file = 0;
  for (int step = 0; step <= steps; ++step) {
    for (const bool power_loss : {false, true}) {
      SCOPED_TRACE("step " + std::to_string(step) + (power_loss ? ", power loss" : ", killed"));
      Begin();
      files_.StopAfter(step);
      Compact().IgnoreError();
      committer_ = nullptr;
      power_loss ? files_.CrashKeepingSome(static_cast<uint64_t>(step)) : files_.Kill();
      Start();
      if (HasFatalFailure()) return;
      (head_->values().log_file == 1 ? old_file : new_file) += 1;
      ExpectOneWholeLog();
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(old_file, 0);
  EXPECT_GT(new_file, 0);
}

TEST_F(LogCompactionCrashTest, ACheckThatACompactionOvertakesIsMadeOnTheNewFile) {
  two_copies_ = true;
  Begin();
  int asked = 0;
  const auto read_head = [&]() -> absl::StatusOr<KeyHeadValues> {
    const KeyHeadValues before = head_->values();
    if (++asked == 1) {
      EXPECT_TRUE(Compact().ok());
    }
    return before;
  };
  const auto report = VerifyLiveRightsLog(files_, kStore, read_head);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->file_number, 2u);
}

TEST_F(LogCompactionCrashTest, AFullDiskLeavesTheLogAsItWas) {
  two_copies_ = true;
  Begin();
  files_.SetCapacity(1);
  EXPECT_THAT(Compact(), HasCode(absl::StatusCode::kResourceExhausted));
  files_.LiftFaults();
  EXPECT_THAT(LogFiles(kStore), ElementsAre("rights.log.1"));
  EXPECT_THAT(LogFiles(kSecond), ElementsAre("rights.log.1"));
  ASSERT_TRUE(Compact().ok());
  ExpectOneWholeLog();
}

TEST_F(LogCompactionCrashTest, AFileThatNoCompactionLeavesIsRefused) {
  files_.Put(std::string(kStore) + "/rights.log.4", "of another day");
  EXPECT_THAT(Restart(), HasCode(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace bauta::testing
