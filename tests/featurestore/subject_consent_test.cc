// What consent permits, forbids and destroys.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/status.h"
#include "featurestore/store/feature_store.h"
#include "privacy/consent.h"
#include "tests/testing/store_fixture.h"

namespace bauta::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr PurposeSet kPersonalize = {Purpose::kPersonalize};

Place At(uint32_t city) {
  Place place;
  place.city = City(city);
  return place;
}

class SubjectConsentTest : public ::testing::Test {
 protected:
  SubjectConsentTest() { fixture_.Open(); }

  void Click(uint32_t subject, uint64_t post) {
    ASSERT_EQ(fixture_.Record(subject, fixture_.Event(post, SignalKind::kClick)), RecordOutcome::kRecorded);
  }
  SubjectRecord Export(uint32_t subject) {
    auto record = fixture_.store().Export(StoreFixture::Subject(subject));
    EXPECT_TRUE(record.ok()) << record.status();
    return *std::move(record);
  }
  void Exclude(uint32_t subject, SignalKindSet kinds) {
    fixture_.Edit(subject, [&](HeadInstructions& head) {
      head.consent.excluded_kinds = kinds;
      return absl::OkStatus();
    });
  }

  StoreFixture fixture_;
};

TEST_F(SubjectConsentTest, WithdrawalDeletesTheHistoryForGood) {
  fixture_.TurnOn(1, kPersonalize);
  Click(1, 7);
  fixture_.TurnOff(1, kPersonalize);
  EXPECT_THAT(fixture_.View(1).interactions(), IsEmpty());
  fixture_.TurnOn(1, kPersonalize);
  EXPECT_THAT(fixture_.View(1).interactions(), IsEmpty());
  EXPECT_THAT(Export(1).interactions, IsEmpty());
  Click(1, 8);
  EXPECT_THAT(fixture_.View(1).interactions(), SizeIs(1));
}

TEST_F(SubjectConsentTest, OffAndOnWithinOneCallDeletesTheHistory) {
  fixture_.TurnOn(1, kPersonalize);
  Click(1, 7);
  fixture_.clock().Advance(absl::Hours(1));
  fixture_.Edit(1, [&](HeadInstructions& head) {
    ConsentChange off;
    off.turn_off = kPersonalize;
    ConsentChange on;
    on.turn_on = kPersonalize;
    on.policy_version = 1;
    head.consent = Apply(Apply(head.consent, off, fixture_.clock().Now()), on, fixture_.clock().Now());
    return absl::OkStatus();
  });
  EXPECT_THAT(fixture_.View(1).interactions(), IsEmpty());
}

TEST_F(SubjectConsentTest, NoHistoryIsUnsealedWithoutPersonalize) {
  fixture_.TurnOn(1, kPersonalize);
  Click(1, 7);
  fixture_.TurnOff(1, kPersonalize);
  fixture_.Reopen();
  for (int i = 0; i < 20; ++i) {
    fixture_.View(1);
    fixture_.View(2);
    fixture_.clock().Advance(absl::Hours(1));
  }
  EXPECT_EQ(fixture_.store().statistics().histories_unsealed, 0u);
  fixture_.TurnOn(1, kPersonalize);
  fixture_.View(1);
  EXPECT_EQ(fixture_.store().statistics().histories_unsealed, 1u) << "the counter counts";
}

TEST_F(SubjectConsentTest, EventsFromBeforeTheConsentAreRefused) {
  fixture_.TurnOn(1, kPersonalize);
  SignalEvent event = fixture_.Event(7, SignalKind::kClick);
  event.time -= absl::Microseconds(1);
  EXPECT_EQ(fixture_.Record(1, event), RecordOutcome::kBeforeConsent);
  event.time += absl::Microseconds(1);
  EXPECT_EQ(fixture_.Record(1, event), RecordOutcome::kRecorded);
}

TEST_F(SubjectConsentTest, AnExcludedKindIsDeletedAtOnceAndRefused) {
  fixture_.TurnOn(1, kPersonalize);
  for (uint64_t post = 1; post <= 12; ++post) Click(1, post);
  ASSERT_EQ(fixture_.Record(1, fixture_.Event(50, SignalKind::kShare)), RecordOutcome::kRecorded);
  ASSERT_EQ(fixture_.Record(1, fixture_.Event(50, SignalKind::kLike)), RecordOutcome::kRecorded);
  Exclude(1, {SignalKind::kClick, SignalKind::kLike});
  EXPECT_THAT(fixture_.View(1).interactions(), SizeIs(1));
  EXPECT_THAT(fixture_.View(1).states(), IsEmpty());
  EXPECT_EQ(fixture_.Record(1, fixture_.Event(7, SignalKind::kClick)), RecordOutcome::kNoConsent);
  // Permitted again, nothing comes back.
  Exclude(1, {});
  EXPECT_THAT(Export(1).interactions, SizeIs(1));
  fixture_.Reopen();
  EXPECT_THAT(Export(1).interactions, SizeIs(1));
  Click(1, 60);
  EXPECT_THAT(fixture_.View(1).interactions(), SizeIs(2));
}

