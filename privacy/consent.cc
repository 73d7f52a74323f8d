#include "privacy/consent.h"

#include <algorithm>

#include "absl/status/status.h"

namespace bauta {
namespace {

absl::Time CeilHour(absl::Time time) { return Hour::Ceil(time).start(); }

bool CountsByHour(Purpose purpose) { return purpose == Purpose::kLearn || purpose == Purpose::kCrowd; }

absl::Time From(Purpose purpose, absl::Time at) { return CountsByHour(purpose) ? CeilHour(at) : at; }

bool LacksGuardian(const ConsentState& state) { return state.minor && !state.guardian_agreed; }

}  // namespace

ConsentState Apply(const ConsentState& state, const ConsentChange& change, absl::Time at) {
  ConsentState changed = state;
  const auto set = [&](Purpose purpose, absl::Time since) {
    changed.since[Index(purpose)] = changed.recorded[Index(purpose)] = since;
  };
  for (Purpose purpose : kAllPurposes) {
    if (change.turn_off.Contains(purpose)) {
      if (state.IsOn(purpose)) changed.last_withdrawal = at;
      set(purpose, absl::InfiniteFuture());
    } else if (change.turn_on.Contains(purpose) && !state.IsOn(purpose)) {
      set(purpose, From(purpose, at));
    }
  }
  if (change.policy_version != 0) changed.policy_version = change.policy_version;
  if (change.excluded_kinds) changed.excluded_kinds = *change.excluded_kinds;
  if (change.minor.value_or(false)) changed.minor = true;
  if (change.guardian_agreed) changed.guardian_agreed = *change.guardian_agreed;
  const bool could = !LacksGuardian(state), can = !LacksGuardian(changed);
  for (Purpose purpose : kAllPurposes) {
    if (!changed.IsOn(purpose) || could == can) continue;
    if (could) changed.last_withdrawal = at;
    if (can) set(purpose, From(purpose, at));
  }
  return changed;
}

absl::StatusOr<ConsentState> ApplyPast(const ConsentState& state, const PurposeSet& turn_on,
                                       uint32_t policy_version, absl::Time at, absl::Time now) {
  if (at < state.last_withdrawal) {
    return absl::FailedPreconditionError("since_time: a purpose was withdrawn after it");
  }
  ConsentState changed = state;
  for (Purpose purpose : kAllPurposes) {
    if (!turn_on.Contains(purpose)) continue;
    const absl::Time from = From(purpose, at);
    absl::Time& since = changed.since[Index(purpose)];
    if (!state.IsOn(purpose)) changed.recorded[Index(purpose)] = std::max(from, now);
    since = std::min(since, from);
  }
  changed.policy_version = std::max(state.policy_version, policy_version);
  return changed;
}

bool EffectiveConsent::Permits(Purpose purpose, SignalKind kind, Hour hour) const {
  const absl::Time since = Since(purpose);
  if (since == absl::InfiniteFuture() || excluded_kinds_.Contains(kind)) return false;
  return CountsByHour(purpose) ? hour.start() >= since : hour >= Hour::Floor(since);
}

bool EffectiveConsent::MayRecord(SignalKind kind, absl::Time time) const {
  return !excluded_kinds_.Contains(kind) && Since(Purpose::kPersonalize) <= time &&
         Holds(Purpose::kPersonalize);
}

EffectiveConsent Resolve(const ConsentState& state, const PolicyHistory& policy, absl::Time at) {
  EffectiveConsent effective;
  effective.excluded_kinds_ = state.excluded_kinds;
  if (LacksGuardian(state)) return effective;
  const PurposeSet covered = policy.Covered(state.policy_version, at);
  for (Purpose purpose : kAllPurposes) {
    absl::Time since = state.Since(purpose);
    absl::Time recorded = state.recorded[Index(purpose)];
    if (!covered.Contains(purpose)) continue;
    if (CountsByHour(purpose)) {
      // A history that was destroyed and begun anew serves nothing from before its beginning.
      const absl::Time personalize = effective.Since(Purpose::kPersonalize);
      if (personalize == absl::InfiniteFuture()) continue;
      since = since == absl::InfiniteFuture() ? since : std::max(since, CeilHour(personalize));
      recorded = std::max({recorded, effective.Recorded(Purpose::kPersonalize), since});
    }
    // A consent from a time yet to come (a clock set back) does not hold yet; one counted from the next whole
    // hour holds, and no event lies after it so far.
    if (since == absl::InfiniteFuture() || (!CountsByHour(purpose) && since > at)) continue;
    effective.since_[Index(purpose)] = since;
    effective.recorded_[Index(purpose)] = recorded;
    effective.purposes_.Add(purpose);
  }
  return effective;
}

}  // namespace bauta
