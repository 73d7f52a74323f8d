// PostWriter: the catalogue. Upserts are synced; removals and suspensions are class A.
#ifndef BAUTA_FEATURESTORE_STORE_POST_WRITER_H_
#define BAUTA_FEATURESTORE_STORE_POST_WRITER_H_

#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "featurestore/store/feature_store.h"
#include "featurestore/store/store_core.h"

namespace bauta {

// Thread-safe.
class PostWriter {
 public:
  explicit PostWriter(StoreCore& core) : core_(core) {}

  absl::StatusOr<std::vector<UpsertOutcome>> Upsert(std::span<const Post> posts);
  absl::Status Remove(std::span<const PostRemoval> removals);
  absl::Status Suspend(std::span<const AuthorSuspension> suspensions);
  // See FeatureStore::EraseAuthor.
  absl::StatusOr<AuthorErasure> EraseAuthor(const AuthorCode& author);

 private:
  StoreCore& core_;
};

// What the database holds of a post, a removal's mark included; nothing where it never heard of it.
absl::StatusOr<std::optional<PostRow>> StoredPost(const Engine& engine, PostId post);

// The rows of a removal and of suspensions, for the call and for its replay.
absl::Status PutRemovals(const Engine& engine, std::span<const PostRemoval> removals,
                         rocksdb::WriteBatch& batch);
absl::Status PutSuspensions(const Engine& engine, std::span<const AuthorSuspension> suspensions,
                            rocksdb::WriteBatch& batch);

// The rows of an author's erasure for its replay over an older database: marks for `removals`, and for every
// post whose author `erased` knows; and without the suspensions of such authors.
absl::Status PutAuthorErasure(const Engine& engine, std::vector<PostRemoval> removals,
                              absl::FunctionRef<bool(const AuthorCode&)> erased, rocksdb::WriteBatch& batch);

// All of the database's posts and suspensions, at the start.
absl::Status LoadPosts(const Engine& engine, StoredPosts& table);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_POST_WRITER_H_
