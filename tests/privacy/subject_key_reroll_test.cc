#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "privacy/subject_key_file.h"
#include "privacy/subject_keys.h"
#include "tests/privacy/subject_keys_fixture.h"

namespace bauta {
namespace {

class SubjectKeyRerollTest : public testing::SubjectKeysFixture {
 protected:
  std::map<SlotRef, std::string> CreateMany(int count) {
    std::map<SlotRef, std::string> keys;
    for (int i = 0; i < count; ++i) {
      const SlotRef slot = Create();
      keys[slot] = *KeyOf(slot);
    }
    EXPECT_TRUE(keys_->Sync().ok());
    return keys;
  }
  void ExpectKeys(const std::map<SlotRef, std::string>& expected) {
    for (const auto& [slot, key] : expected) ASSERT_EQ(KeyOf(slot), key) << slot.index;
    EXPECT_EQ(keys_->live_count(), expected.size());
  }
  void ExpectOnlyFiles(uint32_t number) {
    EXPECT_EQ(*files_.List(kKeys), (std::vector<std::string>{"head", "subjects." + std::to_string(number),
                                                             "wrap." + std::to_string(number)}));
  }
};

TEST_F(SubjectKeyRerollTest, KeepsEverySlotUnderANewWrapAndTheNewFilesAlone) {
  auto expected = CreateMany(700);
  const SlotRef erased = expected.begin()->first;
  ASSERT_TRUE(keys_->Destroy(erased).ok());
  ASSERT_TRUE(keys_->SetLastAppliedSequence(9).ok());
  expected.erase(erased);
  ASSERT_TRUE(Reroll().ok());
  EXPECT_EQ(keys_->file_number(), 2u);
  EXPECT_EQ(keys_->wrap_key_time(), now_ + absl::Hours(24));
  ExpectOnlyFiles(2);
  ExpectKeys(expected);
  files_.Crash();
  Reopen();
  EXPECT_EQ(keys_->last_applied_sequence(), 9u);
  ExpectOnlyFiles(2);
  ExpectKeys(expected);
  EXPECT_FALSE(keys_->IsLive(erased));
}

TEST_F(SubjectKeyRerollTest, AStrayCopyOfTheOldFileIsUnreadableAfterwards) {
  CreateMany(3);
  const std::string wrap = files_.Bytes(Wrap(1));
  const std::string subjects = files_.Bytes(Subjects(1));
  ASSERT_TRUE(OnDisk(wrap));
  ASSERT_TRUE(Reroll().ok());
  EXPECT_FALSE(OnDisk(wrap)) << "unlinked, not overwritten";
  EXPECT_FALSE(OnDisk(subjects.substr(kSlotSize, kSlotSize)));
  EXPECT_EQ(files_.Bytes(Subjects(2)).find(subjects.substr(kSlotSize + 12, 48)), std::string::npos);
}

TEST_F(SubjectKeyRerollTest, CanBeDoneAgainAndAgain) {
  auto expected = CreateMany(5);
  for (uint32_t number = 2; number < 6; ++number) {
    ASSERT_TRUE(Reroll().ok());
    const SlotRef slot = Create();
    expected[slot] = *KeyOf(slot);
    ASSERT_TRUE(keys_->Sync().ok());
    ExpectOnlyFiles(number);
    ExpectKeys(expected);
  }
}

// At every point at which the process can die, under every kind of crash, a start finds all keys and one pair
// of files.
TEST_F(SubjectKeyRerollTest, CutOffAnywhereItIsFinishedOrDiscardedByWhatTheHeadNames) {
  const auto expected = CreateMany(300);
  bool finished = false;
  int points = 0;
  for (int stop = 0; !finished; ++stop, ++points) {
    for (int kind = 0; kind < 3; ++kind) {
      files_.StopAfter(stop);
      finished = Reroll().ok();
      EXPECT_TRUE(finished || files_.stopped());
      switch (kind) {
        case 0:
          files_.Crash();
          break;
        case 1:
          files_.Kill();
          break;
        default:
          files_.CrashKeepingSome(static_cast<uint64_t>(stop));
      }
      Reopen();
      ASSERT_NO_FATAL_FAILURE(ExpectKeys(expected)) << stop << " " << kind;
      ExpectOnlyFiles(head_->values().subjects_file);
      EXPECT_TRUE(keys_->DamagedSlots().empty());
    }
  }
  EXPECT_GT(points, 15);
}

TEST_F(SubjectKeyRerollTest, WhatIsCreatedAndDestroyedMeanwhileGoesToBothFiles) {
  auto expected = CreateMany(600);
  const SlotRef doomed = expected.begin()->first;
  const SlotRef doomed_last = expected.rbegin()->first;
  SlotRef born;
  // The switch runs while both files are live: what happens in it must be in both.
  const absl::Status rerolled = keys_->RerollWrapKey(now_, [&](uint32_t number) {
    born = Create();
    expected[born] = *KeyOf(born);
    EXPECT_TRUE(keys_->Destroy(doomed).ok());
    EXPECT_TRUE(keys_->Destroy(doomed_last).ok());
    EXPECT_TRUE(keys_->SetLastAppliedSequence(12).ok());
    EXPECT_TRUE(keys_->Sync().ok());
    expected.erase(doomed);
    expected.erase(doomed_last);
    return head_->SetSubjectsFile(number);
  });
  ASSERT_TRUE(rerolled.ok()) << rerolled;
  ExpectKeys(expected);
  files_.Crash();
  Reopen();
  ExpectKeys(expected);
  EXPECT_EQ(keys_->last_applied_sequence(), 12u);
}

TEST_F(SubjectKeyRerollTest, TheFileMayGrowMeanwhile) {
  auto expected = CreateMany(10);
  const absl::Status rerolled = keys_->RerollWrapKey(now_, [&](uint32_t number) {
    for (uint32_t i = 0; i < kSlotGrowth; ++i) {
      const SlotRef slot = Create();
      expected[slot] = *KeyOf(slot);
    }
    EXPECT_TRUE(keys_->Sync().ok());
    return head_->SetSubjectsFile(number);
  });
  ASSERT_TRUE(rerolled.ok()) << rerolled;
  files_.Crash();
  Reopen();
  ExpectKeys(expected);
}

TEST_F(SubjectKeyRerollTest, ADamagedSlotStaysDamaged) {
  auto expected = CreateMany(3);
  const SlotRef bad = expected.begin()->first;
  files_.Edit(Subjects(1), [&](std::string& bytes) {
    bytes[bad.index * kSlotSize] = static_cast<char>(bytes[bad.index * kSlotSize] ^ 1);
  });
  Reopen();
  expected.erase(bad);
  ASSERT_TRUE(Reroll().ok());
  Reopen();
  EXPECT_EQ(keys_->DamagedSlots(), std::vector<uint32_t>{bad.index});
  ExpectKeys(expected);
}

TEST_F(SubjectKeyRerollTest, AFullDiskLeavesTheOldFilesServingAndNoRest) {
  const auto expected = CreateMany(5);
  files_.SetCapacity(files_.Bytes(Subjects(1)).size() + 20'000);
  EXPECT_EQ(Reroll().code(), absl::StatusCode::kResourceExhausted);
  files_.LiftFaults();
  ExpectOnlyFiles(1);
  ExpectKeys(expected);
  const SlotRef slot = Create();
  EXPECT_TRUE(keys_->Sync().ok());
  EXPECT_TRUE(keys_->IsLive(slot));
  EXPECT_TRUE(Reroll().ok()) << "and it may be tried again";
  EXPECT_TRUE(keys_->IsLive(slot));
}

TEST_F(SubjectKeyRerollTest, WhereTheSwitchFailsNothingMoreIsPromised) {
  const auto expected = CreateMany(2);
  EXPECT_FALSE(keys_->RerollWrapKey(now_, [](uint32_t) { return absl::InternalError("head"); }).ok());
  EXPECT_FALSE(keys_->Create().ok());
  EXPECT_FALSE(keys_->Sync().ok());
  for (const auto& [slot, key] : expected) EXPECT_EQ(KeyOf(slot), key) << "reading goes on";
  Reopen();
  ExpectOnlyFiles(1);
  ExpectKeys(expected);
}

TEST_F(SubjectKeyRerollTest, OnlyOneRunsAtATime) {
  absl::Status second;
  ASSERT_TRUE(keys_
                  ->RerollWrapKey(now_,
                                  [&](uint32_t number) {
                                    second = Reroll();
                                    return head_->SetSubjectsFile(number);
                                  })
                  .ok());
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Reroll().ok());
}

TEST_F(SubjectKeyRerollTest, FilesThatNoRerollCanHaveLeftAreRefusedAndKept) {
  CreateMany(1);
  files_.Put("/keys/wrap.7", std::string(64, 'w'));
  const absl::Status status = TryOpen().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(status.message().find("wrap.7"), absl::string_view::npos) << status;
  EXPECT_TRUE(files_.Exists("/keys/wrap.7"));
}

TEST_F(SubjectKeyRerollTest, AnOlderHeadPutBackIsRefusedAndNothingIsRemoved) {
  const auto expected = CreateMany(2);
  const std::string old_head = files_.Bytes("/keys/head");
  ASSERT_TRUE(Reroll().ok());
  const std::string new_head = files_.Bytes("/keys/head");
  files_.Edit("/keys/head", [&](std::string& head) { head = old_head; });
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kFailedPrecondition);
  files_.Edit("/keys/head", [&](std::string& head) { head = new_head; });
  Reopen();
  ExpectKeys(expected);
}

TEST_F(SubjectKeyRerollTest, OthersGoOnMeanwhile) {
  auto expected = CreateMany(2000);
  std::vector<SlotRef> born;
  std::thread other([&] {
    for (int i = 0; i < 300; ++i) {
      const auto slot = keys_->Create();
      if (!slot.ok() || !keys_->Sync().ok() || !keys_->DataKey(*slot).ok()) return;
      if (i % 2 == 0) {
        if (!keys_->Destroy(*slot).ok()) return;
      } else {
        born.push_back(*slot);
      }
    }
  });
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Reroll().ok());
  other.join();
  EXPECT_EQ(born.size(), 150u);
  ASSERT_TRUE(keys_->Sync().ok());
  for (const SlotRef& slot : born) expected[slot] = *KeyOf(slot);
  files_.Crash();
  Reopen();
  ExpectKeys(expected);
}

}  // namespace
}  // namespace bauta
