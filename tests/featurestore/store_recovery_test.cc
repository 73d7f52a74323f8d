// Damages the files of a closed store, and looks whether it opens, replays or refuses; never silently less.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/featurestore/store_recovery_fixture.h"

namespace bauta::testing {
namespace {

namespace fs = std::filesystem;
using StoreRecoveryTest = StoreRecoveryFixture;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(StoreRecoveryTest, UndamagedStoreHoldsEverythingAndReplaysNothing) {
  MakeWhole();
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_EQ(store_->recovery().entries_replayed, 0u);
  EXPECT_EQ(store_->recovery().log_bytes_cut, 0u);
  EXPECT_EQ(store_->recovery().slots_destroyed, 0u);
  ExpectTheChanges();
  ExpectTheRest();
}

TEST_F(StoreRecoveryTest, AnOrderlyCloseLeavesNoWalToBeRead) {
  MakeWhole();
  for (const std::string& wal : FilesUnder(store_.db(), ".log")) EXPECT_EQ(fs::file_size(wal), 0u);
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_EQ(store_->recovery().entries_replayed, 0u);
  ExpectTheChanges();
  ExpectTheRest();
}

TEST_F(StoreRecoveryTest, LostWalIsMadeUpForByTheRightsLog) {
  MakeKilled();
  for (const std::string damage : {"deleted", "zeroed", "emptied"}) {
    SCOPED_TRACE(damage);
    BackToWhole();
    const std::string wal = TheWal();
    if (damage == "deleted") fs::remove(wal);
    if (damage == "zeroed") WriteAll(wal, std::string(fs::file_size(wal), '\0'));
    if (damage == "emptied") WriteAll(wal, "");
    const absl::Status opened = store_.Open();
    ASSERT_TRUE(opened.ok()) << opened;
    EXPECT_GT(store_->recovery().entries_replayed, 0u) << "nothing is lost silently";
    ExpectTheChanges();
    // And again, now that the database holds it.
    ASSERT_TRUE(store_.Open().ok());
    EXPECT_EQ(store_->recovery().entries_replayed, 0u);
    ExpectTheChanges();
  }
}

TEST_F(StoreRecoveryTest, FlippedBitInTheWalIsRefusedOrMadeUpFor) {
  MakeKilled();
  const uint64_t bits = fs::file_size(TheWal()) * 8;
  int refused = 0;
  for (int i = 0; i < 40; ++i) {
    BackToWhole();
    const uint64_t bit = bits * static_cast<uint64_t>(2 * i + 1) / 80;
    SCOPED_TRACE(absl::StrCat("bit ", bit));
    FlipBit(TheWal(), bit);
    const absl::Status opened = store_.Open();
    if (opened.ok()) {
      ExpectTheChanges();
    } else {
      EXPECT_THAT(opened, HasCode(absl::StatusCode::kDataLoss));
      ++refused;
    }
  }
  EXPECT_GT(refused, 30);
}

TEST_F(StoreRecoveryTest, FlippedBitInATableIsRefusedOrHarmless) {
  MakeWhole();
  const std::vector<std::string> tables = FilesUnder(store_.db(), ".sst");
  ASSERT_FALSE(tables.empty());
  int noticed = 0;
  for (size_t i = 0; i < 40; ++i) {
    BackToWhole();
    const std::string& table = tables[i % tables.size()];
    const uint64_t bit = fs::file_size(table) * 8 * (2 * i + 1) / 80;
    SCOPED_TRACE(absl::StrCat(table, ", bit ", bit));
    FlipBit(table, bit);
    const absl::Status opened = store_.Open();
    if (!opened.ok()) {
      EXPECT_THAT(opened, HasCode(absl::StatusCode::kDataLoss));
      ++noticed;
      continue;
    }
    // Each answer is right, or an error; never something else.
    for (const uint32_t subject : {kFollower, kReader, kWithdrawn, kErased}) {
      const auto record = store_->Export(SubjectNumber(subject));
      if (!record.ok()) {
        ++noticed;
        continue;
      }
      const HeadInstructions& instructions = record->head.instructions;
      if (subject == kFollower) {
        EXPECT_EQ(instructions.dismissals.size(), 1u);
      }
      if (subject == kReader) {
        EXPECT_EQ(record->interactions.size(), 5u);
      }
      if (subject == kWithdrawn) {
        EXPECT_FALSE(instructions.consent.IsOn(Purpose::kPersonalize));
      }
      if (subject == kErased) {
        EXPECT_EQ(record->head, Head());
      }
    }
    EXPECT_FALSE(PostIsLive(*store_, 105));
  }
  EXPECT_GT(noticed, 0);
}

TEST_F(StoreRecoveryTest, FlippedBitInTheRightsLogIsRefusedByTheEntrysName) {
  MakeWhole();
  const uint64_t bits = fs::file_size(store_.log()) * 8;
  for (uint64_t i = 0; i < 20; ++i) {
    BackToWhole();
    FlipBit(store_.log(), kRightsLogFileHeaderSize * 8 + (bits - kRightsLogFileHeaderSize * 8) * i / 20);
    const absl::Status opened = store_.Open();
    EXPECT_THAT(opened, HasCode(absl::StatusCode::kDataLoss));
    EXPECT_THAT(opened, HasMessage(HasSubstr("rights.log.1: entry ")));
  }
}

TEST_F(StoreRecoveryTest, TornTailOfTheRightsLogIsCutAndReported) {
  MakeWhole();
  WriteAll(store_.log(), ReadAll(store_.log()) + std::string(100, 'x'));
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_EQ(store_->recovery().log_bytes_cut, 100u);
  ExpectTheChanges();
  ExpectTheRest();
}

TEST_F(StoreRecoveryTest, OlderRightsLogIsRefused) {
  Begin();
  store_.Close();
  const std::string older = ReadAll(store_.log());
  ASSERT_TRUE(store_.Open().ok());
  Change();
  store_.Close();
  WriteAll(store_.log(), older);
  EXPECT_THAT(store_.Open(), HasCode(absl::StatusCode::kFailedPrecondition));
  fs::remove(store_.log());
  EXPECT_THAT(store_.Open(), HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_FALSE(fs::exists(store_.log())) << "a new log was made over a store that has one";
}

// Log and head from a backup, both older than the database.
TEST_F(StoreRecoveryTest, DatabaseAheadOfTheRightsLogIsRefused) {
  Begin();
  store_.Close();
  CopyFolder(store_.keys(), folder_.path() + "/older-keys");
  const std::string older = ReadAll(store_.log());
  ASSERT_TRUE(store_.Open().ok());
  Change();
  store_.Close();
  WriteAll(store_.log(), older);
  ReplaceFolder(folder_.path() + "/older-keys", store_.keys());
  EXPECT_THAT(store_.Open(), HasCode(absl::StatusCode::kFailedPrecondition));
}

TEST_F(StoreRecoveryTest, OlderDatabasePutBackObeysEverythingThatWasAskedSince) {
  Begin();
  store_.Close();
  const std::string older = folder_.path() + "/older-db";
  CopyFolder(store_.db(), older);
  ASSERT_TRUE(store_.Open().ok());
  Change();
  store_.Close();
  ReplaceFolder(older, store_.db());
  const absl::Status opened = store_.Open();
  ASSERT_TRUE(opened.ok()) << opened;
  EXPECT_GE(store_->recovery().entries_replayed, 7u);
  ExpectTheChanges();
  ExpectTheRest();  // The clicks were in the older database already.
  EXPECT_TRUE(DismissPost(*store_, kReader, 103).ok());
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_EQ(store_->recovery().entries_replayed, 0u);
  EXPECT_TRUE(HasDismissed(*store_, kReader, 103));
  ExpectTheChanges();
}

TEST_F(StoreRecoveryTest, DatabaseThatIsGoneIsRebuiltAsFarAsTheRightsLogGoes) {
  MakeWhole();
  fs::remove_all(store_.db());
  FeatureStore::Options options = store_.Options();
  options.create = false;
  EXPECT_THAT(store_.Open(options), HasCode(absl::StatusCode::kNotFound));
  const absl::Status opened = store_.Open();
  ASSERT_TRUE(opened.ok()) << opened;
  ExpectTheChanges();
}

// A backup of the key file alone brings erased keys back to life: the log says which must die again.
TEST_F(StoreRecoveryTest, OlderSlotsPutBackAreDestroyedAgain) {
  Begin();
  store_.Close();
  const std::string slots = store_.keys() + "/subjects.1";
  const std::string older_slots = ReadAll(slots);
  const std::string older_db = folder_.path() + "/older-db";
  CopyFolder(store_.db(), older_db);
  ASSERT_TRUE(store_.Open().ok());
  ASSERT_TRUE(SetPersonalize(*store_, store_.clock(), kWithdrawn, false).ok());
  ASSERT_TRUE(store_->Erase(SubjectNumber(kErased)).ok());
  store_.Close();
  WriteAll(slots, older_slots);
  for (const bool with_older_db : {false, true}) {
    SCOPED_TRACE(with_older_db);
    store_.Close();
    if (with_older_db) {
      WriteAll(slots, older_slots);
      ReplaceFolder(older_db, store_.db());
    }
    const absl::Status opened = store_.Open();
    ASSERT_TRUE(opened.ok()) << opened;
    EXPECT_TRUE(IsUnknown(*store_, kErased));
    EXPECT_FALSE(Personalizes(*store_, kWithdrawn));
    EXPECT_THAT(ClickedPosts(*store_, kWithdrawn), IsEmpty());
    ExpectTheRest();
    store_.Close();
    EXPECT_NE(ReadAll(slots), older_slots);
  }
}

TEST_F(StoreRecoveryTest, OtherRegionIsRefused) {
  MakeWhole();
  FeatureStore::Options options = store_.Options();
  options.region = "us-test";
  const absl::Status opened = store_.Open(options);
  EXPECT_THAT(opened, HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(opened, HasMessage(HasSubstr("us-test")));
  EXPECT_TRUE(store_.Open().ok());
}

TEST_F(StoreRecoveryTest, SecondOpenIsRefusedWhileTheFirstLives) {
  MakeWhole();
  ASSERT_TRUE(store_.Open().ok());
  StoreOnDisk second(store_.directory());
  EXPECT_THAT(second.Open(), HasCode(absl::StatusCode::kFailedPrecondition));
  const std::string command = absl::StrCat(BAUTA_STORE_WORKLOAD, " ", store_.directory(), " 1 2>/dev/null");
  EXPECT_NE(std::system(command.c_str()), 0) << "another process must not get in either";
  EXPECT_TRUE(DismissPost(*store_, kReader, 104).ok());
  store_.Close();
  EXPECT_TRUE(second.Open().ok());
}

}  // namespace
}  // namespace bauta::testing
