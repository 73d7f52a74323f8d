#include "featurestore/records/dismissal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace bauta {
namespace {

using ::testing::Contains;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr AuthorCode kNoAuthor;
const AuthorCode kAuthor(CodeBytes{1});

Dismissal Made(DismissalReason reason, uint32_t hour, uint32_t repeats = 1) {
  Dismissal dismissal;
  dismissal.reason = reason;
  dismissal.post = PostId(1);
  dismissal.hour = Hour(hour);
  dismissal.repeats = repeats;
  return dismissal;
}

TEST(DismissalRuleTest, EveryReasonHasARuleOfItsOwn) {
  std::set<DismissalReason> reasons;
  for (const DismissalRule& rule : AllDismissalRules()) {
    EXPECT_EQ(RuleOf(rule.reason).reason, rule.reason);
    reasons.insert(rule.reason);
  }
  EXPECT_EQ(reasons.size(), 9u);
  EXPECT_FALSE(reasons.contains(DismissalReason::kUnspecified));
}

TEST(DismissalRuleTest, ThreeReasonsTeachNoDislike) {
  std::set<DismissalReason> silent;
  for (const DismissalRule& rule : AllDismissalRules()) {
    if (!rule.teaches_dislike) silent.insert(rule.reason);
  }
  EXPECT_THAT(silent, UnorderedElementsAre(DismissalReason::kSeenTooOften, DismissalReason::kNotFromMyCity,
                                           DismissalReason::kAdvertisement));
}

struct WeightCase {
  const char* name;
  DismissalReason reason;
  uint32_t repeats;
  uint32_t hours_later;
  float weight;
};

class DismissalWeightTest : public ::testing::TestWithParam<WeightCase> {};

TEST_P(DismissalWeightTest, IsAsTheRuleSays) {
  const WeightCase& c = GetParam();
  EXPECT_FLOAT_EQ(DismissalWeight(Made(c.reason, 1000, c.repeats), Hour(1000 + c.hours_later)), c.weight);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, DismissalWeightTest,
    ::testing::Values(WeightCase{"HiddenAtOnce", DismissalReason::kLessAuthor, 1, 0, 1},
                      WeightCase{"HiddenToTheLastHour", DismissalReason::kLessAuthor, 1, 14 * 24 - 1, 1},
                      WeightCase{"BeginsToRise", DismissalReason::kLessAuthor, 1, 14 * 24, 1},
                      WeightCase{"HalfRisen", DismissalReason::kLessTopic, 1, 84 * 24, .5f},
                      WeightCase{"Over", DismissalReason::kLessTopic, 1, 154 * 24, 0},
                      WeightCase{"TwiceIsTwiceAsLong", DismissalReason::kLessTopic, 2, 168 * 24, .5f},
                      WeightCase{"EightTimesAtMost", DismissalReason::kLessTopic, 100, 8 * 84 * 24, .5f},
                      WeightCase{"SeenTooOftenEnds", DismissalReason::kSeenTooOften, 1, 7 * 24, 0},
                      WeightCase{"SeenTooOftenHolds", DismissalReason::kSeenTooOften, 1, 7 * 24 - 1, 1},
                      WeightCase{"BlockIsForGood", DismissalReason::kBlockAuthor, 1, 1'000'000, 1},
                      WeightCase{"NotInterestedIsForGood", DismissalReason::kNotInterested, 1, 1'000'000, 1}),
    [](const auto& tested) { return tested.param.name; });

TEST(DismissalWeightTest, AClockSetBackKeepsItHidden) {
  EXPECT_EQ(DismissalWeight(Made(DismissalReason::kSeenTooOften, 1000), Hour(10)), 1);
}

TEST(ReasonsForTest, AnAdvertisementHasReasonsOfItsOwn) {
  Post post;
  post.advertisement = true;
  post.author = kAuthor;
  post.topics = {TopicId(1)};
  EXPECT_THAT(ReasonsFor(post),
              UnorderedElementsAre(DismissalReason::kAdvertisement, DismissalReason::kOffensive,
                                   DismissalReason::kSeenTooOften, DismissalReason::kNotInterested));
}

TEST(ReasonsForTest, APostWithEverythingHasAllButTheAdvertisementReason) {
  Post post;
  post.author = kAuthor;
  post.topics = {TopicId(1)};
  post.city = City(1);
  EXPECT_EQ(ReasonsFor(post).size(), 8u);
  EXPECT_THAT(ReasonsFor(post), Not(Contains(DismissalReason::kAdvertisement)));
}

TEST(ReasonsForTest, WithoutTopicsNoTopicReason) {
  Post post;
  post.author = kAuthor;
  EXPECT_THAT(ReasonsFor(post), Not(Contains(DismissalReason::kLessTopic)));
  EXPECT_THAT(ReasonsFor(post), Not(Contains(DismissalReason::kBlockTopic)));
  EXPECT_THAT(ReasonsFor(post), Not(Contains(DismissalReason::kNotFromMyCity)));
  post.city = City(1);
  EXPECT_THAT(ReasonsFor(post), Contains(DismissalReason::kNotFromMyCity));
}

TEST(ReasonsForTest, WithoutAnAuthorNoAuthorReason) {
  Post post;
  post.author = kNoAuthor;
  EXPECT_THAT(ReasonsFor(post), Not(Contains(DismissalReason::kBlockAuthor)));
}

}  // namespace
}  // namespace bauta
