// What is kept of what a subject did: once, for so long, so many.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "featurestore/store/feature_store.h"
#include "tests/testing/store_fixture.h"

namespace bauta::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr PurposeSet kPersonalize = {Purpose::kPersonalize};

class InteractionsTest : public ::testing::Test {
 protected:
  void Open() {
    fixture_.Open();
    fixture_.TurnOn(1, kPersonalize);
  }
  RecordOutcome Record(const SignalEvent& event) { return fixture_.Record(1, event); }
  SignalEvent Event(uint64_t post, SignalKind kind) const { return fixture_.Event(post, kind); }

  StoreFixture fixture_;
};

TEST_F(InteractionsTest, ARetryIsTheSameRow) {
  Open();
  std::vector<SignalEvent> events;
  for (SignalKind kind :
       {SignalKind::kImpression, SignalKind::kClick, SignalKind::kDwell, SignalKind::kLike}) {
    events.push_back(Event(7, kind));
  }
  for (const SignalEvent& event : events) EXPECT_EQ(Record(event), RecordOutcome::kRecorded);
  // In frames apart, in one batch, from the cache, from the disk.
  for (int turn = 0; turn < 2; ++turn) {
    const auto outcomes = fixture_.store().Record(StoreFixture::Subject(1), events, std::nullopt);
    ASSERT_TRUE(outcomes.ok());
    EXPECT_THAT(*outcomes, Each(RecordOutcome::kAlreadyRecorded));
    fixture_.Reopen();
  }
  EXPECT_THAT(fixture_.View(1).interactions(), SizeIs(2));
  EXPECT_THAT(fixture_.View(1).states(), SizeIs(1));
  EXPECT_THAT(fixture_.View(1).impressions(), SizeIs(1));
}

TEST_F(InteractionsTest, ARepeatWithinABatchIsTheSameRow) {
  Open();
  const std::vector<SignalEvent> events(3, Event(7, SignalKind::kShare));
  const auto outcomes = fixture_.store().Record(StoreFixture::Subject(1), events, std::nullopt);
  ASSERT_TRUE(outcomes.ok());
  EXPECT_THAT(*outcomes, ElementsAre(RecordOutcome::kRecorded, RecordOutcome::kAlreadyRecorded,
                                     RecordOutcome::kAlreadyRecorded));
}

TEST_F(InteractionsTest, DwellKeepsTheLongest) {
  Open();
  SignalEvent event = Event(7, SignalKind::kDwell);
  for (uint32_t milliseconds : {100u, 900u, 500u}) {
    event.strength = milliseconds;
    Record(event);
  }
  event.strength = 900;
  EXPECT_EQ(Record(event), RecordOutcome::kAlreadyRecorded);
  fixture_.Reopen();
  ASSERT_THAT(fixture_.View(1).interactions(), SizeIs(1));
  EXPECT_EQ(fixture_.View(1).interactions()[0].strength, 900u);
}

TEST_F(InteractionsTest, ALikeTakenBackIsGoneAndLeavesNothingAfterAFold) {
  Open();
  SignalEvent like = Event(7, SignalKind::kLike);
  EXPECT_EQ(Record(like), RecordOutcome::kRecorded);
  fixture_.clock().Advance(absl::Hours(2));
  SignalEvent back = Event(7, SignalKind::kLike);
  back.taken_back = true;
  EXPECT_EQ(Record(back), RecordOutcome::kRecorded);
  EXPECT_THAT(fixture_.View(1).states(), IsEmpty());
  EXPECT_EQ(Record(back), RecordOutcome::kAlreadyRecorded);
  // The first like, delivered late, does not bring it back; a new one does.
  EXPECT_EQ(Record(like), RecordOutcome::kAlreadyRecorded);
  fixture_.Reopen();
  EXPECT_THAT(fixture_.View(1).states(), IsEmpty());
  fixture_.clock().Advance(absl::Hours(1));
  EXPECT_EQ(Record(Event(7, SignalKind::kLike)), RecordOutcome::kRecorded);
  EXPECT_THAT(fixture_.View(1).states(), SizeIs(1));
}

