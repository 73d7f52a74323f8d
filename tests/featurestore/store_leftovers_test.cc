// What is left on the disk of what expired and of who was erased, when the sweep and the engine's compaction
// have been over it: not one of its bytes, not even the code that it lay under. And a checkpoint of the
// database from before gives nothing back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/utilities/checkpoint.h>

#include <memory>
#include <string>
#include <vector>

#include "featurestore/store/engine.h"
#include "featurestore/store/row_format.h"
#include "privacy/pseudonymizer.h"
#include "tests/featurestore/store_on_disk.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr uint32_t kGoes = 3;
constexpr uint32_t kStays = 4;

class StoreLeftoversTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(store_.Open().ok());
    for (const uint32_t subject : {kGoes, kStays}) {
      ASSERT_TRUE(SetPersonalize(*store_, store_.clock(), subject, true).ok());
      for (uint64_t post = 1; post <= 5; ++post) {
        ASSERT_TRUE(Click(*store_, store_.clock(), subject, post).ok());
      }
      ASSERT_TRUE(DismissPost(*store_, subject, 9).ok());
    }
    store_.Close();
  }

  std::string CodeOf(uint32_t subject) {
    const auto ring = KeyRing::Open(PosixFileSystem(), store_.keys());
    EXPECT_TRUE(ring.ok()) << ring.status();
    const auto codes = Pseudonymizer::Create(*ring);
    EXPECT_TRUE(codes.ok()) << codes.status();
    return std::string((*codes)->ToStoredCode(SubjectNumber(subject)).view());
  }

  // Does something with the database of the closed store.
  template <class Act>
  void WithEngine(Act act) {
    const auto engine = Engine::Open(store_.db(), false);
    ASSERT_TRUE(engine.ok()) << engine.status();
    act(**engine);
  }

  // The sealed frames of a subject's history, without their clear headers.
  std::vector<std::string> FramesOf(uint32_t subject) {
    std::vector<std::string> sealed;
    WithEngine([&](Engine& engine) {
      const SubjectKey key(*StoredCode::FromView(CodeOf(subject)), RowKind::kHistory);
      const auto row = engine.Get(Engine::Family::kSubject, key.view());
      ASSERT_TRUE(row.ok()) << row.status();
      const auto frames = DecodeHistoryRow(*row);
      ASSERT_TRUE(frames.ok()) << frames.status();
      for (const Frame& frame : *frames) sealed.emplace_back(frame.sealed);
    });
    return sealed;
  }

  // What the engine does by itself within a day: rewrites all files; opened anew, it writes its MANIFEST
  // anew.
  void Compact() {
    WithEngine([](Engine& engine) {
      rocksdb::CompactRangeOptions all;
      all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
      for (size_t family = 0; family < Engine::kFamilyCount; ++family) {
        rocksdb::ColumnFamilyHandle* handle = engine.family(static_cast<Engine::Family>(family));
        ASSERT_TRUE(engine.db().Flush(rocksdb::FlushOptions(), handle).ok());
        ASSERT_TRUE(engine.db().CompactRange(all, handle, nullptr, nullptr).ok());
      }
    });
    WithEngine([](Engine&) {});
  }
  void SweepOnce() {
    ASSERT_TRUE(store_.Open().ok());
    ASSERT_TRUE(store_->Sweep().ok());
    store_.Close();
  }
  void ExpectNowhere(const std::vector<std::string>& bytes) {
    for (const std::string& needle : bytes) EXPECT_THAT(FilesThatHold(store_.directory(), needle), IsEmpty());
  }

  TemporaryFolder folder_;
  StoreOnDisk store_{folder_.path() + "/store"};
};

TEST_F(StoreLeftoversTest, WhatExpiredIsInNoByteAfterSweepAndCompaction) {
  const std::vector<std::string> before = FramesOf(kGoes);
  ASSERT_GE(before.size(), 5u);
  for (const std::string& frame : before) {
    ASSERT_THAT(FilesThatHold(store_.directory(), frame), Not(IsEmpty())) << "the control: it is there";
  }
  store_.clock().Advance(absl::Hours(24 * 181));  // A click is kept for 180 days.
  // Shown no more, swept or not; another subject acts meanwhile.
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_THAT(ClickedPosts(*store_, kGoes), IsEmpty());
  ASSERT_TRUE(Click(*store_, store_.clock(), kStays, 77).ok());
  store_.Close();
  SweepOnce();
  Compact();
  ExpectNowhere(before);
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_THAT(ClickedPosts(*store_, kStays), ElementsAre(77));
  EXPECT_TRUE(HasDismissed(*store_, kGoes, 9)) << "an instruction has no age";
}

TEST_F(StoreLeftoversTest, OfAnErasedSubjectNotEvenTheCodeIsLeftAfterCompaction) {
  const std::string code = CodeOf(kGoes);
  const std::vector<std::string> frames = FramesOf(kGoes);
  ASSERT_THAT(FilesThatHold(store_.db(), code), Not(IsEmpty())) << "the control: rows are keyed by it";
  ASSERT_TRUE(store_.Open().ok());
  ASSERT_TRUE(store_->Erase(SubjectNumber(kGoes)).ok());
  store_.Close();
  Compact();
  ExpectNowhere(frames);
  EXPECT_THAT(FilesThatHold(store_.directory(), code), IsEmpty());
  EXPECT_THAT(FilesThatHold(store_.db(), CodeOf(kStays)), Not(IsEmpty()));
}

TEST_F(StoreLeftoversTest, ACheckpointFromBeforeAnErasureGivesNothingBack) {
  const std::string checkpoint = folder_.path() + "/checkpoint";
  WithEngine([&](Engine& engine) {
    rocksdb::Checkpoint* made = nullptr;
    ASSERT_TRUE(rocksdb::Checkpoint::Create(&engine.db(), &made).ok());
    const std::unique_ptr<rocksdb::Checkpoint> owned(made);
    ASSERT_TRUE(owned->CreateCheckpoint(checkpoint).ok());
  });
  const std::vector<std::string> frames = FramesOf(kGoes);
  ASSERT_THAT(FilesThatHold(checkpoint, frames.back()), Not(IsEmpty())) << "the control";
  ASSERT_TRUE(store_.Open().ok());
  ASSERT_TRUE(store_->Erase(SubjectNumber(kGoes)).ok());
  store_.Close();

  ReplaceFolder(checkpoint, store_.db());
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_TRUE(IsUnknown(*store_, kGoes));
  // What is sent again does not bring it back, agreed to anew or not: it is from before.
  const absl::Time acted = store_.clock().Now();
  EXPECT_FALSE(Click(*store_, store_.clock(), kGoes, 1).ok());
  store_.clock().Advance(absl::Hours(2));
  ASSERT_TRUE(SetPersonalize(*store_, store_.clock(), kGoes, true).ok());
  SignalEvent late;
  late.post = PostId(1);
  late.kind = SignalKind::kClick;
  late.time = acted;
  const auto outcomes = store_->Record(SubjectNumber(kGoes), {&late, 1}, std::nullopt);
  ASSERT_TRUE(outcomes.ok());
  EXPECT_THAT(*outcomes, ElementsAre(RecordOutcome::kBeforeConsent));
  EXPECT_THAT(ClickedPosts(*store_, kGoes), IsEmpty());
  EXPECT_FALSE(HasDismissed(*store_, kGoes, 9));
  EXPECT_THAT(ClickedPosts(*store_, kStays), SizeIs(5));
  store_.Close();
  SweepOnce();
  Compact();
  ExpectNowhere(frames);
}

}  // namespace
}  // namespace bauta::testing
