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
#include "tests/featurestore/rights_log_fixture.h"
#include "tests/featurestore/store_on_disk.h"

namespace bauta::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint32_t kFollower = 1;  // Dismissed a post and follows a topic; never agreed to anything.
constexpr uint32_t kReader = 2;    // Agreed, and clicked.
constexpr uint32_t kErased = 3;
constexpr uint32_t kWithdrawn = 4;  // Agreed, clicked, and withdrew.

class StoreRecoveryTest : public ::testing::Test {
 protected:
  // The state before: everybody is there, nothing is withdrawn, erased or removed.
  void Begin() {
    ASSERT_TRUE(store_.Open().ok());
    for (uint64_t post = 100; post < 110; ++post) ASSERT_TRUE(UpsertPost(*store_, post).ok());
    for (const uint32_t subject : {kReader, kErased, kWithdrawn}) {
      ASSERT_TRUE(SetPersonalize(*store_, store_.clock(), subject, true).ok());
      for (uint64_t post = 100; post < 105; ++post)
        ASSERT_TRUE(Click(*store_, store_.clock(), subject, post).ok());
    }
    ASSERT_TRUE(DismissPost(*store_, kErased, 100).ok());
  }

  // Everything here is class A.
  void Change() {
    ASSERT_TRUE(DismissPost(*store_, kFollower, 101).ok());
    ASSERT_TRUE(FollowTopic(*store_, kFollower, 7).ok());
    ASSERT_TRUE(DismissPost(*store_, kReader, 102).ok());
    ASSERT_TRUE(SetPersonalize(*store_, store_.clock(), kWithdrawn, false).ok());
    ASSERT_TRUE(store_->Erase(SubjectNumber(kErased)).ok());
    const PostRemoval removal = {.post = PostId(105), .version = 1};
    ASSERT_TRUE(store_->RemovePosts({&removal, 1}).ok());
    const AuthorSuspension suspension = {.author = AuthorNumber(9),
                                         .until = absl::FromUnixSeconds(1'800'000'000)};
    ASSERT_TRUE(store_->SuspendAuthors({&suspension, 1}).ok());
  }

  void ExpectTheChanges() {
    EXPECT_TRUE(HasDismissed(*store_, kFollower, 101));
    EXPECT_TRUE(Follows(*store_, kFollower, 7));
    EXPECT_TRUE(HasDismissed(*store_, kReader, 102));
    EXPECT_TRUE(Personalizes(*store_, kReader));
    EXPECT_FALSE(Personalizes(*store_, kWithdrawn));
    EXPECT_THAT(ClickedPosts(*store_, kWithdrawn), IsEmpty());
    EXPECT_TRUE(IsUnknown(*store_, kErased));
    EXPECT_FALSE(PostIsLive(*store_, 105));
    EXPECT_FALSE(UpsertPost(*store_, 105).ok()) << "a removed post came back";
    const std::vector<AuthorSuspension> suspensions = store_->Suspensions();
    ASSERT_EQ(suspensions.size(), 1u);
    EXPECT_EQ(suspensions[0].author, AuthorNumber(9));
  }

  void ExpectTheRest() {
    EXPECT_THAT(ClickedPosts(*store_, kReader), ::testing::UnorderedElementsAre(100, 101, 102, 103, 104));
    EXPECT_TRUE(PostIsLive(*store_, 109));
  }

  // Closed, with all of it: what each damage is done to.
  void MakeWhole() {
    Begin();
    Change();
    store_.Close();
    CopyFolder(store_.directory(), whole_);
  }
  void BackToWhole() {
    store_.Close();
    ReplaceFolder(whole_, store_.directory());
  }

  std::string TheWal() {
    std::string largest;
    for (const std::string& path : FilesUnder(store_.db(), ".log")) {
      if (largest.empty() || fs::file_size(path) > fs::file_size(largest)) largest = path;
    }
    EXPECT_FALSE(largest.empty());
    EXPECT_GT(fs::file_size(largest), 1000u);
    return largest;
  }

  TemporaryFolder folder_;
  StoreOnDisk store_{folder_.path() + "/store"};
  const std::string whole_ = folder_.path() + "/whole";
};

TEST_F(StoreRecoveryTest, UndamagedStoreHoldsEverythingAndReplaysNothing) {
  MakeWhole();
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_EQ(store_->recovery().entries_replayed, 0u);
  EXPECT_EQ(store_->recovery().log_bytes_cut, 0u);
  EXPECT_EQ(store_->recovery().slots_destroyed, 0u);
  ExpectTheChanges();
  ExpectTheRest();
}

TEST_F(StoreRecoveryTest, LostWalIsMadeUpForByTheRightsLog) {
  MakeWhole();
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
  MakeWhole();
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
  ASSERT_TRUE(store_.Open().ok());  // Recovery writes what was in the WAL into tables.
  store_.Close();
  ReplaceFolder(store_.directory(), whole_);
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

// Keys and rights log lie twice: with the second path alone, every instruction and every key is there again.
TEST_F(StoreRecoveryTest, LosingTheFirstDiskLosesNoInstruction) {
  FeatureStore::Options options = store_.Options();
  options.second_directory = folder_.path() + "/second";
  Begin();
  EXPECT_TRUE(store_->recovery().second_path_missing);
  ASSERT_TRUE(store_.Open(options).ok());
  EXPECT_FALSE(store_->recovery().second_path_missing);
  Change();
  store_.Close();
  EXPECT_EQ(ReadAll(store_.log()), ReadAll(options.second_directory + "/rights.log.1"));

  fs::remove_all(store_.directory());
  EXPECT_FALSE(store_.Open(options).ok()) << "keys are never made anew by themselves";
  fs::create_directories(store_.directory());
  CopyFolder(options.second_directory + "/keys", store_.keys());
  const absl::Status opened = store_.Open(options);
  ASSERT_TRUE(opened.ok()) << opened;
  ExpectTheChanges();
}

TEST_F(StoreRecoveryTest, OlderKeysPutBackBesideANewerSecondPathAreRefused) {
  FeatureStore::Options options = store_.Options();
  options.second_directory = folder_.path() + "/second";
  Begin();
  ASSERT_TRUE(store_.Open(options).ok());
  store_.Close();
  CopyFolder(store_.keys(), folder_.path() + "/older-keys");
  ASSERT_TRUE(store_.Open(options).ok());
  Change();
  store_.Close();
  ReplaceFolder(folder_.path() + "/older-keys", store_.keys());
  EXPECT_THAT(store_.Open(options), HasCode(absl::StatusCode::kFailedPrecondition));
  ReplaceFolder(options.second_directory + "/keys", store_.keys());
  ASSERT_TRUE(store_.Open(options).ok());
  ExpectTheChanges();
  ExpectTheRest();
}

TEST_F(StoreRecoveryTest, AbsentKeyFileIsRefusedByNameAndNotReplaced) {
  MakeWhole();
  for (const char* name : {"root", "identity.1", "wrap.1", "subjects.1", "head"}) {
    SCOPED_TRACE(name);
    BackToWhole();
    const std::string path = absl::StrCat(store_.keys(), "/", name);
    fs::remove(path);
    const absl::Status opened = store_.Open();
    EXPECT_THAT(opened, HasCode(absl::StatusCode::kFailedPrecondition));
    EXPECT_THAT(opened, HasMessage(::testing::AnyOf(HasSubstr(name), HasSubstr("identity"))));
    EXPECT_FALSE(fs::exists(path));
  }
}

TEST_F(StoreRecoveryTest, KeyFileOpenToOthersIsRefusedByName) {
  MakeWhole();
  for (const char* name : {"root", "identity.1", "wrap.1", "subjects.1", "head"}) {
    SCOPED_TRACE(name);
    BackToWhole();
    ASSERT_EQ(::chmod(absl::StrCat(store_.keys(), "/", name).c_str(), 0640), 0);
    const absl::Status opened = store_.Open();
    EXPECT_THAT(opened, HasCode(absl::StatusCode::kPermissionDenied));
    EXPECT_THAT(opened, HasMessage(HasSubstr(name)));
  }
}

TEST_F(StoreRecoveryTest, DamagedKeyFilesAreRefused) {
  MakeWhole();
  // Either record of the head alone is enough; without both nobody knows what is live.
  BackToWhole();
  WriteAll(store_.keys() + "/head", std::string(8192, '\0'));
  EXPECT_THAT(store_.Open(), HasCode(absl::StatusCode::kDataLoss));
  BackToWhole();
  FlipBit(store_.keys() + "/wrap.1", 77);
  EXPECT_THAT(store_.Open(), HasCode(absl::StatusCode::kDataLoss));
}

// Another root makes other codes of the same people: none of them would be found again.
TEST_F(StoreRecoveryTest, AnotherRootKeyIsRefused) {
  MakeWhole();
  FlipBit(store_.keys() + "/root", 5);
  EXPECT_FALSE(store_.Open().ok());
}

}  // namespace
}  // namespace bauta::testing
