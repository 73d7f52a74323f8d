// Backups of a store that is written to meanwhile: each, restored, holds what was acknowledged before it was
// asked for, and obeys everything in the present rights log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "tests/featurestore/store_backup_fixture.h"

namespace bauta::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::IsSubsetOf;
using ::testing::IsSupersetOf;

constexpr uint32_t kWriters = 4;
constexpr uint32_t kBackups = 5;
constexpr uint64_t kRoundsBetween = 3;  // Of each writer, at least, before each backup.

// What one writer has been acknowledged, round by round.
struct Progress {
  std::atomic<uint64_t> instructions{0};  // The faithful subject follows the topics 1 to this.
  std::atomic<uint64_t> interactions{0};  // It has clicked the posts 1 to this,
  std::atomic<uint64_t> posts{0};         // of which these were upserted, by this writer.
  std::atomic<uint64_t> newcomers{0};     // So many agreed, and clicked one post.
  std::atomic<uint64_t> rounds{0};
};
struct Acknowledged {
  uint64_t instructions = 0;
  uint64_t interactions = 0;
  uint64_t posts = 0;
  uint64_t newcomers = 0;
};

// Each writer has subjects of its own: one who stays, one who withdraws, one who is erased, one who takes
// single acts back, and ever new ones.
struct Cast {
  explicit Cast(uint32_t writer) : first(1000 * (writer + 1)) {}
  uint32_t first;
  uint32_t faithful() const { return first; }
  uint32_t withdrawn() const { return first + 1; }
  uint32_t erased() const { return first + 2; }
  uint32_t corrected() const { return first + 3; }
  uint32_t newcomer(uint64_t n) const { return 1'000'000 + first * 1000 + static_cast<uint32_t>(n); }
  uint64_t post(uint64_t n) const { return first * 1000ull + n; }
};

class BackupUnderLoadTest : public StoreBackupFixture {
 protected:
  // One of each kind of write; what it takes back in the same round is gone when it is acknowledged.
  void WriteOnce(uint32_t writer, uint64_t round) {
    const Cast cast(writer);
    Progress& progress = progress_[writer];
    FeatureStore& store = *store_;
    EXPECT_TRUE(FollowTopic(store, cast.faithful(), round).ok());
    progress.instructions = round;
    EXPECT_TRUE(Click(store, store_.clock(), cast.faithful(), round).ok());
    progress.interactions = round;
    EXPECT_TRUE(UpsertPost(store, cast.post(round)).ok());
    progress.posts = round;

    EXPECT_TRUE(SetPersonalize(store, store_.clock(), cast.newcomer(round), true).ok());
    EXPECT_TRUE(Click(store, store_.clock(), cast.newcomer(round), round).ok());
    progress.newcomers = round;

    EXPECT_TRUE(SetPersonalize(store, store_.clock(), cast.withdrawn(), true).ok());
    EXPECT_TRUE(Click(store, store_.clock(), cast.withdrawn(), round).ok());
    EXPECT_TRUE(SetPersonalize(store, store_.clock(), cast.withdrawn(), false).ok());

    EXPECT_TRUE(SetPersonalize(store, store_.clock(), cast.erased(), true).ok());
    EXPECT_TRUE(Click(store, store_.clock(), cast.erased(), round).ok());
    EXPECT_TRUE(store.Erase(SubjectNumber(cast.erased())).ok());

    EXPECT_TRUE(Click(store, store_.clock(), cast.corrected(), round).ok());
    const InteractionDeletion deletion = {.post = PostId(round), .topic = {}, .kinds = {}};
    EXPECT_TRUE(store.DeleteInteractions(SubjectNumber(cast.corrected()), {&deletion, 1}).ok());
    progress.rounds = round;
  }

  std::array<Acknowledged, kWriters> Now() const {
    std::array<Acknowledged, kWriters> now;
    for (uint32_t writer = 0; writer < kWriters; ++writer) {
      const Progress& progress = progress_[writer];
      now[writer] = {.instructions = progress.instructions,
                     .interactions = progress.interactions,
                     .posts = progress.posts,
                     .newcomers = progress.newcomers};
    }
    return now;
  }

  void AwaitRounds(uint64_t more) const {
    for (const Progress& progress : progress_) {
      const uint64_t until = progress.rounds + more;
      while (progress.rounds < until) std::this_thread::yield();
    }
  }

