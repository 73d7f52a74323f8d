#include "featurestore/store/post_writer.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "bauta/storage/v1/post.pb.h"
#include "bauta/storage/v1/rights_log.pb.h"
#include "featurestore/store/little_endian.h"
#include "featurestore/store/times.h"
#include "featurestore/store/work_ahead.h"

namespace bauta {
namespace {

namespace proto = ::bauta::storage::v1;

constexpr size_t kReadAhead = size_t{2} << 20;  // Bytes.
constexpr size_t kRowsReadAhead = 4096;

absl::Status ForEachRow(const Engine& engine, Engine::Family family,
                        absl::FunctionRef<absl::Status(std::string_view, std::string_view)> visit) {
  const std::unique_ptr<rocksdb::Iterator> rows(
      engine.db().NewIterator(rocksdb::ReadOptions(), engine.family(family)));
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    BAUTA_RETURN_IF_ERROR(visit(ToView(rows->key()), ToView(rows->value())));
  }
  return ToStatus(rows->status(), "read the catalogue");
}

absl::Status LoadPostRows(const Engine& engine, StoredPosts& table) {
  rocksdb::ColumnFamilyHandle* const family = engine.family(Engine::Family::kPost);
  uint64_t rows_expected = 0;  // An estimate, of the engine's.
  engine.db().GetIntProperty(family, rocksdb::DB::Properties::kEstimateNumKeys, &rows_expected);
  table.Reserve(rows_expected);
  rocksdb::ReadOptions options;
  options.readahead_size = kReadAhead;
  options.fill_cache = false;  // Nothing is read twice.
  const std::unique_ptr<rocksdb::Iterator> rows(engine.db().NewIterator(options, family));
  rows->SeekToFirst();
  BAUTA_RETURN_IF_ERROR(WorkAhead<std::vector<StoredPosts::Row>>(
      [&](std::vector<StoredPosts::Row>& batch) -> absl::Status {
        batch.reserve(kRowsReadAhead);
        for (; rows->Valid() && batch.size() < kRowsReadAhead; rows->Next()) {
          BAUTA_ASSIGN_OR_RETURN(const PostId id, ParsePostKey(ToView(rows->key())));
          BAUTA_ASSIGN_OR_RETURN(const PostRow row, PeekPost(ToView(rows->value())));
          batch.push_back({.post = id, .row = row, .bytes = rows->value().ToString()});
        }
        return absl::OkStatus();
      },
      [&](std::vector<StoredPosts::Row>& batch) {
        table.PutAll(std::move(batch));
        return absl::OkStatus();
      }));
  return ToStatus(rows->status(), "read the catalogue");
}

absl::Status DropSuspension(const Engine& engine, const AuthorCode& author, rocksdb::WriteBatch& batch) {
  return ToStatus(batch.Delete(engine.family(Engine::Family::kAuthor), ToSlice(author.view())),
                  "erase an author");
}

}  // namespace

absl::StatusOr<std::optional<PostRow>> StoredPost(const Engine& engine, PostId post) {
  const absl::StatusOr<std::string> row = engine.Get(Engine::Family::kPost, PostKey(post));
  if (absl::IsNotFound(row.status())) return std::optional<PostRow>();
  BAUTA_RETURN_IF_ERROR(row.status());
  BAUTA_ASSIGN_OR_RETURN(const PostRow kept, PeekPost(*row));
  return std::optional<PostRow>(kept);
}

absl::Status PutRemovals(const Engine& engine, std::span<const PostRemoval> removals,
                         rocksdb::WriteBatch& batch) {
  for (const PostRemoval& removal : removals) {
    BAUTA_RETURN_IF_ERROR(
        ToStatus(batch.Put(engine.family(Engine::Family::kPost), ToSlice(PostKey(removal.post)),
                           ToSlice(EncodeRemovalMark(removal.version))),
                 "remove a post"));
  }
  return absl::OkStatus();
}

absl::Status PutSuspensions(const Engine& engine, std::span<const AuthorSuspension> suspensions,
                            rocksdb::WriteBatch& batch) {
  for (const AuthorSuspension& suspension : suspensions) {
    proto::AuthorRecord record;
    if (suspension.until != absl::InfiniteFuture())
      record.set_suspended_until_micros(Micros(suspension.until));
    BAUTA_RETURN_IF_ERROR(
        ToStatus(batch.Put(engine.family(Engine::Family::kAuthor), ToSlice(suspension.author.view()),
                           ToSlice(record.SerializeAsString())),
                 "suspend an author"));
  }
  return absl::OkStatus();
}

