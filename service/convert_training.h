// What the trainer sees of posts and histories. Pure functions; each fills an empty message.
#ifndef BAUTA_SERVICE_CONVERT_TRAINING_H_
#define BAUTA_SERVICE_CONVERT_TRAINING_H_

#include <cstddef>

#include "absl/container/flat_hash_set.h"
#include "bauta/v1/training_service.pb.h"
#include "featurestore/records/ids.h"
#include "featurestore/records/post.h"
#include "featurestore/store/feature_store.h"

namespace bauta {

// The newest of a history that a row has room for; the store keeps fewer unless configured otherwise.
inline constexpr size_t kTrainingEventsMax = 3'000;
inline constexpr size_t kTrainingSearchesMax = 1'000;

// What must never be learned from: topics that the configuration calls sensitive, and the posts that carry
// one.
struct LearningBan {
  absl::flat_hash_set<TopicId> topics;
  absl::flat_hash_set<PostId> posts;

  bool Carries(const Post& post) const;  // One of `topics`.
};

void WriteTrainingPost(const Post& post, v1::TrainingPost& message);

// Everything but the row's number, without what is banned: interactions and X's on banned posts, searches
// for and X's about banned topics. Impressions stay: 32 bits teach nothing about what a post is about.
void WriteTrainingRow(const LearnableRow& row, const LearningBan& ban, v1::TrainingRow& message);

}  // namespace bauta

#endif  // BAUTA_SERVICE_CONVERT_TRAINING_H_
