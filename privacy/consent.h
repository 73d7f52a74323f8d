// Consent: what a subject agreed to, and what holds of it at an instant. Plain values and pure functions.
#ifndef BAUTA_PRIVACY_CONSENT_H_
#define BAUTA_PRIVACY_CONSENT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/hour.h"
#include "privacy/policy.h"
#include "privacy/purpose.h"
#include "privacy/signal_kind.h"

namespace bauta {

// What is kept in the head. A default-made one is a subject who never agreed: everything is off.
struct ConsentState {
  ConsentState() {
    since.fill(absl::InfiniteFuture());
    recorded.fill(absl::InfiniteFuture());
  }

  // From when each purpose holds; InfiniteFuture = off. For `learn` and `crowd` a whole hour, so that an
  // event's hour alone tells on which side of it the event lies.
  std::array<absl::Time, kPurposeCount> since;
  // When each was recorded: its since, or later where it was given in the past and brought in afterwards.
  // InfiniteFuture = off. A since can be claimed, this cannot.
  std::array<absl::Time, kPurposeCount> recorded;
  uint32_t policy_version = 0;  // The version last agreed to; 0 = none.
  SignalKindSet excluded_kinds;
  bool minor = false;            // Set once, it stays.
  bool guardian_agreed = false;  // Without it a minor has instructions only: no purpose holds.
  // When a purpose was last withdrawn; InfinitePast = never. No consent from before it can be backfilled.
  absl::Time last_withdrawal = absl::InfinitePast();

  bool IsOn(Purpose purpose) const { return since[Index(purpose)] != absl::InfiniteFuture(); }
  absl::Time Since(Purpose purpose) const { return since[Index(purpose)]; }

  friend bool operator==(const ConsentState&, const ConsentState&) = default;
};

// A person's call. Absent fields leave what is there.
struct ConsentChange {
  PurposeSet turn_on = {};
  PurposeSet turn_off = {};     // Wins over turn_on.
  uint32_t policy_version = 0;  // Agreed to; required where turn_on is not empty. 0 = unchanged.
  std::optional<SignalKindSet> excluded_kinds = std::nullopt;
  std::optional<bool> minor = std::nullopt;  // false never takes the mark away.
  std::optional<bool> guardian_agreed = std::nullopt;
};

// The state after `change`, made at `at` (for a backfill: the time in the past at which it was given). A
// purpose that was on keeps its since; one turned on gets `at`, for `learn` and `crowd` rounded up to the
// hour. Does not check the policy: see PolicyHistory::CheckAgreement.
//
// What a guardian does not agree to is withdrawn as far as the past goes: marking a minor, or a guardian's
// no, sets the time of the last withdrawal, and a guardian's yes begins each purpose that is on anew.
ConsentState Apply(const ConsentState& state, const ConsentChange& change, absl::Time at);

// The state after a backfill, recorded at `now`, of consents that were given at `at`, in the past. As Apply
// with `turn_on` and `policy_version`, but a purpose that is on already keeps the earlier since, and a later
// policy version stays. FAILED_PRECONDITION where the subject withdrew a purpose after `at`: a record of the
// past undoes no withdrawal.
absl::StatusOr<ConsentState> ApplyPast(const ConsentState& state, const PurposeSet& turn_on,
                                       uint32_t policy_version, absl::Time at, absl::Time now);

// What of a state counts at an instant, all rules applied: the policy in force, minors, and dependencies
// (`learn` and `crowd` are without effect where `personalize` does not hold, and never reach before it).
class EffectiveConsent {
 public:
  EffectiveConsent() {
    since_.fill(absl::InfiniteFuture());
    recorded_.fill(absl::InfiniteFuture());
  }

  bool Holds(Purpose purpose) const { return since_[Index(purpose)] != absl::InfiniteFuture(); }
  // InfiniteFuture where it does not hold.
  absl::Time Since(Purpose purpose) const { return since_[Index(purpose)]; }
  // From when its age is counted where fresh consents do not count yet: never before Since. InfiniteFuture
  // where it does not hold.
  absl::Time Recorded(Purpose purpose) const { return recorded_[Index(purpose)]; }
  // Whether an event of `kind` in `hour` may serve `purpose`: the purpose holds, the kind is not excluded,
  // and the hour begins at or after its since. For `personalize`, whose since is no whole hour, the hour that
  // contains it counts: events from before it were refused when they came in, by their exact time.
  bool Permits(Purpose purpose, SignalKind kind, Hour hour) const;
  // Whether an event that happened at `time` may be taken in.
  bool MayRecord(SignalKind kind, absl::Time time) const;
  const PurposeSet& purposes() const { return purposes_; }
  const SignalKindSet& excluded_kinds() const { return excluded_kinds_; }

 private:
  friend EffectiveConsent Resolve(const ConsentState&, const PolicyHistory&, absl::Time);
  std::array<absl::Time, kPurposeCount> since_;
  std::array<absl::Time, kPurposeCount> recorded_;
  PurposeSet purposes_;
  SignalKindSet excluded_kinds_;
};

EffectiveConsent Resolve(const ConsentState& state, const PolicyHistory& policy, absl::Time at);

}  // namespace bauta

#endif  // BAUTA_PRIVACY_CONSENT_H_
