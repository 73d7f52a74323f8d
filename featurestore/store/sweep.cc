#include "featurestore/store/sweep.h"

#include <algorithm>
#include <shared_mutex>
#include <string>
#include <vector>

#include "base/status.h"
#include "featurestore/store/subject_scan.h"

namespace bauta {
namespace {

constexpr SignalKindSet kAllKinds = SignalKindSet::FromBits(~0u);

class Sweep {
 public:
  Sweep(StoreCore& core, const SubjectReader& reader, SubjectWriter& writer)
      : core_(core), reader_(reader), writer_(writer), now_(core.now_hour()) {}

  absl::Status Run() {
    absl::Status first_error;
    for (uint32_t begin = 0; begin < kRangeCount; begin += kRangesAtATime) {
      std::vector<StoredCode> codes;
      IdentityEpoch epoch;
      {
        const std::shared_lock gate(core_.gate);
        epoch = core_.epoch();
        BAUTA_RETURN_IF_ERROR(ScanSubjects(*core_.engine, begin, begin + kRangesAtATime,
                                           [&](const ScannedSubject& subject) -> absl::StatusOr<bool> {
                                             codes.push_back(subject.code);
                                             return true;
                                           }));
      }
      for (const StoredCode& code : codes) {
        const std::shared_lock gate(core_.gate);
        if (core_.epoch() != epoch) return first_error;  // The move to the new key drops what expired.
        bool idle = false;
        absl::Status swept = SweepSubject(code, idle);
        if (swept.ok() && idle) swept = writer_.EraseIfIdle(code);
        if (first_error.ok()) first_error = swept;
      }
    }
    return first_error;
  }

 private:
  static constexpr uint32_t kRangesAtATime = 64;

  absl::Status SweepSubject(const StoredCode& code, bool& idle) {
    const auto lock = core_.subject_locks.Lock(code);
    BAUTA_RETURN_IF_ERROR(core_.committer->EnsureApplied());
    SubjectRows rows;
    reader_.ReadRows(code, rows);
    BAUTA_ASSIGN_OR_RETURN(const StoredHead head, reader_.Head(code, rows));
    const uint16_t month = head.value.head.observed.month_last_seen;
    idle = head.exists() && month != 0 && IdleTooLong(core_.options.retention, month, now_);
    if (idle) return absl::OkStatus();
    rocksdb::WriteBatch batch;
    if (rows.has_head() && !head.exists()) BAUTA_RETURN_IF_ERROR(Delete(code, RowKind::kHead, batch));
    if (!rows.history().empty()) BAUTA_RETURN_IF_ERROR(SweepHistory(code, head, rows, batch));
    if (batch.Count() == 0) return absl::OkStatus();
    BAUTA_RETURN_IF_ERROR(core_.engine->Write(batch, /*sync=*/false));
    core_.views.Drop(core_.codes->ToPseudonym(code, core_.codes->epochs().front()));
    return absl::OkStatus();
  }

  absl::Status SweepHistory(const StoredCode& code, const StoredHead& head, const SubjectRows& rows,
                            rocksdb::WriteBatch& batch) {
    const SlotRef& slot = head.value.history_slot;
    if (!core_.subject_keys->IsLive(slot)) return Delete(code, RowKind::kHistory, batch);
    BAUTA_RETURN_IF_ERROR(rows.history_status());
    BAUTA_ASSIGN_OR_RETURN(const Frames frames, DecodeHistoryRow(rows.history()));
    const bool due = std::any_of(frames.begin(), frames.end(), [&](const Frame& frame) {
      return frame.slot != slot || MayHoldExpired(frame);
    });
    if (!due) return absl::OkStatus();

    BAUTA_ASSIGN_OR_RETURN(StoredHistory history, reader_.History(code, slot, rows));
    const SignalKindSet& excluded = head.value.head.instructions.consent.excluded_kinds;
    const bool foreign =
        std::any_of(frames.begin(), frames.end(), [&](const Frame& frame) { return frame.slot != slot; });
    const bool expired = FirstExpiry(history.rows, core_.options.retention) <= now_;
    if (!foreign && !expired && !AnyOfKinds(history.rows, excluded)) return absl::OkStatus();
    Fold(history.rows, core_.options.interactions_max, core_.options.retention, excluded, now_);
    BAUTA_ASSIGN_OR_RETURN(const std::string row, core_.rows->SealFrame(code, slot, history.rows));
    const SubjectKey key(code, RowKind::kHistory);
    return ToStatus(
        batch.Put(core_.engine->family(Engine::Family::kSubject), ToSlice(key.view()), ToSlice(row)),
        "fold a history");
  }

  // By the clear day, so that what is not due stays sealed.
  bool MayHoldExpired(const Frame& frame) const {
    const uint32_t shortest = core_.options.retention.ShortestAgeHours(kAllKinds);
    return frame.oldest_day != UINT32_MAX && now_.Since(Hour(frame.oldest_day * 24)) > int64_t{shortest};
  }

  absl::Status Delete(const StoredCode& code, RowKind kind, rocksdb::WriteBatch& batch) const {
    const SubjectKey key(code, kind);
    return ToStatus(batch.Delete(core_.engine->family(Engine::Family::kSubject), ToSlice(key.view())),
                    "remove a dead row");
  }

  StoreCore& core_;
  const SubjectReader& reader_;
  SubjectWriter& writer_;
  const Hour now_;
};

}  // namespace

absl::Status SweepStore(StoreCore& core, const SubjectReader& reader, SubjectWriter& writer) {
  absl::Status swept = Sweep(core, reader, writer).Run();
  const std::shared_lock gate(core.gate);
  // A day is often enough. While subjects move to another key, whoever has not yet could not be counted anew.
  if (!core.rotating()) core.counters.RestartIfGrown(core.clock.Now());
  return swept;
}

}  // namespace bauta
