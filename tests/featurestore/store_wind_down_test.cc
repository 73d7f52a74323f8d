// The end of a store: nothing new is taken in, people get what is theirs, then the keys are destroyed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "featurestore/store/rights_log.h"
#include "featurestore/store/wind_down.h"
#include "privacy/consent.h"
#include "privacy/key_head.h"
#include "privacy/pseudonymizer.h"
#include "tests/featurestore/rights_log_fixture.h"
#include "tests/featurestore/sealed_rows.h"
#include "tests/featurestore/store_recovery_fixture.h"
#include "tests/testing/byte_scanner.h"
#include "tests/testing/stopping_file_system.h"

namespace bauta::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::StatusCode kRefused = absl::StatusCode::kFailedPrecondition;

class StoreWindDownTest : public StoreRecoveryFixture {
 protected:
  FeatureStore::Options Options() const {
    FeatureStore::Options options = store_.Options();
    options.second_directory = second_;
    return options;
  }
  absl::Status Open() { return store_.Open(Options()); }
  absl::Status Stop() { return store_->StopCollecting({"stop-collecting"}); }
  absl::Status DestroyKeys(FileSystem& files = PosixFileSystem()) {
    return DestroyStoreKeys(Options(), store_.clock(), files);
  }
  // Open, with everybody in it, and stopped.
  void BeginAndStop() {
    Begin();
    ASSERT_TRUE(Stop().ok());
  }
  std::vector<RecordOutcome> Record(uint32_t subject, const std::vector<uint64_t>& posts) {
    std::vector<SignalEvent> events(posts.size());
    for (size_t i = 0; i < posts.size(); ++i) {
      events[i].post = PostId(posts[i]);
      events[i].kind = SignalKind::kClick;
      events[i].time = store_.clock().Now();
    }
    const auto outcomes = store_->Record(SubjectNumber(subject), events, std::nullopt);
    EXPECT_TRUE(outcomes.ok()) << outcomes.status();
    return outcomes.value_or(std::vector<RecordOutcome>());
  }

  const std::string second_ = folder_.path() + "/second";
};

TEST_F(StoreWindDownTest, NothingIsRecordedAfterTheStop) {
  BeginAndStop();
  EXPECT_THAT(Record(kReader, {107, 108}), Each(RecordOutcome::kNotCollecting));
  EXPECT_THAT(Record(kFollower, {107}), Each(RecordOutcome::kNotCollecting));
  EXPECT_THAT(ClickedPosts(*store_, kReader), SizeIs(5));
}

TEST_F(StoreWindDownTest, NoConsentIsWidenedAfterTheStop) {
  BeginAndStop();
  EXPECT_THAT(SetPersonalize(*store_, store_.clock(), kFollower, true), HasCode(kRefused));
  const auto change = [&](const ConsentChange& consent) {
    return store_->UpdateInstructions(
        SubjectNumber(kReader), {"update-consent"}, [&](HeadInstructions& instructions) {
          instructions.consent = Apply(instructions.consent, consent, store_.clock().Now());
          return absl::OkStatus();
        });
  };
  ConsentChange exclude;
  exclude.excluded_kinds = SignalKindSet{SignalKind::kView};
  EXPECT_TRUE(change(exclude).ok()) << "less may always be kept";
  ConsentChange learn;
  learn.turn_on.Add(Purpose::kLearn);
  learn.policy_version = 1;
  EXPECT_THAT(change(learn), HasCode(kRefused));
  ConsentChange readmit;
  readmit.excluded_kinds = SignalKindSet();
  EXPECT_THAT(change(readmit), HasCode(kRefused));
  ConsentChange anew;
  anew.policy_version = 2;
  EXPECT_THAT(change(anew), HasCode(kRefused));
  const absl::Status past =
      store_->BackfillConsent(SubjectNumber(kFollower), store_.clock().Now() - absl::Hours(1),
                              [](HeadInstructions&) { return absl::OkStatus(); });
  EXPECT_THAT(past, HasCode(kRefused));
  EXPECT_THAT(store_->ForEachLearnableRow({"stream-rows"}, [](LearnableRow) { return absl::OkStatus(); }),
              HasCode(kRefused));
}

