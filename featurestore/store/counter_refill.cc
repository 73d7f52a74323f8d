#include "featurestore/store/counter_refill.h"

#include <algorithm>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "base/status.h"
#include "featurestore/store/subject_scan.h"

namespace bauta {
namespace {

// A lock is held for about so many subjects at a time: some milliseconds.
constexpr size_t kSubjectsAtATime = 200;
constexpr uint32_t kRangesAtATime = kRangeCount / SubjectLocks::kStripes;

// What a subject's rows add. Rows that do not open add nothing: to a reader they are not there either.
CrowdShare ShareOfRows(StoreCore& core, const ScannedSubject& subject, const StoreCore::Counting& counting) {
  const absl::StatusOr<StoredHead> head = core.rows->OpenHead(subject.code, subject.head);
  if (!head.ok()) return {};
  const EffectiveConsent consent =
      Resolve(head->value.head.instructions.consent, core.options.policy, counting.at);
  if (!consent.Holds(Purpose::kCrowd) && !consent.Holds(Purpose::kLearn)) return {};
  const absl::StatusOr<StoredHistory> history =
      core.rows->OpenHistory(subject.code, head->value.history_slot, subject.history);
  if (!history.ok()) return {};
  return ShareOf(history->rows, consent, head->value.head.observed.city, core.counters.rules(),
                 counting.shares_as_of());
}

}  // namespace

CounterRefill::CounterRefill(StoreCore& core) : core_(core), thread_([this] { Run(); }) {}

CounterRefill::~CounterRefill() {
  core_.counters.Close();
  thread_.join();
}

void CounterRefill::Run() {
  while (const std::optional<uint32_t> range = core_.counters.WaitForWork()) {
    // While the disk is full, a change may wait for its rows: the counters wait with it.
    if (!CountFrom(*range).ok() && core_.counters.WaitForClose(absl::Seconds(1))) return;
  }
}

absl::Status CounterRefill::CountFrom(uint32_t range) {
  const std::shared_lock gate(core_.gate);
  const auto lock = core_.subject_locks.LockRange(range);
  BAUTA_RETURN_IF_ERROR(core_.committer->EnsureApplied());
  const StoreCore::Counting counting = core_.CountingNow();
  // To the end of what the lock covers, or to the end of the range in which there are enough.
  uint32_t end = (range / kRangesAtATime + 1) * kRangesAtATime;
  std::vector<CrowdCounters::SubjectShare> shares;
  size_t subjects = 0;
  uint32_t last = range;
  BAUTA_RETURN_IF_ERROR(
      ScanSubjects(*core_.engine, range, end, [&](const ScannedSubject& subject) -> absl::StatusOr<bool> {
        if (subjects >= kSubjectsAtATime && RangeOf(subject.code) > last) {
          end = RangeOf(subject.code);
          return false;
        }
        last = RangeOf(subject.code);
        ++subjects;
        shares.push_back({core_.codes->ToPseudonym(subject.code, core_.codes->epochs().front()),
                          ShareOfRows(core_, subject, counting)});
        return true;
      }));
  core_.counters.Count(counting.refill, shares, range, end);
  return absl::OkStatus();
}

absl::StatusOr<CrowdCounts> CountByScan(StoreCore& core) {
  const StoreCore::Counting counting = core.CountingNow();
  const Hour from = core.counters.ShownFrom(Hour::Floor(counting.at));
  CrowdTable table;
  BAUTA_RETURN_IF_ERROR(
      ScanSubjects(*core.engine, 0, kRangeCount, [&](const ScannedSubject& subject) -> absl::StatusOr<bool> {
        table.Add(ShareOfRows(core, subject, counting), from);
        return true;
      }));
  if (core.old_engine == nullptr) return table.Read(from);
  // Whoever has not moved yet; rows that have are dead there.
  BAUTA_RETURN_IF_ERROR(ScanSubjects(*core.old_engine, 0, kRangeCount,
                                     [&](const ScannedSubject& subject) -> absl::StatusOr<bool> {
                                       table.Add(ShareOfRows(core, subject, counting), from);
                                       return true;
                                     }));
  return table.Read(from);
}

}  // namespace bauta
