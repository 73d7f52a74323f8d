// Backups of a running store, and an older database put under the present log and keys.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "featurestore/store/backup_manifest.h"
#include "featurestore/store/restore.h"
#include "privacy/pseudonymizer.h"
#include "tests/featurestore/rights_log_fixture.h"
#include "tests/featurestore/sealed_rows.h"
#include "tests/featurestore/store_backup_fixture.h"
#include "tests/testing/byte_scanner.h"
#include "tests/testing/stopping_file_system.h"

namespace bauta::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class StoreBackupTest : public StoreBackupFixture {
 protected:
  std::string Backup() const { return backups_ + "/" + kName; }

  // Closed, with a backup from before the changes.
  void MakeBackupThenChange() {
    Begin();
    store_.Close();
    ASSERT_TRUE(Open().ok());
    const auto receipt = store_->CreateBackup(kName);
    ASSERT_TRUE(receipt.ok()) << receipt.status();
    EXPECT_EQ(receipt->backup_time, store_.clock().Now());
    backup_sequence_ = receipt->log_sequence;
    Change();
    store_.Close();
  }

  StoredCode CodeOf(uint32_t subject) {
    const auto ring = KeyRing::Open(PosixFileSystem(), store_.keys());
    const auto codes = Pseudonymizer::Create(*ring);
    return (*codes)->ToStoredCode(SubjectNumber(subject));
  }
  void EditManifest(const std::function<void(BackupManifest&)>& edit) {
    auto manifest = DecodeBackupManifest(ReadAll(Backup() + "/manifest"));
    ASSERT_TRUE(manifest.ok()) << manifest.status();
    edit(*manifest);
    WriteAll(Backup() + "/manifest", EncodeBackupManifest(*manifest));
  }
  // The paths and bytes of everything under the store's folder.
  std::vector<std::pair<std::string, std::string>> Everything() const {
    std::vector<std::pair<std::string, std::string>> all;
    for (const std::string& path : FilesUnder(store_.directory())) all.emplace_back(path, ReadAll(path));
    return all;
  }

  uint64_t backup_sequence_ = 0;
};

TEST_F(StoreBackupTest, ABackupIsADatabaseOfItsOwnWithoutKeysAndLog) {
  MakeBackupThenChange();
  EXPECT_THAT(FilesUnder(Backup(), "/manifest"), SizeIs(1));
  for (const std::string& path : FilesUnder(Backup())) {
    EXPECT_TRUE(path.starts_with(Backup() + "/db/") || path == Backup() + "/manifest") << path;
  }
  // Not one key, as it lies on the disk, is in it; the control: each is in the store.
  ByteScanner scanner;
  for (const char* key : {"root", "identity.1", "wrap.1"}) {
    const std::string bytes = ReadAll(store_.keys() + "/" + key).substr(0, 32);
    scanner.Plant(key, bytes);
    EXPECT_THAT(FilesThatHold(store_.keys(), bytes), Not(IsEmpty())) << key;
  }
  EXPECT_THAT(scanner.FindInFiles(Backup()), IsEmpty());
  const auto manifest = DecodeBackupManifest(ReadAll(Backup() + "/manifest"));
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(manifest->region, "eu-test");
  EXPECT_EQ(manifest->log_sequence, backup_sequence_);
  EXPECT_EQ(manifest->identity_epoch, 1u);
}

TEST_F(StoreBackupTest, ABackupHoldsWhatWasWrittenBeforeItAndNotSynced) {
  Begin();
  store_.Close();
  ASSERT_TRUE(Open().ok());
  ASSERT_TRUE(Click(*store_, store_.clock(), kReader, 109).ok());
  ASSERT_TRUE(store_->CreateBackup(kName).ok());
  ASSERT_TRUE(Click(*store_, store_.clock(), kReader, 108).ok());
  store_.Close();
  ASSERT_TRUE(Restore().ok());
  ASSERT_TRUE(Open().ok());
  EXPECT_THAT(ClickedPosts(*store_, kReader), UnorderedElementsAre(100, 101, 102, 103, 104, 109));
}

TEST_F(StoreBackupTest, ARestoredBackupObeysEverythingThatWasAskedSince) {
  MakeBackupThenChange();
  const auto report = Restore();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->log_sequence, backup_sequence_);
  EXPECT_EQ(report->entries_to_replay, 7u) << "Change makes seven";
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(store_->recovery().entries_replayed, 7u);
  ExpectTheChanges();
  ExpectTheRest();
}