TEST_F(SubjectConsentTest, ASubjectMarkedMinorLosesTheHistoryAndKeepsInstructions) {
  fixture_.TurnOn(1, kPersonalize);
  Click(1, 7);
  fixture_.Edit(1, [](HeadInstructions& head) {
    BAUTA_RETURN_IF_ERROR(AddRelation(head, {RelationKind::kFollowTopic, {}, TopicId(3)}));
    head.consent.minor = true;
    return absl::OkStatus();
  });
  EXPECT_THAT(fixture_.View(1).interactions(), IsEmpty());
  EXPECT_THAT(fixture_.View(1).relations(), SizeIs(1));
  EXPECT_TRUE(fixture_.View(1).minor());
  EXPECT_EQ(fixture_.Record(1, fixture_.Event(8, SignalKind::kClick)), RecordOutcome::kNoConsent);
  fixture_.Edit(1, [](HeadInstructions& head) {
    head.consent.guardian_agreed = true;
    return absl::OkStatus();
  });
  EXPECT_THAT(fixture_.View(1).interactions(), IsEmpty());
  Click(1, 8);
}

TEST_F(SubjectConsentTest, AnErrorOfTheEditChangesNothing) {
  fixture_.TurnOn(1, kPersonalize);
  const uint64_t entries = fixture_.store().statistics().log_entries;
  const absl::Status status = fixture_.store().UpdateInstructions(StoreFixture::Subject(1), {.what = "test"},
                                                                  [](HeadInstructions& head) {
                                                                    head = HeadInstructions();
                                                                    return absl::InvalidArgumentError("no");
                                                                  });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(Export(1).head.instructions.consent.IsOn(Purpose::kPersonalize));
  EXPECT_EQ(fixture_.store().statistics().log_entries, entries);
}

TEST_F(SubjectConsentTest, AnUnchangedHeadWritesNothing) {
  fixture_.TurnOn(1, kPersonalize);
  const uint64_t entries = fixture_.store().statistics().log_entries;
  fixture_.Edit(1, [](HeadInstructions&) { return absl::OkStatus(); });
  EXPECT_EQ(fixture_.store().statistics().log_entries, entries);
}

