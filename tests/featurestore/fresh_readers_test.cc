// Whose reading may move a post between trainings, and that it is forgotten with its reader.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "featurestore/store/feature_store.h"
#include "featurestore/store/reader_index.h"
#include "tests/testing/store_fixture.h"

namespace bauta {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::StoreFixture;

constexpr uint64_t kPost = 7;
const PurposeSet kLearned = {Purpose::kPersonalize, Purpose::kLearn};

class FreshReadersTest : public ::testing::Test {
 public:
  FreshReadersTest() { fixture_.Open(); }

  FreshPosts Index(uint32_t readers_min = 1) {
    for (;;) {
      FreshPosts posts = fixture_.store().ReadFreshPosts(readers_min);
      if (posts.complete) return posts;
      std::this_thread::yield();
    }
  }
  // 0: it is not in the index.
  FreshPost Of(uint64_t post) {
    for (const FreshPost& one : Index().posts) {
      if (one.post == PostId(post)) return one;
    }
    return FreshPost();
  }
  std::vector<SubjectView> Readers(uint64_t post = kPost) {
    Index();
    const auto views = fixture_.store().ReadReaders(PostId(post));
    EXPECT_TRUE(views.ok()) << views.status();
    return views.ok() ? *views : std::vector<SubjectView>();
  }
  void Agree(uint32_t subject, const PurposeSet& purposes = kLearned) { fixture_.TurnOn(subject, purposes); }
  void LetConsentsAge() { fixture_.clock().Advance(absl::Hours(30)); }
  void Click(uint32_t subject, uint64_t post = kPost) {
    ASSERT_EQ(fixture_.Record(subject, fixture_.Event(post, SignalKind::kClick)), RecordOutcome::kRecorded);
  }