// Until the sweep has dropped the first one nobody is shown it, and it must not stand for the second.
TEST_F(InteractionsTest, ALikeAfterOneThatExpiredIsKept) {
  Open();
  EXPECT_EQ(Record(Event(7, SignalKind::kLike)), RecordOutcome::kRecorded);
  fixture_.clock().Advance(absl::Hours(fixture_.options().retention.AgeHoursMax(SignalKind::kLike)) +
                           absl::Hours(1));
  EXPECT_THAT(fixture_.View(1).states(), IsEmpty());
  EXPECT_EQ(Record(Event(7, SignalKind::kLike)), RecordOutcome::kRecorded);
  EXPECT_THAT(fixture_.View(1).states(), SizeIs(1));
  fixture_.Reopen();
  EXPECT_THAT(fixture_.View(1).states(), SizeIs(1));
}

TEST_F(InteractionsTest, ALateTakingBackDoesNotUndoALaterLike) {
  Open();
  fixture_.clock().Advance(absl::Hours(5));
  EXPECT_EQ(Record(Event(7, SignalKind::kFavorite)), RecordOutcome::kRecorded);
  SignalEvent back = Event(7, SignalKind::kFavorite);
  back.taken_back = true;
  back.time -= absl::Hours(3);
  EXPECT_EQ(Record(back), RecordOutcome::kAlreadyRecorded);
  EXPECT_THAT(fixture_.View(1).states(), SizeIs(1));
}

TEST_F(InteractionsTest, ASearchIsKeptByItsTopic) {
  Open();
  SignalEvent event = Event(0, SignalKind::kSearch);
  event.topic = TopicId(12);
  EXPECT_EQ(Record(event), RecordOutcome::kRecorded);
  fixture_.Reopen();
  ASSERT_THAT(fixture_.View(1).interactions(), SizeIs(1));
  EXPECT_EQ(fixture_.View(1).interactions()[0].topic, TopicId(12));
  EXPECT_EQ(fixture_.View(1).interactions()[0].post, PostId());
}

TEST_F(InteractionsTest, OwnPostsAreRefusedAndUnknownOnesWait) {
  Open();
  ASSERT_TRUE(fixture_.store()
                  .UpsertPosts(std::vector<Post>{StoreFixture::MakePost(1, 5), StoreFixture::MakePost(2, 6),
                                                 StoreFixture::MakePost(4, 6)})
                  .ok());
  ASSERT_TRUE(fixture_.store().RemovePosts(std::vector<PostRemoval>{{PostId(4), 1}}).ok());
  SignalEvent search = Event(0, SignalKind::kSearch);
  search.topic = TopicId(1);
  const std::vector<SignalEvent> events = {Event(1, SignalKind::kClick), Event(2, SignalKind::kClick),
                                           Event(3, SignalKind::kClick), Event(4, SignalKind::kClick),
                                           search};
  auto outcomes = fixture_.store().Record(StoreFixture::Subject(1), events, StoreFixture::Author(5));
  ASSERT_TRUE(outcomes.ok());
  EXPECT_THAT(*outcomes,
              ElementsAre(RecordOutcome::kOwnPost, RecordOutcome::kRecorded, RecordOutcome::kRetryLater,
                          RecordOutcome::kExpired, RecordOutcome::kRecorded));
  // Without `self_author` an unknown post is kept.
  EXPECT_EQ(Record(Event(3, SignalKind::kClick)), RecordOutcome::kRecorded);
}

TEST_F(InteractionsTest, WhatIsTooOldIsRefusedAndNotShown) {
  Open();
  const Retention& retention = fixture_.options().retention;
  EXPECT_EQ(Record(Event(1, SignalKind::kImpression)), RecordOutcome::kRecorded);
  EXPECT_EQ(Record(Event(1, SignalKind::kClick)), RecordOutcome::kRecorded);
  const SignalEvent old = Event(2, SignalKind::kImpression);
  fixture_.clock().Advance(absl::Hours(retention.AgeHoursMax(SignalKind::kImpression)));
  EXPECT_THAT(fixture_.View(1).impressions(), SizeIs(1));
  fixture_.clock().Advance(absl::Hours(1));
  EXPECT_THAT(fixture_.View(1).impressions(), IsEmpty());
  EXPECT_THAT(fixture_.View(1).interactions(), SizeIs(1));
  EXPECT_EQ(Record(old), RecordOutcome::kExpired);
  EXPECT_THAT(fixture_.store().Export(StoreFixture::Subject(1))->impressions, IsEmpty());
}