absl::Status PutAuthorErasure(const Engine& engine, std::vector<PostRemoval> removals,
                              absl::FunctionRef<bool(const AuthorCode&)> erased, rocksdb::WriteBatch& batch) {
  absl::flat_hash_map<PostId, uint64_t> versions;
  for (const PostRemoval& removal : removals) {
    BAUTA_ASSIGN_OR_RETURN(const std::optional<PostRow> kept, StoredPost(engine, removal.post));
    versions[removal.post] = std::max(removal.version, kept ? kept->version : 0);
  }
  BAUTA_RETURN_IF_ERROR(
      ForEachRow(engine, Engine::Family::kPost, [&](std::string_view key, std::string_view bytes) {
        BAUTA_ASSIGN_OR_RETURN(const PostId id, ParsePostKey(key));
        BAUTA_ASSIGN_OR_RETURN(const PostRow row, PeekPost(bytes));
        if (!row.removed && erased(row.author)) versions.try_emplace(id, row.version);
        return absl::OkStatus();
      }));
  removals.clear();
  for (const auto& [post, version] : versions) removals.push_back({.post = post, .version = version});
  BAUTA_RETURN_IF_ERROR(PutRemovals(engine, removals, batch));
  return ForEachRow(engine, Engine::Family::kAuthor, [&](std::string_view key, std::string_view) {
    BAUTA_ASSIGN_OR_RETURN(const AuthorCode author, AuthorCode::FromView(key));
    return erased(author) ? DropSuspension(engine, author, batch) : absl::OkStatus();
  });
}

