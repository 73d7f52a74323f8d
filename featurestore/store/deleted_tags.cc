#include "featurestore/store/deleted_tags.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "base/status.h"

namespace bauta {

absl::Status DeletedTags::TakeOut(std::span<const TopicId> topics, LearnableRow& row) {
  if (topics.empty()) return absl::OkStatus();
  if (!by_topic_) BAUTA_RETURN_IF_ERROR(MakeIndex());
  absl::flat_hash_set<PostId> carrying;
  absl::flat_hash_set<PostFingerprint> fingerprints;
  for (TopicId topic : topics) {
    const auto posts = by_topic_->find(topic);
    if (posts == by_topic_->end()) continue;
    for (PostId post : posts->second) {
      carrying.insert(post);
      fingerprints.insert(PostFingerprint::Of(post));
    }
  }
  const auto deleted = [&](TopicId topic) { return std::binary_search(topics.begin(), topics.end(), topic); };
  const auto silent = [&](PostId post) { return carrying.contains(post) || !posts_.Contains(post); };
  std::erase_if(row.interactions, [&](const Interaction& one) {
    return one.kind == SignalKind::kSearch ? deleted(one.topic) : silent(one.post);
  });
  std::erase_if(row.states, [&](const PostState& one) { return silent(one.post); });
  std::erase_if(row.impressions, [&](const Impression& one) { return fingerprints.contains(one.post); });
  std::erase_if(row.lessons, [&](const Dismissal& one) {
    return silent(one.post) || std::any_of(one.topics.begin(), one.topics.end(), deleted);
  });
  return absl::OkStatus();
}

absl::Status DeletedTags::MakeIndex() {
  by_topic_.emplace();
  return posts_.ForEach([&](const Post& post) {
    for (TopicId topic : post.topics) (*by_topic_)[topic].push_back(post.id);
    return absl::OkStatus();
  });
}

}  // namespace bauta
