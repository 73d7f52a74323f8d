// What a crash leaves of keys that nothing names is destroyed at the next start.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/file_system.h"
#include "featurestore/store/engine.h"
#include "featurestore/store/row_format.h"
#include "featurestore/store/subject_row_codec.h"
#include "featurestore/store/subject_scan.h"
#include "privacy/key_head.h"
#include "privacy/random_source.h"
#include "privacy/subject_keys.h"
#include "tests/testing/store_fixture.h"

namespace bauta::testing {
namespace {

using ::testing::SizeIs;

class OrphanedKeysTest : public ::testing::Test {
 protected:
  OrphanedKeysTest() {
    fixture_.Open();
    fixture_.TurnOn(1, {Purpose::kPersonalize});
    fixture_.Record(1, fixture_.Event(7, SignalKind::kClick));
    // What lies on the disk at this instant is what a crash would leave: no orderly close.
    const std::string image = fixture_.directory() + ".crashed";
    std::filesystem::copy(fixture_.directory(), image, std::filesystem::copy_options::recursive);
    fixture_.Close();
    std::filesystem::remove_all(fixture_.directory());
    std::filesystem::rename(image, fixture_.directory());
  }

  std::unique_ptr<SubjectKeys> OpenKeys() {
    SubjectKeys::Options options;
    options.directory = fixture_.keys_directory();
    options.file_number =
        (*KeyHead::Open(PosixFileSystem(), fixture_.keys_directory()))->values().subjects_file;
    return *SubjectKeys::Open(PosixFileSystem(), SystemRandom(), options);
  }

  StoreFixture fixture_;
};

TEST_F(OrphanedKeysTest, AKeyThatNoRowNamesIsDestroyed) {
  SlotRef orphan;
  {
    const auto keys = OpenKeys();
    orphan = *keys->Create();
    ASSERT_TRUE(keys->Sync().ok());
  }
  fixture_.Open();
  EXPECT_EQ(fixture_.store().recovery().slots_destroyed, 1u);
  EXPECT_THAT(fixture_.View(1).interactions(), SizeIs(1));
  fixture_.Close();
  EXPECT_FALSE(OpenKeys()->IsLive(orphan));
  EXPECT_EQ(OpenKeys()->live_count(), 2u);  // The head's and the history's.
}

TEST_F(OrphanedKeysTest, AFrameWrittenBeforeACrashedFoldIsNotReadAndItsKeyDies) {
  SlotRef orphan;
  {
    const auto keys = OpenKeys();
    orphan = *keys->Create();
    ASSERT_TRUE(keys->Sync().ok());
    const auto engine = *Engine::Open(fixture_.directory() + "/db", false);
    const SubjectRowCodec codec({}, *keys, SystemRandom());
    ASSERT_TRUE(
        ScanSubjects(*engine, 0, kRangeCount, [&](const ScannedSubject& subject) -> absl::StatusOr<bool> {
          History rows;
          AddInteraction(rows, {.post = PostId(99),
                                .topic = {},
                                .kind = SignalKind::kClick,
                                .surface = {},
                                .strength = 0,
                                .hour = Hour::Floor(fixture_.clock().Now())});
          rocksdb::WriteBatch batch;
          const SubjectKey key(subject.code, RowKind::kHistory);
          EXPECT_TRUE(batch
                          .Merge(engine->family(Engine::Family::kSubject), ToSlice(key.view()),
                                 ToSlice(*codec.SealFrame(subject.code, orphan, rows)))
                          .ok());
          EXPECT_TRUE(engine->Write(batch, true).ok());
          return true;
        }).ok());
  }
  fixture_.Open();
  EXPECT_EQ(fixture_.store().recovery().slots_destroyed, 1u);
  ASSERT_THAT(fixture_.View(1).interactions(), SizeIs(1));
  EXPECT_EQ(fixture_.View(1).interactions()[0].post, PostId(7));
  // The sweep takes the dead frame out of the row.
  ASSERT_TRUE(fixture_.store().Sweep().ok());
  EXPECT_THAT(fixture_.View(1).interactions(), SizeIs(1));
  fixture_.Close();
  EXPECT_FALSE(OpenKeys()->IsLive(orphan));
  const auto engine = *Engine::Open(fixture_.directory() + "/db", false);
  ASSERT_TRUE(
      ScanSubjects(*engine, 0, kRangeCount, [&](const ScannedSubject& subject) -> absl::StatusOr<bool> {
        EXPECT_THAT(*DecodeHistoryRow(subject.history), SizeIs(1));
        return true;
      }).ok());
}

TEST_F(OrphanedKeysTest, AnOrderlyCloseLeavesNothingToLookFor) {
  fixture_.Open();
  fixture_.Reopen();
  EXPECT_EQ(fixture_.store().recovery().slots_destroyed, 0u);
  EXPECT_EQ(fixture_.store().recovery().entries_replayed, 0u);
  EXPECT_THAT(fixture_.View(1).interactions(), SizeIs(1));
}

}  // namespace
}  // namespace bauta::testing