TEST_F(StoreWindDownTest, InstructionsExportsWithdrawalsAndErasuresGoOn) {
  BeginAndStop();
  Change();
  ExpectTheChanges();
  EXPECT_THAT(ClickedPosts(*store_, kReader), SizeIs(5)) << "an export";
  EXPECT_TRUE(store_->Sweep().ok());
  EXPECT_TRUE(store_->RerollWrapKey().ok());
}

TEST_F(StoreWindDownTest, AVisitIsNotNoted) {
  Begin();
  const Visit visit = {.subject = SubjectNumber(kReader), .place = std::nullopt, .surface = SurfaceId(1)};
  const auto month = [&] { return store_->Export(SubjectNumber(kReader))->head.observed.month_last_seen; };
  const uint16_t before = month();
  ASSERT_TRUE(Stop().ok());
  store_.clock().Advance(absl::Hours(24 * 60));
  ASSERT_TRUE(store_->NoteVisit(visit).ok());
  EXPECT_EQ(month(), before);
}

TEST_F(StoreWindDownTest, TheStopIsOneEntryAndOutlivesEveryOlderDatabase) {
  Begin();
  store_.Close();
  const std::string older_db = folder_.path() + "/older-db";
  CopyFolder(store_.db(), older_db);
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_TRUE(store_->collecting());
  ASSERT_TRUE(Stop().ok());
  ASSERT_TRUE(Stop().ok());
  EXPECT_FALSE(store_->collecting());
  store_.Close();
  const auto head = KeyHead::Read(PosixFileSystem(), store_.keys());
  ASSERT_TRUE(head.ok());
  const auto log = VerifyRightsLog(PosixFileSystem(), store_.directory(), *head);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(log->entries_by_type[static_cast<size_t>(RightsEntryType::kCollectingStop)], 1u);
  ReplaceFolder(older_db, store_.db());
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_FALSE(store_->collecting());
  EXPECT_THAT(Record(kReader, {107}), Each(RecordOutcome::kNotCollecting));
}

TEST_F(StoreWindDownTest, KeysOfAStoreThatCollectsOrRunsAreNotDestroyed) {
  ASSERT_TRUE(Open().ok());
  store_.Close();
  const absl::Status collects = DestroyKeys();
  EXPECT_THAT(collects, HasCode(kRefused));
  EXPECT_THAT(collects, HasMessage(HasSubstr("has not stopped collecting")));
  ASSERT_TRUE(Open().ok());
  ASSERT_TRUE(Stop().ok());
  const absl::Status runs = DestroyKeys();
  EXPECT_THAT(runs, HasCode(kRefused));
  EXPECT_THAT(runs, HasMessage(HasSubstr("is in use")));
  store_.Close();
  EXPECT_TRUE(Open().ok()) << "nothing was touched";
}

