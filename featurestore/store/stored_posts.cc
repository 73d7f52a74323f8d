#include "featurestore/store/stored_posts.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/status.h"
#include "featurestore/store/work_ahead.h"

namespace bauta {
namespace {

constexpr size_t kPostsDecodedAhead = 4096;

}  // namespace

absl::Status StoredPosts::Put(PostId post, std::string bytes) {
  BAUTA_ASSIGN_OR_RETURN(const PostRow row, PeekPost(bytes));
  bytes.shrink_to_fit();
  const std::unique_lock lock(mutex_);
  PutLocked({.post = post, .row = row, .bytes = std::move(bytes)});
  return absl::OkStatus();
}

void StoredPosts::PutAll(std::vector<Row> rows) {
  const std::unique_lock lock(mutex_);
  for (Row& row : rows) PutLocked(std::move(row));
}

void StoredPosts::PutLocked(Row row) {
  if (row.row.removed) {
    posts_.erase(row.post);
  } else {
    posts_.insert_or_assign(
        row.post, Entry{.author = row.row.author, .version = row.row.version, .bytes = std::move(row.bytes)});
  }
}

void StoredPosts::Reserve(size_t posts) {
  const std::unique_lock lock(mutex_);
  posts_.reserve(posts);
}

void StoredPosts::Remove(PostId post, uint64_t version) {
  const std::unique_lock lock(mutex_);
  const auto found = posts_.find(post);
  if (found != posts_.end() && found->second.version <= version) posts_.erase(found);
}

void StoredPosts::Suspend(const AuthorSuspension& suspension) {
  const std::unique_lock lock(mutex_);
  suspended_until_.insert_or_assign(suspension.author, suspension.until);
}

std::vector<PostRemoval> StoredPosts::OfAuthor(const AuthorCode& author) const {
  std::vector<PostRemoval> posts;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [id, entry] : posts_) {
      if (entry.author == author) posts.push_back({.post = id, .version = entry.version});
    }
  }
  std::sort(posts.begin(), posts.end(),
            [](const PostRemoval& a, const PostRemoval& b) { return a.post < b.post; });
  return posts;
}

void StoredPosts::EraseAuthor(const AuthorCode& author, const std::vector<PostRemoval>& posts) {
  for (const PostRemoval& post : posts) Remove(post.post, post.version);
  const std::unique_lock lock(mutex_);
  suspended_until_.erase(author);
}

absl::StatusOr<std::optional<Post>> StoredPosts::Find(PostId post) const {
  const std::shared_lock lock(mutex_);
  const auto found = posts_.find(post);
  if (found == posts_.end()) return std::optional<Post>();
  BAUTA_ASSIGN_OR_RETURN(Post decoded, DecodePost(post, found->second.bytes));
  return std::optional<Post>(std::move(decoded));
}

std::optional<AuthorCode> StoredPosts::AuthorOf(PostId post) const {
  const std::shared_lock lock(mutex_);
  const auto found = posts_.find(post);
  if (found == posts_.end()) return std::nullopt;
  return found->second.author;
}

size_t StoredPosts::size() const {
  const std::shared_lock lock(mutex_);
  return posts_.size();
}

std::optional<uint64_t> StoredPosts::VersionOf(PostId post) const {
  const std::shared_lock lock(mutex_);
  const auto found = posts_.find(post);
  if (found == posts_.end()) return std::nullopt;
  return found->second.version;
}

absl::Status StoredPosts::ForEach(absl::FunctionRef<absl::Status(const Post&)> visit) const {
  std::vector<PostId> ids;
  {
    const std::shared_lock lock(mutex_);
    ids.reserve(posts_.size());
    for (const auto& [id, entry] : posts_) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  auto next = ids.cbegin();
  return WorkAhead<std::vector<Post>>(
      [&](std::vector<Post>& batch) -> absl::Status {
        batch.reserve(kPostsDecodedAhead);
        for (; next != ids.cend() && batch.size() < kPostsDecodedAhead; ++next) {
          BAUTA_ASSIGN_OR_RETURN(std::optional<Post> post, Find(*next));
          if (post) batch.push_back(*std::move(post));  // One that was removed meanwhile is left out.
        }
        return absl::OkStatus();
      },
      [&](std::vector<Post>& batch) -> absl::Status {
        for (const Post& post : batch) BAUTA_RETURN_IF_ERROR(visit(post));
        return absl::OkStatus();
      });
}

std::vector<AuthorSuspension> StoredPosts::Suspensions() const {
  std::vector<AuthorSuspension> suspensions;
  const std::shared_lock lock(mutex_);
  for (const auto& [author, until] : suspended_until_) suspensions.push_back({author, until});
  std::sort(suspensions.begin(), suspensions.end(),
            [](const AuthorSuspension& a, const AuthorSuspension& b) { return a.author < b.author; });
  return suspensions;
}

}  // namespace bauta
