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
  const SubjectKey head(code, RowKind::kHead);
  const SubjectKey history(code, RowKind::kHistory);
  const rocksdb::Slice keys[2] = {ToSlice(head.view()), ToSlice(history.view())};
  rocksdb::PinnableSlice values[2];
  rocksdb::Status statuses[2];
  core_.engine->db().MultiGet(rocksdb::ReadOptions(), core_.engine->family(Engine::Family::kSubject), 2, keys,
                              values, statuses, /*sorted_input=*/true);
  rows.has_head_ = statuses[0].ok();
  rows.head_status_ = AbsentIsFine(statuses[0], "read a subject's head");
  rows.history_status_ = AbsentIsFine(statuses[1], "read a subject's history");
  rows.head_ = std::move(values[0]);
  rows.history_ = std::move(values[1]);
  // Filters say that a row is not there without a read; its absence would show in the time of the call.
  if (!rows.has_head_) ReadStandIn(*core_.engine);
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

absl::StatusOr<std::shared_ptr<const CachedSubject>> SubjectReader::Load(const StoredCode& code,
                                                                         absl::Time now) const {
  SubjectRows rows;
  ReadRows(code, rows);
  BAUTA_ASSIGN_OR_RETURN(StoredHead head, Head(code, rows));
  const EffectiveConsent consent = Resolve(head.value.head.instructions.consent, core_.options.policy, now);
  StoredHistory history;
  bool degraded = false;
  if (consent.Holds(Purpose::kPersonalize)) {
    absl::StatusOr<StoredHistory> read = History(code, head.value.history_slot, rows);
    degraded = !read.ok();
    if (read.ok()) history = *std::move(read);
  }
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
