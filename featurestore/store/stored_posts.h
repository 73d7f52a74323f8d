// StoredPosts: the catalogue whole in memory, as encoded as on the disk, and who is suspended.
#ifndef BAUTA_FEATURESTORE_STORE_STORED_POSTS_H_
#define BAUTA_FEATURESTORE_STORE_STORED_POSTS_H_

#include <cstdint>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "featurestore/records/post.h"
#include "featurestore/store/feature_store.h"
#include "featurestore/store/post_codec.h"

namespace bauta {

// Thread-safe.
class StoredPosts {
 public:
  // `bytes` are EncodePost's, or a removal's, which takes the post out.
  absl::Status Put(PostId post, std::string bytes);
  // Many of them at once. `row` is PeekPost's of the bytes.
  struct Row {
    PostId post;
    PostRow row;
    std::string bytes;
  };
  void PutAll(std::vector<Row> rows);
  void Reserve(size_t posts);  // Room for so many.
  // Takes out the post where its version is at most `version`.
  void Remove(PostId post, uint64_t version);
  void Suspend(const AuthorSuspension& suspension);

  // The author's posts with their versions, by id. Walks over all posts.
  std::vector<PostRemoval> OfAuthor(const AuthorCode& author) const;
  // Takes out `posts` as Remove does, and the author's suspension.
  void EraseAuthor(const AuthorCode& author, const std::vector<PostRemoval>& posts);

  absl::StatusOr<std::optional<Post>> Find(PostId post) const;
  // nullopt: not a live post.
  std::optional<AuthorCode> AuthorOf(PostId post) const;
  std::optional<uint64_t> VersionOf(PostId post) const;
  size_t size() const;  // Live posts.
  bool Contains(PostId post) const { return VersionOf(post).has_value(); }
  // By id; a post that is removed meanwhile may be left out. `visit` runs on the caller's thread, while the
  // next posts are decoded on another.
  absl::Status ForEach(absl::FunctionRef<absl::Status(const Post&)> visit) const;
  std::vector<AuthorSuspension> Suspensions() const;  // By author.

 private:
  struct Entry {
    AuthorCode author;
    uint64_t version = 0;
    std::string bytes;
  };
  void PutLocked(Row row);

  mutable std::shared_mutex mutex_;
  absl::flat_hash_map<PostId, Entry> posts_;
  absl::flat_hash_map<AuthorCode, absl::Time> suspended_until_;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_STORED_POSTS_H_
