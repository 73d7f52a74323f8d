// DeletedTags: what a subject did on topics whose profile tag it deleted, out of what may be learned.
#ifndef BAUTA_FEATURESTORE_STORE_DELETED_TAGS_H_
#define BAUTA_FEATURESTORE_STORE_DELETED_TAGS_H_

#include <optional>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "featurestore/records/learnable_row.h"
#include "featurestore/store/stored_posts.h"

namespace bauta {

// For one stream of rows. Not thread-safe. `posts` outlives it.
class DeletedTags {
 public:
  explicit DeletedTags(const StoredPosts& posts) : posts_(posts) {}

  // Takes out of `row` all that was done on posts that carry one of `topics` (sorted), its impressions too: a
  // post shown and then, so it would seem, passed over would teach a dislike. Out with searches of these
  // topics and X's about them, and with acts on posts that left the catalogue, since what those were about is
  // not known any more. An error is the catalogue's.
  absl::Status TakeOut(std::span<const TopicId> topics, LearnableRow& row);

 private:
  absl::Status MakeIndex();

  const StoredPosts& posts_;
  // Live posts by topic; made when the first row needs it.
  std::optional<absl::flat_hash_map<TopicId, std::vector<PostId>>> by_topic_;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_DELETED_TAGS_H_
