#include "privacy/policy.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace bauta {

PolicyHistory PolicyHistory::Default() { return PolicyHistory({{.number = 1, .adds = PurposeSet::All()}}); }

absl::StatusOr<PolicyHistory> PolicyHistory::Create(std::vector<PolicyVersion> versions) {
  if (versions.empty()) return absl::InvalidArgumentError("policy versions: one or more allowed, got none");
  uint32_t number_before = 0;
  absl::Time effective_before = absl::InfinitePast();
  for (const PolicyVersion& version : versions) {
    if (version.number <= number_before) {
      return absl::InvalidArgumentError(absl::StrCat("policy versions: number: ", uint64_t{number_before} + 1,
                                                     " or more allowed after version ", number_before,
                                                     ", got ", version.number));
    }
    if (version.effective < effective_before) {
      return absl::InvalidArgumentError(
          absl::StrCat("policy version ", version.number, ": effective: ",
                       absl::FormatTime(effective_before, absl::UTCTimeZone()), " (version ", number_before,
                       ") or later allowed, got ", absl::FormatTime(version.effective, absl::UTCTimeZone())));
    }
    number_before = version.number;
    effective_before = version.effective;
  }
  return PolicyHistory(std::move(versions));
}

uint32_t PolicyHistory::InForce(absl::Time at) const {
  uint32_t number = 0;
  for (const PolicyVersion& version : versions_) {
    if (version.effective <= at) number = version.number;
  }
  return number;
}

PurposeSet PolicyHistory::Covered(uint32_t agreed_version, absl::Time at) const {
  if (Find(agreed_version) == nullptr) return {};
  PurposeSet covered;
  for (const PolicyVersion& version : versions_) {
    if (version.number <= agreed_version) {
      covered.AddAll(version.adds);
    } else if (version.agree_anew && version.effective <= at) {
      return {};
    }
  }
  return covered;
}

absl::Status PolicyHistory::CheckAgreement(uint32_t version, const PurposeSet& purposes,
                                           absl::Time at) const {
  const PolicyVersion* const found = Find(version);
  if (found == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("policy_version: one of the configuration's allowed (the highest is ",
                     versions_.back().number, "), got ", version));
  }
  if (found->effective > at) {
    return absl::FailedPreconditionError(
        absl::StrCat("policy_version: ", version, " is not in force yet; ", InForce(at), " is"));
  }
  for (const PolicyVersion& later : versions_) {
    if (later.number > version && later.agree_anew && later.effective <= at) {
      return absl::FailedPreconditionError(
          absl::StrCat("policy_version: ", later.number,
                       " or later allowed, which has to be agreed to anew, got ", version));
    }
  }
  const PurposeSet covered = Covered(version, at);
  for (Purpose purpose : kAllPurposes) {
    if (purposes.Contains(purpose) && !covered.Contains(purpose)) {
      return absl::InvalidArgumentError(
          absl::StrCat("policy_version: ", version, " does not have the purpose ", PurposeName(purpose)));
    }
  }
  return absl::OkStatus();
}

const PolicyVersion* PolicyHistory::Find(uint32_t number) const {
  for (const PolicyVersion& version : versions_) {
    if (version.number == number) return &version;
  }
  return nullptr;
}

}  // namespace bauta
