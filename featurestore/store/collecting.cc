#include "featurestore/store/collecting.h"

#include <utility>

#include "base/status.h"
#include "bauta/storage/v1/rights_log.pb.h"
#include "featurestore/store/times.h"

namespace bauta {

absl::Status StopCollecting(StoreCore& core, const AdministrativeAct& act) {
  if (!core.collecting) return absl::OkStatus();
  storage::v1::AdministrativeAct payload;
  payload.set_act(act.what);
  payload.set_time_micros(Micros(core.clock.Now()));
  ClassAChange change;
  change.type = RightsEntryType::kCollectingStop;
  change.payload = payload.SerializeAsString();
  change.applied = [&core](uint64_t) { core.collecting = false; };
  BAUTA_RETURN_IF_ERROR(core.committer->Commit(std::move(change)).status());
  // Whoever asked before holds a lock until it has written.
  for (uint32_t range = 0; range < kRangeCount; range += kRangeCount / SubjectLocks::kStripes) {
    const auto lock = core.subject_locks.LockRange(range);
  }
  return absl::OkStatus();
}

absl::Status CheckCollecting(const StoreCore& core) {
  if (core.collecting) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "the store collects nothing any more: it is being wound down, and no consent, no backfill and no "
      "training stream is taken on");
}

bool Widens(const ConsentState& before, const ConsentState& after) {
  bool withdraws = false;
  for (Purpose purpose : kAllPurposes) {
    if (after.IsOn(purpose) && after.Since(purpose) != before.Since(purpose)) return true;
    withdraws = withdraws || (before.IsOn(purpose) && !after.IsOn(purpose));
  }
  const bool readmits = (before.excluded_kinds.bits() & ~after.excluded_kinds.bits()) != 0;
  // A version may make an older consent count again; but no withdrawal fails for having named one.
  const bool agrees_anew = after.policy_version != before.policy_version && !withdraws;
  return readmits || agrees_anew || (after.guardian_agreed && !before.guardian_agreed);
}

}  // namespace bauta
