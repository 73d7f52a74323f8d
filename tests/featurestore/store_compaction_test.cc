// A store whose rights log is compacted: what stays, what goes, and what an older database makes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <thread>

#include "featurestore/store/rights_log.h"
#include "privacy/key_head.h"
#include "tests/featurestore/store_recovery_fixture.h"

namespace bauta::testing {
namespace {

using ::testing::HasSubstr;

class StoreCompactionTest : public StoreRecoveryFixture {
 protected:
  RightsLogReport Verify() {
    const auto head = KeyHead::Read(PosixFileSystem(), store_.keys());
    EXPECT_TRUE(head.ok()) << head.status();
    const auto report = VerifyRightsLog(PosixFileSystem(), store_.directory(), *head);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.value_or(RightsLogReport());
  }
  static uint64_t Of(const RightsLogReport& report, RightsEntryType type) {
    return report.entries_by_type[static_cast<size_t>(type)];
  }
};

TEST_F(StoreCompactionTest, KeepsTheNewestOfEverythingAndTheOldDatabaseObeysIt) {
  Begin();
  store_.Close();
  CopyFolder(store_.db(), whole_);
  ASSERT_TRUE(store_.Open().ok());
  Change();
  for (uint64_t topic = 10; topic < 30; ++topic) ASSERT_TRUE(FollowTopic(*store_, kFollower, topic).ok());
  ASSERT_TRUE(store_->RecordAct({"activate-model"}).ok());
  const RightsLogReport before = Verify();
  ASSERT_TRUE(store_->CompactRightsLog().ok());
  const RightsLogReport after = Verify();
  EXPECT_EQ(after.file_number, 2u);
  EXPECT_LT(after.size_bytes, before.size_bytes / 2);
  EXPECT_EQ(Of(after, RightsEntryType::kSubjectState), 3u) << "follower, reader, withdrawn";
  EXPECT_EQ(Of(after, RightsEntryType::kErasure), 1u);
  EXPECT_EQ(Of(after, RightsEntryType::kPostRemoval), 1u);
  EXPECT_EQ(Of(after, RightsEntryType::kAuthorSuspension), 1u);
  EXPECT_EQ(Of(after, RightsEntryType::kAdministrativeAct), 1u);
  EXPECT_EQ(Of(after, RightsEntryType::kCheckpoint), 1u);
  ExpectTheChanges();

  ASSERT_TRUE(DismissPost(*store_, kFollower, 109).ok());
  store_.Close();
  ASSERT_TRUE(store_.Open().ok());
  ExpectTheChanges();
  ExpectTheRest();
  store_.Close();

  ReplaceFolder(whole_, store_.db());
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_GT(store_->recovery().entries_replayed, 0u);
  ExpectTheChanges();
  ExpectTheRest();
  EXPECT_TRUE(HasDismissed(*store_, kFollower, 109));
  for (uint64_t topic = 10; topic < 30; ++topic) EXPECT_TRUE(Follows(*store_, kFollower, topic));
}

TEST_F(StoreCompactionTest, MarksOfErasuresGoWithTheirAgeAndNotBefore) {
  Begin();
  Change();
  const absl::Time since = store_.clock().Now() - absl::Hours(1);
  const auto backfill = [&] {
    return store_->BackfillConsent(SubjectNumber(kErased), since,
                                   [](HeadInstructions&) { return absl::OkStatus(); });
  };
  ASSERT_TRUE(store_->CompactRightsLog().ok());
  store_.Close();
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_THAT(backfill(), HasMessage(HasSubstr("erased after it"))) << "the mark outlived the compaction";
  ASSERT_TRUE(store_->CompactRightsLogIfDue().ok());
  EXPECT_EQ(Verify().file_number, 2u) << "not due";

  store_.clock().Advance(absl::Hours(store_.Options().retention.backfill_age_hours_max + 1));
  ASSERT_TRUE(store_->CompactRightsLogIfDue().ok());
  const RightsLogReport report = Verify();
  EXPECT_EQ(report.file_number, 3u) << "due for the mark";
  EXPECT_EQ(Of(report, RightsEntryType::kErasure), 0u);
  ASSERT_TRUE(store_->CompactRightsLogIfDue().ok());
  EXPECT_EQ(Verify().file_number, 3u);
}

TEST_F(StoreCompactionTest, ASecondPathAloneOpensTheCompactedStore) {
  FeatureStore::Options options = store_.Options();
  options.second_directory = folder_.path() + "/second";
  ASSERT_TRUE(store_.Open(options).ok());
  ASSERT_TRUE(FollowTopic(*store_, kFollower, 7).ok());
  ASSERT_TRUE(FollowTopic(*store_, kFollower, 8).ok());
  ASSERT_TRUE(store_->CompactRightsLog().ok());
  ASSERT_TRUE(FollowTopic(*store_, kFollower, 9).ok());
  store_.Close();
  EXPECT_EQ(ReadAll(store_.directory() + "/rights.log.2"),
            ReadAll(options.second_directory + "/rights.log.2"));
  EXPECT_FALSE(std::filesystem::exists(options.second_directory + "/rights.log.1"));
  ReplaceFolder(options.second_directory + "/keys", store_.keys());
  std::filesystem::remove(store_.directory() + "/rights.log.2");
  ASSERT_TRUE(store_.Open(options).ok());
  for (const uint64_t topic : {7, 8, 9}) EXPECT_TRUE(Follows(*store_, kFollower, topic)) << topic;
}

// What the entries destroyed that were left out, could not be destroyed again.
TEST_F(StoreCompactionTest, KeysFromBeforeTheCompactionAreRefused) {
  Begin();
  store_.Close();
  const std::string older = ReadAll(store_.keys() + "/subjects.1");
  ASSERT_TRUE(store_.Open().ok());
  Change();
  ASSERT_TRUE(store_->CompactRightsLog().ok());
  store_.Close();
  WriteAll(store_.keys() + "/subjects.1", older);
  EXPECT_THAT(store_.Open(), HasMessage(HasSubstr("an older copy of keys/subjects was put back")));
}

TEST_F(StoreCompactionTest, CallsGoOnMeanwhile) {
  Begin();
  constexpr uint64_t kCalls = 60;
  std::thread busy([&] {
    for (uint64_t topic = 1; topic <= kCalls; ++topic) {
      EXPECT_TRUE(FollowTopic(*store_, kFollower, topic).ok());
      EXPECT_TRUE(Follows(*store_, kFollower, topic));
    }
  });
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(store_->CompactRightsLog().ok());
  busy.join();
  ASSERT_TRUE(store_->CompactRightsLog().ok());
  store_.Close();
  ASSERT_TRUE(store_.Open().ok());
  for (uint64_t topic = 1; topic <= kCalls; ++topic) EXPECT_TRUE(Follows(*store_, kFollower, topic)) << topic;
}

}  // namespace
}  // namespace bauta::testing
