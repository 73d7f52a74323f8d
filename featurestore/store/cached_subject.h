// CachedSubject: a subject decoded once, and what of it may be shown at an hour. Views borrow from it.
#ifndef BAUTA_FEATURESTORE_STORE_CACHED_SUBJECT_H_
#define BAUTA_FEATURESTORE_STORE_CACHED_SUBJECT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "base/hour.h"
#include "featurestore/records/subject_view.h"
#include "featurestore/records/visit.h"
#include "featurestore/store/history.h"
#include "featurestore/store/subject_row_codec.h"
#include "privacy/consent.h"
#include "privacy/policy.h"
#include "privacy/retention.h"

namespace bauta {

// Immutable but for `day_noted`; thread-safe.
struct CachedSubject {
  StoredHead head;
  EffectiveConsent consent;
  // Empty where `personalize` does not hold: it was not read then.
  StoredHistory history;
  bool degraded = false;  // The history is permitted, and could not be read.

  // What is shown instead of `history` where some of it is too old or excluded.
  std::optional<History> permitted;
  std::vector<Dismissal> lessons;

  uint32_t policy_in_force = 0;
  Hour shown_from;
  Hour shown_until;  // At this hour something shown is too old.
  size_t bytes = 0;

  mutable std::atomic<uint32_t> day_noted{0};  // The day of the last NoteVisit.
};

// What of `head` and `history` may be shown at `now`.
std::shared_ptr<const CachedSubject> MakeCachedSubject(StoredHead head, StoredHistory history, bool degraded,
                                                       const EffectiveConsent& consent,
                                                       const PolicyHistory& policy,
                                                       const Retention& retention, absl::Time now);

// Whether it still shows at `now` what it should.
bool HoldsAt(const CachedSubject& subject, const PolicyHistory& policy, absl::Time now);

SubjectView MakeView(std::shared_ptr<const CachedSubject> subject, const std::optional<Place>& request_place,
                     absl::FunctionRef<std::optional<Place>(City)> place_of);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_CACHED_SUBJECT_H_
