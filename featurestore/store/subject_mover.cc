#include "featurestore/store/subject_mover.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/status.h"
#include "bauta/storage/v1/rights_log.pb.h"
#include "featurestore/store/head_codec.h"
#include "featurestore/store/times.h"

namespace bauta {
namespace {

namespace proto = ::bauta::storage::v1;

void AddOnce(const SlotRef& slot, std::vector<SlotRef>& slots) {
  if (std::find(slots.begin(), slots.end(), slot) == slots.end()) slots.push_back(slot);
}

}  // namespace

struct SubjectMover::Plan {
  StoredCode code;
  StoredHead old_head;
  History history;
  HeadValue head;
  SlotRef head_slot;
  std::vector<SlotRef> created;
  std::vector<SlotRef> destroyed;
  std::string sealed_head;
  std::string history_row;  // Empty: the subject has none.
};

// Nothing where the old database does not have the subject.
absl::StatusOr<std::optional<SubjectMover::Plan>> SubjectMover::PlanMove(const StoredCode& code) {
  const StoredCode old_code = core_.OldCode(code);
  SubjectRows rows;
  reader_.ReadRowsFrom(*core_.old_engine, old_code, rows);
  Plan plan;
  plan.code = code;
  BAUTA_ASSIGN_OR_RETURN(plan.old_head, reader_.Head(old_code, rows));
  if (!plan.old_head.exists()) return std::optional<Plan>();
  plan.head = plan.old_head.value;
  const SlotRef& old_history = plan.head.history_slot;
  if (core_.subject_keys->IsLive(old_history)) {
    BAUTA_ASSIGN_OR_RETURN(StoredHistory history, reader_.History(old_code, old_history, rows));
    plan.history = std::move(history.rows);
    Fold(plan.history, core_.options.interactions_max, core_.options.retention,
         plan.head.head.instructions.consent.excluded_kinds, core_.now_hour());
    AddOnce(old_history, plan.destroyed);
  }
  BAUTA_RETURN_IF_ERROR(AddSlots(rows, plan.destroyed));
  // What an attempt left that a crash cut off before it was logged.
  SubjectRows left;
  reader_.ReadRows(code, left);
  BAUTA_RETURN_IF_ERROR(AddSlots(left, plan.destroyed));
  return std::optional<Plan>(std::move(plan));
}

absl::Status SubjectMover::AddSlots(const SubjectRows& rows, std::vector<SlotRef>& slots) const {
  BAUTA_RETURN_IF_ERROR(rows.head_status());
  BAUTA_RETURN_IF_ERROR(rows.history_status());
  if (rows.has_head()) {
    std::string_view sealed;
    BAUTA_ASSIGN_OR_RETURN(const HeadHeader header, DecodeHeadRow(rows.head(), &sealed));
    if (core_.subject_keys->IsLive(header.slot)) AddOnce(header.slot, slots);
  }
  BAUTA_ASSIGN_OR_RETURN(const std::vector<SlotRef> live, core_.rows->LiveSlots(rows.history()));
  for (const SlotRef& slot : live) AddOnce(slot, slots);
  return absl::OkStatus();
}

absl::Status SubjectMover::MakeRows(Plan& plan) {
  const bool has_history = core_.subject_keys->IsLive(plan.old_head.value.history_slot);
  BAUTA_ASSIGN_OR_RETURN(plan.head_slot, core_.subject_keys->Create(SubjectKeys::Place::kRandom));
  plan.created.push_back(plan.head_slot);
  plan.head.history_slot = {};
  if (has_history) {
    BAUTA_ASSIGN_OR_RETURN(plan.head.history_slot, core_.subject_keys->Create(SubjectKeys::Place::kRandom));
    plan.created.push_back(plan.head.history_slot);
    BAUTA_ASSIGN_OR_RETURN(plan.history_row,
                           core_.rows->SealMovedFrame(plan.code, plan.head.history_slot, plan.history));
  }
  BAUTA_ASSIGN_OR_RETURN(plan.sealed_head, core_.rows->SealHeadValue(plan.code, plan.head_slot, plan.head));
  return absl::OkStatus();
}

absl::Status SubjectMover::PutRows(const Plan& plan, uint64_t sequence, rocksdb::WriteBatch& batch) const {
  rocksdb::ColumnFamilyHandle* const family = core_.engine->family(Engine::Family::kSubject);
  const SubjectKey head_key(plan.code, RowKind::kHead);
  const SubjectKey history_key(plan.code, RowKind::kHistory);
  rocksdb::Status status =
      batch.Put(family, ToSlice(head_key.view()),
                ToSlice(SubjectRowCodec::HeadRow(plan.head_slot, sequence, plan.sealed_head)));
  if (status.ok()) {
    status = plan.history_row.empty()
                 ? batch.Delete(family, ToSlice(history_key.view()))
                 : batch.Put(family, ToSlice(history_key.view()), ToSlice(plan.history_row));
  }
  return ToStatus(status, "move a subject");
}

ClassAChange SubjectMover::MakeChange(const Plan& plan) {
  proto::SubjectState state;
  state.mutable_stored_code()->assign(plan.code.view());
  EncodeInstructions(plan.head.head.instructions, plan.head.history_slot, *state.mutable_instructions());
  state.set_act(kMoveAct);
  state.set_time_micros(Micros(core_.clock.Now()));
  ClassAChange change;
  change.type = RightsEntryType::kSubjectState;
  change.slot = plan.head_slot;
  change.created = plan.created;
  change.destroyed = plan.destroyed;
  change.payload = state.SerializeAsString();
  change.write_rows = [this, &plan](uint64_t sequence, rocksdb::WriteBatch& batch) {
    return PutRows(plan, sequence, batch);
  };
  const StoreCore::Counting counting = core_.CountingNow();
  CrowdShare share;
  if (counting.refill.number != core_.unmoved_counted_in) {  // Else it stays counted as it is.
    share =
        ShareOf(plan.history, Resolve(plan.head.head.instructions.consent, core_.options.policy, counting.at),
                plan.head.head.observed.city, core_.counters.rules(), counting.shares_as_of());
  }
  change.applied = [refill = counting.refill, code = plan.code, share = std::move(share),
                    &core = core_](uint64_t) {
    const Pseudonym subject = core.codes->ToPseudonym(code, core.epoch());
    core.views.Drop(subject);
    core.counters.Apply(refill, RangeOf(code), subject, {}, share);
  };
  return change;
}

// Nothing of the plans is logged: their new keys are given back.
absl::Status SubjectMover::GiveUp(std::span<const Plan> plans, absl::Status status) {
  for (const Plan& plan : plans) {
    for (const SlotRef& slot : plan.created) BAUTA_RETURN_IF_ERROR(core_.subject_keys->Destroy(slot));
  }
  if (!absl::IsResourceExhausted(status)) return status;
  return absl::UnavailableError(std::string(status.message()));
}

absl::StatusOr<SubjectMover::Moved> SubjectMover::Move(std::span<const StoredCode> codes) {
  Moved moved;
  std::vector<Plan> plans;
  rocksdb::WriteBatch batch;
  for (const StoredCode& code : codes) {
    absl::StatusOr<std::optional<Plan>> plan = PlanMove(code);
    if (absl::IsDataLoss(plan.status())) {
      ++moved.unreadable;
      continue;
    }
    if (!plan.ok()) return GiveUp(plans, plan.status());
    if (!plan->has_value()) continue;
    plans.push_back(**std::move(plan));
    absl::Status made = MakeRows(plans.back());
    if (made.ok()) made = PutRows(plans.back(), kNotLoggedYet, batch);
    if (!made.ok()) return GiveUp(plans, std::move(made));
  }
  if (plans.empty()) return moved;
  if (absl::Status put = core_.engine->Write(batch, /*sync=*/true); !put.ok()) return GiveUp(plans, put);

  std::vector<ClassAChange> changes;
  changes.reserve(plans.size());
  for (const Plan& plan : plans) changes.push_back(MakeChange(plan));
  absl::Status first_error;
  const std::vector<absl::StatusOr<uint64_t>> results = core_.committer->CommitAll(std::move(changes));
  for (size_t i = 0; i < plans.size(); ++i) {
    core_.views.Drop(core_.codes->ToPseudonym(plans[i].code, core_.epoch()));
    absl::Status done = results[i].status();
    if (done.ok()) {
      ++moved.subjects;
      done = DeleteOldRows(plans[i].code);
    }
    first_error.Update(done);
  }
  BAUTA_RETURN_IF_ERROR(first_error);
  return moved;
}

absl::StatusOr<std::vector<SlotRef>> SubjectMover::OldSlots(const StoredCode& code) const {
  std::vector<SlotRef> slots;
  if (core_.old_engine == nullptr) return slots;
  SubjectRows rows;
  reader_.ReadRowsFrom(*core_.old_engine, core_.OldCode(code), rows);
  BAUTA_RETURN_IF_ERROR(AddSlots(rows, slots));
  return slots;
}

absl::Status SubjectMover::DeleteOldRows(const StoredCode& code) const {
  if (core_.old_engine == nullptr) return absl::OkStatus();
  rocksdb::WriteBatch batch;
  rocksdb::ColumnFamilyHandle* const family = core_.old_engine->family(Engine::Family::kSubject);
  for (const RowKind kind : {RowKind::kHead, RowKind::kHistory}) {
    const SubjectKey key(core_.OldCode(code), kind);
    BAUTA_RETURN_IF_ERROR(ToStatus(batch.Delete(family, ToSlice(key.view())), "remove a moved row"));
  }
  return core_.old_engine->Write(batch, /*sync=*/false);
}

absl::Status PrepareWrite(StoreCore& core, const StoredCode& code) {
  BAUTA_RETURN_IF_ERROR(core.committer->EnsureApplied());
  if (core.old_engine == nullptr) return absl::OkStatus();
  BAUTA_ASSIGN_OR_RETURN(const SubjectMover::Moved moved, SubjectMover(core).Move({&code, 1}));
  if (moved.unreadable == 0) return absl::OkStatus();
  return absl::DataLossError("the subject's rows cannot be read, and so not moved to the new identity key");
}

}  // namespace bauta
