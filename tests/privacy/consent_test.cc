#include "privacy/consent.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace bauta {
namespace {

// 2023-11-14 22:13:20 UTC: no whole hour.
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
const absl::Time kNextHour = absl::FromUnixSeconds(1'700'002'800);

ConsentState Agreed(const PurposeSet& purposes, absl::Time at = kNow) {
  return Apply(ConsentState(), {.turn_on = purposes, .policy_version = 1}, at);
}
EffectiveConsent ResolveNow(const ConsentState& state, absl::Time at = kNow) {
  return Resolve(state, PolicyHistory::Default(), at);
}

TEST(ConsentTest, WhoNeverAgreedHasEverythingOff) {
  const EffectiveConsent effective = ResolveNow(ConsentState());
  EXPECT_TRUE(effective.purposes().empty());
  for (Purpose purpose : kAllPurposes) {
    EXPECT_FALSE(effective.Holds(purpose));
    EXPECT_FALSE(effective.Permits(purpose, SignalKind::kClick, Hour::Floor(kNow)));
  }
  EXPECT_FALSE(effective.MayRecord(SignalKind::kClick, kNow));
}

TEST(ConsentTest, TurnedOnAPurposeHoldsFromThatInstantAndLearnAndCrowdFromTheNextHour) {
  const ConsentState state = Agreed(PurposeSet::All());
  EXPECT_EQ(state.Since(Purpose::kPersonalize), kNow);
  EXPECT_EQ(state.Since(Purpose::kLocate), kNow);
  EXPECT_EQ(state.Since(Purpose::kAds), kNow);
  EXPECT_EQ(state.Since(Purpose::kLearn), kNextHour);
  EXPECT_EQ(state.Since(Purpose::kCrowd), kNextHour);
  EXPECT_EQ(Agreed(PurposeSet::All(), kNextHour).Since(Purpose::kLearn), kNextHour) << "a whole hour stays";
}

TEST(ConsentTest, AgreeingAgainKeepsTheSince) {
  const ConsentState state = Apply(
      Agreed(PurposeSet::All()), {.turn_on = PurposeSet::All(), .policy_version = 1}, kNow + absl::Hours(50));
  EXPECT_EQ(state, Agreed(PurposeSet::All()));
}

TEST(ConsentTest, TurnedOffAndOnAgainItBeginsAnew) {
  const ConsentState off = Apply(Agreed(PurposeSet::All()), {.turn_off = {Purpose::kPersonalize}}, kNow);
  EXPECT_FALSE(off.IsOn(Purpose::kPersonalize));
  EXPECT_TRUE(off.IsOn(Purpose::kLearn)) << "kept, and without effect";
  EXPECT_FALSE(ResolveNow(off).Holds(Purpose::kLearn));
  EXPECT_FALSE(ResolveNow(off).Holds(Purpose::kCrowd));
  EXPECT_TRUE(ResolveNow(off).Holds(Purpose::kLocate));
  const absl::Time later = kNow + absl::Hours(10);
  const ConsentState on = Apply(off, {.turn_on = {Purpose::kPersonalize}, .policy_version = 1}, later);
  EXPECT_EQ(on.Since(Purpose::kPersonalize), later);
  EXPECT_EQ(ResolveNow(on, later).Since(Purpose::kLearn), kNextHour + absl::Hours(10))
      << "learn never reaches before personalize";
}

TEST(ConsentTest, OffWinsOverOn) {
  EXPECT_FALSE(Apply(ConsentState(),
                     {.turn_on = {Purpose::kAds}, .turn_off = {Purpose::kAds}, .policy_version = 1}, kNow)
                   .IsOn(Purpose::kAds));
}

TEST(ConsentTest, AnEventFromBeforeTheSinceIsRefused) {
  const EffectiveConsent effective = ResolveNow(Agreed({Purpose::kPersonalize}));
  EXPECT_FALSE(effective.MayRecord(SignalKind::kClick, kNow - absl::Nanoseconds(1)));
  EXPECT_TRUE(effective.MayRecord(SignalKind::kClick, kNow));
}

TEST(ConsentTest, RowsServeAPurposeFromItsSinceOn) {
  const EffectiveConsent effective = ResolveNow(Agreed(PurposeSet::All()));
  const Hour present = Hour::Floor(kNow);
  EXPECT_TRUE(effective.Permits(Purpose::kPersonalize, SignalKind::kClick, present));
  EXPECT_FALSE(effective.Permits(Purpose::kPersonalize, SignalKind::kClick, present.Plus(-1)));
  EXPECT_FALSE(effective.Permits(Purpose::kLearn, SignalKind::kClick, present))
      << "partly before the consent";
  EXPECT_TRUE(effective.Permits(Purpose::kLearn, SignalKind::kClick, present.Plus(1)));
  EXPECT_TRUE(effective.Permits(Purpose::kCrowd, SignalKind::kClick, present.Plus(1)));
}

TEST(ConsentTest, AnExcludedKindIsNeitherTakenNorUsed) {
  const ConsentState state =
      Apply(Agreed(PurposeSet::All()), {.excluded_kinds = SignalKindSet{SignalKind::kSearch}}, kNow);
  const EffectiveConsent effective = ResolveNow(state);
  const Hour hour = Hour::Floor(kNow).Plus(5);
  EXPECT_FALSE(effective.MayRecord(SignalKind::kSearch, kNow));
  EXPECT_TRUE(effective.MayRecord(SignalKind::kClick, kNow));
  for (Purpose purpose : kAllPurposes) {
    EXPECT_FALSE(effective.Permits(purpose, SignalKind::kSearch, hour));
    EXPECT_TRUE(effective.Permits(purpose, SignalKind::kClick, hour));
  }
  EXPECT_EQ(Apply(state, {.turn_off = {Purpose::kAds}}, kNow).excluded_kinds, state.excluded_kinds);
  EXPECT_TRUE(Apply(state, {.excluded_kinds = SignalKindSet()}, kNow).excluded_kinds.empty());
}

TEST(ConsentTest, AMinorHasNoPurposeWithoutAGuardianAndTheMarkStays) {
  const ConsentState minor = Apply(Agreed(PurposeSet::All()), {.minor = true}, kNow);
  EXPECT_TRUE(ResolveNow(minor).purposes().empty());
  EXPECT_TRUE(Apply(minor, {.minor = false}, kNow).minor);
  const ConsentState guarded = Apply(minor, {.guardian_agreed = true}, kNow);
  EXPECT_EQ(ResolveNow(guarded).purposes(), PurposeSet::All());
  EXPECT_TRUE(ResolveNow(Apply(guarded, {.guardian_agreed = false}, kNow)).purposes().empty());
}

// What lay between the mark and the guardian's yes was permitted by nobody.
TEST(ConsentTest, AGuardiansYesBeginsAnewAndANoIsAWithdrawal) {
  const absl::Time marked_at = kNow + absl::Hours(1), agreed_at = kNow + absl::Hours(2);
  const ConsentState marked =
      Apply(Agreed({Purpose::kPersonalize, Purpose::kLearn}), {.minor = true}, marked_at);
  EXPECT_EQ(marked.last_withdrawal, marked_at);
  EXPECT_EQ(Apply(marked, {.minor = true}, agreed_at), marked);
  const ConsentState agreed = Apply(marked, {.guardian_agreed = true}, agreed_at);
  EXPECT_EQ(agreed.Since(Purpose::kPersonalize), agreed_at);
  EXPECT_EQ(agreed.Since(Purpose::kLearn), Hour::Ceil(agreed_at).start());
  EXPECT_FALSE(agreed.IsOn(Purpose::kAds));
  EXPECT_EQ(Apply(agreed, {.guardian_agreed = true}, agreed_at + absl::Hours(1)), agreed);
  const absl::Time refused_at = agreed_at + absl::Hours(5);
  EXPECT_EQ(Apply(agreed, {.guardian_agreed = false}, refused_at).last_withdrawal, refused_at);
  // Marked and agreed to in one call, nothing was ever forbidden.
  EXPECT_EQ(Apply(Agreed({Purpose::kPersonalize}), {.minor = true, .guardian_agreed = true}, marked_at)
                .Since(Purpose::kPersonalize),
            kNow);
}

TEST(ConsentTest, ABackfilledConsentHoldsFromWhenItWasGiven) {
  const absl::Time given = kNow - absl::Hours(1000);
  const EffectiveConsent effective = ResolveNow(Agreed({Purpose::kPersonalize, Purpose::kLearn}, given));
  EXPECT_TRUE(effective.MayRecord(SignalKind::kClick, given));
  EXPECT_TRUE(effective.Permits(Purpose::kLearn, SignalKind::kClick, Hour::Ceil(given)));
}

TEST(ConsentTest, ABackfillReachesBackButUndoesNoWithdrawal) {
  const absl::Time given = kNow - absl::Hours(1000);
  const ConsentState state = Agreed({Purpose::kPersonalize});
  const auto filled = ApplyPast(state, {Purpose::kPersonalize, Purpose::kLearn}, 1, given, kNow);
  ASSERT_TRUE(filled.ok()) << filled.status();
  EXPECT_EQ(filled->Since(Purpose::kPersonalize), given);
  EXPECT_EQ(filled->Since(Purpose::kLearn), Hour::Ceil(given).start());
  EXPECT_EQ(*ApplyPast(*filled, {Purpose::kPersonalize}, 1, kNow, kNow), *filled)
      << "the earlier since stays";
  const ConsentState withdrawn = Apply(*filled, {.turn_off = {Purpose::kPersonalize}}, kNow);
  EXPECT_EQ(withdrawn.last_withdrawal, kNow);
  EXPECT_EQ(ApplyPast(withdrawn, {Purpose::kPersonalize}, 1, kNow - absl::Seconds(1), kNow).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(ApplyPast(withdrawn, {Purpose::kPersonalize}, 1, kNow, kNow).ok());
  EXPECT_EQ(Apply(ConsentState(), {.turn_off = {Purpose::kAds}}, kNow).last_withdrawal, absl::InfinitePast())
      << "nothing was on";
}

TEST(ConsentTest, NoClaimMakesAConsentOlderThanItsRecord) {
  const absl::Time given = kNow - absl::Hours(1000), later = kNow + absl::Hours(30);
  const PurposeSet both = {Purpose::kPersonalize, Purpose::kLearn};
  const auto recorded = [](const ConsentState& state, absl::Time at = kNow + absl::Hours(2000)) {
    return Resolve(state, PolicyHistory::Default(), at).Recorded(Purpose::kLearn);
  };
  const ConsentState claimed = *ApplyPast(ConsentState(), both, 1, given, kNow);
  EXPECT_EQ(recorded(claimed), kNow);
  EXPECT_EQ(recorded(*ApplyPast(claimed, both, 1, given - absl::Hours(1), later)), kNow)
      << "it was on already";
  // Given here: as old as it says, and no claim makes it older.
  const absl::Time whole_hour = Hour::Ceil(kNow).start();
  EXPECT_EQ(recorded(Agreed(both)), whole_hour);
  EXPECT_EQ(recorded(*ApplyPast(Agreed(both), both, 1, given, later)), whole_hour);
  // Whichever of the two it needs is the younger decides, and what was withdrawn begins anew.
  EXPECT_EQ(recorded(*ApplyPast(Agreed({Purpose::kPersonalize}), both, 1, given, later)), later);
  EXPECT_EQ(recorded(*ApplyPast(Agreed({Purpose::kLearn}), both, 1, given, later)), later);
  for (Purpose purpose : {Purpose::kPersonalize, Purpose::kLearn}) {
    const ConsentState withdrawn = Apply(Agreed(both), {.turn_off = {purpose}}, kNow + absl::Hours(1));
    EXPECT_EQ(recorded(withdrawn), absl::InfiniteFuture());
    EXPECT_EQ(recorded(Apply(withdrawn, {.turn_on = {purpose}}, later)), Hour::Ceil(later).start());
  }
  ConsentState minor = Apply(claimed, {.minor = true}, kNow);
  EXPECT_EQ(recorded(Apply(minor, {.guardian_agreed = true}, later)), Hour::Ceil(later).start());
}

TEST(ConsentTest, AClockSetBackDoesNotWidenIt) {
  EXPECT_FALSE(
      ResolveNow(Agreed({Purpose::kPersonalize}), kNow - absl::Hours(1)).Holds(Purpose::kPersonalize));
}

// Three versions: 2 adds ads, 3 adds crowd and must be agreed to anew.
PolicyHistory ThreeVersions() {
  return *PolicyHistory::Create(
      {{.number = 1, .adds = {Purpose::kPersonalize, Purpose::kLearn, Purpose::kLocate}},
       {.number = 2, .effective = kNow, .adds = {Purpose::kAds}},
       {.number = 5, .effective = kNow + absl::Hours(100), .adds = {Purpose::kCrowd}, .agree_anew = true}});
}

TEST(PolicyTest, TheHighestEffectiveVersionIsInForce) {
  const PolicyHistory policy = ThreeVersions();
  EXPECT_EQ(policy.InForce(kNow - absl::Seconds(1)), 1u);
  EXPECT_EQ(policy.InForce(kNow), 2u);
  EXPECT_EQ(policy.InForce(kNow + absl::Hours(100)), 5u);
}

TEST(PolicyTest, AnOlderConsentGoesOnForItsOwnPurposesUntilOneMustBeAgreedToAnew) {
  const PolicyHistory policy = ThreeVersions();
  const PurposeSet first{Purpose::kPersonalize, Purpose::kLearn, Purpose::kLocate};
  EXPECT_EQ(policy.Covered(1, kNow), first);
  EXPECT_TRUE(policy.Covered(2, kNow).ContainsAll({Purpose::kAds, Purpose::kPersonalize}));
  EXPECT_EQ(policy.Covered(1, kNow + absl::Hours(99)), first);
  EXPECT_TRUE(policy.Covered(1, kNow + absl::Hours(100)).empty());
  EXPECT_TRUE(policy.Covered(2, kNow + absl::Hours(100)).empty());
  EXPECT_EQ(policy.Covered(5, kNow + absl::Hours(100)), PurposeSet::All());
  EXPECT_TRUE(policy.Covered(0, kNow).empty());
  EXPECT_TRUE(policy.Covered(4, kNow).empty()) << "not in the configuration";
}

struct AgreementCase {
  uint32_t version;
  PurposeSet purposes;
  absl::Duration after_now;
  absl::StatusCode code;
};

TEST(PolicyTest, AgreementsAreChecked) {
  const PolicyHistory policy = ThreeVersions();
  for (const AgreementCase& c : std::vector<AgreementCase>{
           {1, {Purpose::kPersonalize}, absl::ZeroDuration(), absl::StatusCode::kOk},
           {2, {Purpose::kAds}, absl::ZeroDuration(), absl::StatusCode::kOk},
           {2, {}, absl::ZeroDuration(), absl::StatusCode::kOk},
           {1, {Purpose::kAds}, absl::ZeroDuration(), absl::StatusCode::kInvalidArgument},
           {2, {Purpose::kCrowd}, absl::ZeroDuration(), absl::StatusCode::kInvalidArgument},
           {0, {Purpose::kAds}, absl::ZeroDuration(), absl::StatusCode::kInvalidArgument},
           {4, {Purpose::kAds}, absl::ZeroDuration(), absl::StatusCode::kInvalidArgument},
           {2, {Purpose::kAds}, -absl::Hours(1), absl::StatusCode::kFailedPrecondition},
           {5, {Purpose::kCrowd}, absl::ZeroDuration(), absl::StatusCode::kFailedPrecondition},
           {2, {Purpose::kAds}, absl::Hours(100), absl::StatusCode::kFailedPrecondition},
           {5, {Purpose::kCrowd}, absl::Hours(100), absl::StatusCode::kOk}}) {
    EXPECT_EQ(policy.CheckAgreement(c.version, c.purposes, kNow + c.after_now).code(), c.code)
        << c.version << " " << c.after_now;
  }
}

TEST(PolicyTest, ImpossibleHistoriesAreRefusedByVersion) {
  const std::vector<std::vector<PolicyVersion>> impossible = {
      {},
      {{.number = 0}},
      {{.number = 2}, {.number = 2}},
      {{.number = 3}, {.number = 2}},
      {{.number = 1, .effective = kNow}, {.number = 2, .effective = kNow - absl::Hours(1)}}};
  for (const auto& versions : impossible) {
    EXPECT_EQ(PolicyHistory::Create(versions).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(PolicyTest, AStaleConsentHasNoEffectUntilAgreedToAnew) {
  const PolicyHistory policy = ThreeVersions();
  const absl::Time later = kNow + absl::Hours(100);
  const ConsentState state =
      Apply(ConsentState(), {.turn_on = {Purpose::kPersonalize, Purpose::kAds}, .policy_version = 2}, kNow);
  EXPECT_EQ(Resolve(state, policy, kNow).purposes(), (PurposeSet{Purpose::kPersonalize, Purpose::kAds}));
  EXPECT_TRUE(Resolve(state, policy, later).purposes().empty());
  const ConsentState anew = Apply(state, {.turn_on = {Purpose::kPersonalize}, .policy_version = 5}, later);
  EXPECT_TRUE(Resolve(anew, policy, later).Holds(Purpose::kPersonalize));
}

// Whatever versions come into force, the purposes that hold without a new call only shrink.
TEST(PolicyTest, UpgradesNeverWidenAConsent) {
  std::mt19937_64 dice(11);
  for (int round = 0; round < 2000; ++round) {
    std::vector<PolicyVersion> versions;
    absl::Time effective = kNow - absl::Hours(100);
    for (uint32_t number = 1; number <= 1 + dice() % 5; ++number) {
      PolicyVersion version{.number = number, .effective = effective, .agree_anew = dice() % 3 == 0};
      for (Purpose purpose : kAllPurposes) {
        if (dice() % 2 == 0) version.adds.Add(purpose);
      }
      versions.push_back(version);
      effective += absl::Hours(static_cast<int64_t>(dice() % 40));
    }
    const PolicyHistory policy = *PolicyHistory::Create(versions);
    const auto agreed = static_cast<uint32_t>(1 + dice() % versions.size());
    const absl::Time at = versions[agreed - 1].effective;
    const ConsentState state =
        Apply(ConsentState(), {.turn_on = PurposeSet::All(), .policy_version = agreed}, at);
    PurposeSet before = PurposeSet::All();
    for (int hour = 0; hour < 300; hour += 7) {
      const PurposeSet now = Resolve(state, policy, at + absl::Hours(hour)).purposes();
      ASSERT_TRUE(before.ContainsAll(now)) << round << " " << hour;
      before = now;
    }
  }
}

TEST(SignalKindSetTest, IsASetOfKnownKinds) {
  SignalKindSet set{SignalKind::kLike, SignalKind::kImpression};
  EXPECT_TRUE(set.Contains(SignalKind::kLike) && set.Contains(SignalKind::kImpression));
  EXPECT_EQ(set.size(), 2);
  set.Remove(SignalKind::kLike);
  EXPECT_FALSE(set.Contains(SignalKind::kLike));
  EXPECT_EQ(SignalKindSet::FromBits(set.bits()), set);
  EXPECT_EQ(SignalKindSet::FromBits(0xFFFFFFFF).size(), static_cast<int>(kSignalKindCount));
  EXPECT_STREQ(SignalKindName(SignalKind::kFavorite), "favorite");
  EXPECT_EQ(SignalKindName(static_cast<SignalKind>(kSignalKindCount)), nullptr);
  EXPECT_STREQ(PurposeName(Purpose::kAds), "ads");
  EXPECT_EQ(PurposeName(static_cast<Purpose>(kPurposeCount)), nullptr);
}

}  // namespace
}  // namespace bauta
