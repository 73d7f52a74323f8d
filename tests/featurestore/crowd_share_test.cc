#include "featurestore/store/crowd_share.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

#include "featurestore/store/crowd_counters.h"
#include "privacy/policy.h"

namespace bauta {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint32_t kNow = 500000;
const absl::Time kAsOf = Hour(2).start();  // Before all rows: their own hours decide.

// recorded_hour: of a consent that was brought in afterwards.
EffectiveConsent Consent(PurposeSet purposes, uint32_t since_hour = 1,
                         std::optional<uint32_t> recorded_hour = std::nullopt) {
  ConsentState state;
  state.policy_version = 1;
  for (Purpose purpose : kAllPurposes) {
    if (!purposes.Contains(purpose)) continue;
    state.since[Index(purpose)] = Hour(since_hour).start();
    state.recorded[Index(purpose)] = Hour(recorded_hour.value_or(since_hour)).start();
  }
  return Resolve(state, PolicyHistory::Default(), Hour(kNow).start());
}
const PurposeSet kCounted = {Purpose::kPersonalize, Purpose::kCrowd};

History Clicks(const std::vector<std::pair<uint64_t, uint32_t>>& rows) {
  History history;
  for (const auto& [post, hour] : rows) {
    AddInteraction(history, {.post = PostId(post),
                             .topic = {},
                             .kind = SignalKind::kClick,
                             .surface = {},
                             .strength = 0,
                             .hour = Hour(hour)});
  }
  return history;
}

std::vector<std::pair<uint64_t, uint32_t>> Counts(const CrowdShare& share) {
  std::vector<std::pair<uint64_t, uint32_t>> counts;
  for (const PostHour& count : share.counts) counts.emplace_back(count.post.value(), count.hour.value());
  return counts;
}

CrowdRules Rules(int64_t window = 24, absl::Duration age_min = absl::ZeroDuration()) {
  return MakeCrowdRules(window, age_min, Retention());
}

using Pairs = std::vector<std::pair<uint64_t, uint32_t>>;

TEST(CrowdShareTest, OneSubjectAddsOneToAPostInAWindow) {
  const History history = Clicks({{1, 100}, {1, 124}, {1, 149}, {2, 101}});
  // 124 lies within 24 hours of 100; 149 does not lie within 24 hours of any row.
  EXPECT_EQ(Counts(ShareOf(history, Consent(kCounted), std::nullopt, Rules(), kAsOf)),
            (Pairs{{1, 100}, {1, 149}, {2, 101}}));
}

TEST(CrowdShareTest, AnHourThatDoesNotCountStillKeepsTheNextFromCounting) {
  const History history = Clicks({{1, 100}, {1, 120}, {1, 140}});
  EXPECT_EQ(Counts(ShareOf(history, Consent(kCounted), std::nullopt, Rules(), kAsOf)), (Pairs{{1, 100}}));
}

TEST(CrowdShareTest, NothingWithoutCrowdOrPersonalize) {
  const History history = Clicks({{1, 100}});
  for (const PurposeSet& purposes :
       {PurposeSet{}, PurposeSet{Purpose::kCrowd}, PurposeSet{Purpose::kPersonalize, Purpose::kLearn}}) {
    EXPECT_THAT(ShareOf(history, Consent(purposes), City(1), Rules(), kAsOf).counts, IsEmpty());
  }
}

TEST(CrowdShareTest, AFreshConsentCountsLater) {
  const History history = Clicks({{1, 100}, {2, 123}, {3, 124}});
  EXPECT_EQ(Counts(ShareOf(history, Consent(kCounted, 100), std::nullopt, Rules(1, absl::Hours(24)), kAsOf)),
            (Pairs{{3, 124}}));
}

TEST(CrowdShareTest, AConsentBroughtInAfterwardsCountsOnceItHasBeenRecordedForLongEnough) {
  // Given at 100, as is claimed, and recorded at 200; so are the hours of what was done from 100 to 200.
  const History history = Clicks({{1, 100}, {2, 150}, {3, 223}, {4, 224}});
  const CrowdRules rules = Rules(1, absl::Hours(24));
  PurposeSet purposes = kCounted;
  purposes.Add(Purpose::kLearn);
  const EffectiveConsent consent = Consent(purposes, 100, 200);
  struct Case {
    absl::Time as_of;
    Pairs counts;
    absl::Time grows_at;
  };
  const absl::Time grown = Hour(224).start();
  for (const Case& at :
       {Case{Hour(200).start(), {{4, 224}}, grown}, Case{grown - absl::Nanoseconds(1), {{4, 224}}, grown},
        Case{grown, {{2, 150}, {3, 223}, {4, 224}}, absl::InfiniteFuture()}}) {
    const CrowdShare share = ShareOf(history, consent, std::nullopt, rules, at.as_of);
    EXPECT_EQ(Counts(share), at.counts) << at.as_of;
    EXPECT_EQ(share.reads, share.counts) << at.as_of;
    EXPECT_EQ(share.grows_at, at.grows_at) << at.as_of;
  }
  EXPECT_EQ(ShareOf(History(), consent, std::nullopt, rules, kAsOf).grows_at, absl::InfiniteFuture());
  // Without an age there is no rule, and a claim harms nothing.
  EXPECT_EQ(Counts(ShareOf(history, consent, std::nullopt, Rules(1), kAsOf)).size(), 4u);
}

TEST(CrowdShareTest, ByCityNeedsLocate) {
  const History history = Clicks({{1, 100}});
  EXPECT_EQ(ShareOf(history, Consent(kCounted), City(9), Rules(), kAsOf).city, City());
  PurposeSet located = kCounted;
  located.Add(Purpose::kLocate);
  EXPECT_EQ(ShareOf(history, Consent(located), City(9), Rules(), kAsOf).city, City(9));
  EXPECT_EQ(ShareOf(history, Consent(located), std::nullopt, Rules(), kAsOf).city, City());
}

TEST(CrowdShareTest, OnlyEngagementCounts) {
  for (size_t i = 0; i < kSignalKindCount; ++i) {
    const auto kind = static_cast<SignalKind>(i);
    History history;
    if (IsState(kind)) {
      TurnOn(history, {.post = PostId(1), .kind = kind, .surface = {}, .hour = Hour(100)});
    } else if (kind == SignalKind::kImpression) {
      AddImpression(history, {.post = PostFingerprint(1), .surface = {}, .hour = Hour(100)});
    } else {
      AddInteraction(
          history,
          {.post = PostId(1), .topic = {}, .kind = kind, .surface = {}, .strength = 0, .hour = Hour(100)});
    }
    const bool counts =
        kind != SignalKind::kImpression && kind != SignalKind::kReport && kind != SignalKind::kSearch;
    EXPECT_EQ(!ShareOf(history, Consent(kCounted), std::nullopt, Rules(), kAsOf).counts.empty(), counts)
        << SignalKindName(kind);
  }
}

TEST(CrowdShareTest, OfSomePostsIsThePartOfTheWhole) {
  const History history = Clicks({{1, 100}, {2, 100}, {3, 100}, {2, 200}});
  const std::vector<PostId> posts = {PostId(2), PostId(9)};
  EXPECT_EQ(Counts(ShareOf(history, Consent(kCounted), std::nullopt, Rules(), kAsOf, &posts)),
            (Pairs{{2, 100}, {2, 200}}));
}

CrowdShare Share(uint64_t post, uint32_t hour, uint32_t city = 0) {
  return {.counts = {{PostId(post), Hour(hour)}}, .city = City(city), .reads = {}};
}

Pseudonym Subject(uint8_t number = 1) {
  CodeBytes bytes{};
  bytes[0] = number;
  return CodeAccess::MakePseudonym(bytes);
}

TEST(CrowdTableTest, WhatIsTakenOutLeavesNothing) {
  CrowdTable table;
  table.Add(Share(1, 100, 5), Hour());
  table.Add(Share(1, 100, 6), Hour());
  table.Subtract(Share(1, 100, 5), Hour());
  const CrowdCounts counts = table.Read(Hour());
  EXPECT_THAT(counts.by_post, ElementsAre(PostHourCount{PostId(1), Hour(100), 1}));
  EXPECT_THAT(counts.by_city, ElementsAre(PostCityHourCount{PostId(1), City(6), Hour(100), 1}));
  table.Subtract(Share(1, 100, 6), Hour());
  EXPECT_EQ(table.Read(Hour()), CrowdCounts());
}

TEST(CrowdCountersTest, AChangeInARangeNotYetCountedIsLeftToTheScan) {
  CrowdCounters counters(Rules());
  counters.BeginRefill(1, Hour(kNow).start());
  const CrowdCounters::Refill refill = counters.refill();
  counters.Apply(refill, 10, Subject(), {}, Share(1, kNow));
  bool complete = true;
  EXPECT_THAT(counters.Read(Hour(kNow), &complete).by_post, IsEmpty());
  EXPECT_FALSE(complete);
  counters.Count(refill, {{Subject(), Share(1, kNow)}}, 0, 11);
  counters.Apply(refill, 10, Subject(), Share(1, kNow), Share(2, kNow));
  EXPECT_THAT(counters.Read(Hour(kNow), &complete).by_post,
              ElementsAre(PostHourCount{PostId(2), Hour(kNow), 1}));
  counters.Count(refill, {}, 11, kRangeCount);
  counters.Read(Hour(kNow), &complete);
  EXPECT_TRUE(complete);
}

TEST(CrowdCountersTest, AnotherPolicyInForceBeginsAnew) {
  CrowdCounters counters(Rules());
  counters.BeginRefill(1, Hour(kNow).start());
  const CrowdCounters::Refill first = counters.refill();
  counters.Count(first, {{Subject(), Share(1, kNow)}}, 0, kRangeCount);
  counters.BeginRefill(1, Hour(kNow).start());
  EXPECT_EQ(counters.refill().number, first.number);
  counters.BeginRefill(2, Hour(kNow).start());
  // What was computed under the policy before is not applied.
  counters.Apply(first, 0, Subject(), {}, Share(3, kNow));
  counters.Count(first, {{Subject(), Share(3, kNow)}}, 0, kRangeCount);
  bool complete = true;
  EXPECT_EQ(counters.Read(Hour(kNow), &complete), CrowdCounts());
  EXPECT_FALSE(complete);
}

TEST(CrowdCountersTest, OldHoursAreForgottenAndNotTakenOutTwice) {
  const CrowdRules rules = Rules();
  CrowdCounters counters(rules);
  counters.BeginRefill(1, Hour(kNow).start());
  const CrowdCounters::Refill refill = counters.refill();
  counters.Count(refill, {{Subject(), Share(1, kNow)}}, 0, kRangeCount);
  const Hour last = Hour(kNow).Plus(rules.shown_hours);
  EXPECT_THAT(counters.Read(last, nullptr).by_post, ElementsAre(PostHourCount{PostId(1), Hour(kNow), 1}));
  EXPECT_THAT(counters.Read(last.Plus(1), nullptr).by_post, IsEmpty());
  counters.Apply(refill, 0, Subject(), Share(1, kNow), {});
  EXPECT_THAT(counters.Read(last.Plus(1), nullptr).by_post, IsEmpty());
}

}  // namespace
}  // namespace bauta