TEST_F(SubjectConsentTest, MoreThanTheLimitIsRefused) {
  const absl::Status status = fixture_.store().UpdateInstructions(
      StoreFixture::Subject(1), {.what = "test"}, [](HeadInstructions& head) {
        for (uint64_t i = 1; i <= kRelationsMax + 1; ++i) {
          head.relations.push_back({RelationKind::kFollowTopic, {}, TopicId(i)});
        }
        return absl::OkStatus();
      });
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(SubjectConsentTest, AtTheLimitXsOfRemovedPostsGoFirst) {
  ASSERT_TRUE(fixture_.store().UpsertPosts(std::vector<Post>{StoreFixture::MakePost(1, 1)}).ok());
  fixture_.Edit(1, [&](HeadInstructions& head) {
    for (uint32_t i = 1; i <= kDismissalsMax; ++i) {
      Dismissal dismissal;
      dismissal.reason =
          i <= kDismissalsMax - 2 ? DismissalReason::kBlockTopic : DismissalReason::kNotInterested;
      // The older of the two post X's is on a post that is there.
      dismissal.post = PostId(i == kDismissalsMax - 1 ? 1 : i);
      if (dismissal.reason == DismissalReason::kBlockTopic) dismissal.topics = {TopicId(i)};
      dismissal.hour = Hour(i);
      BAUTA_RETURN_IF_ERROR(AddDismissal(head, dismissal));
    }
    return absl::OkStatus();
  });
  fixture_.Edit(1, [&](HeadInstructions& head) {
    Dismissal dismissal;
    dismissal.reason = DismissalReason::kNotInterested;
    dismissal.post = PostId(90000);
    dismissal.hour = Hour(90000);
    return AddDismissal(head, dismissal);
  });
  const auto instructions = fixture_.store().ReadInstructions(StoreFixture::Subject(1));
  ASSERT_TRUE(instructions.ok());
  std::vector<PostId> on_posts;
  for (const Dismissal& dismissal : instructions->dismissals) {
    if (dismissal.reason == DismissalReason::kNotInterested) on_posts.push_back(dismissal.post);
  }
  EXPECT_THAT(on_posts, ::testing::ElementsAre(PostId(1), PostId(90000)));
}

struct PlaceCase {
  const char* name;
  PurposeSet purposes;
  bool chosen;
  bool visited;  // The head holds city 2, where it may.
  bool request;
  uint32_t city;  // 0: none.
};

class SubjectPlaceTest : public ::testing::TestWithParam<PlaceCase> {};

TEST_P(SubjectPlaceTest, IsWhatConsentPermits) {
  const PlaceCase& c = GetParam();
  StoreFixture fixture;
  fixture.Open();
  fixture.TurnOn(1, c.purposes);
  if (c.chosen) {
    fixture.Edit(1, [](HeadInstructions& head) {
      head.preferences.chosen_city = City(1);
      return absl::OkStatus();
    });
  }
  if (c.visited) {
    ASSERT_TRUE(fixture.store()
                    .NoteVisit({.subject = StoreFixture::Subject(1), .place = At(2), .surface = SurfaceId(1)})
                    .ok());
  }
  const auto place = fixture.View(1, c.request ? std::optional(At(3)) : std::nullopt).place();
  EXPECT_EQ(place ? place->city.value() : 0, c.city);
}

constexpr PurposeSet kLocate = {Purpose::kLocate};
constexpr PurposeSet kBoth = {Purpose::kLocate, Purpose::kPersonalize};
INSTANTIATE_TEST_SUITE_P(Cases, SubjectPlaceTest,
                         ::testing::Values(PlaceCase{"NothingPermitted", {}, false, true, true, 0},
                                           PlaceCase{"ChosenWithEverySwitchOff", {}, true, true, true, 1},
                                           PlaceCase{"ChosenBeforeTheIps", kBoth, true, true, true, 1},
                                           PlaceCase{"RequestUnderLocate", kLocate, false, true, true, 3},
                                           PlaceCase{"HeadNeedsPersonalizeToo", kLocate, false, true, false,
                                                     0},
                                           PlaceCase{"Head", kBoth, false, true, false, 2},
                                           PlaceCase{"NeverVisited", kBoth, false, false, false, 0}),
                         [](const auto& tested) { return tested.param.name; });

TEST_F(SubjectConsentTest, TheCityGoesWithLocate) {
  fixture_.TurnOn(1, kBoth);
  const Visit visit = {.subject = StoreFixture::Subject(1), .place = At(2), .surface = SurfaceId(1)};
  ASSERT_TRUE(fixture_.store().NoteVisit(visit).ok());
  EXPECT_EQ(Export(1).head.observed.city, City(2));
  fixture_.TurnOff(1, kLocate);
  EXPECT_EQ(Export(1).head.observed.city, std::nullopt);
  fixture_.clock().Advance(absl::Hours(48));
  ASSERT_TRUE(fixture_.store().NoteVisit(visit).ok());
  EXPECT_EQ(Export(1).head.observed.city, std::nullopt);
}

TEST_F(SubjectConsentTest, AVisitOfAnUnknownSubjectLeavesNothing) {
  const Visit visit = {.subject = StoreFixture::Subject(1), .place = At(2), .surface = SurfaceId(1)};
  ASSERT_TRUE(fixture_.store().NoteVisit(visit).ok());
  EXPECT_EQ(Export(1).head, Head());
}

TEST_F(SubjectConsentTest, OnlyXsThatTeachAreLessonsAndOnlyUnderPersonalize) {
  fixture_.Edit(1, [](HeadInstructions& head) {
    for (DismissalReason reason : {DismissalReason::kNotInterested, DismissalReason::kSeenTooOften}) {
      Dismissal dismissal;
      dismissal.reason = reason;
      dismissal.post = PostId(1);
      dismissal.hour = Hour(490000);
      BAUTA_RETURN_IF_ERROR(AddDismissal(head, dismissal));
    }
    return absl::OkStatus();
  });
  EXPECT_THAT(fixture_.View(1).dismissals(), SizeIs(2));
  EXPECT_THAT(fixture_.View(1).lessons(), IsEmpty());
  fixture_.TurnOn(1, kPersonalize);
  EXPECT_THAT(fixture_.View(1).lessons(), SizeIs(1));
}

TEST_F(SubjectConsentTest, APolicyThatDemandsANewAgreementCoversNothingUntilThen) {
  fixture_.options().policy =
      *PolicyHistory::Create({{.number = 1, .effective = absl::InfinitePast(), .adds = PurposeSet::All()},
                              {.number = 2,
                               .effective = StoreFixture::StartTime() + absl::Minutes(90),
                               .adds = {},
                               .agree_anew = true}});
  fixture_.Reopen();
  fixture_.TurnOn(1, kPersonalize);
  Click(1, 7);
  EXPECT_THAT(fixture_.View(1).interactions(), SizeIs(1));
  fixture_.clock().Advance(absl::Minutes(89));
  EXPECT_THAT(fixture_.View(1).interactions(), SizeIs(1));
  fixture_.clock().Advance(absl::Minutes(1));
  EXPECT_THAT(fixture_.View(1).interactions(), IsEmpty());
  EXPECT_EQ(fixture_.Record(1, fixture_.Event(8, SignalKind::kClick)), RecordOutcome::kNoConsent);
}

// ---- Erasure and backfill.

TEST_F(SubjectConsentTest, AnErasedSubjectIsAsOneNeverSeen) {
  fixture_.TurnOn(1, kBoth);
  Click(1, 7);
  const auto receipt = fixture_.store().Erase(StoreFixture::Subject(1));
  ASSERT_TRUE(receipt.ok());
  EXPECT_EQ(receipt->erase_time, fixture_.clock().Now());
  EXPECT_GT(receipt->log_sequence, 0u);
  EXPECT_GT(receipt->stray_copies_unreadable_time, receipt->erase_time);
  EXPECT_LE(receipt->stray_copies_unreadable_time, receipt->erase_time + absl::Hours(24));
  EXPECT_EQ(Export(1).head, Head());
  EXPECT_THAT(fixture_.View(1).interactions(), IsEmpty());
  EXPECT_EQ(fixture_.Record(1, fixture_.Event(7, SignalKind::kClick)), RecordOutcome::kNoConsent);
  fixture_.Reopen();
  EXPECT_EQ(Export(1).head, Head());
}

TEST_F(SubjectConsentTest, ErasingSomebodyNeverSeenGivesAReceiptToo) {
  EXPECT_TRUE(fixture_.store().Erase(StoreFixture::Subject(1)).ok());
  EXPECT_TRUE(fixture_.store().Erase(StoreFixture::Subject(1)).ok());
}

absl::Status BackfillAt(StoreFixture& fixture, uint32_t subject, absl::Time since) {
  return fixture.store().BackfillConsent(
      StoreFixture::Subject(subject), since, [&](HeadInstructions& head) -> absl::Status {
        BAUTA_ASSIGN_OR_RETURN(head.consent,
                               ApplyPast(head.consent, kPersonalize, 1, since, fixture.clock().Now()));
        return absl::OkStatus();
      });
}

TEST_F(SubjectConsentTest, ABackfilledConsentTakesOldEvents) {
  const absl::Time since = fixture_.clock().Now() - absl::Hours(100);
  ASSERT_TRUE(BackfillAt(fixture_, 1, since).ok());
  SignalEvent event = fixture_.Event(7, SignalKind::kClick);
  event.time = since + absl::Hours(1);
  EXPECT_EQ(fixture_.Record(1, event), RecordOutcome::kRecorded);
}

TEST_F(SubjectConsentTest, ABackfillDoesNotReachBackBeforeAnErasure) {
  for (bool seen : {false, true}) {
    const uint32_t subject = seen ? 1 : 2;
    if (seen) fixture_.TurnOn(subject, kPersonalize);
    ASSERT_TRUE(fixture_.store().Erase(StoreFixture::Subject(subject)).ok());
    const absl::Time erased = fixture_.clock().Now();
    fixture_.clock().Advance(absl::Hours(5));
    EXPECT_EQ(BackfillAt(fixture_, subject, erased - absl::Hours(1)).code(),
              absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(BackfillAt(fixture_, subject, erased).code(), absl::StatusCode::kFailedPrecondition);
    fixture_.Reopen();
    EXPECT_EQ(BackfillAt(fixture_, subject, erased).code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_TRUE(BackfillAt(fixture_, subject, erased + absl::Hours(1)).ok());
  }
}

TEST_F(SubjectConsentTest, ABackfillReachesBackSoFarAndNoFurther) {
  const absl::Duration age_max = absl::Hours(fixture_.options().retention.backfill_age_hours_max);
  EXPECT_EQ(BackfillAt(fixture_, 1, fixture_.clock().Now() - age_max - absl::Seconds(1)).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(BackfillAt(fixture_, 1, fixture_.clock().Now() - age_max).ok());
}

}  // namespace
}  // namespace bauta::testing