  static std::vector<uint64_t> UpTo(uint64_t last) {
    std::vector<uint64_t> numbers;
    for (uint64_t n = 1; n <= last; ++n) numbers.push_back(n);
    return numbers;
  }

  // `then`: acknowledged before the backup was asked for; `last`: at the end.
  void ExpectRestored(uint32_t writer, const Acknowledged& then, const Acknowledged& last) {
    const Cast cast(writer);
    const std::vector<uint64_t> clicked = ClickedPosts(*store_, cast.faithful());
    EXPECT_THAT(clicked, IsSupersetOf(UpTo(then.interactions)));
    EXPECT_THAT(clicked, IsSubsetOf(UpTo(last.interactions)));
    for (uint64_t n = 1; n <= then.posts; ++n) EXPECT_TRUE(PostIsLive(*store_, cast.post(n))) << n;
    for (uint64_t n = 1; n <= then.newcomers; ++n) {
      EXPECT_THAT(ClickedPosts(*store_, cast.newcomer(n)), ::testing::ElementsAre(n));
    }
    // From here on the log speaks, to its end.
    for (uint64_t topic = 1; topic <= last.instructions; ++topic) {
      EXPECT_TRUE(Follows(*store_, cast.faithful(), topic)) << topic;
    }
    for (uint64_t n = 1; n <= last.newcomers; ++n) EXPECT_TRUE(Personalizes(*store_, cast.newcomer(n))) << n;
    EXPECT_FALSE(Personalizes(*store_, cast.withdrawn()));
    EXPECT_THAT(ClickedPosts(*store_, cast.withdrawn()), IsEmpty());
    EXPECT_TRUE(IsUnknown(*store_, cast.erased()));
    EXPECT_TRUE(Personalizes(*store_, cast.corrected()));
    EXPECT_THAT(ClickedPosts(*store_, cast.corrected()), IsEmpty());
  }

  std::array<Progress, kWriters> progress_;
};

TEST_F(BackupUnderLoadTest, EachHoldsWhatWasAcknowledgedBeforeItAndObeysThePresentLog) {
  ASSERT_TRUE(Open().ok());
  for (uint32_t writer = 0; writer < kWriters; ++writer) {
    for (const uint32_t subject : {Cast(writer).faithful(), Cast(writer).corrected()}) {
      ASSERT_TRUE(SetPersonalize(*store_, store_.clock(), subject, true).ok());
    }
  }
  std::atomic<bool> done{false};
  std::vector<std::thread> writers;
  for (uint32_t writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (uint64_t round = 1; !done; ++round) WriteOnce(writer, round);
    });
  }
  std::vector<std::array<Acknowledged, kWriters>> before;
  bool made = true;
  for (uint32_t backup = 0; made && backup < kBackups; ++backup) {
    AwaitRounds(kRoundsBetween);
    before.push_back(Now());
    const auto receipt = store_->CreateBackup("number-" + std::to_string(backup));
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    made = receipt.ok();
    // Of upkeep too that meets a backup.
    EXPECT_TRUE((backup % 2 == 0 ? store_->CompactRightsLog() : store_->RerollWrapKey()).ok());
  }
  AwaitRounds(1);
  done = true;
  for (std::thread& writer : writers) writer.join();
  ASSERT_TRUE(made);
  const std::array<Acknowledged, kWriters> last = Now();
  store_.Close();

  for (uint32_t backup = 0; backup < kBackups; ++backup) {
    const std::string name = "number-" + std::to_string(backup);
    SCOPED_TRACE(name);
    const auto report = Restore(name);
    ASSERT_TRUE(report.ok()) << report.status();
    const absl::Status opened = Open();
    ASSERT_TRUE(opened.ok()) << opened;
    EXPECT_GT(store_->recovery().entries_replayed, 0u);
    const auto audit = store_->AuditRightsLog();
    EXPECT_TRUE(audit.ok()) << audit.status();
    for (uint32_t writer = 0; writer < kWriters; ++writer) {
      SCOPED_TRACE("writer " + std::to_string(writer));
      ExpectRestored(writer, before[backup][writer], last[writer]);
    }
    store_.Close();
    ASSERT_FALSE(HasFailure());
  }
}

}  // namespace
}  // namespace bauta::testing