TEST_F(StoreWindDownTest, WithoutItsKeysEveryRecordIsUnreadableOnBothPathsAndNoServerStarts) {
  ASSERT_TRUE(Open().ok());
  for (const uint32_t subject : {kReader, kErased}) {
    ASSERT_TRUE(SetPersonalize(*store_, store_.clock(), subject, true).ok());
    ASSERT_TRUE(Click(*store_, store_.clock(), subject, 100).ok());
    ASSERT_TRUE(DismissPost(*store_, subject, 101).ok());
  }
  ASSERT_TRUE(Stop().ok());
  store_.Close();
  std::vector<SealedRow> rows;
  {
    const auto ring = KeyRing::Open(PosixFileSystem(), store_.keys());
    ASSERT_TRUE(ring.ok());
    const auto codes = Pseudonymizer::Create(*ring);
    for (const uint32_t subject : {kReader, kErased}) {
      for (SealedRow& row : SealedRowsIn(store_.db(), (*codes)->ToStoredCode(SubjectNumber(subject)))) {
        rows.push_back(std::move(row));
      }
    }
  }
  ASSERT_GE(rows.size(), 4u);
  ASSERT_EQ(Decryptable(rows, **OpenSubjectKeys(store_.keys())), rows.size()) << "the control";
  // Whatever lies in a key's bytes: root, identity key, wrap key, each slot.
  ByteScanner scanner;
  for (const char* key : {"root", "identity.1", "wrap.1"}) {
    scanner.Plant(key, ReadAll(store_.keys() + "/" + key).substr(0, 32));
  }
  for (const SealedRow& row : rows) {
    scanner.Plant("slot", ReadAll(store_.keys() + "/subjects.1").substr(row.slot.index * 64, 64));
  }
  ASSERT_GE(scanner.FindInFiles(store_.directory()).size(), 7u) << "the control";
  ASSERT_GE(scanner.FindInFiles(second_).size(), 7u) << "the control";

  ASSERT_TRUE(DestroyKeys().ok());
  EXPECT_THAT(scanner.FindInFiles(folder_.path()), IsEmpty());
  EXPECT_THAT(OpenSubjectKeys(store_.keys()).status(), HasCode(kRefused));
  for (const std::string& keys : {store_.keys(), second_ + "/keys"}) {
    const absl::Status ring = KeyRing::Open(PosixFileSystem(), keys).status();
    EXPECT_THAT(ring, HasCode(kRefused));
    EXPECT_THAT(ring, HasMessage(HasSubstr(keys + "/destroyed: the store was wound down")));
  }
  const absl::Status start = Open();
  EXPECT_THAT(start, HasMessage(HasSubstr("its keys destroyed, from 2023-11-14T22:13:20Z on")));
  EXPECT_FALSE(InitKeys(PosixFileSystem(), store_.keys(), SystemRandom(), store_.clock().Now()).ok())
      << "no new keys take the place of the old ones";
  const auto head = KeyHead::Read(PosixFileSystem(), store_.keys());
  ASSERT_TRUE(head.ok());
  EXPECT_TRUE(VerifyRightsLog(PosixFileSystem(), store_.directory(), *head).ok()) << "the audit goes on";
  EXPECT_TRUE(DestroyKeys().ok()) << "again: nothing is left to do";
}

TEST_F(StoreWindDownTest, CutOffAnywhereItCanBeRunAgainAndNoServerStartsMeanwhile) {
  ASSERT_TRUE(Open().ok());
  ASSERT_TRUE(SetPersonalize(*store_, store_.clock(), kReader, true).ok());
  ASSERT_TRUE(Stop().ok());
  store_.Close();
  const std::string root = ReadAll(store_.keys() + "/root");
  CopyFolder(store_.directory(), whole_);
  const std::string whole_second = folder_.path() + "/whole-second";
  CopyFolder(second_, whole_second);
  bool stopped = true;
  int stops = 0;
  for (int changes = 0; stopped; ++changes) {
    StoppingFileSystem files(changes);
    const absl::Status destroyed = DestroyKeys(files);
    stopped = files.stopped();
    EXPECT_EQ(destroyed.ok(), !stopped) << destroyed;
    if (stopped) ++stops;
    const bool noted = fs::exists(store_.keys() + "/destroyed");
    const bool touched = ReadAll(store_.keys() + "/root") != root;
    EXPECT_TRUE(noted || !touched) << "after " << changes << " changes";
    EXPECT_EQ(Open().ok(), !noted) << "after " << changes << " changes";
    store_.Close();
    ASSERT_TRUE(DestroyKeys().ok()) << "after " << changes << " changes";
    for (const std::string& keys : {store_.keys(), second_ + "/keys"}) {
      EXPECT_THAT(FilesUnder(keys), SizeIs(2)) << "the note and the head";
    }
    EXPECT_THAT(FilesThatHold(store_.directory(), root), IsEmpty());
    EXPECT_THAT(FilesThatHold(second_, root), IsEmpty());
    BackToWhole();
    ReplaceFolder(whole_second, second_);
  }
  EXPECT_GT(stops, 20);
}

}  // namespace
}  // namespace bauta::testing