TEST_F(InteractionsTest, AWriteNeverRenewsAnotherRow) {
  Open();
  const uint32_t age = fixture_.options().retention.AgeHoursMax(SignalKind::kClick);
  EXPECT_EQ(Record(Event(1, SignalKind::kClick)), RecordOutcome::kRecorded);
  for (uint32_t hour = 0; hour < age; hour += 24 * 15) {
    fixture_.clock().Set(StoreFixture::StartTime() + absl::Hours(hour));
    for (uint64_t post = 10; post < 20; ++post) Record(Event(post, SignalKind::kClick));
  }
  fixture_.clock().Set(StoreFixture::StartTime() + absl::Hours(age + 1));
  for (const Interaction& row : fixture_.View(1).interactions()) EXPECT_NE(row.post, PostId(1));
}

TEST_F(InteractionsTest, TheNewestAreKept) {
  fixture_.options().interactions_max = 20;
  Open();
  for (uint64_t post = 1; post <= 50; ++post) {
    Record(Event(post, SignalKind::kClick));
    fixture_.clock().Advance(absl::Hours(1));
  }
  for (int turn = 0; turn < 2; ++turn) {
    const SubjectView view = fixture_.View(1);
    ASSERT_THAT(view.interactions(), SizeIs(20));
    EXPECT_EQ(view.interactions().front().post, PostId(31));
    EXPECT_EQ(view.interactions().back().post, PostId(50));
    fixture_.Reopen();
  }
}

TEST_F(InteractionsTest, NothingOfOneIsSeenByAnother) {
  Open();
  fixture_.TurnOn(2, kPersonalize);
  Record(Event(1, SignalKind::kClick));
  EXPECT_THAT(fixture_.View(2).interactions(), IsEmpty());
  const Visit anonymous = {.subject = std::nullopt, .place = std::nullopt, .surface = SurfaceId(1)};
  const auto view = fixture_.store().ReadSubject(anonymous, [](City) { return std::nullopt; });
  ASSERT_TRUE(view.ok());
  EXPECT_THAT(view->interactions(), IsEmpty());
}

TEST_F(InteractionsTest, ExportIsWhatWasRecorded) {
  Open();
  std::vector<SignalEvent> events;
  for (uint64_t post = 1; post <= 40; ++post) {
    events.push_back(Event(post, post % 2 == 0 ? SignalKind::kClick : SignalKind::kComment));
  }
  ASSERT_TRUE(fixture_.store().Record(StoreFixture::Subject(1), events, std::nullopt).ok());
  const auto record = fixture_.store().Export(StoreFixture::Subject(1));
  ASSERT_TRUE(record.ok());
  ASSERT_THAT(record->interactions, SizeIs(40));
  for (const Interaction& row : record->interactions) {
    EXPECT_EQ(row.kind, row.post.value() % 2 == 0 ? SignalKind::kClick : SignalKind::kComment);
    EXPECT_EQ(row.hour, Hour::Floor(fixture_.clock().Now()));
  }
}

TEST_F(InteractionsTest, AViewOutlivesWhatItWasReadFrom) {
  Open();
  Record(Event(1, SignalKind::kClick));
  const SubjectView before = fixture_.View(1);
  fixture_.TurnOff(1, kPersonalize);
  Record(Event(2, SignalKind::kClick));
  ASSERT_THAT(before.interactions(), SizeIs(1));
  EXPECT_EQ(before.interactions()[0].post, PostId(1));
}

TEST_F(InteractionsTest, TheSecondReadComesFromTheCache) {
  Open();
  Record(Event(1, SignalKind::kClick));
  fixture_.Reopen();
  fixture_.View(1);
  const StoreStatistics before = fixture_.store().statistics();
  fixture_.View(1);
  EXPECT_EQ(fixture_.store().statistics().heads_read, before.heads_read);
  EXPECT_EQ(fixture_.store().statistics().view_cache_hits, before.view_cache_hits + 1);
}

// ---- Learning.

