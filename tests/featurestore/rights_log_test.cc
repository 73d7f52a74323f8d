#include "featurestore/store/rights_log.h"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/featurestore/rights_log_fixture.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using RightsLogTest = RightsLogFixture;

TEST_F(RightsLogTest, EntriesComeBackInOrderAfterARestart) {
  CreateLog();
  for (int i = 0; i < 3; ++i) Append();
  files_.Crash();
  ASSERT_TRUE(Restart().ok());
  EXPECT_THAT(SequencesAfter(0), ElementsAre(1, 2, 3));
  EXPECT_THAT(SequencesAfter(2), ElementsAre(3));
  EXPECT_THAT(SequencesAfter(3), IsEmpty());
  EXPECT_EQ(recovery_.entries, 3u);
  EXPECT_EQ(recovery_.entries_beyond_head, 0u);
  Append();
  EXPECT_THAT(SequencesAfter(2), ElementsAre(3, 4));
}

TEST_F(RightsLogTest, NoLogAtAllIsNotFoundForANewStoreAndBehindForAnOldOne) {
  EXPECT_THAT(OpenLog(), HasCode(absl::StatusCode::kNotFound));
  CreateLog();
  Append();
  EXPECT_THAT(RightsLog::Create(files_, Options(), *head_), HasCode(absl::StatusCode::kFailedPrecondition));
  ASSERT_TRUE(files_.Remove(kLogPath).ok());
  const absl::Status opened = Restart();
  EXPECT_THAT(opened, HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(opened, HasMessage(HasSubstr("keys/head names entry 1, there is no file")));
}

TEST_F(RightsLogTest, ASecondLogIsNotMadeOverTheFirst) {
  CreateLog();
  EXPECT_THAT(RightsLog::Create(files_, Options(), *head_), HasCode(absl::StatusCode::kAlreadyExists));
}

TEST_F(RightsLogTest, WholeTailBeyondTheHeadIsKeptAndNamed) {
  CreateLog();
  Append();
  Append(/*commit=*/false);
  Append(/*commit=*/false);
  files_.Crash();
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(recovery_.entries_beyond_head, 2u);
  EXPECT_EQ(recovery_.bytes_cut, 0u);
  EXPECT_EQ(head_->values().sequence, 3u);
  EXPECT_EQ(head_->values().hash, log_->last_hash());
  files_.Crash();  // What was named is durable.
  ASSERT_TRUE(Restart().ok());
  EXPECT_THAT(SequencesAfter(0), ElementsAre(1, 2, 3));
}

// A kept tail may stand in the page cache only: it must be synced before the head names it.
TEST_F(RightsLogTest, KeptTailIsSyncedBeforeTheHeadNamesIt) {
  CreateLog();
  Append();
  const std::vector<RightsLog::NewEntry> entries = {NextEntry()};
  ASSERT_TRUE(log_->Append(entries).ok());
  files_.Kill();
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(recovery_.entries_beyond_head, 1u);
  files_.Crash();
  ASSERT_TRUE(Restart().ok());
  EXPECT_THAT(SequencesAfter(0), ElementsAre(1, 2));
}

TEST_F(RightsLogTest, TornTailIsCutAtWhateverByteItIsTorn) {
  CreateLog();
  Append();
  Append(/*commit=*/false);
  const std::string whole = files_.Bytes(kLogPath);
  const size_t begin = Boundaries(whole)[1];
  for (size_t size = begin + 1; size < whole.size(); ++size) {
    files_.Put(kLogPath, whole.substr(0, size));
    ASSERT_TRUE(Restart().ok()) << size;
    EXPECT_EQ(recovery_.bytes_cut, size - begin);
    EXPECT_EQ(recovery_.entries, 1u);
    EXPECT_EQ(head_->values().sequence, 1u);
    EXPECT_EQ(files_.Bytes(kLogPath), whole.substr(0, begin));
  }
  Append();
  EXPECT_THAT(SequencesAfter(0), ElementsAre(1, 2));
}

TEST_F(RightsLogTest, TailOfGarbageOrOfAnotherChainIsCut) {
  CreateLog();
  Append();
  Append();
  const std::string whole = files_.Bytes(kLogPath);
  const size_t second = Boundaries(whole)[1];
  for (const std::string& tail : {std::string(200, '\0'), std::string(200, 'x'), whole.substr(second)}) {
    files_.Put(kLogPath, whole + tail);
    ASSERT_TRUE(Restart().ok());
    EXPECT_EQ(recovery_.bytes_cut, tail.size());
    EXPECT_EQ(files_.Bytes(kLogPath), whole);
  }
}

TEST_F(RightsLogTest, LogThatEndsBeforeItsHeadIsRefusedWhereverItEnds) {
  CreateLog();
  Append();
  Append();
  const std::string whole = files_.Bytes(kLogPath);
  for (size_t size = 0; size < whole.size(); ++size) {
    files_.Put(kLogPath, whole.substr(0, size));
    const absl::Status opened = Restart();
    ASSERT_THAT(opened, HasCode(absl::StatusCode::kFailedPrecondition)) << size;
    EXPECT_THAT(opened, HasMessage(HasSubstr("is behind its head: keys/head names entry 2")));
    EXPECT_EQ(files_.Bytes(kLogPath).size(), size) << "a refused log is left as it is";
  }
}

TEST_F(RightsLogTest, EveryFlippedBitIsFoundAndItsEntryNamed) {
  CreateLog();
  for (int i = 0; i < 3; ++i) Append();
  const std::string whole = files_.Bytes(kLogPath);
  const std::vector<size_t> begins = Boundaries(whole);
  for (size_t bit = 0; bit < whole.size() * 8; bit += 3) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    files_.Put(kLogPath, damaged);
    const absl::Status opened = Restart();
    ASSERT_THAT(opened, HasCode(absl::StatusCode::kDataLoss)) << "bit " << bit;
    EXPECT_THAT(VerifyRightsLog(files_, kStore, head_->values()).status(), opened);
    if (bit / 8 < kRightsLogFileHeaderSize) continue;
    const auto entry = std::upper_bound(begins.begin(), begins.end(), bit / 8) - begins.begin();
    EXPECT_THAT(opened, HasMessage(HasSubstr("entry " + std::to_string(entry) + " "))) << "bit " << bit;
    EXPECT_EQ(files_.Bytes(kLogPath), damaged);
  }
}

