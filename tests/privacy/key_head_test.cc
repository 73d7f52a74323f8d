#include "privacy/key_head.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/testing/faulty_file_system.h"

namespace bauta {
namespace {

using testing::FaultyFileSystem;

constexpr char kKeys[] = "/keys";
constexpr char kHead[] = "/keys/head";

Sha256Digest HashOf(uint64_t sequence) { return Sha256(std::to_string(sequence)); }

class KeyHeadTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(files_.CreateDirectories(kKeys).ok());
    ASSERT_TRUE(KeyHead::Create(files_, kKeys, {.log_file = 1, .subjects_file = 1}).ok());
    head_ = Open();
  }

  std::unique_ptr<KeyHead> Open() {
    auto head = KeyHead::Open(files_, kKeys);
    EXPECT_TRUE(head.ok()) << head.status();
    return head.ok() ? *std::move(head) : nullptr;
  }

  FaultyFileSystem files_;
  std::unique_ptr<KeyHead> head_;
};

TEST_F(KeyHeadTest, EachChangeIsDurableWhenItReturns) {
  for (uint64_t sequence = 1; sequence <= 5; ++sequence) {
    ASSERT_TRUE(head_->SetLog(7, sequence, HashOf(sequence)).ok());
    files_.Crash();
    head_ = Open();
    EXPECT_EQ(
        head_->values(),
        (KeyHeadValues{.log_file = 7, .subjects_file = 1, .sequence = sequence, .hash = HashOf(sequence)}));
  }
}

TEST_F(KeyHeadTest, ACrashWhileWritingLeavesTheOldValuesOrTheNew) {
  for (uint64_t seed = 0; seed < 64; ++seed) {
    const KeyHeadValues before = head_->values();
    files_.FailSync(1);
    EXPECT_FALSE(head_->SetLog(7, before.sequence + 1, HashOf(before.sequence + 1)).ok());
    files_.CrashKeepingSome(seed);
    head_ = Open();
    const KeyHeadValues after = head_->values();
    EXPECT_TRUE(after == before || after.sequence == before.sequence + 1) << seed;
    ASSERT_TRUE(head_->SetLog(7, after.sequence + 1, HashOf(after.sequence + 1)).ok());
  }
}

TEST_F(KeyHeadTest, ADamagedNewestRecordFallsBackToTheOneBefore) {
  ASSERT_TRUE(head_->SetLog(1, 1, HashOf(1)).ok());
  ASSERT_TRUE(head_->SetLog(1, 2, HashOf(2)).ok());
  const std::string bytes = files_.Bytes(kHead);
  for (size_t i = 4096; i < 4096 + 72; ++i) {  // Counters: 1, 2 made; 3 opened; 4, 5 set. Odd ones lie here.
    files_.Edit(kHead, [&](std::string& head) {
      head = bytes;
      head[i] = static_cast<char>(head[i] ^ 4);
    });
    EXPECT_EQ(Open()->values().sequence, 1u) << i;
  }
}

TEST_F(KeyHeadTest, WithNoWholeRecordItIsRefused) {
  const std::string whole = files_.Bytes(kHead);
  for (size_t size : {size_t{0}, size_t{10}, whole.size()}) {
    files_.Edit(kHead, [&](std::string& head) { head = std::string(size, '\0'); });
    EXPECT_EQ(KeyHead::Open(files_, kKeys).status().code(), absl::StatusCode::kDataLoss) << size;
  }
}

TEST_F(KeyHeadTest, AbsentOrOpenToOthersItIsRefused) {
  files_.SetPermissions(kHead, 0644);
  EXPECT_EQ(KeyHead::Open(files_, kKeys).status().code(), absl::StatusCode::kPermissionDenied);
  ASSERT_TRUE(files_.Remove(kHead).ok());
  EXPECT_EQ(KeyHead::Open(files_, kKeys).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(files_.Exists(kHead));
}

TEST_F(KeyHeadTest, ASequenceNeverFalls) {
  ASSERT_TRUE(head_->SetLog(1, 5, HashOf(5)).ok());
  EXPECT_EQ(head_->SetLog(2, 4, HashOf(4)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(head_->values().sequence, 5u);
  EXPECT_TRUE(head_->SetLog(2, 5, HashOf(5)).ok()) << "a compacted log has the same last entry";
}

TEST_F(KeyHeadTest, AfterASubjectsSwitchEitherRecordAloneNamesTheNewFile) {
  ASSERT_TRUE(head_->SetLog(1, 3, HashOf(3)).ok());
  ASSERT_TRUE(head_->SetSubjectsFile(2).ok());
  const std::string bytes = files_.Bytes(kHead);
  for (size_t damaged : {size_t{20}, size_t{4096 + 20}}) {
    files_.Edit(kHead, [&](std::string& head) {
      head = bytes;
      head[damaged] = '\x7f';
    });
    EXPECT_EQ(Open()->values().subjects_file, 2u);
    EXPECT_EQ(Open()->values().sequence, 3u);
  }
}

TEST_F(KeyHeadTest, WhatAStartReadsNoPowerLossTakesBack) {
  // The sync fails, the process is killed: the record is readable, and on no disk.
  files_.FailSync(1);
  EXPECT_FALSE(head_->SetLog(1, 1, HashOf(1)).ok());
  files_.Kill();
  head_ = Open();
  EXPECT_EQ(head_->values().sequence, 1u);
  files_.Crash();
  EXPECT_EQ(Open()->values().sequence, 1u);
}

TEST_F(KeyHeadTest, AfterAFailedSyncNothingMoreIsPromised) {
  files_.FailSync(1);
  EXPECT_EQ(head_->SetLog(1, 1, HashOf(1)).code(), absl::StatusCode::kInternal);
  EXPECT_EQ(head_->SetLog(1, 1, HashOf(1)).code(), absl::StatusCode::kInternal)
      << "the fault was lifted, yet who knows";
  EXPECT_EQ(head_->values().sequence, 0u);
}

}  // namespace
}  // namespace bauta