absl::Status LoadPosts(const Engine& engine, StoredPosts& table) {
  BAUTA_RETURN_IF_ERROR(LoadPostRows(engine, table));
  return ForEachRow(engine, Engine::Family::kAuthor, [&](std::string_view key, std::string_view row) {
    BAUTA_ASSIGN_OR_RETURN(const AuthorCode author, AuthorCode::FromView(key));
    proto::AuthorRecord record;
    if (!record.ParseFromArray(row.data(), static_cast<int>(row.size()))) {
      return absl::DataLossError("an author's row is damaged");
    }
    table.Suspend({.author = author,
                   .until = record.has_suspended_until_micros()
                                ? absl::FromUnixMicros(record.suspended_until_micros())
                                : absl::InfiniteFuture()});
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<UpsertOutcome>> PostWriter::Upsert(std::span<const Post> posts) {
  const CatalogueLock lock(core_);
  BAUTA_RETURN_IF_ERROR(core_.committer->EnsureApplied());
  std::vector<UpsertOutcome> outcomes;
  outcomes.reserve(posts.size());
  absl::flat_hash_map<PostId, std::pair<uint64_t, std::string>>
      stored;  // Version and bytes, the last of each.
  for (const Post& post : posts) {
    std::optional<PostRow> kept;
    if (const auto earlier = stored.find(post.id); earlier != stored.end()) {
      kept = PostRow{.version = earlier->second.first, .author = {}, .removed = false};
    } else if (const std::optional<uint64_t> live = core_.posts.VersionOf(post.id)) {
      kept = PostRow{.version = *live, .author = {}, .removed = false};
    } else {  // A removal's mark lies in the database alone.
      BAUTA_ASSIGN_OR_RETURN(kept, StoredPost(*core_.engine, post.id));
    }
    // The very version that was removed does not come back either.
    if (kept && (post.version < kept->version || (kept->removed && post.version == kept->version))) {
      outcomes.push_back(UpsertOutcome::kStaleVersion);
      continue;
    }
    stored[post.id] = {post.version, EncodePost(post)};
    outcomes.push_back(UpsertOutcome::kStored);
  }
  if (stored.empty()) return outcomes;

  rocksdb::WriteBatch batch;
  for (const auto& [id, row] : stored) {
    BAUTA_RETURN_IF_ERROR(ToStatus(
        batch.Put(core_.engine->family(Engine::Family::kPost), ToSlice(PostKey(id)), ToSlice(row.second)),
        "store a post"));
  }
  BAUTA_RETURN_IF_ERROR(core_.engine->Write(batch, /*sync=*/true));
  for (auto& [id, row] : stored) BAUTA_RETURN_IF_ERROR(core_.posts.Put(id, std::move(row.second)));
  return outcomes;
}

absl::Status PostWriter::Remove(std::span<const PostRemoval> removals) {
  const CatalogueLock lock(core_);
  BAUTA_RETURN_IF_ERROR(core_.committer->EnsureApplied());
  std::vector<PostRemoval> effective;
  proto::PostRemoval payload;
  for (const PostRemoval& removal : removals) {
    BAUTA_ASSIGN_OR_RETURN(const std::optional<PostRow> kept, StoredPost(*core_.engine, removal.post));
    if (kept && removal.version < kept->version) continue;
    effective.push_back(removal);
    payload.add_post_ids(removal.post.value());
    payload.add_versions(removal.version);
  }
  if (effective.empty()) return absl::OkStatus();
  payload.set_time_micros(Micros(core_.clock.Now()));

  ClassAChange change;
  change.type = RightsEntryType::kPostRemoval;
  change.payload = payload.SerializeAsString();
  change.write_rows = [&](uint64_t, rocksdb::WriteBatch& batch) {
    return PutRemovals(*core_.engine, effective, batch);
  };
  change.applied = [this, effective](uint64_t) {
    for (const PostRemoval& removal : effective) core_.posts.Remove(removal.post, removal.version);
  };
  return core_.committer->Commit(std::move(change)).status();
}

absl::Status PostWriter::Suspend(std::span<const AuthorSuspension> suspensions) {
  if (suspensions.empty()) return absl::OkStatus();
  const CatalogueLock lock(core_);
  BAUTA_RETURN_IF_ERROR(core_.committer->EnsureApplied());
  proto::AuthorSuspension payload;
  for (const AuthorSuspension& suspension : suspensions) {
    payload.mutable_author_codes()->append(suspension.author.view());
    payload.add_until_micros(Micros(suspension.until));
  }
  payload.set_time_micros(Micros(core_.clock.Now()));

  ClassAChange change;
  change.type = RightsEntryType::kAuthorSuspension;
  change.payload = payload.SerializeAsString();
  change.write_rows = [&](uint64_t, rocksdb::WriteBatch& batch) {
    return PutSuspensions(*core_.engine, suspensions, batch);
  };
  change.applied = [this,
                    owned = std::vector<AuthorSuspension>(suspensions.begin(), suspensions.end())](uint64_t) {
    for (const AuthorSuspension& suspension : owned) core_.posts.Suspend(suspension);
  };
  return core_.committer->Commit(std::move(change)).status();
}

absl::StatusOr<AuthorErasure> PostWriter::EraseAuthor(const AuthorCode& author) {
  const CatalogueLock lock(core_);
  BAUTA_RETURN_IF_ERROR(core_.committer->EnsureApplied());
  const std::vector<PostRemoval> removals = core_.posts.OfAuthor(author);
  const absl::Time now = core_.clock.Now();
  proto::AuthorErasure payload;
  AppendNumber(core_.codes->ErasureMark(author), *payload.mutable_mark());
  for (const PostRemoval& removal : removals) {
    payload.add_post_ids(removal.post.value());
    payload.add_versions(removal.version);
  }
  payload.set_time_micros(Micros(now));

  ClassAChange change;
  change.type = RightsEntryType::kAuthorErasure;
  change.payload = payload.SerializeAsString();
  change.write_rows = [&](uint64_t, rocksdb::WriteBatch& batch) -> absl::Status {
    BAUTA_RETURN_IF_ERROR(PutRemovals(*core_.engine, removals, batch));
    return DropSuspension(*core_.engine, author, batch);
  };
  change.applied = [this, author, removals](uint64_t) { core_.posts.EraseAuthor(author, removals); };
  BAUTA_ASSIGN_OR_RETURN(const uint64_t sequence, core_.committer->Commit(std::move(change)));
  return AuthorErasure{.removed_posts = removals.size(), .erase_time = now, .log_sequence = sequence};
}

}  // namespace bauta
