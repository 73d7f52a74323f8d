#include "featurestore/store/replay.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "bauta/storage/v1/rights_log.pb.h"
#include "featurestore/store/little_endian.h"
#include "featurestore/store/meta_rows.h"
#include "featurestore/store/post_writer.h"
#include "featurestore/store/subject_mover.h"
#include "featurestore/store/subject_reader.h"
#include "featurestore/store/subject_scan.h"
#include "featurestore/store/times.h"

namespace bauta {
namespace {

namespace proto = ::bauta::storage::v1;

absl::Status Damaged(uint64_t sequence, const char* what) {
  return absl::DataLossError(
      absl::StrCat("rights log: entry ", sequence, ": its payload is no ", what, ", though its seal holds"));
}

class Replay {
 public:
  Replay(StoreCore& core, uint64_t database_sequence, uint64_t old_database_sequence, uint64_t keys_sequence)
      : core_(core),
        reader_(core),
        database_sequence_(database_sequence),
        old_database_sequence_(old_database_sequence),
        keys_sequence_(keys_sequence),
        codes_are_old_(core.rotating()) {}

  absl::Status Run() {
    BAUTA_RETURN_IF_ERROR(
        core_.rights_log->ForEachAfter(0, [&](const RightsEntry& entry) { return Visit(entry); }));
    for (const SlotRef& slot : named_) lost_ += core_.subject_keys->IsLive(slot) ? 0 : 1;
    if (lost_ > 0) {
      return absl::DataLossError(absl::StrCat(
          "keys/subjects lacks the keys of ", lost_,
          " subjects that the rights log names: an older copy of it was put back, or it is damaged"));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Visit(const RightsEntry& entry) {
    const RightsEntryHeader& header = entry.header;
    // What the entries destroyed that a compaction left out, nobody can destroy again.
    if (header.type == RightsEntryType::kCheckpoint && keys_sequence_ < header.sequence) {
      return absl::FailedPreconditionError(absl::StrCat(
          "keys/subjects holds entry ", keys_sequence_, ", but the rights log was compacted at entry ",
          header.sequence, ": an older copy of keys/subjects was put back"));
    }
    for (const SlotRef& slot : header.destroyed) {
      named_.erase(slot);
      if (header.sequence > std::min(database_sequence_, keys_sequence_)) {
        BAUTA_RETURN_IF_ERROR(core_.subject_keys->Destroy(slot));
      }
    }
    if (header.type == RightsEntryType::kSubjectState) named_.insert(header.slot);
    if (header.type == RightsEntryType::kCollectingStop) core_.collecting = false;
    if (header.type == RightsEntryType::kIdentityRotation) {
      BAUTA_RETURN_IF_ERROR(PassRotation(entry));
    }
    const bool old_state = header.type == RightsEntryType::kSubjectState && codes_are_old_;
    const bool behind = header.sequence > (old_state ? old_database_sequence_ : database_sequence_);
    if (behind) ++core_.recovery.entries_replayed;
    if (header.type == RightsEntryType::kErasure || (behind && header.type != RightsEntryType::kCheckpoint)) {
      BAUTA_ASSIGN_OR_RETURN(const std::optional<std::string> payload,
                             core_.rights_log_sealer->Unseal(entry));
      if (payload) BAUTA_RETURN_IF_ERROR(Apply(header, *payload, behind));
    }
    return absl::OkStatus();
  }

  absl::Status Apply(const RightsEntryHeader& header, const std::string& payload, bool behind) {
    switch (header.type) {
      case RightsEntryType::kSubjectState:
        return PutSubject(header, payload);
      case RightsEntryType::kErasure:  // Its rows are dead with their keys, and go with the sweep.
        return AddErasure(header, payload);
      case RightsEntryType::kPostRemoval:
        return behind ? RemovePosts(header, payload) : absl::OkStatus();
      case RightsEntryType::kAuthorSuspension:
        return behind ? SuspendAuthors(header, payload) : absl::OkStatus();
      case RightsEntryType::kAuthorErasure:
        return behind ? EraseAuthor(header, payload) : absl::OkStatus();
      default:
        return absl::OkStatus();
    }
  }

  // While subjects move: states before the newest rotation's entry belong to the old database.
  absl::Status PassRotation(const RightsEntry& entry) {
    BAUTA_ASSIGN_OR_RETURN(const std::optional<std::string> payload, core_.rights_log_sealer->Unseal(entry));
    proto::IdentityRotation rotation;
    if (!payload || !rotation.ParseFromString(*payload)) return Damaged(entry.header.sequence, "rotation");
    if (rotation.epoch() == core_.epoch().value()) codes_are_old_ = false;
    return absl::OkStatus();
  }

  absl::Status AddErasure(const RightsEntryHeader& header, const std::string& payload) {
    proto::Erasure erasure;
    if (!erasure.ParseFromString(payload) || erasure.mark().size() != sizeof(uint64_t)) {
      return Damaged(header.sequence, "erasure");
    }
    core_.erasures.Add(LoadNumber<uint64_t>(erasure.mark().data()),
                       absl::FromUnixMicros(erasure.time_micros()));
    return absl::OkStatus();
  }

  absl::Status PutSubject(const RightsEntryHeader& header, const std::string& payload) {
    proto::SubjectState state;
    if (!state.ParseFromString(payload)) return Damaged(header.sequence, "subject's state");
    BAUTA_ASSIGN_OR_RETURN(const StoredCode code, StoredCode::FromView(state.stored_code()));
    const Engine& engine = codes_are_old_ ? *core_.old_engine : *core_.engine;
    if (codes_are_old_ && core_.old_engine_made && !core_.options.create) {
      return absl::FailedPreconditionError(
          "the database of the older identity epoch is absent, and not all of its subjects have moved: put "
          "it "
          "back");
    }
    SubjectRows rows;
    reader_.ReadRowsFrom(engine, code, rows);
    // A head that cannot be read is replaced: the log has all of it but the class B part.
    const absl::StatusOr<StoredHead> kept = reader_.Head(code, rows);
    if (kept.ok() && kept->exists() && kept->sequence >= header.sequence) return absl::OkStatus();

    HeadValue value;
    BAUTA_ASSIGN_OR_RETURN(value.head.instructions,
                           DecodeInstructions(state.instructions(), &value.history_slot));
    if (kept.ok()) value.head.observed = kept->value.head.observed;
    HeadObserved& observed = value.head.observed;
    const absl::Time time = absl::FromUnixMicros(state.time_micros());
    const bool moved_only = state.act() == kMoveAct && observed.month_last_seen != 0;  // Nobody was seen.
    if (!moved_only) {
      observed.month_last_seen =
          std::max(observed.month_last_seen, static_cast<uint16_t>(MonthOf(Hour::Floor(time))));
    }
    if (!value.head.instructions.consent.IsOn(Purpose::kLocate)) observed.city.reset();

    BAUTA_ASSIGN_OR_RETURN(const std::string sealed, core_.rows->SealHeadValue(code, header.slot, value));
    rocksdb::WriteBatch batch;
    const SubjectKey key(code, RowKind::kHead);
    BAUTA_RETURN_IF_ERROR(
        ToStatus(batch.Put(engine.family(Engine::Family::kSubject), ToSlice(key.view()),
                           ToSlice(SubjectRowCodec::HeadRow(header.slot, header.sequence, sealed))),
                 "replay a subject's state"));
    BAUTA_RETURN_IF_ERROR(FitHistory(engine, code, value.history_slot, rows, batch));
    return engine.Write(batch, /*sync=*/false);
  }

  // Keeps the frames under the key that the head names; without any, an empty one that names it.
  absl::Status FitHistory(const Engine& engine, const StoredCode& code, const SlotRef& slot,
                          const SubjectRows& rows, rocksdb::WriteBatch& batch) {
    rocksdb::ColumnFamilyHandle* family = engine.family(Engine::Family::kSubject);
    const SubjectKey key(code, RowKind::kHistory);
    if (slot.empty() || !core_.subject_keys->IsLive(slot)) {
      return ToStatus(batch.Delete(family, ToSlice(key.view())), "replay a history");
    }
    BAUTA_RETURN_IF_ERROR(rows.history_status());
    BAUTA_ASSIGN_OR_RETURN(const Frames frames, DecodeHistoryRow(rows.history()));
    std::string row;
    for (const Frame& frame : frames) {
      if (frame.slot == slot) AppendFrame(frame, row);
    }
    if (row.empty()) {
      BAUTA_ASSIGN_OR_RETURN(row, core_.rows->SealFrame(code, slot, History()));
    }
    return ToStatus(batch.Put(family, ToSlice(key.view()), ToSlice(row)), "replay a history");
  }

  absl::Status RemovePosts(const RightsEntryHeader& header, const std::string& payload) {
    proto::PostRemoval removal;
    if (!removal.ParseFromString(payload) || removal.post_ids_size() != removal.versions_size()) {
      return Damaged(header.sequence, "removal of posts");
    }
    std::vector<PostRemoval> removals;
    for (int i = 0; i < removal.post_ids_size(); ++i) {
      const PostRemoval one = {.post = PostId(removal.post_ids(i)), .version = removal.versions(i)};
      BAUTA_ASSIGN_OR_RETURN(const std::optional<PostRow> kept, StoredPost(*core_.engine, one.post));
      if (!kept || kept->version <= one.version) removals.push_back(one);
    }
    rocksdb::WriteBatch batch;
    BAUTA_RETURN_IF_ERROR(PutRemovals(*core_.engine, removals, batch));
    return core_.engine->Write(batch, /*sync=*/false);
  }

  absl::Status SuspendAuthors(const RightsEntryHeader& header, const std::string& payload) {
    proto::AuthorSuspension suspension;
    if (!suspension.ParseFromString(payload) ||
        suspension.author_codes().size() != static_cast<size_t>(suspension.until_micros_size()) * kCodeSize) {
      return Damaged(header.sequence, "suspension of authors");
    }
    std::vector<AuthorSuspension> suspensions;
    for (int i = 0; i < suspension.until_micros_size(); ++i) {
      const std::string_view codes = suspension.author_codes();
      BAUTA_ASSIGN_OR_RETURN(const AuthorCode author, AuthorCode::FromView(codes.substr(
                                                          static_cast<size_t>(i) * kCodeSize, kCodeSize)));
      suspensions.push_back({.author = author, .until = FromMicros(suspension.until_micros(i))});
    }
    rocksdb::WriteBatch batch;
    BAUTA_RETURN_IF_ERROR(PutSuspensions(*core_.engine, suspensions, batch));
    return core_.engine->Write(batch, /*sync=*/false);
  }

  absl::Status EraseAuthor(const RightsEntryHeader& header, const std::string& payload) {
    proto::AuthorErasure erasure;
    if (!erasure.ParseFromString(payload) || erasure.mark().size() != sizeof(uint64_t) ||
        erasure.post_ids_size() != erasure.versions_size()) {
      return Damaged(header.sequence, "erasure of an author");
    }
    std::vector<PostRemoval> removals;
    removals.reserve(erasure.versions_size());
    for (int i = 0; i < erasure.post_ids_size(); ++i) {
      removals.push_back({.post = PostId(erasure.post_ids(i)), .version = erasure.versions(i)});
    }
    const auto mark = LoadNumber<uint64_t>(erasure.mark().data());
    const auto erased = [&](const AuthorCode& author) { return core_.codes->ErasureMark(author) == mark; };
    rocksdb::WriteBatch batch;
    BAUTA_RETURN_IF_ERROR(PutAuthorErasure(*core_.engine, std::move(removals), erased, batch));
    return core_.engine->Write(batch, /*sync=*/false);
  }

  StoreCore& core_;
  const SubjectReader reader_;
  const uint64_t database_sequence_;
  const uint64_t old_database_sequence_;  // 0 where there is none.
  const uint64_t keys_sequence_;
  bool codes_are_old_;                  // Of the entries that are visited now.
  absl::flat_hash_set<SlotRef> named_;  // Heads' keys that the log names and has not destroyed.
  size_t lost_ = 0;
};

}  // namespace

absl::Status ReplayRightsLog(StoreCore& core) {
  const uint64_t last = core.rights_log->last_sequence();
  BAUTA_ASSIGN_OR_RETURN(const uint64_t database_sequence, ReadAppliedSequence(*core.engine));
  const uint64_t keys_sequence = core.subject_keys->last_applied_sequence();
  if (database_sequence > last || keys_sequence > last) {
    return absl::FailedPreconditionError(
        absl::StrCat("the rights log ends at entry ", last, ", but ",
                     database_sequence > last ? "the database" : "keys/subjects", " holds entry ",
                     std::max(database_sequence, keys_sequence), ": an older copy of the log was put back"));
  }
  uint64_t old_database_sequence = 0;
  if (core.old_engine != nullptr) {
    BAUTA_ASSIGN_OR_RETURN(old_database_sequence, ReadAppliedSequence(*core.old_engine));
  }
  BAUTA_RETURN_IF_ERROR(Replay(core, database_sequence, old_database_sequence, keys_sequence).Run());
  if (keys_sequence < last) {
    BAUTA_RETURN_IF_ERROR(core.subject_keys->SetLastAppliedSequence(last));
    BAUTA_RETURN_IF_ERROR(core.subject_keys->Sync());
  }
  if (database_sequence < last) {
    rocksdb::WriteBatch batch;
    PutAppliedSequence(*core.engine, last, batch);
    BAUTA_RETURN_IF_ERROR(core.engine->Write(batch, /*sync=*/true));
  }
  return absl::OkStatus();
}

absl::Status DestroyOrphanedKeys(StoreCore& core) {
  const std::vector<uint32_t> damaged = core.subject_keys->DamagedSlots();
  absl::flat_hash_set<SlotRef> named;
  absl::flat_hash_set<uint32_t> named_damaged;
  const auto name = [&](const SlotRef& slot) {
    named.insert(slot);
    if (std::binary_search(damaged.begin(), damaged.end(), slot.index)) named_damaged.insert(slot.index);
  };
  const auto name_keys_of = [&](const ScannedSubject& subject) -> absl::StatusOr<bool> {
    if (subject.head != nullptr) {
      std::string_view sealed;
      BAUTA_ASSIGN_OR_RETURN(const HeadHeader header, DecodeHeadRow(*subject.head, &sealed));
      name(header.slot);
    }
    BAUTA_ASSIGN_OR_RETURN(const Frames frames, DecodeHistoryRow(subject.history));
    for (const Frame& frame : frames) name(frame.slot);
    BAUTA_ASSIGN_OR_RETURN(const std::vector<SlotRef> live, core.rows->LiveSlots(subject.history));
    if (live.size() <= 1) return true;
    BAUTA_ASSIGN_OR_RETURN(const StoredHead head, core.rows->OpenHead(subject.code, subject.head));
    for (const SlotRef& slot : live) {
      if (slot != head.value.history_slot) named.erase(slot);
    }
    return true;
  };
  BAUTA_RETURN_IF_ERROR(ScanSubjects(*core.engine, 0, kRangeCount, name_keys_of));
  if (core.old_engine != nullptr) {
    BAUTA_RETURN_IF_ERROR(ScanSubjects(*core.old_engine, 0, kRangeCount, name_keys_of));
  }
  if (!named_damaged.empty()) {
    return absl::DataLossError(absl::StrCat("keys/subjects: ", named_damaged.size(),
                                            " keys that rows of the database name are damaged"));
  }
  for (uint32_t index : damaged) BAUTA_RETURN_IF_ERROR(core.subject_keys->ReclaimDamaged(index));
  for (const SlotRef& slot : core.subject_keys->LiveSlots()) {
    if (named.contains(slot)) continue;
    BAUTA_RETURN_IF_ERROR(core.subject_keys->Destroy(slot));
    ++core.recovery.slots_destroyed;
  }
  return core.subject_keys->Sync();
}

}  // namespace bauta
