#include "featurestore/records/head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "featurestore/records/post.h"

namespace bauta {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

AuthorCode Author(uint8_t number) { return AuthorCode(CodeBytes{number}); }
Relation OfAuthor(RelationKind kind, uint8_t number) { return {kind, Author(number), TopicId()}; }
Relation OfTopic(RelationKind kind, uint64_t number) { return {kind, AuthorCode(), TopicId(number)}; }

TEST(RelationsTest, StaySortedAndDistinct) {
  HeadInstructions head;
  ASSERT_TRUE(AddRelation(head, OfTopic(RelationKind::kFollowTopic, 9)).ok());
  ASSERT_TRUE(AddRelation(head, OfAuthor(RelationKind::kFollowAuthor, 2)).ok());
  ASSERT_TRUE(AddRelation(head, OfAuthor(RelationKind::kFollowAuthor, 1)).ok());
  ASSERT_TRUE(AddRelation(head, OfAuthor(RelationKind::kFollowAuthor, 2)).ok());
  EXPECT_THAT(head.relations, SizeIs(3));
  EXPECT_TRUE(std::is_sorted(head.relations.begin(), head.relations.end()));
}

struct OppositeCase {
  const char* name;
  Relation first;
  Relation second;
  bool both_stay;
};

class OppositeRelationsTest : public ::testing::TestWithParam<OppositeCase> {};

TEST_P(OppositeRelationsTest, TheLaterOneHolds) {
  HeadInstructions head;
  ASSERT_TRUE(AddRelation(head, GetParam().first).ok());
  ASSERT_TRUE(AddRelation(head, GetParam().second).ok());
  if (GetParam().both_stay) {
    EXPECT_THAT(head.relations, SizeIs(2));
  } else {
    EXPECT_THAT(head.relations, ElementsAre(GetParam().second));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, OppositeRelationsTest,
    ::testing::Values(OppositeCase{"FollowThenBlock", OfAuthor(RelationKind::kFollowAuthor, 1),
                                   OfAuthor(RelationKind::kBlockAuthor, 1), false},
                      OppositeCase{"BlockThenFollow", OfAuthor(RelationKind::kBlockAuthor, 1),
                                   OfAuthor(RelationKind::kFollowAuthor, 1), false},
                      OppositeCase{"MuteThenFollowTopic", OfTopic(RelationKind::kMuteTopic, 1),
                                   OfTopic(RelationKind::kFollowTopic, 1), false},
                      OppositeCase{"FollowThenMuteTopic", OfTopic(RelationKind::kFollowTopic, 1),
                                   OfTopic(RelationKind::kMuteTopic, 1), false},
                      OppositeCase{"OfDifferentAuthors", OfAuthor(RelationKind::kFollowAuthor, 1),
                                   OfAuthor(RelationKind::kBlockAuthor, 2), true},
                      OppositeCase{"MuteAndBlock", OfAuthor(RelationKind::kMuteAuthor, 1),
                                   OfAuthor(RelationKind::kBlockAuthor, 1), true}),
    [](const auto& tested) { return tested.param.name; });

TEST(RelationsTest, ALimitRefusesAndChangesNothing) {
  HeadInstructions head;
  for (uint64_t i = 1; i <= kRelationsMax; ++i) {
    ASSERT_TRUE(AddRelation(head, OfTopic(RelationKind::kFollowTopic, i)).ok());
  }
  const HeadInstructions before = head;
  const absl::Status refused = AddRelation(head, OfTopic(RelationKind::kFollowTopic, kRelationsMax + 1));
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(head, before);
  // What takes the place of another is not one more.
  EXPECT_TRUE(AddRelation(head, OfTopic(RelationKind::kBlockTopic, 1)).ok());
}

TEST(RelationsTest, TakingBackWhatIsNotThereIsFine) {
  HeadInstructions head;
  RemoveRelation(head, OfTopic(RelationKind::kFollowTopic, 1));
  ASSERT_TRUE(AddRelation(head, OfTopic(RelationKind::kFollowTopic, 1)).ok());
  RemoveRelation(head, OfTopic(RelationKind::kFollowTopic, 1));
  EXPECT_THAT(head.relations, IsEmpty());
}

Dismissal Made(DismissalReason reason, uint64_t post, uint32_t hour, uint8_t author = 1,
               std::vector<TopicId> topics = {}) {
  Dismissal dismissal;
  dismissal.reason = reason;
  dismissal.post = PostId(post);
  dismissal.author = Author(author);
  dismissal.topics = std::move(topics);
  dismissal.hour = Hour(hour);
  return dismissal;
}

TEST(DismissalsTest, ARetryIsNoRepeat) {
  HeadInstructions head;
  ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kLessAuthor, 1, 10)).ok());
  ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kLessAuthor, 1, 10)).ok());
  ASSERT_THAT(head.dismissals, SizeIs(1));
  EXPECT_EQ(head.dismissals[0].repeats, 1u);
}

