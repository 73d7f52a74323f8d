// TrainingSet: all that a training sees: learnable rows without codes, and the public features of posts.
// Plain values in an order of their own, so that the order in which they came tells, and changes, nothing.
#ifndef BAUTA_TRAINING_TRAINING_SET_H_
#define BAUTA_TRAINING_TRAINING_SET_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "base/hour.h"
#include "featurestore/records/ids.h"
#include "featurestore/records/learnable_row.h"
#include "featurestore/records/post.h"

namespace bauta {

inline constexpr uint32_t kNoPost = UINT32_MAX;

// Immutable but for being moved; const methods are thread-safe.
class TrainingSet {
 public:
  // Sorts posts by id (of equal ids the last one given counts), the events of each row by their hours, and
  // the rows by a hash of their content. Rows without any event are left out.
  TrainingSet(std::vector<Post> posts, std::vector<LearnableRow> rows);

  const std::vector<Post>& posts() const { return posts_; }
  const std::vector<PostId>& ids() const { return ids_; }
  const std::vector<LearnableRow>& rows() const { return rows_; }

  // The place of a post in posts(); kNoPost where it is not there.
  uint32_t Find(PostId post) const;
  // kNoPost as well where two posts share the fingerprint: it is not known which was shown.
  uint32_t Find(PostFingerprint post) const;

  // Of all events; nullopt where there is none.
  std::optional<Hour> first_hour() const { return first_hour_; }
  std::optional<Hour> last_hour() const { return last_hour_; }
  size_t events() const { return events_; }

 private:
  void NoteHour(Hour hour);

  std::vector<Post> posts_;
  std::vector<PostId> ids_;
  std::vector<LearnableRow> rows_;
  absl::flat_hash_map<PostFingerprint, uint32_t> by_fingerprint_;
  std::optional<Hour> first_hour_, last_hour_;
  size_t events_ = 0;
};

// The hash that rows are ordered by: of every field of every event.
uint64_t ContentHash(const LearnableRow& row);

}  // namespace bauta

#endif  // BAUTA_TRAINING_TRAINING_SET_H_