TEST_F(InteractionsTest, OnlyWhatLearnPermitsIsStreamed) {
  fixture_.options().crowd_age_min = absl::ZeroDuration();
  Open();
  fixture_.TurnOn(2, {Purpose::kPersonalize, Purpose::kLearn});
  fixture_.TurnOn(3, {Purpose::kLearn});
  for (uint32_t subject : {1u, 2u}) fixture_.Record(subject, Event(subject, SignalKind::kClick));
  fixture_.clock().Advance(absl::Minutes(30));
  fixture_.TurnOn(1, {Purpose::kLearn});  // From the next whole hour on: not for the click.
  const uint64_t entries = fixture_.store().statistics().log_entries;
  std::vector<PostId> seen;
  ASSERT_TRUE(fixture_.store()
                  .ForEachLearnableRow({.what = "stream-rows"},
                                       [&](const LearnableRow& row) {
                                         for (const Interaction& one : row.interactions)
                                           seen.push_back(one.post);
                                         return absl::OkStatus();
                                       })
                  .ok());
  EXPECT_THAT(seen, ElementsAre(PostId(2)));
  EXPECT_EQ(fixture_.store().statistics().log_entries, entries + 1) << "a stream is audited";
}

TEST_F(InteractionsTest, TheOrderOfAStreamTellsNothing) {
  fixture_.options().crowd_age_min = absl::ZeroDuration();
  fixture_.Open();
  constexpr uint32_t kCount = 40;
  for (uint32_t subject = 1; subject <= kCount; ++subject) {
    fixture_.TurnOn(subject, {Purpose::kPersonalize, Purpose::kLearn});
    fixture_.Record(subject, Event(subject, SignalKind::kClick));
  }
  const auto stream = [&] {
    std::vector<uint64_t> order;
    EXPECT_TRUE(fixture_.store()
                    .ForEachLearnableRow({.what = "stream-rows"},
                                         [&](const LearnableRow& row) {
                                           order.push_back(row.interactions[0].post.value());
                                           return absl::OkStatus();
                                         })
                    .ok());
    return order;
  };
  const std::vector<uint64_t> first = stream();
  EXPECT_THAT(first, SizeIs(kCount));
  EXPECT_NE(first, stream());  // Equal once in 40! runs.
}

// ---- The sweep.

TEST_F(InteractionsTest, TheSweepDropsWhatExpiredAndErasesTheIdle) {
  Open();
  Record(Event(1, SignalKind::kClick));
  fixture_.TurnOn(2, kPersonalize);
  fixture_.clock().Advance(absl::Hours(24 * 200));
  ASSERT_TRUE(
      fixture_.store()
          .NoteVisit({.subject = StoreFixture::Subject(2), .place = std::nullopt, .surface = SurfaceId(1)})
          .ok());
  ASSERT_TRUE(fixture_.store().Sweep().ok());
  // The clock goes back: what a view would show again is not there any more.
  fixture_.clock().Set(StoreFixture::StartTime());
  fixture_.Reopen();
  EXPECT_THAT(fixture_.View(1).interactions(), IsEmpty());
  EXPECT_TRUE(
      fixture_.store().ReadInstructions(StoreFixture::Subject(1))->consent.IsOn(Purpose::kPersonalize));

  fixture_.clock().Set(StoreFixture::StartTime() + absl::Hours(24 * 31 * 15));
  ASSERT_TRUE(fixture_.store().Sweep().ok());
  EXPECT_EQ(*fixture_.store().ReadInstructions(StoreFixture::Subject(1)), HeadInstructions());
  EXPECT_TRUE(
      fixture_.store().ReadInstructions(StoreFixture::Subject(2))->consent.IsOn(Purpose::kPersonalize))
      << "seen 200 days later";
}

TEST_F(InteractionsTest, AWrapKeyIsRerolledUnderLiveData) {
  Open();
  Record(Event(1, SignalKind::kClick));
  for (int i = 0; i < 3; ++i) {
    fixture_.clock().Advance(absl::Hours(24));
    ASSERT_TRUE(fixture_.store().RerollWrapKey().ok());
    Record(Event(static_cast<uint64_t>(10 + i), SignalKind::kClick));
  }
  fixture_.Reopen();
  EXPECT_THAT(fixture_.View(1).interactions(), SizeIs(4));
}

}  // namespace
}  // namespace bauta::testing