TEST_F(StoreBackupTest, NothingErasedOrWithdrawnSinceIsDecryptableInABackupOrAfterItsRestore) {
  Begin();
  store_.Close();
  ASSERT_TRUE(Open().ok());
  ASSERT_TRUE(store_->CreateBackup(kName).ok());
  store_.Close();
  std::vector<SealedRow> dead = SealedRowsIn(Backup() + "/db", CodeOf(kErased));
  for (SealedRow& row : SealedRowsIn(Backup() + "/db", CodeOf(kWithdrawn))) {
    if (row.name == "frame") dead.push_back(std::move(row));
  }
  ASSERT_GE(dead.size(), 3u);
  std::vector<std::string> images;
  {
    const auto keys = OpenSubjectKeys(store_.keys());
    ASSERT_TRUE(keys.ok()) << keys.status();
    ASSERT_EQ(Decryptable(dead, **keys), dead.size()) << "the control: while the keys live, each value opens";
  }
  ByteScanner slots;
  for (const SealedRow& row : dead) {
    slots.Plant("slot", ReadAll(store_.keys() + "/subjects.1").substr(row.slot.index * 64, 64));
  }
  ASSERT_THAT(slots.FindInFiles(store_.directory()), Not(IsEmpty())) << "the control";

  ASSERT_TRUE(Open().ok());
  Change();
  store_.Close();
  ASSERT_TRUE(Restore().ok());
  EXPECT_THAT(SealedRowsIn(store_.db(), CodeOf(kErased)), Not(IsEmpty())) << "the control: its rows are back";
  const auto keys = OpenSubjectKeys(store_.keys());
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(Decryptable(dead, **keys), 0u);
  EXPECT_THAT(slots.FindInFiles(folder_.path()), IsEmpty()) << "backup, folder, and what was kept aside";

  ASSERT_TRUE(Open().ok());
  ExpectTheChanges();
  // Events that are sent again.
  EXPECT_FALSE(Click(*store_, store_.clock(), kErased, 100).ok());
  EXPECT_FALSE(Click(*store_, store_.clock(), kWithdrawn, 100).ok());
  EXPECT_TRUE(IsUnknown(*store_, kErased));
  EXPECT_THAT(ClickedPosts(*store_, kWithdrawn), IsEmpty());
  ASSERT_TRUE(store_->Sweep().ok());
  store_.Close();
  EXPECT_THAT(SealedRowsIn(store_.db(), CodeOf(kErased)), IsEmpty()) << "the sweep takes dead rows away";
}

TEST_F(StoreBackupTest, SaysWhichHoursAreLost) {
  const absl::Time begin = store_.clock().Now();
  MakeBackupThenChange();
  ASSERT_TRUE(Open().ok());
  store_.clock().Advance(absl::Hours(30));
  ASSERT_TRUE(Click(*store_, store_.clock(), kReader, 109).ok());
  const absl::Time newest_day_end =
      absl::FromUnixSeconds((absl::ToUnixSeconds(store_.clock().Now()) / 86400 + 1) * 86400);
  store_.Close();
  store_.clock().Advance(absl::Hours(72));
  const auto report = Restore();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->backup_time, begin);
  EXPECT_TRUE(report->present_readable);
  EXPECT_EQ(report->lost_until, newest_day_end);
  ASSERT_TRUE(Open().ok());
  EXPECT_THAT(ClickedPosts(*store_, kReader), Not(Contains(109)));
}

TEST_F(StoreBackupTest, ADamagedDatabaseIsReplacedAndKeptAsideUntilItIsRemoved) {
  MakeBackupThenChange();
  WriteAll(store_.db() + "/CURRENT", "MANIFEST-nowhere\n");
  ASSERT_FALSE(Open().ok());
  const auto report = Restore();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_FALSE(report->present_readable);
  EXPECT_EQ(report->lost_until, store_.clock().Now());
  EXPECT_THAT(report->kept_aside, HasSubstr("/db.before-restore-"));
  EXPECT_EQ(ReadAll(report->kept_aside + "/CURRENT"), "MANIFEST-nowhere\n");
  ASSERT_TRUE(Open().ok());
  ExpectTheChanges();
}

TEST_F(StoreBackupTest, RestoringTwiceKeepsBothThatWereReplaced) {
  MakeBackupThenChange();
  const auto first = Restore();
  const auto second = Restore();
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE(first->kept_aside, second->kept_aside);
  EXPECT_TRUE(fs::exists(first->kept_aside));
  EXPECT_TRUE(fs::exists(second->kept_aside));
}

