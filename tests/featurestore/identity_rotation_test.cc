// The identity key changes: nobody and nothing is lost, no call fails, and nothing in the new database says
// which row of the old one it was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "featurestore/store/database_epoch.h"
#include "featurestore/store/restore.h"
#include "tests/featurestore/identity_rotation_fixture.h"

namespace bauta::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

using IdentityRotationTest = IdentityRotationFixture;

TEST_F(IdentityRotationTest, EverybodyIsThereWithEverythingAfterIt) {
  Begin();
  Change();
  ASSERT_TRUE(store_->BeginIdentityRotation().ok());
  EXPECT_TRUE(store_->identity_rotation().running);
  EXPECT_EQ(store_->identity_rotation().epoch, 2u);
  ExpectTheChanges();  // Before anybody has moved.
  ExpectTheRest();
  ASSERT_TRUE(store_->ContinueIdentityRotation(1).ok());
  EXPECT_EQ(store_->identity_rotation().subjects_moved, 1u);
  EXPECT_EQ(store_->identity_rotation().subjects_left, 2u);
  ExpectTheChanges();
  ExpectTheRest();
  ASSERT_TRUE(DismissPost(*store_, kFollower, 104).ok());
  ASSERT_TRUE(Click(*store_, store_.clock(), kReader, 109).ok());
  RunToTheEnd();
  EXPECT_FALSE(store_->identity_rotation().running);

  const auto expect_all = [&] {
    ExpectTheChanges();
    EXPECT_TRUE(HasDismissed(*store_, kFollower, 104));
    EXPECT_THAT(ClickedPosts(*store_, kReader), UnorderedElementsAre(100, 101, 102, 103, 104, 109));
    EXPECT_TRUE(PostIsLive(*store_, 109));
  };
  expect_all();
  EXPECT_FALSE(fs::exists(store_.db()));
  EXPECT_FALSE(fs::exists(store_.keys() + "/identity.1"));
  store_.Close();
  ASSERT_TRUE(store_.Open().ok());
  expect_all();
  EXPECT_EQ(store_->recovery().slots_destroyed, 0u);
  // And once more.
  ASSERT_TRUE(store_->BeginIdentityRotation().ok());
  RunToTheEnd();
  EXPECT_EQ(store_->identity_rotation().epoch, 3u);
  store_.Close();
  ASSERT_TRUE(store_.Open().ok());
  expect_all();
}

TEST_F(IdentityRotationTest, ASecondOneWhileOneRunsIsRefused) {
  Begin();
  ASSERT_TRUE(store_->BeginIdentityRotation().ok());
  EXPECT_THAT(store_->BeginIdentityRotation(), HasCode(absl::StatusCode::kFailedPrecondition));
  store_.Close();
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_THAT(store_->BeginIdentityRotation(), HasMessage(HasSubstr("epoch 2 is running")));
  RunToTheEnd();
  EXPECT_TRUE(store_->BeginIdentityRotation().ok());
}

