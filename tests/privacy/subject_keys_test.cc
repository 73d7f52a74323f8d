#include "privacy/subject_keys.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "privacy/subject_key_file.h"
#include "tests/privacy/subject_keys_fixture.h"

namespace bauta {
namespace {

using SubjectKeysTest = testing::SubjectKeysFixture;

TEST_F(SubjectKeysTest, ASyncedSlotKeepsItsKeyThroughACrash) {
  const SlotRef slot = Create();
  EXPECT_EQ(slot.index, 1u) << "slot 0 is the header";
  const auto key = KeyOf(slot);
  ASSERT_TRUE(key.has_value());
  ASSERT_TRUE(keys_->Sync().ok());
  files_.Crash();
  Reopen();
  EXPECT_EQ(KeyOf(slot), key);
  EXPECT_EQ(keys_->LiveSlots(), std::vector<SlotRef>{slot});
}

TEST_F(SubjectKeysTest, AnUnsyncedSlotIsGoneAfterACrash) {
  const SlotRef slot = Create();
  files_.Crash();
  Reopen();
  EXPECT_FALSE(keys_->IsLive(slot));
  EXPECT_EQ(keys_->DataKey(slot).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(keys_->DamagedSlots().empty());
}

TEST_F(SubjectKeysTest, EverySlotHasAKeyAndAGenerationOfItsOwn) {
  std::set<std::string> keys;
  std::set<uint64_t> generations;
  std::set<uint32_t> places;
  for (int i = 0; i < 50; ++i) {
    const SlotRef slot = Create();
    keys.insert(*KeyOf(slot));
    generations.insert(slot.generation);
    places.insert(slot.index);
  }
  EXPECT_EQ(keys.size(), 50u);
  EXPECT_EQ(generations.size(), 50u);
  EXPECT_EQ(places.size(), 50u);
}

TEST_F(SubjectKeysTest, ADestroyedSlotIsDeadAtOnceAndItsBytesAreGoneOnceSynced) {
  const SlotRef slot = Create();
  ASSERT_TRUE(keys_->Sync().ok());
  const std::string image = files_.Bytes(Subjects(1)).substr(kSlotSize, kSlotSize);
  ASSERT_TRUE(OnDisk(image.substr(12, 48)));
  ASSERT_TRUE(keys_->Destroy(slot).ok());
  EXPECT_FALSE(keys_->IsLive(slot));
  EXPECT_FALSE(KeyOf(slot).has_value()) << "still in the cache";
  ASSERT_TRUE(keys_->Sync().ok());
  EXPECT_FALSE(OnDisk(image.substr(12, 48)));
  files_.Crash();
  Reopen();
  EXPECT_FALSE(KeyOf(slot).has_value());
  EXPECT_TRUE(keys_->LiveSlots().empty());
}

TEST_F(SubjectKeysTest, ADestructionNotSyncedIsUndoneByACrash) {
  const SlotRef slot = Create();
  ASSERT_TRUE(keys_->Sync().ok());
  const auto key = KeyOf(slot);
  ASSERT_TRUE(keys_->Destroy(slot).ok());
  files_.Crash();
  Reopen();
  EXPECT_EQ(KeyOf(slot), key) << "the rights log destroys it again";
}

TEST_F(SubjectKeysTest, DestroyedAgainByAReplayItIsGoneEvenWhereTheFirstSyncFailed) {
  const SlotRef slot = Create();
  ASSERT_TRUE(keys_->Sync().ok());
  ASSERT_TRUE(keys_->Destroy(slot).ok());
  files_.FailSync(1);
  EXPECT_FALSE(keys_->Sync().ok());
  files_.Kill();
  Reopen();
  EXPECT_FALSE(keys_->IsLive(slot)) << "what the page cache says";
  ASSERT_TRUE(keys_->Destroy(slot).ok());
  ASSERT_TRUE(keys_->Sync().ok());
  files_.Crash();
  Reopen();
  EXPECT_FALSE(keys_->IsLive(slot));
}

TEST_F(SubjectKeysTest, WhatAStartReadsOfAKilledProcessNoPowerLossTakesBack) {
  const SlotRef slot = Create();
  files_.Kill();
  Reopen();
  EXPECT_TRUE(keys_->IsLive(slot));
  files_.Crash();
  Reopen();
  EXPECT_TRUE(keys_->IsLive(slot));
}

TEST_F(SubjectKeysTest, DestroyingIsSafeToRepeatAndTouchesNoOther) {
  const SlotRef slot = Create();
  const SlotRef other = Create();
  ASSERT_TRUE(keys_->Destroy(slot).ok());
  ASSERT_TRUE(keys_->Destroy(slot).ok());
  ASSERT_TRUE(keys_->Destroy(SlotRef()).ok());
  ASSERT_TRUE(keys_->Destroy({.index = 0, .generation = 1}).ok());
  ASSERT_TRUE(keys_->Destroy({.index = 4'000'000, .generation = 1}).ok());
  ASSERT_TRUE(keys_->Destroy({.index = other.index, .generation = other.generation + 1}).ok());
  EXPECT_TRUE(keys_->IsLive(other));
  EXPECT_EQ(keys_->live_count(), 1u);
}

TEST_F(SubjectKeysTest, AFreedPlaceIsUsedAgainOnlyAfterASyncAndUnderAnotherGeneration) {
  const SlotRef first = Create();
  ASSERT_TRUE(keys_->Sync().ok());
  ASSERT_TRUE(keys_->Destroy(first).ok());
  EXPECT_NE(Create().index, first.index)
      << "a crash could bring the old key back to a place with a new owner";
  ASSERT_TRUE(keys_->Sync().ok());
  const SlotRef again = Create();
  EXPECT_EQ(again.index, first.index);
  EXPECT_NE(again.generation, first.generation);
  EXPECT_FALSE(keys_->IsLive(first));
  EXPECT_FALSE(KeyOf(first).has_value());
  ASSERT_TRUE(keys_->Destroy(first).ok());
  EXPECT_TRUE(keys_->IsLive(again));
}

TEST_F(SubjectKeysTest, KeysBeyondTheCacheAreReadFromTheFile) {
  std::map<SlotRef, std::string> expected;
  for (int i = 0; i < 100; ++i) {
    const SlotRef slot = Create();
    expected[slot] = *KeyOf(slot);
  }
  for (int round = 0; round < 2; ++round) {
    for (const auto& [slot, key] : expected) EXPECT_EQ(KeyOf(slot), key) << slot.index;
  }
}

TEST_F(SubjectKeysTest, TheFileGrowsBeyondItsFirstThousandSlots) {
  std::map<SlotRef, std::string> expected;
  for (uint32_t i = 0; i < 2 * kSlotGrowth + 10; ++i) {
    const SlotRef slot = Create();
    if (i % 100 == 0) expected[slot] = *KeyOf(slot);
  }
  ASSERT_TRUE(keys_->Sync().ok());
  EXPECT_EQ(files_.Bytes(Subjects(1)).size(), 3 * kSlotGrowth * kSlotSize);
  files_.Crash();
  Reopen();
  EXPECT_EQ(keys_->live_count(), 2 * kSlotGrowth + 10);
  for (const auto& [slot, key] : expected) EXPECT_EQ(KeyOf(slot), key);
}

TEST_F(SubjectKeysTest, AFullDiskRefusesTheNewSlotAndNothingElse) {
  std::vector<SlotRef> slots;
  for (uint32_t i = 1; i < kSlotGrowth; ++i) slots.push_back(Create());
  files_.SetCapacity(1);
  EXPECT_EQ(keys_->Create().status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(keys_->Destroy(slots[0]).ok()) << "an erasure needs no room";
  EXPECT_TRUE(keys_->Sync().ok());
  EXPECT_EQ(Create().index, slots[0].index) << "a freed place needs no room";
  EXPECT_EQ(keys_->Create().status().code(), absl::StatusCode::kResourceExhausted);
  files_.LiftFaults();
  EXPECT_TRUE(keys_->IsLive(Create()));
}

TEST_F(SubjectKeysTest, AfterAFailedSyncNothingMoreIsPromised) {
  const SlotRef slot = Create();
  files_.FailSync(1);
  EXPECT_EQ(keys_->Sync().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(keys_->Sync().code(), absl::StatusCode::kInternal)
      << "the kernel says OK now, the bytes are lost";
  EXPECT_EQ(keys_->Create().status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(keys_->Destroy(slot).code(), absl::StatusCode::kInternal);
  EXPECT_EQ(keys_->SetLastAppliedSequence(1).code(), absl::StatusCode::kInternal);
  EXPECT_EQ(Reroll().code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(KeyOf(slot).has_value()) << "reading goes on";
}

TEST_F(SubjectKeysTest, AFailedWriteIsNotTakenForAKey) {
  files_.FailWrite(1);
  EXPECT_EQ(keys_->Create().status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(keys_->live_count(), 0u);
}

TEST_F(SubjectKeysTest, WithoutRandomnessThereIsNoSlot) {
  testing::NoRandom none;
  auto keys = SubjectKeys::Open(files_, none, {.directory = kKeys});
  ASSERT_TRUE(keys.ok());
  EXPECT_EQ((*keys)->Create().status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ((*keys)->live_count(), 0u);
}

TEST_F(SubjectKeysTest, TheLastAppliedSequenceIsDurableOnceSynced) {
  ASSERT_TRUE(keys_->SetLastAppliedSequence(41).ok());
  ASSERT_TRUE(keys_->Sync().ok());
  ASSERT_TRUE(keys_->SetLastAppliedSequence(42).ok());
  EXPECT_EQ(keys_->last_applied_sequence(), 42u);
  files_.Crash();
  Reopen();
  EXPECT_EQ(keys_->last_applied_sequence(), 41u);
}

TEST_F(SubjectKeysTest, AFlippedBitInASlotIsSeenAndKilledNobody) {
  const SlotRef good = Create();
  const SlotRef bad = Create();
  const auto key = KeyOf(good);
  ASSERT_TRUE(keys_->Sync().ok());
  const std::string whole = files_.Bytes(Subjects(1));
  for (size_t byte = 0; byte < kSlotSize; ++byte) {
    files_.Edit(Subjects(1), [&](std::string& bytes) {
      bytes = whole;
      bytes[bad.index * kSlotSize + byte] = static_cast<char>(bytes[bad.index * kSlotSize + byte] ^ 0x20);
    });
    Reopen();
    EXPECT_EQ(keys_->DamagedSlots(), std::vector<uint32_t>{bad.index}) << byte;
    EXPECT_FALSE(keys_->IsLive(bad));
    EXPECT_EQ(KeyOf(good), key);
    EXPECT_NE(Create().index, bad.index) << "a damaged place may hold somebody's key";
  }
}

TEST_F(SubjectKeysTest, AZeroedSlotIsDamagedAndNotFree) {
  const SlotRef slot = Create();
  ASSERT_TRUE(keys_->Sync().ok());
  files_.Edit(Subjects(1),
              [&](std::string& bytes) { bytes.replace(slot.index * kSlotSize, kSlotSize, kSlotSize, '\0'); });
  Reopen();
  EXPECT_EQ(keys_->DamagedSlots(), std::vector<uint32_t>{slot.index});
}

TEST_F(SubjectKeysTest, AReclaimedPlaceIsUsedAgain) {
  const SlotRef slot = Create();
  ASSERT_TRUE(keys_->Sync().ok());
  files_.Edit(Subjects(1),
              [&](std::string& bytes) { bytes[kSlotSize] = static_cast<char>(bytes[kSlotSize] ^ 1); });
  Reopen();
  ASSERT_TRUE(keys_->ReclaimDamaged(slot.index).ok());
  ASSERT_TRUE(keys_->ReclaimDamaged(77).ok()) << "not damaged: nothing to do";
  EXPECT_TRUE(keys_->DamagedSlots().empty());
  ASSERT_TRUE(keys_->Sync().ok());
  EXPECT_EQ(Create().index, slot.index);
  ASSERT_TRUE(keys_->Sync().ok());
  Reopen();
  EXPECT_TRUE(keys_->DamagedSlots().empty());
}

TEST_F(SubjectKeysTest, ASlotMovedToAnotherPlaceDoesNotUnwrap) {
  const SlotRef from = Create();
  const SlotRef to = Create();
  ASSERT_TRUE(keys_->Sync().ok());
  files_.Edit(Subjects(1), [&](std::string& bytes) {
    bytes.replace(to.index * kSlotSize, kSlotSize, bytes, from.index * kSlotSize, kSlotSize);
  });
  Reopen();
  EXPECT_EQ(keys_->DataKey({.index = to.index, .generation = from.generation}).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(SubjectKeysTest, ADamagedOrCutFileIsRefused) {
  for (int i = 0; i < 10; ++i) Create();
  ASSERT_TRUE(keys_->Sync().ok());
  const std::string whole = files_.Bytes(Subjects(1));
  for (size_t size : {size_t{0}, size_t{63}, kSlotSize, 5 * kSlotSize, whole.size() - 1}) {
    files_.Edit(Subjects(1), [&](std::string& bytes) { bytes = whole.substr(0, size); });
    EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kDataLoss) << size;
  }
  for (size_t byte = 0; byte < kSlotSize; ++byte) {
    files_.Edit(Subjects(1), [&](std::string& bytes) {
      bytes = whole;
      bytes[byte] = static_cast<char>(bytes[byte] ^ 1);
    });
    EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kDataLoss) << byte;
  }
}

TEST_F(SubjectKeysTest, AWrapKeyThatIsNotTheFilesIsRefusedAndNothingIsRemoved) {
  files_.Edit(Wrap(1), [](std::string& bytes) { bytes[9] = static_cast<char>(bytes[9] ^ 1); });
  const absl::Status status = TryOpen().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(status.message().find("wrap.1"), absl::string_view::npos) << status;
  EXPECT_TRUE(files_.Exists(Subjects(1)) && files_.Exists(Wrap(1)));
}

TEST_F(SubjectKeysTest, AbsentOrOpenToOthersItIsRefusedByName) {
  for (const std::string& path : {Subjects(1), Wrap(1)}) {
    files_.SetPermissions(path, 0644);
    absl::Status status = TryOpen().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
    EXPECT_NE(status.message().find(path), absl::string_view::npos) << status;
    files_.SetPermissions(path, 0600);
    ASSERT_TRUE(files_.Rename(path, "/keys/aside").ok());
    status = TryOpen().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_NE(status.message().find(path), absl::string_view::npos) << status;
    EXPECT_FALSE(files_.Exists(path)) << "made anew";
    ASSERT_TRUE(files_.Rename("/keys/aside", path).ok());
  }
  EXPECT_TRUE(TryOpen().ok());
}

// What was acknowledged (synced) survives any crash, and what was not leaves either the state before or
// after.
TEST_F(SubjectKeysTest, RandomHistoriesSurviveRandomCrashes) {
  std::mt19937_64 dice(7);
  std::map<SlotRef, std::string> synced;   // Live for certain.
  std::set<SlotRef> dead;                  // Dead for certain.
  std::map<SlotRef, std::string> created;  // Since the last sync.
  std::set<SlotRef> destroyed;             // Since the last sync.
  for (int step = 0; step < 3000; ++step) {
    const uint64_t choice = dice() % 100;
    if (choice < 50) {
      const SlotRef slot = Create();
      created[slot] = *KeyOf(slot);
    } else if (choice < 70 && !synced.empty()) {
      const auto victim = std::next(synced.begin(), static_cast<ptrdiff_t>(dice() % synced.size()));
      ASSERT_TRUE(keys_->Destroy(victim->first).ok());
      destroyed.insert(victim->first);
      synced.erase(victim);
    } else if (choice < 90) {
      ASSERT_TRUE(keys_->Sync().ok());
      synced.insert(created.begin(), created.end());
      dead.insert(destroyed.begin(), destroyed.end());
      created.clear();
      destroyed.clear();
    } else if (choice < 95) {
      files_.CrashKeepingSome(dice());
      Reopen();
      // A torn sector of eight slots may mix old slots and new ones, but each slot is one or the other.
      EXPECT_TRUE(keys_->DamagedSlots().empty()) << step;
      for (const auto& [slot, key] : created) {
        if (keys_->IsLive(slot)) {
          EXPECT_EQ(KeyOf(slot), key);
          ASSERT_TRUE(keys_->Destroy(slot).ok());
        }
      }
      for (const SlotRef& slot : destroyed) ASSERT_TRUE(keys_->Destroy(slot).ok());
      ASSERT_TRUE(keys_->Sync().ok());
      dead.insert(destroyed.begin(), destroyed.end());
      created.clear();
      destroyed.clear();
    }
    if (step % 50 == 0) {
      for (const auto& [slot, key] : synced) ASSERT_EQ(KeyOf(slot), key) << step;
      for (const SlotRef& slot : dead) ASSERT_FALSE(keys_->IsLive(slot)) << step;
    }
  }
  EXPECT_GT(dead.size(), 50u);
}

TEST_F(SubjectKeysTest, ServesThreadsAtOnce) {
  Reopen(64);
  std::vector<std::thread> threads;
  std::vector<char> good(4, 0);
  for (size_t t = 0; t < good.size(); ++t) {
    threads.emplace_back([this, &good, t] {
      bool all = true;
      for (int i = 0; i < 100; ++i) {
        const auto slot = keys_->Create();
        all = slot.ok() && keys_->DataKey(*slot).ok() && all;
        if (i % 3 == 0) all = keys_->Sync().ok() && all;
        all = keys_->Destroy(*slot).ok() && absl::IsNotFound(keys_->DataKey(*slot).status()) && all;
      }
      good[t] = all ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, std::vector<char>(4, 1));
  EXPECT_EQ(keys_->live_count(), 0u);
}

}  // namespace
}  // namespace bauta
