#include "featurestore/store/interaction_writer.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "featurestore/store/post_writer.h"
#include "featurestore/store/subject_mover.h"

namespace bauta {
namespace {

// What was there, and what the call adds to it: the frame that is to be appended.
struct Growth {
  const History& before;
  const Retention& retention;
  Hour now;
  History added;
};

bool AddImpressionOf(const SignalEvent& event, Hour hour, Growth& growth) {
  const Impression row = {.post = PostFingerprint::Of(event.post), .surface = event.surface, .hour = hour};
  if (ContainsImpression(growth.before.impressions, row.post, hour) ||
      ContainsImpression(growth.added.impressions, row.post, hour)) {
    return false;
  }
  AddImpression(growth.added, row);
  return true;
}

bool AddState(const SignalEvent& event, Hour hour, Growth& growth) {
  const PostState row = {.post = event.post, .kind = event.kind, .surface = event.surface, .hour = hour};
  const auto find = [&](const std::vector<PostState>& rows) { return FindState(rows, row.post, row.kind); };
  // The later one wins: what is added stands before what was there, whichever of the two it is.
  const PostState* on = find(growth.added.states);
  const PostState* off = find(growth.added.taken_back);
  if (on == nullptr && off == nullptr) {
    on = find(growth.before.states);
    off = find(growth.before.taken_back);
    // Too old, though no fold has dropped it yet: nobody is shown it, so it must not stand for a new one.
    if (on != nullptr && growth.retention.Expired(on->kind, on->hour, growth.now)) on = nullptr;
  }
  if (event.taken_back) {
    if (on == nullptr || on->hour > hour) return false;  // Nothing to take back, or turned on since.
    TakeBack(growth.added, row);
  } else {
    if (on != nullptr || (off != nullptr && off->hour > hour)) return false;
    TurnOn(growth.added, row);
  }
  return true;
}

bool AddOneOff(const SignalEvent& event, Hour hour, Growth& growth) {
  const bool dwell = event.kind == SignalKind::kDwell;
  const Interaction row = {.post = event.post,
                           .topic = event.topic,
                           .kind = event.kind,
                           .surface = event.surface,
                           .strength = dwell ? std::min(event.strength, kDwellMillisecondsMax) : 0,
                           .hour = hour};
  for (const History* const rows : {&std::as_const(growth.added), &growth.before}) {
    const Interaction* const same = FindInteraction(rows->interactions, row);
    if (same != nullptr && same->strength >= row.strength) return false;
  }
  AddInteraction(growth.added, row);
  return true;
}

// Returns whether the event changes anything.
bool AddEvent(const SignalEvent& event, Growth& growth) {
  const Hour hour = Hour::Floor(event.time);
  if (event.kind == SignalKind::kImpression) return AddImpressionOf(event, hour, growth);
  return IsState(event.kind) ? AddState(event, hour, growth) : AddOneOff(event, hour, growth);
}

// Sorted and distinct. A post that a limit pushes out loses its count, so those are among them.
std::vector<PostId> TouchedPosts(const History& added, const History& before, size_t interactions_dropped,
                                 size_t states_dropped) {
  std::vector<PostId> posts;
  for (const Interaction& row : added.interactions) posts.push_back(row.post);
  for (const PostState& row : added.states) posts.push_back(row.post);
  for (const PostState& row : added.taken_back) posts.push_back(row.post);
  for (size_t i = 0; i < std::min(interactions_dropped, before.interactions.size()); ++i) {
    posts.push_back(before.interactions[i].post);
  }
  for (size_t i = 0; i < std::min(states_dropped, before.states.size()); ++i) {
    posts.push_back(before.states[i].post);
  }
  std::sort(posts.begin(), posts.end());
  posts.erase(std::unique(posts.begin(), posts.end()), posts.end());
  return posts;
}

size_t Above(size_t size, size_t max) { return size > max ? size - max : 0; }

}  // namespace

RecordOutcome InteractionWriter::Admit(const SignalEvent& event, const EffectiveConsent& consent,
                                       const std::optional<AuthorCode>& self_author, Hour now) const {
  if (!consent.Holds(Purpose::kPersonalize) || consent.excluded_kinds().Contains(event.kind)) {
    return RecordOutcome::kNoConsent;
  }
  if (!consent.MayRecord(event.kind, event.time)) return RecordOutcome::kBeforeConsent;
  if (core_.options.retention.Expired(event.kind, Hour::Floor(event.time), now))
    return RecordOutcome::kExpired;
  if (!self_author || event.kind == SignalKind::kSearch) return RecordOutcome::kRecorded;
  const std::optional<AuthorCode> author = core_.posts.AuthorOf(event.post);
  if (!author) {
    const absl::StatusOr<std::optional<PostRow>> row = StoredPost(*core_.engine, event.post);
    const bool removed = row.ok() && row->has_value() && (*row)->removed;
    return removed ? RecordOutcome::kExpired : RecordOutcome::kRetryLater;
  }
  return *author == *self_author ? RecordOutcome::kOwnPost : RecordOutcome::kRecorded;
}

absl::StatusOr<std::vector<RecordOutcome>> InteractionWriter::Record(
    const Pseudonym& subject, std::span<const SignalEvent> events,
    const std::optional<AuthorCode>& self_author) {
  const StoredCode code = core_.codes->ToStoredCode(subject);
  const auto lock = core_.subject_locks.Lock(code);
  BAUTA_RETURN_IF_ERROR(core_.committer->EnsureApplied());  // A stop of collecting may be among it.
  if (!core_.collecting) return std::vector<RecordOutcome>(events.size(), RecordOutcome::kNotCollecting);
  BAUTA_RETURN_IF_ERROR(PrepareWrite(core_, code));
  const absl::Time now = core_.clock.Now();
  BAUTA_ASSIGN_OR_RETURN(const std::shared_ptr<const CachedSubject> before, reader_.Cached(subject, now));
  if (before->degraded) {
    return absl::DataLossError("the subject's history cannot be read; nothing was recorded");
  }

  std::vector<RecordOutcome> outcomes;
  outcomes.reserve(events.size());
  Growth growth = {.before = before->history.rows,
                   .retention = core_.options.retention,
                   .now = Hour::Floor(now),
                   .added = {}};
  for (const SignalEvent& event : events) {
    RecordOutcome outcome = Admit(event, before->consent, self_author, Hour::Floor(now));
    if (outcome == RecordOutcome::kRecorded && !AddEvent(event, growth)) {
      outcome = RecordOutcome::kAlreadyRecorded;
    }
    outcomes.push_back(outcome);
  }
  if (!growth.added.empty()) {
    BAUTA_RETURN_IF_ERROR(Write(subject, code, *before, growth.added, now));
    core_.statistics.rows_recorded.fetch_add(
        static_cast<uint64_t>(std::count(outcomes.begin(), outcomes.end(), RecordOutcome::kRecorded)),
        std::memory_order_relaxed);
  }
  return outcomes;
}

absl::Status InteractionWriter::Write(const Pseudonym& subject, const StoredCode& code,
                                      const CachedSubject& before, const History& added, absl::Time now) {
  History after = before.history.rows;
  AddFrame(after, History(added));
  const SlotRef& slot = before.head.value.history_slot;
  const SubjectKey key(code, RowKind::kHistory);
  const size_t interactions_dropped = Above(after.interactions.size(), core_.options.interactions_max);
  const size_t states_dropped = Above(after.states.size(), kStatesMax);
  // Rows that came late may be among those that go: they touch their posts as well, as added ones.
  std::vector<PostId> touched =
      TouchedPosts(added, before.history.rows, interactions_dropped, states_dropped);
  Trim(after, core_.options.interactions_max);

  StoredHistory stored;
  stored.frames = before.history.frames + 1;
  rocksdb::WriteBatch batch;
  rocksdb::ColumnFamilyHandle* family = core_.engine->family(Engine::Family::kSubject);
  // With anything too old in it a history is folded too: what is gone does not count against a limit.
  const bool fold = before.history.frames >= core_.options.fold_frames || before.permitted.has_value();
  if (fold) {
    Fold(after, core_.options.interactions_max, core_.options.retention, before.consent.excluded_kinds(),
         Hour::Floor(now));
    stored.frames = 1;
  }
  BAUTA_ASSIGN_OR_RETURN(const std::string frame, core_.rows->SealFrame(code, slot, fold ? after : added));
  const rocksdb::Status batched = fold ? batch.Put(family, ToSlice(key.view()), ToSlice(frame))
                                       : batch.Merge(family, ToSlice(key.view()), ToSlice(frame));
  BAUTA_RETURN_IF_ERROR(ToStatus(batched, "record interactions"));
  stored.row_bytes = fold ? frame.size() : before.history.row_bytes + frame.size();
  if (absl::Status written = core_.engine->Write(batch, core_.options.sync_interactions); !written.ok()) {
    core_.views.Drop(subject);
    return written;
  }

  const StoreCore::Counting counting = core_.CountingNow();
  const EffectiveConsent counted =
      Resolve(before.head.value.head.instructions.consent, core_.options.policy, counting.at);
  const std::optional<City>& city = before.head.value.head.observed.city;
  const CrowdRules& rules = core_.counters.rules();
  // What is taken back is gone from the taste, and so from every post that the subject reads.
  const bool forgets = !added.taken_back.empty();
  const std::vector<PostId>* posts = forgets ? nullptr : &touched;
  core_.counters.Apply(counting.refill, RangeOf(code), subject,
                       ShareOf(before.history.rows, counted, city, rules, counting.shares_as_of(), posts),
                       ShareOf(after, counted, city, rules, counting.shares_as_of(), posts), forgets);

  stored.rows = std::move(after);
  const std::shared_ptr<const CachedSubject> entry =
      MakeCachedSubject(before.head, std::move(stored), false, before.consent, core_.options.policy,
                        core_.options.retention, now);
  entry->day_noted.store(before.day_noted.load(std::memory_order_relaxed), std::memory_order_relaxed);
  core_.views.Replace(subject, entry);
  return absl::OkStatus();
}

absl::Status InteractionWriter::NoteVisit(const Visit& visit) {
  if (!visit.subject || !core_.collecting) return absl::OkStatus();
  const absl::Time now = core_.clock.Now();
  const uint32_t day = Hour::Floor(now).day();
  {
    BAUTA_ASSIGN_OR_RETURN(const auto seen, reader_.Cached(*visit.subject, now));
    if (!seen->head.exists() || seen->day_noted.exchange(day, std::memory_order_relaxed) == day) {
      return absl::OkStatus();
    }
  }
  const StoredCode code = core_.codes->ToStoredCode(*visit.subject);
  const auto lock = core_.subject_locks.Lock(code);
  BAUTA_RETURN_IF_ERROR(core_.committer->EnsureApplied());  // A stop of collecting may be among it.
  if (!core_.collecting) return absl::OkStatus();
  BAUTA_RETURN_IF_ERROR(PrepareWrite(core_, code));
  BAUTA_ASSIGN_OR_RETURN(const std::shared_ptr<const CachedSubject> before,
                         reader_.Cached(*visit.subject, now));
  if (!before->head.exists() || before->degraded) return absl::OkStatus();

  StoredHead head = before->head;
  HeadObserved& observed = head.value.head.observed;
  observed.month_last_seen = static_cast<uint16_t>(MonthOf(Hour::Floor(now)));
  if (!before->consent.Holds(Purpose::kLocate)) {
    observed.city.reset();
  } else if (visit.place && visit.place->city != City()) {
    observed.city = visit.place->city;
  }
  if (observed == before->head.value.head.observed) return absl::OkStatus();

  BAUTA_ASSIGN_OR_RETURN(const std::string sealed, core_.rows->SealHeadValue(code, head.slot, head.value));
  const std::string row = SubjectRowCodec::HeadRow(head.slot, head.sequence, sealed);
  const SubjectKey key(code, RowKind::kHead);
  rocksdb::WriteBatch batch;
  BAUTA_RETURN_IF_ERROR(
      ToStatus(batch.Put(core_.engine->family(Engine::Family::kSubject), ToSlice(key.view()), ToSlice(row)),
               "note a visit"));
  if (absl::Status written = core_.engine->Write(batch, false); !written.ok()) {
    core_.views.Drop(*visit.subject);
    return written;
  }

  const StoreCore::Counting counting = core_.CountingNow();
  const EffectiveConsent counted =
      Resolve(head.value.head.instructions.consent, core_.options.policy, counting.at);
  const std::optional<City>& old_city = before->head.value.head.observed.city;
  if (old_city != observed.city) {
    const auto share_in = [&](const std::optional<City>& city) {
      return ShareOf(before->history.rows, counted, city, core_.counters.rules(), counting.shares_as_of());
    };
    core_.counters.Apply(counting.refill, RangeOf(code), *visit.subject, share_in(old_city),
                         share_in(observed.city));
  }
  const std::shared_ptr<const CachedSubject> entry =
      MakeCachedSubject(std::move(head), before->history, false, before->consent, core_.options.policy,
                        core_.options.retention, now);
  entry->day_noted.store(day, std::memory_order_relaxed);
  core_.views.Replace(*visit.subject, entry);
  return absl::OkStatus();
}

}  // namespace bauta
