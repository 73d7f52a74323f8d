// What SubjectService may be asked. Every check returns INVALID_ARGUMENT where it refuses, unless it says
// otherwise; see service/validation.h.
#ifndef BAUTA_SERVICE_VALIDATION_SUBJECT_H_
#define BAUTA_SERVICE_VALIDATION_SUBJECT_H_

#include <cstddef>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bauta/v1/subject_service.pb.h"
#include "featurestore/records/head.h"
#include "featurestore/records/interaction.h"
#include "privacy/codes.h"
#include "privacy/consent.h"
#include "privacy/gazetteer.h"
#include "privacy/policy.h"
#include "privacy/purpose.h"
#include "privacy/signal_kind.h"
#include "service/principal.h"
#include "service/subject_resolver.h"
#include "service/validation.h"

namespace bauta {

inline constexpr size_t kRelationChangesMax = 1'000;
inline constexpr size_t kPastConsentsMax = 1'000;

struct CheckedRelationChange {
  Relation relation;
  bool taken_back = false;
};
absl::StatusOr<CheckedRelationChange> CheckRelationChange(const FieldPath& field,
                                                          const v1::RelationChange& change,
                                                          const SubjectResolver& resolver);

inline constexpr size_t kLanguagesMax = 20;
inline constexpr size_t kDeclaredTopicsMax = 50;

// `is_sensitive` says which topics nobody can declare.
absl::StatusOr<Preferences> CheckPreferences(const FieldPath& field, const v1::Preferences& preferences,
                                             const Gazetteer* gazetteer,
                                             absl::FunctionRef<bool(TopicId)> is_sensitive);

inline constexpr size_t kDeletionsMax = 1'000;
absl::StatusOr<InteractionDeletion> CheckInteractionDeletion(const FieldPath& field,
                                                             const v1::InteractionDeletion& deletion);

struct CheckedConsentChange {
  ConsentChange change;  // Without `excluded_kinds`: which they are then, depends on those that are already.
  SignalKindSet exclude;
  SignalKindSet readmit;

  // The state after it, made at `at`.
  ConsentState ApplyTo(const ConsentState& state, absl::Time at) const;
};
// FAILED_PRECONDITION where the policy version is not in force yet, or a later one must be agreed to anew.
// PERMISSION_DENIED for what the one who signed the rights token may not do: an agent grant purposes, anybody
// but a guardian agree to what a minor permits.
absl::StatusOr<CheckedConsentChange> CheckUpdateConsent(const v1::UpdateConsentRequest& request,
                                                        const Principal& principal,
                                                        const PolicyHistory& policy, absl::Time now);

struct CheckedPastConsent {
  Pseudonym subject;
  PurposeSet purposes;
  uint32_t policy_version = 0;
  absl::Time since;
};
// FAILED_PRECONDITION where the policy version could not be agreed to at that time.
absl::StatusOr<CheckedPastConsent> CheckPastConsent(const FieldPath& field, const v1::PastConsent& consent,
                                                    const SubjectResolver& resolver,
                                                    const PolicyHistory& policy, absl::Time now);

}  // namespace bauta

#endif  // BAUTA_SERVICE_VALIDATION_SUBJECT_H_
