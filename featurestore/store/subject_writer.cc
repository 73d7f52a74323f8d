#include "featurestore/store/subject_writer.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "bauta/storage/v1/rights_log.pb.h"
#include "featurestore/store/collecting.h"
#include "featurestore/store/little_endian.h"
#include "featurestore/store/subject_mover.h"
#include "featurestore/store/times.h"

namespace bauta {
namespace {

namespace proto = ::bauta::storage::v1;

constexpr absl::Duration kWrapKeyAge = absl::Hours(24);  // It is re-rolled daily.

// Whether a history may exist at all. A policy that has to be agreed to anew does not end it: until then
// nothing reads it.
bool KeepsHistory(const ConsentState& consent) {
  return consent.IsOn(Purpose::kPersonalize) && (!consent.minor || consent.guardian_agreed);
}

absl::Status CheckLimits(const HeadInstructions& instructions) {
  if (instructions.relations.size() > kRelationsMax) {
    return absl::FailedPreconditionError(
        absl::StrCat("relations: at most ", kRelationsMax, " are kept, not ", instructions.relations.size()));
  }
  if (instructions.deleted_tags.size() > kDeletedTagsMax) {
    return absl::FailedPreconditionError(absl::StrCat("deleted tags: at most ", kDeletedTagsMax,
                                                      " are kept, not ", instructions.deleted_tags.size()));
  }
  if (instructions.dismissals.size() > kDismissalsMax) {
    return absl::FailedPreconditionError(absl::StrCat("dismissals: at most ", kDismissalsMax,
                                                      " are kept, not ", instructions.dismissals.size()));
  }
  return absl::OkStatus();
}

}  // namespace

struct SubjectWriter::Plan {
  RightsEntryType type = RightsEntryType::kSubjectState;
  HeadValue after;
  SlotRef head_slot;
  std::vector<SlotRef> created;
  std::vector<SlotRef> destroyed;
  std::string payload;
  std::string sealed_head;  // Empty: the row goes.
  enum class History { kKept, kReplaced, kGone } history = History::kKept;
  std::string history_row;                      // Where it is replaced.
  std::optional<bauta::History> history_after;  // Nothing where it is kept.
  std::optional<uint64_t> erasure_mark;
  absl::Time erase_time;
};

absl::Status SubjectWriter::Update(const Pseudonym& subject, const AdministrativeAct& act, Edit edit) {
  const StoredCode code = core_.codes->ToStoredCode(subject);
  const auto lock = core_.subject_locks.Lock(code);
  return UpdateLocked(subject, code, act.what, edit);
}

absl::Status SubjectWriter::Backfill(const Pseudonym& subject, absl::Time since, Edit edit) {
  const StoredCode code = core_.codes->ToStoredCode(subject);
  const auto lock = core_.subject_locks.Lock(code);
  BAUTA_RETURN_IF_ERROR(CheckCollecting(core_));
  const absl::Duration age_max = absl::Hours(core_.options.retention.backfill_age_hours_max);
  if (core_.clock.Now() - since > age_max) {
    return absl::FailedPreconditionError(absl::StrCat("since_time: a consent may be backfilled for ",
                                                      absl::ToInt64Hours(age_max) / 24, " days at most"));
  }
  const std::optional<absl::Time> erased = core_.erasures.Find(core_.codes->ErasureMark(subject));
  if (erased && since <= *erased) {
    return absl::FailedPreconditionError("since_time: the subject was erased after it");
  }
  return UpdateLocked(subject, code, "backfill-consent", edit);
}

absl::Status SubjectWriter::UpdateLocked(const Pseudonym& subject, const StoredCode& code,
                                         const std::string& act, Edit edit) {
  BAUTA_RETURN_IF_ERROR(PrepareWrite(core_, code));
  SubjectRows rows;
  reader_.ReadRows(code, rows);
  BAUTA_ASSIGN_OR_RETURN(const StoredHead before, reader_.Head(code, rows));

  Plan plan;
  plan.after = before.value;
  HeadInstructions& after = plan.after.head.instructions;
  if (after.dismissals.size() >= kDismissalsMax) ForgetDismissalsOfGonePosts(after);
  BAUTA_RETURN_IF_ERROR(edit(after));
  std::sort(after.relations.begin(), after.relations.end());
  after.relations.erase(std::unique(after.relations.begin(), after.relations.end()), after.relations.end());
  if (after == before.value.head.instructions) return absl::OkStatus();
  BAUTA_RETURN_IF_ERROR(CheckLimits(after));
  if (!core_.collecting && Widens(before.value.head.instructions.consent, after.consent)) {
    return CheckCollecting(core_);
  }
  HeadObserved& observed = plan.after.head.observed;
  observed.month_last_seen = static_cast<uint16_t>(MonthOf(core_.now_hour()));
  if (!after.consent.IsOn(Purpose::kLocate)) observed.city.reset();

  plan.head_slot = before.slot;
  if (!before.exists()) {
    BAUTA_ASSIGN_OR_RETURN(plan.head_slot, core_.subject_keys->Create());
    plan.created.push_back(plan.head_slot);
  }
  absl::Status planned = PlanHistory(code, rows, before, plan);
  if (planned.ok()) planned = Seal(code, act, plan);
  if (!planned.ok()) {
    for (const SlotRef& slot : plan.created) BAUTA_RETURN_IF_ERROR(core_.subject_keys->Destroy(slot));
    return planned;
  }
  return Commit(subject, code, rows, before, std::move(plan)).status();
}

// The first to go where the limit is reached: X's on posts that are not there any more.
void SubjectWriter::ForgetDismissalsOfGonePosts(HeadInstructions& instructions) const {
  const absl::Time now = core_.clock.Now();
  std::erase_if(instructions.dismissals, [&](const Dismissal& dismissal) {
    if (RuleOf(dismissal.reason).scope != DismissalScope::kPost) return false;
    const auto post = core_.posts.Find(dismissal.post);
    return post.ok() && (!post->has_value() || (*post)->expire_time <= now);
  });
}

absl::Status SubjectWriter::PlanHistory(const StoredCode& code, const SubjectRows& rows,
                                        const StoredHead& before, Plan& plan) {
  const ConsentState& old_consent = before.value.head.instructions.consent;
  const ConsentState& new_consent = plan.after.head.instructions.consent;
  const bool had = KeepsHistory(old_consent) && core_.subject_keys->IsLive(before.value.history_slot);
  const bool wants = KeepsHistory(new_consent);
  // Consent that was withdrawn and given anew within one call: what lies before it must go.
  const bool restarts =
      had && wants && new_consent.Since(Purpose::kPersonalize) > old_consent.Since(Purpose::kPersonalize);
  const bool excludes_more = (new_consent.excluded_kinds.bits() & ~old_consent.excluded_kinds.bits()) != 0;

  if (had && wants && !restarts && !excludes_more) return absl::OkStatus();
  plan.destroyed = LiveHistoryKeys(rows, before);
  if (!wants) {
    plan.history = Plan::History::kGone;
    plan.history_after.emplace();
    plan.after.history_slot = {};
    return absl::OkStatus();
  }
  if (had && !restarts) {
    BAUTA_ASSIGN_OR_RETURN(StoredHistory history, reader_.History(code, before.value.history_slot, rows));
    Fold(history.rows, core_.options.interactions_max, core_.options.retention, new_consent.excluded_kinds,
         core_.now_hour());
    return PutUnderFreshKey(code, std::move(history.rows), plan);
  }

  BAUTA_ASSIGN_OR_RETURN(plan.after.history_slot, core_.subject_keys->Create());
  plan.created.push_back(plan.after.history_slot);
  plan.history = Plan::History::kReplaced;
  plan.history_after.emplace();
  // An empty frame, so that a row names the key from the beginning.
  BAUTA_ASSIGN_OR_RETURN(plan.history_row,
                         core_.rows->SealFrame(code, plan.after.history_slot, *plan.history_after));
  return absl::OkStatus();
}

// Whatever live key a frame is under dies with the change, one that a crash left behind as well.
std::vector<SlotRef> SubjectWriter::LiveHistoryKeys(const SubjectRows& rows, const StoredHead& before) const {
  std::vector<SlotRef> keys;
  if (absl::StatusOr<std::vector<SlotRef>> live = core_.rows->LiveSlots(rows.history()); live.ok()) {
    keys = *std::move(live);
  }
  const SlotRef& named = before.value.history_slot;
  if (core_.subject_keys->IsLive(named) && std::find(keys.begin(), keys.end(), named) == keys.end()) {
    keys.push_back(named);
  }
  return keys;
}

// The rows are appended, synced, before the old key dies: dead until the head names their key, and there if a
// crash comes before the batch.
absl::Status SubjectWriter::PutUnderFreshKey(const StoredCode& code, History&& folded, Plan& plan) {
  plan.history = Plan::History::kReplaced;
  plan.history_after = std::move(folded);
  BAUTA_ASSIGN_OR_RETURN(plan.after.history_slot, core_.subject_keys->Create());
  plan.created.push_back(plan.after.history_slot);
  BAUTA_ASSIGN_OR_RETURN(plan.history_row,
                         core_.rows->SealFrame(code, plan.after.history_slot, *plan.history_after));
  rocksdb::WriteBatch batch;
  const SubjectKey key(code, RowKind::kHistory);
  BAUTA_RETURN_IF_ERROR(ToStatus(batch.Merge(core_.engine->family(Engine::Family::kSubject),
                                             ToSlice(key.view()), ToSlice(plan.history_row)),
                                 "fold a history"));
  return core_.engine->Write(batch, /*sync=*/true);
}

absl::Status SubjectWriter::Seal(const StoredCode& code, const std::string& act, Plan& plan) {
  BAUTA_ASSIGN_OR_RETURN(plan.sealed_head, core_.rows->SealHeadValue(code, plan.head_slot, plan.after));
  proto::SubjectState state;
  state.mutable_stored_code()->assign(code.view());
  EncodeInstructions(plan.after.head.instructions, plan.after.history_slot, *state.mutable_instructions());
  state.set_act(act);
  state.set_time_micros(Micros(core_.clock.Now()));
  plan.payload = state.SerializeAsString();
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> SubjectWriter::Commit(const Pseudonym& subject, const StoredCode& code,
                                               const SubjectRows& rows,
                                               const absl::StatusOr<StoredHead>& before, Plan plan) {
  ClassAChange change;
  change.type = plan.type;
  change.slot = plan.head_slot;
  change.created = plan.created;
  change.destroyed = plan.destroyed;
  change.payload = std::move(plan.payload);
  change.applied = Afterwards(subject, code, rows, before, plan);
  change.write_rows = [&](uint64_t sequence, rocksdb::WriteBatch& batch) {
    rocksdb::ColumnFamilyHandle* family = core_.engine->family(Engine::Family::kSubject);
    const SubjectKey head_key(code, RowKind::kHead);
    const SubjectKey history_key(code, RowKind::kHistory);
    rocksdb::Status status;
    if (plan.sealed_head.empty()) {
      status = batch.Delete(family, ToSlice(head_key.view()));
    } else {
      status = batch.Put(family, ToSlice(head_key.view()),
                         ToSlice(SubjectRowCodec::HeadRow(plan.head_slot, sequence, plan.sealed_head)));
    }
    if (status.ok() && plan.history == Plan::History::kReplaced) {
      status = batch.Put(family, ToSlice(history_key.view()), ToSlice(plan.history_row));
    } else if (status.ok() && plan.history == Plan::History::kGone) {
      status = batch.Delete(family, ToSlice(history_key.view()));
    }
    return ToStatus(status, "write a subject's rows");
  };
  absl::StatusOr<uint64_t> sequence = core_.committer->Commit(std::move(change));
  // Refused for now, and yet a key may be gone: nothing may be shown any more of what was under it.
  if (!sequence.ok()) core_.views.Drop(subject);
  return sequence;
}

std::function<void(uint64_t)> SubjectWriter::Afterwards(const Pseudonym& subject, const StoredCode& code,
                                                        const SubjectRows& rows,
                                                        const absl::StatusOr<StoredHead>& before,
                                                        const Plan& plan) const {
  return [this, subject, count = CountAnew(subject, code, rows, before, plan), mark = plan.erasure_mark,
          erase_time = plan.erase_time](uint64_t) {
    if (mark) core_.erasures.Add(*mark, erase_time);
    core_.views.Drop(subject);
    if (count) count();
  };
}

std::function<void()> SubjectWriter::CountAnew(const Pseudonym& subject, const StoredCode& code,
                                               const SubjectRows& rows,
                                               const absl::StatusOr<StoredHead>& before,
                                               const Plan& plan) const {
  const auto restart = [this] { core_.counters.Restart(core_.clock.Now()); };
  if (!before.ok()) return restart;  // What it had added cannot be told.
  const ConsentState& old_consent = before->value.head.instructions.consent;
  const ConsentState& new_consent = plan.after.head.instructions.consent;
  const StoreCore::Counting counting = core_.CountingNow();
  const EffectiveConsent counted_before = Resolve(old_consent, core_.options.policy, counting.at);
  const EffectiveConsent counted_after = Resolve(new_consent, core_.options.policy, counting.at);
  const bool counts = counted_before.Holds(Purpose::kCrowd) || counted_after.Holds(Purpose::kCrowd) ||
                      counted_before.Holds(Purpose::kLearn) || counted_after.Holds(Purpose::kLearn);
  if (!counts || (old_consent == new_consent && !plan.history_after)) return nullptr;

  const absl::StatusOr<StoredHistory> history = reader_.History(code, before->value.history_slot, rows);
  if (!history.ok()) return restart;
  const History& after = plan.history_after ? *plan.history_after : history->rows;
  const CrowdRules& rules = core_.counters.rules();
  const bool forgets = plan.history != Plan::History::kKept ||
                       counted_before.Since(Purpose::kLearn) != counted_after.Since(Purpose::kLearn);
  return [this, refill = counting.refill, range = RangeOf(code), subject, forgets,
          share_before = ShareOf(history->rows, counted_before, before->value.head.observed.city, rules,
                                 counting.shares_as_of()),
          share_after =
              ShareOf(after, counted_after, plan.after.head.observed.city, rules, counting.shares_as_of())] {
    core_.counters.Apply(refill, range, subject, share_before, share_after, forgets);
  };
}

absl::StatusOr<size_t> SubjectWriter::DeleteInteractions(const Pseudonym& subject,
                                                         std::span<const InteractionDeletion> deletions) {
  const StoredCode code = core_.codes->ToStoredCode(subject);
  const auto lock = core_.subject_locks.Lock(code);
  BAUTA_RETURN_IF_ERROR(PrepareWrite(core_, code));
  SubjectRows rows;
  reader_.ReadRows(code, rows);
  BAUTA_ASSIGN_OR_RETURN(const StoredHead before, reader_.Head(code, rows));
  if (!core_.subject_keys->IsLive(before.value.history_slot)) return 0;
  BAUTA_ASSIGN_OR_RETURN(StoredHistory history, reader_.History(code, before.value.history_slot, rows));
  Fold(history.rows, core_.options.interactions_max, core_.options.retention,
       before.value.head.instructions.consent.excluded_kinds, core_.now_hour());
  const size_t deleted = DeleteRows(history.rows, deletions);
  if (deleted == 0) return 0;

  Plan plan;
  plan.after = before.value;
  plan.after.head.observed.month_last_seen = static_cast<uint16_t>(MonthOf(core_.now_hour()));
  plan.head_slot = before.slot;
  plan.destroyed = LiveHistoryKeys(rows, before);
  absl::Status planned = PutUnderFreshKey(code, std::move(history.rows), plan);
  if (planned.ok()) planned = Seal(code, "delete-interactions", plan);
  if (!planned.ok()) {
    for (const SlotRef& slot : plan.created) BAUTA_RETURN_IF_ERROR(core_.subject_keys->Destroy(slot));
    return planned;
  }
  BAUTA_RETURN_IF_ERROR(Commit(subject, code, rows, before, std::move(plan)).status());
  return deleted;
}

absl::StatusOr<ErasureReceipt> SubjectWriter::Erase(const Pseudonym& subject) {
  const StoredCode code = core_.codes->ToStoredCode(subject);
  const auto lock = core_.subject_locks.Lock(code);
  BAUTA_RETURN_IF_ERROR(core_.committer->EnsureApplied());
  // Moved first, as by every write. What cannot be read cannot move, but can be destroyed where it is.
  const absl::Status moved = PrepareWrite(core_, code);
  if (!moved.ok() && !absl::IsDataLoss(moved)) return moved;
  return EraseLocked(subject, code);
}

absl::Status SubjectWriter::EraseIfIdle(const StoredCode& code) {
  const auto lock = core_.subject_locks.Lock(code);
  BAUTA_RETURN_IF_ERROR(core_.committer->EnsureApplied());
  SubjectRows rows;
  reader_.ReadRows(code, rows);
  BAUTA_ASSIGN_OR_RETURN(const StoredHead head, reader_.Head(code, rows));
  const uint16_t month = head.value.head.observed.month_last_seen;
  if (!head.exists() || month == 0 || !IdleTooLong(core_.options.retention, month, core_.now_hour())) {
    return absl::OkStatus();
  }
  return EraseLocked(core_.codes->ToPseudonym(code, core_.codes->epochs().front()), code).status();
}

absl::StatusOr<ErasureReceipt> SubjectWriter::EraseLocked(const Pseudonym& subject, const StoredCode& code) {
  SubjectRows rows;
  reader_.ReadRows(code, rows);
  BAUTA_RETURN_IF_ERROR(rows.head_status());
  Plan plan;
  plan.type = RightsEntryType::kErasure;
  plan.history = Plan::History::kGone;
  plan.history_after.emplace();
  // What cannot be opened can still be destroyed: the keys stand in the clear.
  if (rows.has_head()) {
    std::string_view sealed;
    BAUTA_ASSIGN_OR_RETURN(const HeadHeader header, DecodeHeadRow(rows.head(), &sealed));
    if (core_.subject_keys->IsLive(header.slot)) {
      plan.head_slot = header.slot;
      plan.destroyed.push_back(header.slot);
    }
  }
  if (absl::StatusOr<std::vector<SlotRef>> live = core_.rows->LiveSlots(rows.history()); live.ok()) {
    plan.destroyed.insert(plan.destroyed.end(), live->begin(), live->end());
  }
  const absl::StatusOr<StoredHead> before = reader_.Head(code, rows);
  if (before.ok() && core_.subject_keys->IsLive(before->value.history_slot) &&
      std::find(plan.destroyed.begin(), plan.destroyed.end(), before->value.history_slot) ==
          plan.destroyed.end()) {
    plan.destroyed.push_back(before->value.history_slot);
  }

  if (absl::StatusOr<std::vector<SlotRef>> unmoved = SubjectMover(core_).OldSlots(code); unmoved.ok()) {
    plan.destroyed.insert(plan.destroyed.end(), unmoved->begin(), unmoved->end());
  }

  const absl::Time now = core_.clock.Now();
  const uint64_t mark = core_.codes->ErasureMark(subject);
  proto::Erasure erasure;
  AppendNumber(mark, *erasure.mutable_mark());
  erasure.set_time_micros(Micros(now));
  plan.payload = erasure.SerializeAsString();
  plan.erasure_mark = mark;
  plan.erase_time = now;

  BAUTA_ASSIGN_OR_RETURN(const uint64_t sequence, Commit(subject, code, rows, before, std::move(plan)));
  BAUTA_RETURN_IF_ERROR(SubjectMover(core_).DeleteOldRows(code));
  const absl::Time reroll = core_.subject_keys->wrap_key_time() + kWrapKeyAge;
  return ErasureReceipt{.erase_time = now,
                        .log_sequence = sequence,
                        .stray_copies_unreadable_time = reroll > now ? reroll : now + kWrapKeyAge};
}

}  // namespace bauta