TEST(DismissalsTest, AnotherPostOfTheAuthorIsARepeat) {
  HeadInstructions head;
  ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kLessAuthor, 1, 10)).ok());
  ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kLessAuthor, 2, 12)).ok());
  ASSERT_THAT(head.dismissals, SizeIs(1));
  EXPECT_EQ(head.dismissals[0].repeats, 2u);
  EXPECT_EQ(head.dismissals[0].post, PostId(2));
  EXPECT_EQ(head.dismissals[0].hour, Hour(12));
}

TEST(DismissalsTest, OtherTargetsStandBesideOneAnother) {
  HeadInstructions head;
  ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kLessAuthor, 1, 10, 1)).ok());
  ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kLessAuthor, 2, 10, 2)).ok());
  ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kNotInterested, 1, 10, 1)).ok());
  ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kLessTopic, 1, 10, 1, {TopicId(1)})).ok());
  ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kLessTopic, 1, 10, 1, {TopicId(2)})).ok());
  // Of posts whose author is not known nothing says that they have the same one.
  ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kLessAuthor, 3, 10, 0)).ok());
  ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kLessAuthor, 4, 10, 0)).ok());
  EXPECT_THAT(head.dismissals, SizeIs(7));
}

TEST(DismissalsTest, AreInTheOrderOfTheirHours) {
  HeadInstructions head;
  for (uint32_t hour : {5u, 3u, 9u, 4u}) {
    ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kNotInterested, hour, hour)).ok());
  }
  ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kNotInterested, 3, 8)).ok());
  std::vector<uint32_t> hours;
  for (const Dismissal& dismissal : head.dismissals) hours.push_back(dismissal.hour.value());
  EXPECT_THAT(hours, ElementsAre(4, 5, 8, 9));
}

TEST(DismissalsTest, TheOldestOnAPostGivesWay) {
  HeadInstructions head;
  ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kBlockAuthor, 1, 1)).ok());
  for (uint32_t i = 2; i <= kDismissalsMax; ++i) {
    ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kNotInterested, i, i)).ok());
  }
  ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kNotInterested, 99999, 99999)).ok());
  EXPECT_THAT(head.dismissals, SizeIs(kDismissalsMax));
  EXPECT_EQ(head.dismissals[0].reason, DismissalReason::kBlockAuthor);
  EXPECT_EQ(head.dismissals[1].post, PostId(3));
}

TEST(DismissalsTest, NoneAboutAnAuthorOrTopicEverGivesWay) {
  HeadInstructions head;
  for (uint32_t i = 1; i <= kDismissalsMax; ++i) {
    ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kBlockTopic, i, i, 1, {TopicId(i)})).ok());
  }
  const HeadInstructions before = head;
  EXPECT_EQ(AddDismissal(head, Made(DismissalReason::kNotInterested, 1, 1)).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(head, before);
}

TEST(DismissalsTest, UndoTakesBackWhatWasMadeOnThePost) {
  HeadInstructions head;
  ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kLessAuthor, 1, 1)).ok());
  ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kNotInterested, 1, 1)).ok());
  ASSERT_TRUE(AddDismissal(head, Made(DismissalReason::kNotInterested, 2, 1)).ok());
  EXPECT_EQ(RemoveDismissals(head, PostId(1), DismissalReason::kLessAuthor), 1u);
  EXPECT_EQ(RemoveDismissals(head, PostId(1), DismissalReason::kUnspecified), 1u);
  EXPECT_EQ(RemoveDismissals(head, PostId(1), DismissalReason::kUnspecified), 0u);
  EXPECT_THAT(head.dismissals, SizeIs(1));
}

TEST(LanguageTest, ParsesThePrimarySubtag) {
  EXPECT_EQ(Language::Parse("de-AT")->ToString(), "de");
  EXPECT_EQ(Language::Parse("YUE")->ToString(), "yue");
  EXPECT_EQ(Language().ToString(), "");
  for (const char* bad : {"", "d", "deut", "d1", "-de", "d-e", "日本"})
    EXPECT_FALSE(Language::Parse(bad)) << bad;
}

}  // namespace
}  // namespace bauta