  StoreFixture fixture_;
};

// For a test of several stores.
class FreshReaders : public FreshReadersTest {
  void TestBody() override {}
};

TEST_F(FreshReadersTest, ReadersAreThoseWhoseConsentToBeLearnedFromIsOldEnough) {
  Agree(1);
  Agree(2, {Purpose::kPersonalize, Purpose::kCrowd});
  Agree(3, {Purpose::kPersonalize});
  LetConsentsAge();
  Agree(4);  // Too fresh: a device that was made to be counted.
  for (uint32_t subject = 1; subject <= 4; ++subject) Click(subject);
  EXPECT_EQ(Of(kPost).readers, 1u);
  EXPECT_THAT(Readers(), SizeIs(1));
  EXPECT_THAT(Index(2).posts, IsEmpty());
}

TEST_F(FreshReadersTest, OnlyEngagementMakesAReader) {
  Agree(1);
  LetConsentsAge();
  for (SignalKind kind : {SignalKind::kImpression, SignalKind::kReport}) {
    ASSERT_EQ(fixture_.Record(1, fixture_.Event(kPost, kind)), RecordOutcome::kRecorded);
  }
  EXPECT_EQ(Of(kPost).readers, 0u);
}

TEST_F(FreshReadersTest, AViewHoldsWhatMayBeLearnedFromAndNothingElse) {
  Agree(1, {Purpose::kPersonalize});
  Click(1, 100);  // Before `learn`.
  fixture_.clock().Advance(absl::Hours(2));
  Agree(1);
  LetConsentsAge();
  Click(1, 101);
  Click(1);
  ASSERT_EQ(fixture_.Record(1, fixture_.Event(102, SignalKind::kImpression)), RecordOutcome::kRecorded);
  fixture_.Edit(1, [&](HeadInstructions& head) {
    head.preferences.declared_topics = {TopicId(3)};
    return AddDismissal(head, {.reason = DismissalReason::kNotInterested,
                               .post = PostId(101),
                               .author = {},
                               .topics = {},
                               .hour = Hour::Floor(fixture_.clock().Now())});
  });
  const std::vector<SubjectView> views = Readers();
  ASSERT_THAT(views, SizeIs(1));
  ASSERT_THAT(views[0].interactions(), SizeIs(2));
  for (const Interaction& row : views[0].interactions()) EXPECT_NE(row.post, PostId(100));
  EXPECT_THAT(views[0].impressions(), IsEmpty());
  EXPECT_THAT(views[0].lessons(), IsEmpty());
  EXPECT_THAT(views[0].dismissals(), IsEmpty());
  EXPECT_THAT(views[0].preferences().declared_topics, IsEmpty());
}

TEST_F(FreshReadersTest, WhoLeavesIsGoneAndTheIndexSaysSo) {
  struct Case {
    const char* name;
    std::function<void(FreshReadersTest&)> leave;
  };
  const Case cases[] = {
      {"erasure",
       [](FreshReadersTest& test) {
         ASSERT_TRUE(test.fixture_.store().Erase(StoreFixture::Subject(2)).ok());
       }},
      {"learn withdrawn", [](FreshReadersTest& test) { test.fixture_.TurnOff(2, {Purpose::kLearn}); }},
      {"personalize withdrawn",
       [](FreshReadersTest& test) { test.fixture_.TurnOff(2, {Purpose::kPersonalize}); }},
      {"kind excluded",
       [](FreshReadersTest& test) {
         test.fixture_.Edit(2, [](HeadInstructions& head) {
           head.consent.excluded_kinds = {SignalKind::kLike, SignalKind::kClick};
           return absl::OkStatus();
         });
       }},
      {"like taken back", [](FreshReadersTest& test) {
         SignalEvent event = test.fixture_.Event(kPost, SignalKind::kLike);
         event.taken_back = true;
         ASSERT_EQ(test.fixture_.Record(2, event), RecordOutcome::kRecorded);
       }}};
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    FreshReaders test;
    for (uint32_t subject = 1; subject <= 3; ++subject) test.Agree(subject);
    test.LetConsentsAge();
    for (uint32_t subject = 1; subject <= 3; ++subject) {
      ASSERT_EQ(test.fixture_.Record(subject, test.fixture_.Event(kPost, SignalKind::kLike)),
                RecordOutcome::kRecorded);
    }
    const FreshPost before = test.Of(kPost);
    EXPECT_EQ(before.readers, 3u);
    one.leave(test);
    const FreshPost after = test.Of(kPost);
    EXPECT_EQ(after.readers, 2u);
    EXPECT_NE(after.departures, before.departures);
    EXPECT_EQ(after.arrivals, before.arrivals);
    EXPECT_THAT(test.Readers(), SizeIs(2));
  }
}

// The taste was folded in from it: every post that the subject reads must be solved anew.
TEST_F(FreshReadersTest, WhatIsGoneOfAReaderMarksEveryPostTheyRead) {
  Agree(1);
  LetConsentsAge();
  Click(1, 8);
  Click(1, 9);
  ASSERT_EQ(fixture_.Record(1, fixture_.Event(10, SignalKind::kLike)), RecordOutcome::kRecorded);
  const FreshPost before = Of(8);
  Click(1, 11);  // More of the same is no departure.
  EXPECT_EQ(Of(8), before);
  SignalEvent event = fixture_.Event(10, SignalKind::kLike);
  event.taken_back = true;
  ASSERT_EQ(fixture_.Record(1, event), RecordOutcome::kRecorded);
  EXPECT_NE(Of(8).departures, before.departures);
  EXPECT_EQ(Of(8).readers, 1u);

  const FreshPost taken_back = Of(9);
  fixture_.Edit(1, [](HeadInstructions& head) {
    head.consent.excluded_kinds = {SignalKind::kShare};
    return absl::OkStatus();
  });
  EXPECT_NE(Of(9).departures, taken_back.departures);
  // Instructions that are no data of a reading are none.
  const FreshPost excluded = Of(9);
  fixture_.Edit(1, [](HeadInstructions& head) {
    return AddRelation(head, {RelationKind::kFollowTopic, AuthorCode(), TopicId(4)});
  });
  EXPECT_EQ(Of(9), excluded);
}

