#include "featurestore/store/class_a_committer.h"

#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "rocksdb/write_batch.h"
#include "tests/featurestore/class_a_committer_fixture.h"

namespace bauta::testing {
namespace {

using ClassACommitterTest = ClassACommitterFixture;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST_F(ClassACommitterTest, ChangeIsInLogHeadAndDatabaseWhenCommitReturns) {
  ClassAChange change = State("anna");
  const SlotRef slot = change.slot;
  uint64_t applied = 0;
  change.applied = [&](uint64_t sequence) { applied = sequence; };
  const auto sequence = committer_->Commit(std::move(change));
  ASSERT_TRUE(sequence.ok()) << sequence.status();
  EXPECT_EQ(*sequence, 1u);
  EXPECT_EQ(applied, 1u);
  EXPECT_THAT(database_.rows(), ElementsAre(Pair("anna", "1"), Pair("last", "1")));
  EXPECT_EQ(head_->values().sequence, 1u);
  EXPECT_EQ(head_->values().hash, log_->last_hash());

  files_.Crash();
  Start();
  EXPECT_TRUE(keys_->IsLive(slot));
  EXPECT_THAT(Payloads(), ElementsAre("anna"));
}

TEST_F(ClassACommitterTest, DestroyedKeyTakesItsEntriesWithIt) {
  ClassAChange change = State("anna");
  const SlotRef slot = change.slot;
  ASSERT_TRUE(committer_->Commit(std::move(change)).ok());
  ClassAChange erasure = Act("mark");
  erasure.type = RightsEntryType::kErasure;
  erasure.slot = slot;
  erasure.destroyed = {slot};
  ASSERT_TRUE(committer_->Commit(std::move(erasure)).ok());

  files_.Crash();
  Start();
  EXPECT_FALSE(keys_->IsLive(slot));
  EXPECT_EQ(keys_->last_applied_sequence(), 2u);
  EXPECT_THAT(Payloads(), ElementsAre("dead", "mark"));
}

TEST_F(ClassACommitterTest, NoPayloadStandsInTheClear) {
  ASSERT_TRUE(committer_->Commit(State("anna-in-the-clear")).ok());
  ASSERT_TRUE(committer_->Commit(Act("act-in-the-clear")).ok());
  EXPECT_THAT(files_.Bytes(kLogPath), ::testing::Not(HasSubstr("in-the-clear")));
}

TEST_F(ClassACommitterTest, CallsThatComeWhileAGroupIsWrittenShareTheNextOne) {
  constexpr int kCalls = 20;
  database_.Hold();
  std::vector<std::thread> callers;
  callers.emplace_back([&] { EXPECT_TRUE(committer_->Commit(Act("first")).ok()); });
  database_.AwaitHeldWrite();
  std::vector<ClassAChange> changes;
  for (int i = 0; i < kCalls; ++i) changes.push_back(State(absl::StrCat("subject", i)));
  const int syncs = files_.syncs();
  for (ClassAChange& change : changes) {
    callers.emplace_back([&] { EXPECT_TRUE(committer_->Commit(std::move(change)).ok()); });
  }
  AwaitWaiting(kCalls);
  database_.Release();
  for (std::thread& caller : callers) caller.join();

  EXPECT_EQ(committer_->statistics().groups, 2u);
  EXPECT_EQ(committer_->statistics().entries, 1u + kCalls);
  EXPECT_EQ(database_.writes(), 2);
  EXPECT_EQ(files_.syncs() - syncs, 3) << "slots, log, head: once for all calls of the group";
  std::set<std::string> sequences;
  for (const auto& [subject, sequence] : database_.rows()) {
    if (subject != "last") sequences.insert(sequence);
  }
  EXPECT_EQ(sequences.size(), 1u + kCalls);
}

TEST_F(ClassACommitterTest, AChangeOfNoSlotCostsTwoSyncs) {
  const int syncs = files_.syncs();
  ASSERT_TRUE(committer_->Commit(Act("act")).ok());
  EXPECT_EQ(files_.syncs() - syncs, 2);
}

TEST_F(ClassACommitterTest, AChangeThatCannotMakeItsRowsIsRefusedAlone) {
  database_.Hold();
  std::thread first([&] { EXPECT_TRUE(committer_->Commit(Act("first")).ok()); });
  database_.AwaitHeldWrite();
  ClassAChange bad = State("bad");
  const SlotRef slot = bad.slot;
  bad.write_rows = [](uint64_t, rocksdb::WriteBatch& batch) {
    batch.Put("half", "written");
    return absl::ResourceExhaustedError("too large");
  };
  std::thread second([&] {
    EXPECT_THAT(committer_->Commit(std::move(bad)).status(), HasCode(absl::StatusCode::kResourceExhausted));
  });
  std::thread third([&] { EXPECT_TRUE(committer_->Commit(Act("third")).ok()); });
  AwaitWaiting(2);
  database_.Release();
  first.join();
  second.join();
  third.join();
  EXPECT_THAT(database_.rows(), ElementsAre(Pair("first", "1"), Pair("last", "2"), Pair("third", "2")));
  EXPECT_FALSE(keys_->IsLive(slot));
  EXPECT_THAT(Payloads(), ElementsAre("first", "third"));
}

TEST_F(ClassACommitterTest, LimitsOfTheFormatAreHeld) {
  ClassAChange change = Act("many");
  change.destroyed.resize(kRightsEntryDestroyedMax + 1);
  EXPECT_THAT(committer_->Commit(std::move(change)).status(), HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(log_->last_sequence(), 0u);
  EXPECT_TRUE(stopped().ok());
}

TEST_F(ClassACommitterTest, StateUnderADeadKeyIsRefused) {
  ClassAChange change = State("anna");
  ASSERT_TRUE(keys_->Destroy(change.slot).ok());
  EXPECT_THAT(committer_->Commit(std::move(change)).status(), HasCode(absl::StatusCode::kNotFound));
  EXPECT_EQ(log_->last_sequence(), 0u);
}

TEST_F(ClassACommitterTest, WhileTheDatabaseIsFullClassAIsUnavailableAndNothingIsLost) {
  database_.SetFull(true);
  int applied = 0;
  ClassAChange change = Act("kept");
  change.applied = [&](uint64_t) { ++applied; };
  EXPECT_THAT(committer_->Commit(std::move(change)).status(), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_EQ(head_->values().sequence, 1u);

  ClassAChange refused = State("refused");
  const SlotRef slot = refused.slot;
  EXPECT_THAT(committer_->Commit(std::move(refused)).status(), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_EQ(head_->values().sequence, 1u) << "nothing is taken on before the batch that waits is applied";
  EXPECT_FALSE(keys_->IsLive(slot));
  EXPECT_THAT(committer_->EnsureApplied(), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(database_.rows(), IsEmpty());
  EXPECT_EQ(applied, 0);

  database_.SetFull(false);
  ASSERT_TRUE(committer_->Commit(Act("next")).ok());
  EXPECT_EQ(applied, 1);
  EXPECT_THAT(database_.rows(), ElementsAre(Pair("kept", "1"), Pair("last", "2"), Pair("next", "2")));
  EXPECT_THAT(Payloads(), ElementsAre("kept", "next"));
  EXPECT_TRUE(stopped().ok());
}

TEST_F(ClassACommitterTest, OtherWritersCanHaveTheWaitingBatchApplied) {
  EXPECT_TRUE(committer_->EnsureApplied().ok());
  database_.SetFull(true);
  EXPECT_THAT(committer_->Commit(Act("kept")).status(), HasCode(absl::StatusCode::kUnavailable));
  database_.SetFull(false);
  EXPECT_TRUE(committer_->EnsureApplied().ok());
  EXPECT_THAT(database_.rows(), ElementsAre(Pair("kept", "1"), Pair("last", "1")));
  EXPECT_EQ(database_.writes(), 1);
  EXPECT_TRUE(committer_->EnsureApplied().ok());
  EXPECT_EQ(database_.writes(), 1);
}

TEST_F(ClassACommitterTest, FullDiskUnderTheLogRefusesTheGroupAndGivesItsSlotsBack) {
  ClassAChange change = State("anna");
  const SlotRef slot = change.slot;
  files_.SetCapacity(1);
  EXPECT_THAT(committer_->Commit(std::move(change)).status(), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(keys_->IsLive(slot));
  EXPECT_THAT(database_.rows(), IsEmpty());
  EXPECT_TRUE(stopped().ok());
  files_.LiftFaults();
  EXPECT_TRUE(committer_->Commit(State("berta")).ok());
  EXPECT_THAT(Payloads(), ElementsAre("berta"));
}

// Slots, log, head, destroyed slots: whichever sync fails, the process stops and nothing is acknowledged.
TEST_F(ClassACommitterTest, AFailedSyncStopsTheProcess) {
  for (int sync = 1; sync <= 4; ++sync) {
    stopped_ = absl::OkStatus();
    ClassAChange before = State("before");
    const SlotRef old = before.slot;
    ASSERT_TRUE(committer_->Commit(std::move(before)).ok());
    ClassAChange change = State("after", old);
    const SlotRef created = change.slot;
    const auto rows = database_.rows();
    files_.FailSync(sync);
    EXPECT_THAT(committer_->Commit(std::move(change)).status(), HasCode(absl::StatusCode::kInternal)) << sync;
    EXPECT_THAT(stopped(), HasCode(absl::StatusCode::kInternal));
    EXPECT_EQ(database_.rows(), rows) << sync;
    EXPECT_THAT(committer_->Commit(Act("later")).status(), HasCode(absl::StatusCode::kInternal));
    files_.Crash();
    Start();
    if (HasFatalFailure()) return;
    if (sync <= 3) {
      EXPECT_TRUE(keys_->IsLive(old)) << "destroyed before keys/head named the entry that says so";
    } else {
      EXPECT_TRUE(keys_->IsLive(created));
    }
  }
}

// Dies at every single operation on the files, and loses any part of what was not synced.
TEST_F(ClassACommitterTest, WhereverTheProcessDiesWhatWasAcknowledgedIsThereAndTheOrderHolds) {
  SlotRef live;
  uint64_t acknowledged = 0;
  int deaths = 0;
  for (int operation = 0; operation < 12; ++operation) {
    for (uint64_t seed = 0; seed < 8; ++seed) {
      ClassAChange change = State("subject", live.empty() ? std::nullopt : std::optional(live));
      const SlotRef created = change.slot;
      const SlotRef old = live;
      files_.StopAfter(operation);
      const auto sequence = committer_->Commit(std::move(change));
      if (sequence.ok()) acknowledged = *sequence;
      deaths += sequence.ok() ? 0 : 1;
      files_.CrashKeepingSome(seed * 31 + static_cast<uint64_t>(operation));
      Start();
      if (HasFatalFailure()) return;

      const bool logged = log_->last_sequence() > acknowledged || sequence.ok();
      ASSERT_GE(log_->last_sequence(), acknowledged) << operation << " " << seed;
      if (logged) {
        ASSERT_TRUE(keys_->IsLive(created)) << "an entry names a slot that was not durable: " << operation;
        if (sequence.ok() && !old.empty()) {
          ASSERT_FALSE(keys_->IsLive(old));
        }
        live = created;
        // As a start does: what the entries destroyed is destroyed again.
        ASSERT_TRUE(log_->ForEachAfter(keys_->last_applied_sequence(),
                                       [&](const RightsEntry& entry) {
                                         for (const SlotRef& slot : entry.header.destroyed) {
                                           BAUTA_RETURN_IF_ERROR(keys_->Destroy(slot));
                                         }
                                         return absl::OkStatus();
                                       })
                        .ok());
        ASSERT_TRUE(keys_->Sync().ok());
        if (!old.empty()) {
          ASSERT_FALSE(keys_->IsLive(old));
        }
      } else if (!old.empty()) {
        ASSERT_TRUE(keys_->IsLive(old)) << "a key died without an entry that says so: " << operation;
      }
      acknowledged = log_->last_sequence();
    }
  }
  EXPECT_GT(deaths, 40);
  EXPECT_GT(acknowledged, 8u);
}

TEST_F(ClassACommitterTest, ManyCallersAtOnceAllComeThrough) {
  constexpr int kThreads = 8;
  constexpr int kCalls = 25;
  std::vector<std::thread> callers;
  for (int thread = 0; thread < kThreads; ++thread) {
    callers.emplace_back([&, thread] {
      for (int call = 0; call < kCalls; ++call) {
        EXPECT_TRUE(committer_->Commit(Act(absl::StrCat(thread, "-", call))).ok());
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(log_->last_sequence(), uint64_t{kThreads * kCalls});
  EXPECT_EQ(database_.rows().size(), 1u + kThreads * kCalls);
  EXPECT_EQ(committer_->statistics().entries, uint64_t{kThreads * kCalls});
  files_.Crash();
  Start();
  EXPECT_EQ(Payloads().size(), size_t{kThreads * kCalls});
}

TEST_F(ClassACommitterTest, ALargeQueueIsTakenInGroupsOfAtMostSoMany) {
  committer_ = nullptr;
  ClassACommitter::Options options;
  options.group_entries_max = 3;
  committer_ =
      std::make_unique<ClassACommitter>(options, database_.Interface(), *log_, *sealer_, *keys_, *head_);
  database_.Hold();
  std::vector<std::thread> callers;
  callers.emplace_back([&] { EXPECT_TRUE(committer_->Commit(Act("first")).ok()); });
  database_.AwaitHeldWrite();
  for (int i = 0; i < 7; ++i) {
    callers.emplace_back([&, i] { EXPECT_TRUE(committer_->Commit(Act(absl::StrCat(i))).ok()); });
  }
  AwaitWaiting(7);
  database_.Release();
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(committer_->statistics().groups, 4u);
}

}  // namespace
}  // namespace bauta::testing