struct Tampering {
  std::string name;
  std::vector<int> order;  // Which of the entries 1…4 stand in the file.
  std::string message;
};

class TamperedRightsLogTest : public RightsLogFixture, public ::testing::WithParamInterface<Tampering> {};

TEST_P(TamperedRightsLogTest, IsFoundAndNamed) {
  CreateLog();
  for (int i = 0; i < 4; ++i) Append();
  const std::string whole = files_.Bytes(kLogPath);
  const std::vector<size_t> begins = Boundaries(whole);
  std::string changed = whole.substr(0, kRightsLogFileHeaderSize);
  for (const int entry : GetParam().order) {
    changed += whole.substr(begins[entry - 1], begins[entry] - begins[entry - 1]);
  }
  files_.Put(kLogPath, changed);
  const absl::Status opened = Restart();
  EXPECT_THAT(opened, HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(opened, HasMessage(HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(Entries, TamperedRightsLogTest,
                         ::testing::Values(Tampering{"Dropped", {1, 3, 4}, "entry 2 (at byte "},
                                           Tampering{"DroppedFirst", {2, 3, 4}, "entry 1 (at byte "},
                                           Tampering{"Reordered",
                                                     {1, 3, 2, 4},
                                                     "entry 3 stands here: an entry was dropped or moved"},
                                           Tampering{"Repeated", {1, 2, 2, 3, 4}, "entry 3 (at byte "}),
                         [](const auto& test) { return test.param.name; });

TEST_F(RightsLogTest, EntryReplacedInAnOtherwiseWholeChainDoesNotMatchTheHead) {
  CreateLog();
  Append();
  Append();
  std::string forged = EncodeFileHeader({});
  Sha256Digest hash{};
  for (uint64_t sequence : {1, 2}) {
    hash = AppendEntry({.sequence = sequence, .type = RightsEntryType::kErasure, .slot = {}, .destroyed = {}},
                       hash, "forged", forged);
  }
  files_.Put(kLogPath, forged);
  const absl::Status opened = Restart();
  EXPECT_THAT(opened, HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(opened, HasMessage(HasSubstr("entry 2 is not the one that keys/head names")));
}

TEST_F(RightsLogTest, LogOfAnotherNumberIsRefused) {
  CreateLog();
  files_.Put(kLogPath, EncodeFileHeader({.file_number = 2}));
  EXPECT_THAT(Restart(), HasCode(absl::StatusCode::kDataLoss));
}

// Any sector written since the last sync may be there or not after the power went.
TEST_F(RightsLogTest, WhateverACrashKeepsTheLogOpensAndHoldsWhatTheHeadNamed) {
  CreateLog();
  uint64_t acknowledged = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const size_t entries = 1 + seed % 3;
    std::vector<RightsLog::NewEntry> group;
    for (size_t i = 1; i <= entries; ++i)
      group.push_back(NextEntry(i, std::string(seed * 37 % 1500 + 1, 'p')));
    ASSERT_TRUE(log_->Append(group).ok());
    if (seed % 4 != 0) {
      ASSERT_TRUE(log_->Sync().ok());
      if (seed % 4 != 1) {
        ASSERT_TRUE(head_->SetLog(1, log_->last_sequence(), log_->last_hash()).ok());
        acknowledged = log_->last_sequence();
      }
    }
    files_.CrashKeepingSome(seed);
    const absl::Status opened = Restart();
    ASSERT_TRUE(opened.ok()) << seed << ": " << opened;
    ASSERT_GE(log_->last_sequence(), acknowledged);
    acknowledged = log_->last_sequence();
  }
}

TEST_F(RightsLogTest, FullDiskLeavesTheLogAsItWas) {
  two_copies_ = true;
  CreateLog();
  Append();
  const std::string before = files_.Bytes(kLogPath);
  for (const uint64_t room : {0, 50, 150}) {  // Full in the first copy, and in the second.
    uint64_t used = 0;
    for (const char* path : {kLogPath, kSecondLogPath, "/store/keys/head", "/store/keys/root",
                             "/store/keys/identity.1", "/store/keys/wrap.1", "/store/keys/subjects.1"}) {
      used += files_.Bytes(path).size();
    }
    files_.SetCapacity(used + room);
    const std::vector<RightsLog::NewEntry> entries = {NextEntry()};
    EXPECT_THAT(log_->Append(entries), HasCode(absl::StatusCode::kResourceExhausted)) << room;
    EXPECT_EQ(files_.Bytes(kLogPath), before);
    EXPECT_EQ(files_.Bytes(kSecondLogPath), before);
  }
  files_.LiftFaults();
  Append();
  ASSERT_TRUE(Restart().ok());
  EXPECT_THAT(SequencesAfter(0), ElementsAre(1, 2));
}

TEST_F(RightsLogTest, AfterAFailedSyncNothingIsWrittenAnyMore) {
  CreateLog();
  const std::vector<RightsLog::NewEntry> entries = {NextEntry()};
  ASSERT_TRUE(log_->Append(entries).ok());
  files_.FailSync(1);
  EXPECT_THAT(log_->Sync(), HasCode(absl::StatusCode::kInternal));
  EXPECT_THAT(log_->Sync(), HasCode(absl::StatusCode::kInternal));
  const std::vector<RightsLog::NewEntry> more = {NextEntry()};
  EXPECT_THAT(log_->Append(more), HasCode(absl::StatusCode::kInternal));
}

TEST_F(RightsLogTest, SequencesHaveNoGaps) {
  CreateLog();
  const std::vector<RightsLog::NewEntry> entries = {NextEntry(1), NextEntry(3)};
  EXPECT_THAT(log_->Append(entries), HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(log_->last_sequence(), 0u);
}

TEST_F(RightsLogTest, BothCopiesHoldTheSameBytes) {
  two_copies_ = true;
  CreateLog();
  Append();
  Append();
  files_.Crash();
  EXPECT_EQ(files_.Bytes(kLogPath), files_.Bytes(kSecondLogPath));
  EXPECT_GT(files_.Bytes(kLogPath).size(), 200u);
}

TEST_F(RightsLogTest, AbsentCopyIsMadeAnewAndReported) {
  two_copies_ = true;
  CreateLog();
  Append();
  Append();
  const std::string whole = files_.Bytes(kLogPath);
  for (const char* lost : {kLogPath, kSecondLogPath}) {
    ASSERT_TRUE(files_.Remove(lost).ok());
    ASSERT_TRUE(Restart().ok());
    EXPECT_THAT(recovery_.restored_copies, ElementsAre(lost));
    files_.Crash();
    EXPECT_EQ(files_.Bytes(lost), whole);
    ASSERT_TRUE(Restart().ok());
    EXPECT_THAT(recovery_.restored_copies, IsEmpty());
  }
}

TEST_F(RightsLogTest, DamagedCopyIsRefusedAndTheWholeOneMentioned) {
  two_copies_ = true;
  CreateLog();
  Append();
  Append();
  for (const char* path : {kLogPath, kSecondLogPath}) {
    const std::string whole = files_.Bytes(path);
    files_.Edit(path, [](std::string& bytes) { bytes[100] ^= 1; });
    EXPECT_THAT(Restart(), HasMessage(HasSubstr(std::string(path) + ": entry 1 ")));
    EXPECT_THAT(Restart(), HasMessage(HasSubstr("the other copy is whole")));
    files_.Put(path, whole.substr(0, 100));
    EXPECT_THAT(Restart(), HasCode(absl::StatusCode::kFailedPrecondition));
    EXPECT_THAT(Restart(), HasMessage(HasSubstr("the other copy is whole")));
    files_.Put(path, whole);
  }
  EXPECT_TRUE(Restart().ok());
}

TEST_F(RightsLogTest, CopiesWithDifferentTailsAreBroughtToTheLongerOne) {
  two_copies_ = true;
  CreateLog();
  Append();
  Append(/*commit=*/false);
  const std::string whole = files_.Bytes(kLogPath);
  const size_t begin = Boundaries(whole)[1];
  for (const char* path : {kLogPath, kSecondLogPath}) {
    for (const size_t size : {begin, begin + 40}) {
      ASSERT_TRUE(KeyHead::Open(files_, kKeys).ok());
      files_.Put(path, whole.substr(0, size));
      ASSERT_TRUE(Restart().ok());
      EXPECT_EQ(recovery_.bytes_cut, size - begin);
      EXPECT_EQ(log_->last_sequence(), 2u);
      EXPECT_EQ(files_.Bytes(kLogPath), whole);
      EXPECT_EQ(files_.Bytes(kSecondLogPath), whole);
      // The head names entry 2 from the first round on: put the one of before back.
      files_.Edit("/store/keys/head",
                  [](std::string& bytes) { std::fill(bytes.begin(), bytes.end(), '\0'); });
      ASSERT_TRUE(files_.Remove("/store/keys/head").ok());
      const auto first = DecodeEntry(
          std::string_view(whole).substr(kRightsLogFileHeaderSize, begin - kRightsLogFileHeaderSize));
      ASSERT_TRUE(first.ok());
      ASSERT_TRUE(KeyHead::Create(files_, kKeys,
                                  {.log_file = 1, .subjects_file = 1, .sequence = 1, .hash = first->hash})
                      .ok());
    }
  }
}

TEST_F(RightsLogTest, VerifyingCountsWithoutChangingAnything) {
  CreateLog();
  Append();
  Append();
  Append(/*commit=*/false);
  files_.Edit(kLogPath, [](std::string& bytes) { bytes += "torn"; });
  const int operations = files_.operations();
  const auto head = KeyHead::Read(files_, kKeys);
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_EQ(*head, head_->values());
  const auto report = VerifyRightsLog(files_, kStore, *head);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->entries, 3u);
  EXPECT_EQ(report->last_sequence, 3u);
  EXPECT_EQ(report->entries_beyond_head, 1u);
  EXPECT_EQ(report->torn_bytes, 4u);
  EXPECT_EQ(report->entries_by_type[static_cast<size_t>(RightsEntryType::kAdministrativeAct)], 3u);
  EXPECT_EQ(files_.operations(), operations);
}

}  // namespace
}  // namespace bauta::testing
