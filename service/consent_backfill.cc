#include "service/consent_backfill.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/status.h"
#include "privacy/consent.h"
#include "service/convert_time.h"
#include "service/item_result.h"
#include "service/validation.h"

namespace bauta {
namespace {

// They wait for the disk, they do not compute; beyond this a group of the rights log hardly grows.
constexpr size_t kThreadsMax = 32;

}  // namespace

void ConsentBackfill::Add(const CheckedPastConsent& consent, v1::ItemResult* result) {
  const auto [found, added] = subject_index_.try_emplace(consent.subject, subjects_.size());
  if (added) subjects_.emplace_back();
  subjects_[found->second].push_back({consent, result});
}

void ConsentBackfill::Run(absl::Time deadline) {
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next.fetch_add(1); i < subjects_.size(); i = next.fetch_add(1)) {
      for (const Item& item : subjects_[i]) {
        *item.result =
            clock_.Now() > deadline ? RetryableItem(v1::ITEM_REASON_UNAVAILABLE) : Write(item.consent);
      }
    }
  };
  std::vector<std::jthread> threads;
  for (size_t i = 1; i < std::min(subjects_.size(), kThreadsMax); ++i) threads.emplace_back(work);
  work();
}

v1::ItemResult ConsentBackfill::Write(const CheckedPastConsent& consent) const {
  bool changed = false;
  const auto edit = [&](HeadInstructions& instructions) -> absl::Status {
    const ConsentState before = instructions.consent;
    BAUTA_ASSIGN_OR_RETURN(instructions.consent, ApplyPast(before, consent.purposes, consent.policy_version,
                                                           consent.since, FloorMicros(clock_.Now())));
    changed = instructions.consent != before;
    return absl::OkStatus();
  };
  const absl::Status status = store_.BackfillConsent(consent.subject, consent.since, edit);
  if (status.ok()) {
    return AcceptedItem(changed ? v1::ITEM_REASON_UNSPECIFIED : v1::ITEM_REASON_UNCHANGED);
  }
  if (absl::IsFailedPrecondition(status)) return RefusedItem(v1::ITEM_REASON_BACKFILL_TOO_EARLY, status);
  return FailedItem(status);
}

}  // namespace bauta