TEST_F(StoreBackupTest, WhatWasSetAsideGoesWithTheIdentityKeyThatItIsUnder) {
  MakeBackupThenChange();
  const auto first = Restore();
  const auto second = Restore();
  ASSERT_TRUE(first.ok() && second.ok());
  ASSERT_TRUE(Open().ok());
  ASSERT_TRUE(store_->BeginIdentityRotation().ok());
  EXPECT_TRUE(fs::exists(first->kept_aside)) << "its key is there yet";
  bool running = true;
  for (int step = 0; running; ++step) {
    ASSERT_LT(step, 1000);
    const auto progress = store_->ContinueIdentityRotation(1);
    ASSERT_TRUE(progress.ok()) << progress.status();
    running = progress->running;
  }
  EXPECT_FALSE(fs::exists(first->kept_aside));
  EXPECT_FALSE(fs::exists(second->kept_aside));
  EXPECT_FALSE(fs::exists(store_.db()));
  ExpectTheChanges();
}

TEST_F(StoreBackupTest, ARestoreCutOffAnywhereLeavesEitherDatabaseInPlace) {
  MakeBackupThenChange();
  ASSERT_TRUE(Open().ok());
  ASSERT_TRUE(Click(*store_, store_.clock(), kReader, 109).ok());  // Tells the two apart.
  store_.Close();
  CopyFolder(store_.directory(), whole_);
  int older = 0;
  int newer = 0;
  bool stopped = true;
  for (int changes = 0; stopped; ++changes) {
    StoppingFileSystem files(changes);
    const auto report = Restore(Options(), kName, files);
    stopped = files.stopped();
    EXPECT_EQ(report.ok(), !stopped);
    ASSERT_TRUE(Open().ok()) << "after " << changes << " changes";
    ExpectTheChanges();
    const std::vector<uint64_t> clicked = ClickedPosts(*store_, kReader);
    EXPECT_TRUE(clicked.size() == 5 || clicked.size() == 6) << "after " << changes << " changes";
    ++(clicked.size() == 5 ? older : newer);
    store_.Close();
    EXPECT_FALSE(fs::exists(store_.directory() + "/db.restoring"));
    EXPECT_FALSE(fs::exists(store_.directory() + "/db.restored"));
    BackToWhole();
  }
  EXPECT_GT(newer, 5) << "while it is copied the present one stays";
  EXPECT_GE(older, 2) << "between the two renames, and after them";
}

TEST_F(StoreBackupTest, ABackupThatWasCutShortIsNoneAndItsNameIsFree) {
  Begin();
  store_.Close();
  bool stopped = true;
  int failures = 0;
  for (int changes = 0; stopped; ++changes) {
    StoppingFileSystem files(-1);
    ASSERT_TRUE(store_.Open(Options(), files).ok());
    files.StopAfter(changes);
    const auto receipt = store_->CreateBackup(kName);
    stopped = files.stopped();
    files.StopAfter(-1);
    EXPECT_EQ(receipt.ok(), !stopped) << receipt.status();
    if (stopped) ++failures;
    // The last step alone makes its name durable: before it, it may be there or not, but never in part.
    if (fs::exists(Backup())) {
      EXPECT_TRUE(DecodeBackupManifest(ReadAll(Backup() + "/manifest")).ok());
      fs::remove_all(Backup());
    }
    store_.Close();
  }
  EXPECT_GT(failures, 5);
}