TEST_F(IdentityRotationTest, ABackupMadeSinceIsRestoredAndNoneIsMadeMeanwhile) {
  Begin();
  store_.Close();
  FeatureStore::Options options = store_.Options();
  options.backup_directory = folder_.path() + "/backups";
  ASSERT_TRUE(store_.Open(options).ok());
  ASSERT_TRUE(store_->CreateBackup("before").ok());
  ASSERT_TRUE(store_->BeginIdentityRotation().ok());
  EXPECT_THAT(store_->CreateBackup("meanwhile").status(), HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(store_->TakeCensus().status(), HasCode(absl::StatusCode::kFailedPrecondition));
  RunToTheEnd();
  ASSERT_TRUE(store_->CreateBackup("since").ok());
  EXPECT_EQ(store_->TakeCensus()->identity_epoch, 2u);
  Change();
  ASSERT_TRUE(Click(*store_, store_.clock(), kReader, 109).ok());
  store_.Close();

  const auto ring = KeyRing::Open(PosixFileSystem(), store_.keys());
  ASSERT_TRUE(ring.ok()) << ring.status();
  const auto restore = [&](const std::string& name) {
    return RestoreBackup(options, name, *ring, store_.clock(), PosixFileSystem()).status();
  };
  EXPECT_THAT(restore("before"), HasMessage(HasSubstr("under identity key 1, the one in use is 2")));
  ASSERT_TRUE(restore("since").ok());
  ASSERT_TRUE(store_.Open(options).ok());
  ExpectTheChanges();
  ExpectTheRest();  // So it is the backup's database: the click behind it is gone.
}

TEST_F(IdentityRotationTest, APassThatWasCutOffGoesOnAfterAStart) {
  Begin();
  Change();
  ASSERT_TRUE(store_->BeginIdentityRotation().ok());
  for (int start = 0; start < 4; ++start) {
    store_.Close();
    ASSERT_TRUE(store_.Open().ok());
    EXPECT_TRUE(store_->identity_rotation().running || start == 3);
    ExpectTheChanges();
    ExpectTheRest();
    ASSERT_TRUE(store_->ContinueIdentityRotation(1).ok());
  }
  RunToTheEnd();
  ExpectTheChanges();
  ExpectTheRest();
}

TEST_F(IdentityRotationTest, EverySideIsErasedAndWithdrawnInTheMiddle) {
  Begin();
  ASSERT_TRUE(store_->BeginIdentityRotation().ok());
  Change();  // Erases, withdraws, dismisses: of subjects that are all on the old side.
  ExpectTheChanges();
  ExpectTheRest();
  store_.Close();
  ASSERT_TRUE(store_.Open().ok());
  ExpectTheChanges();
  RunToTheEnd();
  ASSERT_TRUE(store_->Erase(SubjectNumber(kReader)).ok());
  EXPECT_TRUE(IsUnknown(*store_, kReader));
  store_.Close();
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_TRUE(IsUnknown(*store_, kReader));
  EXPECT_TRUE(IsUnknown(*store_, kErased));
  EXPECT_TRUE(Follows(*store_, kFollower, 7));
}

TEST_F(IdentityRotationTest, TheWrapKeyIsRerolledAndTheLogCompactedMeanwhile) {
  Begin();
  Change();
  ASSERT_TRUE(store_->BeginIdentityRotation().ok());
  ASSERT_TRUE(store_->ContinueIdentityRotation(1).ok());
  ASSERT_TRUE(store_->RerollWrapKey().ok());
  ASSERT_TRUE(store_->CompactRightsLog().ok());
  ASSERT_TRUE(store_->Sweep().ok());
  store_.Close();
  ASSERT_TRUE(store_.Open().ok());
  ExpectTheChanges();
  RunToTheEnd();
  store_.Close();
  ASSERT_TRUE(store_.Open().ok());
  ExpectTheChanges();
  ExpectTheRest();
}

TEST_F(IdentityRotationTest, ABackupOfAnEarlierEpochIsRefusedByName) {
  Begin();
  store_.Close();
  CopyFolder(store_.db(), whole_);
  ASSERT_TRUE(store_.Open().ok());
  ASSERT_TRUE(store_->BeginIdentityRotation().ok());
  RunToTheEnd();
  store_.Close();
  const auto epoch = ReadDatabaseEpoch(whole_);
  ASSERT_TRUE(epoch.ok()) << epoch.status();
  EXPECT_EQ(*epoch, IdentityEpoch(1));
  EXPECT_EQ(*ReadDatabaseEpoch(new_db()), IdentityEpoch(2));
  EXPECT_FALSE(CheckDatabaseEpoch(*epoch, IdentityEpoch(2)).ok());
  const std::string kept = folder_.path() + "/kept";
  CopyFolder(new_db(), kept);
  ReplaceFolder(whole_, new_db());
  EXPECT_THAT(store_.Open(), HasMessage(HasSubstr("a backup of an earlier epoch cannot be put back")));
  ReplaceFolder(kept, new_db());
  CopyFolder(whole_, store_.db());
  EXPECT_THAT(store_.Open(),
              HasMessage(HasSubstr("a database of identity epoch 1, for which there is no key")));
  fs::remove_all(store_.db());
  ASSERT_TRUE(store_.Open().ok());
  ExpectTheRest();
}

// The older database of the same epoch, and no database at all, in the middle: the log brings both sides up.
TEST_F(IdentityRotationTest, LostAndOlderDatabasesAreBroughtUpInTheMiddle) {
  Begin();
  store_.Close();
  CopyFolder(store_.db(), whole_);
  ASSERT_TRUE(store_.Open().ok());
  Change();
  ASSERT_TRUE(store_->BeginIdentityRotation().ok());
  ASSERT_TRUE(FollowTopic(*store_, kFollower, 8).ok());  // Moves.
  store_.Close();
  ReplaceFolder(whole_, store_.db());
  ASSERT_TRUE(store_.Open().ok());
  ExpectTheChanges();
  EXPECT_TRUE(Follows(*store_, kFollower, 8));
  ExpectTheRest();
  store_.Close();
  fs::remove_all(store_.db());
  fs::remove_all(new_db());
  FeatureStore::Options options = store_.Options();
  options.create = false;
  EXPECT_FALSE(store_.Open(options).ok());
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_TRUE(HasDismissed(*store_, kReader, 102));
  EXPECT_TRUE(Follows(*store_, kFollower, 8));
  EXPECT_TRUE(IsUnknown(*store_, kErased));
  RunToTheEnd();
  EXPECT_TRUE(HasDismissed(*store_, kReader, 102));
  EXPECT_TRUE(HasDismissed(*store_, kFollower, 101));
}

TEST_F(IdentityRotationTest, CountersEqualAScanThroughoutAndAfterARestartAtTheEnd) {
  FeatureStore::Options options = store_.Options();
  options.crowd_age_min = absl::ZeroDuration();
  ASSERT_TRUE(store_.Open(options).ok());
  for (uint32_t subject = 0; subject < 40; ++subject) {
    ASSERT_TRUE(store_
                    ->UpdateInstructions(SubjectNumber(subject), {"update-consent"},
                                         [&](HeadInstructions& head) {
                                           ConsentChange change;
                                           change.turn_on = {Purpose::kPersonalize, Purpose::kCrowd};
                                           change.policy_version = 1;
                                           head.consent = Apply(head.consent, change, store_.clock().Now());
                                           return absl::OkStatus();
                                         })
                    .ok());
  }
  store_.clock().Advance(absl::Hours(2));
  for (uint32_t subject = 0; subject < 40; ++subject) {
    ASSERT_TRUE(Click(*store_, store_.clock(), subject, subject % 3 + 1).ok());
  }
  const auto counters = [&] {
    bool complete = false;
    CrowdCounts counts;
    while (!complete) {
      counts = store_->ReadCounters(&complete);
      std::this_thread::yield();
    }
    return counts;
  };
  const CrowdCounts before = counters();
  ASSERT_FALSE(before.by_post.empty());
  ASSERT_TRUE(store_->BeginIdentityRotation().ok());
  ASSERT_TRUE(store_->ContinueIdentityRotation(10).ok());
  EXPECT_EQ(counters(), before);
  EXPECT_EQ(*store_->CountByScan(), before);
  ASSERT_TRUE(Click(*store_, store_.clock(), 39, 7).ok());
  EXPECT_EQ(counters(), *store_->CountByScan());
  store_.Close();
  ASSERT_TRUE(store_.Open(options).ok());
  bool complete = true;
  store_->ReadCounters(&complete);
  EXPECT_FALSE(complete) << "who has not moved is not counted yet";
  ASSERT_TRUE(store_->ContinueIdentityRotation(10).ok());
  RunToTheEnd();
  EXPECT_EQ(counters(), *store_->CountByScan());
}

TEST_F(IdentityRotationTest, TheTrainerSeesEverybodyOnceInTheMiddle) {
  FeatureStore::Options options = store_.Options();
  options.crowd_age_min = absl::ZeroDuration();
  ASSERT_TRUE(store_.Open(options).ok());
  for (uint32_t subject = 0; subject < 20; ++subject) {
    ASSERT_TRUE(store_
                    ->UpdateInstructions(SubjectNumber(subject), {"update-consent"},
                                         [&](HeadInstructions& head) {
                                           ConsentChange change;
                                           change.turn_on = {Purpose::kPersonalize, Purpose::kLearn};
                                           change.policy_version = 1;
                                           head.consent = Apply(head.consent, change, store_.clock().Now());
                                           return absl::OkStatus();
                                         })
                    .ok());
  }
  store_.clock().Advance(absl::Hours(2));
  for (uint32_t subject = 0; subject < 20; ++subject) {
    ASSERT_TRUE(Click(*store_, store_.clock(), subject, 1000 + subject).ok());
  }
  ASSERT_TRUE(store_->BeginIdentityRotation().ok());
  ASSERT_TRUE(store_->ContinueIdentityRotation(8).ok());
  std::multiset<uint64_t> posts;
  ASSERT_TRUE(store_
                  ->ForEachLearnableRow({"stream-rows"},
                                        [&](const LearnableRow& row) {
                                          for (const Interaction& one : row.interactions) {
                                            posts.insert(one.post.value());
                                          }
                                          return absl::OkStatus();
                                        })
                  .ok());
  EXPECT_EQ(posts.size(), 20u);
  EXPECT_EQ(std::set<uint64_t>(posts.begin(), posts.end()).size(), 20u);
}

TEST_F(IdentityRotationTest, NoCallFailsUnderLoad) {
  ASSERT_TRUE(store_.Open().ok());
  constexpr uint32_t kThreads = 4;
  constexpr uint32_t kStill = 60;  // Who do nothing but are there.
  for (uint32_t subject = 100; subject < 100 + kStill; ++subject) {
    ASSERT_TRUE(DismissPost(*store_, subject, 7).ok());
  }
  std::atomic<bool> done{false};
  std::vector<std::thread> busy;
  std::array<std::atomic<uint64_t>, kThreads> rounds{};
  for (uint32_t thread = 0; thread < kThreads; ++thread) {
    busy.emplace_back([&, thread] {
      const uint32_t faithful = 10 + thread;
      const uint32_t fickle = 20 + thread;
      EXPECT_TRUE(SetPersonalize(*store_, store_.clock(), faithful, true).ok());
      for (uint64_t round = 1; !done; ++round) {
        EXPECT_TRUE(DismissPost(*store_, faithful, round).ok());
        EXPECT_TRUE(HasDismissed(*store_, faithful, round));
        EXPECT_TRUE(Click(*store_, store_.clock(), faithful, round).ok());
        EXPECT_THAT(ClickedPosts(*store_, faithful), ::testing::Contains(round));
        EXPECT_TRUE(DismissPost(*store_, fickle, round).ok());
        EXPECT_TRUE(HasDismissed(*store_, fickle, round));
        EXPECT_TRUE(store_->Erase(SubjectNumber(fickle)).ok());
        EXPECT_TRUE(IsUnknown(*store_, fickle));
        EXPECT_TRUE(UpsertPost(*store_, 1'000'000 * (thread + 1) + round).ok());
        for (uint32_t subject = 100; subject < 100 + kStill; subject += 7) {
          EXPECT_TRUE(HasDismissed(*store_, subject, 7)) << "an X was not obeyed while its subject moved";
        }
        rounds[thread] = round;
      }
    });
  }
  for (int rotation = 0; rotation < 3; ++rotation) {
    ASSERT_TRUE(store_->BeginIdentityRotation().ok());
    ASSERT_TRUE(store_->RerollWrapKey().ok());
    RunToTheEnd(11);
  }
  done = true;
  for (std::thread& thread : busy) thread.join();
  store_.Close();
  ASSERT_TRUE(store_.Open().ok());
  for (uint32_t thread = 0; thread < kThreads; ++thread) {
    for (uint64_t round = 1; round <= rounds[thread]; ++round) {
      EXPECT_TRUE(HasDismissed(*store_, 10 + thread, round));
      EXPECT_TRUE(PostIsLive(*store_, 1'000'000 * (thread + 1) + round));
    }
    EXPECT_TRUE(IsUnknown(*store_, 20 + thread));
  }
  for (uint32_t subject = 100; subject < 100 + kStill; ++subject) {
    EXPECT_TRUE(HasDismissed(*store_, subject, 7));
  }
}

}  // namespace
}  // namespace bauta::testing
