// PolicyHistory: the versions of the privacy policy as the configuration names them, and what a consent given
// to one of them still covers when a later one is in force. A newer version never widens an older consent.
#ifndef BAUTA_PRIVACY_POLICY_H_
#define BAUTA_PRIVACY_POLICY_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "privacy/purpose.h"

namespace bauta {

struct PolicyVersion {
  uint32_t number = 0;                          // 1 and up, rising.
  absl::Time effective = absl::InfinitePast();  // From when it holds; not before the version below it.
  PurposeSet adds = {};                         // Purposes that may be agreed to from this version on.
  bool agree_anew = false;  // From `effective` on, consents to lower versions cover nothing.
};

// Immutable, thread-safe.
class PolicyHistory {
 public:
  // One version, number 1, always in force, with all purposes.
  static PolicyHistory Default();
  // INVALID_ARGUMENT where there is no version, a number is 0 or not higher than the one before it, or an
  // effective time is earlier than the one before it; the message names the version.
  static absl::StatusOr<PolicyHistory> Create(std::vector<PolicyVersion> versions);

  // The highest version in force at `at`; 0 where none is yet.
  uint32_t InForce(absl::Time at) const;
  // The purposes that a consent to `agreed_version` covers at `at`: those added up to that version; none
  // where the version is unknown (0 included) or a higher version in force demands to be agreed to anew.
  PurposeSet Covered(uint32_t agreed_version, absl::Time at) const;
  // Whether a person may at `at` turn `purposes` on under `version`.
  // INVALID_ARGUMENT: the version is not in the configuration, or does not have a purpose.
  // FAILED_PRECONDITION: it is not in force yet, or a later one must be agreed to instead.
  absl::Status CheckAgreement(uint32_t version, const PurposeSet& purposes, absl::Time at) const;

  const std::vector<PolicyVersion>& versions() const { return versions_; }

 private:
  explicit PolicyHistory(std::vector<PolicyVersion> versions) : versions_(std::move(versions)) {}
  const PolicyVersion* Find(uint32_t number) const;

  std::vector<PolicyVersion> versions_;  // Rising by number and by effective time.
};

}  // namespace bauta

#endif  // BAUTA_PRIVACY_POLICY_H_