TEST_F(FreshReadersTest, AfterAReopeningTheReadersAreTheSame) {
  for (uint32_t subject = 1; subject <= 40; ++subject) Agree(subject);
  LetConsentsAge();
  for (uint32_t subject = 1; subject <= 40; ++subject) {
    Click(subject, 1 + subject % 3);
    Click(subject, 1 + subject % 5 + (subject % 5 == subject % 3 ? 5 : 0));
  }
  const auto readers_of = [&](uint64_t post) {
    std::vector<std::vector<Interaction>> rows;
    for (const SubjectView& view : Readers(post)) {
      rows.emplace_back(view.interactions().begin(), view.interactions().end());
    }
    return rows;
  };
  std::vector<FreshPost> before = Index().posts;
  std::vector<std::vector<std::vector<Interaction>>> rows;
  for (const FreshPost& post : before) rows.push_back(readers_of(post.post.value()));
  fixture_.Reopen();
  const std::vector<FreshPost> after = Index().posts;
  ASSERT_EQ(after.size(), before.size());
  for (size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(after[i].post, before[i].post);
    EXPECT_EQ(after[i].readers, before[i].readers);
    EXPECT_EQ(readers_of(after[i].post.value()), rows[i]);
  }
}

TEST_F(FreshReadersTest, WhatWasReadLongAgoIsForgotten) {
  Agree(1);
  LetConsentsAge();
  Click(1);
  fixture_.clock().Advance(absl::Hours(72));
  EXPECT_EQ(Of(kPost).readers, 1u);
  fixture_.clock().Advance(absl::Hours(1));
  EXPECT_EQ(Of(kPost).readers, 0u);
  EXPECT_THAT(Readers(), IsEmpty());
}

// ---- The index by itself.

Pseudonym Code(uint32_t number) { return StoreFixture::Subject(number); }
PostHour Read(uint64_t post, uint32_t hour) { return {PostId(post), Hour(hour)}; }

TEST(ReaderIndexTest, HoldsTheLastReadersWhateverTheOrderTheyCameIn) {
  constexpr uint32_t kReaders = 700;
  ReaderIndex forwards, backwards;
  for (uint32_t i = 0; i < kReaders; ++i) {
    const PostHour one = Read(1, 1000 + i / 10), other = Read(1, 1000 + (kReaders - 1 - i) / 10);
    forwards.Change(Code(i), {}, {&one, 1}, false, Hour());
    backwards.Change(Code(kReaders - 1 - i), {}, {&other, 1}, false, Hour());
  }
  const std::vector<Pseudonym> readers = forwards.ReadersOf(PostId(1));
  EXPECT_THAT(readers, SizeIs(ReaderIndex::kReadersMax));
  EXPECT_TRUE(readers == backwards.ReadersOf(PostId(1)));
  // The oldest hours are gone.
  for (uint32_t i = 0; i < 180; ++i) {
    EXPECT_FALSE(std::binary_search(readers.begin(), readers.end(), Code(i))) << i;
  }
}

TEST(ReaderIndexTest, KeepsThePostsThatWereReadLast) {
  ReaderIndex index;
  for (uint64_t post = 1; post <= ReaderIndex::kPostsMax + 1; ++post) {
    const PostHour read = Read(post, static_cast<uint32_t>(100'000 + post));
    index.Change(Code(1), {}, {&read, 1}, false, Hour());
  }
  const std::vector<FreshPost> posts = index.Read(1);
  EXPECT_LE(posts.size(), ReaderIndex::kPostsMax);
  EXPECT_GE(posts.size(), ReaderIndex::kPostsMax / 2);
  EXPECT_EQ(posts.back().post, PostId(ReaderIndex::kPostsMax + 1));
  EXPECT_GT(posts.front().post, PostId(1));
}

}  // namespace
}  // namespace bauta
