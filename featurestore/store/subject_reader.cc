#include "featurestore/store/subject_reader.h"

#include <utility>

#include "base/status.h"
#include "featurestore/records/subject_view_builder.h"
#include "featurestore/store/meta_rows.h"

namespace bauta {
namespace {

absl::Status AbsentIsFine(const rocksdb::Status& status, const char* what) {
  return status.IsNotFound() ? absl::OkStatus() : ToStatus(status, what);
}

}  // namespace

void SubjectReader::ReadRows(const StoredCode& code, SubjectRows& rows) const {
  ReadRowsFrom(*core_.engine, code, rows);
}

void SubjectReader::ReadRowsFrom(const Engine& engine, const StoredCode& code, SubjectRows& rows) const {
  const SubjectKey head(code, RowKind::kHead);
  const SubjectKey history(code, RowKind::kHistory);
  const rocksdb::Slice keys[2] = {ToSlice(head.view()), ToSlice(history.view())};
  rocksdb::PinnableSlice values[2];
  rocksdb::Status statuses[2];
  engine.db().MultiGet(rocksdb::ReadOptions(), engine.family(Engine::Family::kSubject), 2, keys, values,
                       statuses, /*sorted_input=*/true);
  rows.has_head_ = statuses[0].ok();
  rows.head_status_ = AbsentIsFine(statuses[0], "read a subject's head");
  rows.history_status_ = AbsentIsFine(statuses[1], "read a subject's history");
  rows.head_ = std::move(values[0]);
  rows.history_ = std::move(values[1]);
  // Filters say that a row is not there without a read; its absence would show in the time of the call.
  if (!rows.has_head_) ReadStandIn(engine);
}

absl::StatusOr<StoredHead> SubjectReader::Head(const StoredCode& code, const SubjectRows& rows) const {
  BAUTA_RETURN_IF_ERROR(rows.head_status());
  core_.statistics.heads_read.fetch_add(1, std::memory_order_relaxed);
  const std::string_view row = rows.head();
  return core_.rows->OpenHead(code, rows.has_head() ? &row : nullptr);
}

absl::StatusOr<StoredHistory> SubjectReader::History(const StoredCode& code, const SlotRef& slot,
                                                     const SubjectRows& rows) const {
  BAUTA_RETURN_IF_ERROR(rows.history_status());
  core_.statistics.histories_unsealed.fetch_add(1, std::memory_order_relaxed);
  return core_.rows->OpenHistory(code, slot, rows.history());
}

absl::StatusOr<SubjectReader::Found> SubjectReader::Find(const StoredCode& code, Wants wants) const {
  if (core_.old_engine != nullptr) return FindWhileMoving(code, wants);
  SubjectRows rows;
  ReadRows(code, rows);
  return FindIn(code, rows, wants);
}

absl::StatusOr<SubjectReader::Found> SubjectReader::FindIn(const StoredCode& code, const SubjectRows& rows,
                                                           Wants wants) const {
  Found found;
  BAUTA_ASSIGN_OR_RETURN(found.head, Head(code, rows));
  if (wants(found.head)) found.history = History(code, found.head.value.history_slot, rows);
  return found;
}

// The old database first: whoever is not there any more has been moved before, so the read of the new one
// that follows finds them. Everybody costs the same two reads, but for one who is moved in between.
absl::StatusOr<SubjectReader::Found> SubjectReader::FindWhileMoving(const StoredCode& code,
                                                                    Wants wants) const {
  const StoredCode old_code = core_.OldCode(code);
  SubjectRows old_rows;
  SubjectRows rows;
  ReadRowsFrom(*core_.old_engine, old_code, old_rows);
  ReadRows(code, rows);
  BAUTA_ASSIGN_OR_RETURN(const StoredHead head, Head(code, rows));
  if (head.exists() && head.sequence != kNotLoggedYet) return FindIn(code, rows, wants);
  BAUTA_ASSIGN_OR_RETURN(Found old, FindIn(old_code, old_rows, wants));
  // Alive after the history was read too: so what was read is all there was.
  if (old.head.exists() && core_.subject_keys->IsLive(old.head.slot)) return old;
  if (old_rows.has_head()) ReadRows(code, rows);  // Moved, or erased, a moment ago.
  return FindIn(code, rows, wants);
}

absl::StatusOr<std::shared_ptr<const CachedSubject>> SubjectReader::Load(const StoredCode& code,
                                                                         absl::Time now) const {
  const auto consent_of = [&](const StoredHead& head) {
    return Resolve(head.value.head.instructions.consent, core_.options.policy, now);
  };
  BAUTA_ASSIGN_OR_RETURN(Found found, Find(code, [&](const StoredHead& head) {
                           return consent_of(head).Holds(Purpose::kPersonalize);
                         }));
  const EffectiveConsent consent = consent_of(found.head);
  const bool degraded = !found.history.ok();
  StoredHistory history;
  if (!degraded) history = *std::move(found.history);
  StoredHead head = std::move(found.head);
  return MakeCachedSubject(std::move(head), std::move(history), degraded, consent, core_.options.policy,
                           core_.options.retention, now);
}

absl::StatusOr<std::shared_ptr<const CachedSubject>> SubjectReader::Cached(const Pseudonym& subject,
                                                                           absl::Time now) const {
  if (ViewCache::Entry entry = core_.views.Find(subject);
      entry != nullptr && HoldsAt(*entry, core_.options.policy, now)) {
    core_.statistics.view_cache_hits.fetch_add(1, std::memory_order_relaxed);
    return entry;
  }
  const uint64_t ticket = core_.views.Ticket(subject);
  BAUTA_ASSIGN_OR_RETURN(std::shared_ptr<const CachedSubject> loaded,
                         Load(core_.codes->ToStoredCode(subject), now));
  if (!loaded->degraded) core_.views.Insert(subject, loaded, ticket);
  return loaded;
}

absl::StatusOr<std::shared_ptr<const CachedSubject>> SubjectReader::Present(const Pseudonym& subject,
                                                                            absl::Time now) const {
  if (ViewCache::Entry entry = core_.views.Find(subject);
      entry != nullptr && HoldsAt(*entry, core_.options.policy, now)) {
    return entry;
  }
  return Load(core_.codes->ToStoredCode(subject), now);
}

absl::StatusOr<SubjectView> SubjectReader::View(
    const Visit& visit, absl::FunctionRef<std::optional<Place>(City)> place_of) const {
  if (!visit.subject) return SubjectViewBuilder().Build();
  absl::StatusOr<std::shared_ptr<const CachedSubject>> subject = Cached(*visit.subject, core_.clock.Now());
  if (!subject.ok()) {
    return absl::UnavailableError(std::string("the subject's choices cannot be read: ") +
                                  std::string(subject.status().message()));
  }
  return MakeView(*std::move(subject), visit.place, place_of);
}

}  // namespace bauta