TEST_F(StoreBackupTest, ANameIsTakenOnce) {
  ASSERT_TRUE(Open().ok());
  ASSERT_TRUE(store_->CreateBackup(kName).ok());
  EXPECT_THAT(store_->CreateBackup(kName).status(), HasCode(absl::StatusCode::kAlreadyExists));
  for (const char* name : {"", "..", "a/b", "a b", "."}) {
    EXPECT_THAT(store_->CreateBackup(name).status(), HasCode(absl::StatusCode::kInvalidArgument)) << name;
  }
  EXPECT_THAT(store_->CreateBackup(std::string(65, 'a')).status(),
              HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_TRUE(store_->CreateBackup(std::string(64, 'a')).ok());
}

TEST_F(StoreBackupTest, WithoutAFolderNoBackupIsMade) {
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_THAT(store_->CreateBackup(kName).status(), HasCode(absl::StatusCode::kFailedPrecondition));
}

TEST_F(StoreBackupTest, WhatDoesNotFitIsRefusedAndNothingChanged) {
  MakeBackupThenChange();
  const std::string good_backup = folder_.path() + "/good-backup";
  CopyFolder(Backup(), good_backup);
  // A log and keys from before the backup: both are behind it.
  const struct {
    const char* what;
    std::function<void()> prepare;
    absl::StatusCode code;
    const char* message;
  } cases[] = {
      {"another region", [&] { EditManifest([](BackupManifest& m) { m.region = "us"; }); },
       absl::StatusCode::kFailedPrecondition, "store.region: the backup is of region \"us\""},
      {"another format", [&] { EditManifest([](BackupManifest& m) { m.store_format = 2; }); },
       absl::StatusCode::kFailedPrecondition, "the backup has format 2"},
      {"another root", [&] { EditManifest([](BackupManifest& m) { m.root_check ^= 1; }); },
       absl::StatusCode::kFailedPrecondition, "under another root key"},
      {"a later log", [&] { EditManifest([](BackupManifest& m) { m.log_sequence = 1000; }); },
       absl::StatusCode::kFailedPrecondition, "the log is behind the backup"},
      {"an earlier identity key",
       [&] { fs::rename(store_.keys() + "/identity.1", store_.keys() + "/identity.2"); },
       absl::StatusCode::kFailedPrecondition, "under identity key 1, the one in use is 2"},
      {"an identity key that is being rotated",
       [&] { fs::copy_file(store_.keys() + "/identity.1", store_.keys() + "/identity.2"); },
       absl::StatusCode::kFailedPrecondition, "is being rotated"},
      {"a flipped bit in the manifest", [&] { FlipBit(Backup() + "/manifest", 77); },
       absl::StatusCode::kDataLoss, "its checksum does not hold"},
      {"no manifest", [&] { fs::remove(Backup() + "/manifest"); }, absl::StatusCode::kNotFound,
       "no such backup"},
      {"a flipped bit in a table",
       [&] {
         for (const std::string& path : FilesUnder(Backup(), ".sst")) FlipBit(path, 800);
       },
       absl::StatusCode::kDataLoss, "damaged"},
      {"a cut file", [&] { fs::resize_file(FilesUnder(Backup(), ".sst").front(), 100); },
       absl::StatusCode::kDataLoss, "has another size"},
      {"a changed file", [&] { WriteAll(Backup() + "/db/CURRENT", std::string(16, 'x')); },
       absl::StatusCode::kDataLoss, "CURRENT was changed"},
      {"a lost file", [&] { fs::remove(FilesUnder(Backup() + "/db", "CURRENT").front()); },
       absl::StatusCode::kDataLoss, "is absent"},
      {"a damaged rights log", [&] { FlipBit(store_.log(), 8 * 100); }, absl::StatusCode::kDataLoss,
       "rights.log.1"},
  };
  const std::string whole = folder_.path() + "/whole-store";
  CopyFolder(store_.directory(), whole);
  for (const auto& one : cases) {
    one.prepare();
    const auto before = Everything();
    const auto report = Restore();
    EXPECT_THAT(report.status(), HasCode(one.code)) << one.what << ": " << report.status();
    EXPECT_THAT(report.status(), HasMessage(HasSubstr(one.message))) << one.what;
    EXPECT_EQ(Everything(), before) << one.what;
    ReplaceFolder(good_backup, Backup());
    ReplaceFolder(whole, store_.directory());
  }
  EXPECT_TRUE(Restore().ok()) << "the control";
}

TEST_F(StoreBackupTest, ALogThatIsBehindTheBackupIsRefused) {
  Begin();
  store_.Close();
  CopyFolder(store_.directory(), whole_);
  ASSERT_TRUE(Open().ok());
  ASSERT_TRUE(DismissPost(*store_, kReader, 103).ok());
  ASSERT_TRUE(store_->CreateBackup(kName).ok());
  store_.Close();
  ReplaceFolder(whole_, store_.directory());  // Older keys, an older log, an older database.
  const auto before = Everything();
  const auto report = Restore();
  EXPECT_THAT(report.status(), HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(report.status(), HasMessage(HasSubstr("the log is behind the backup")));
  EXPECT_EQ(Everything(), before);
}

TEST_F(StoreBackupTest, ARunningServersDatabaseIsNotReplaced) {
  MakeBackupThenChange();
  ASSERT_TRUE(Open().ok());
  const auto report = Restore();
  EXPECT_THAT(report.status(), HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(report.status(), HasMessage(HasSubstr("is in use")));
  ExpectTheChanges();
}

TEST_F(StoreBackupTest, ABackupThatIsNotThereIsRefused) {
  MakeBackupThenChange();
  EXPECT_THAT(Restore("tuesday").status(), HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(Restore("../monday").status(), HasCode(absl::StatusCode::kInvalidArgument));
  ASSERT_TRUE(Open().ok());
  ExpectTheChanges();
}

}  // namespace
}  // namespace bauta::testing
