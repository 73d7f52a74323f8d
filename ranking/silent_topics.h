// SilentTopics: of which topics nothing is learned of one viewer: those that the configuration calls
// sensitive, and those whose profile tag the viewer deleted.
#ifndef BAUTA_RANKING_SILENT_TOPICS_H_
#define BAUTA_RANKING_SILENT_TOPICS_H_

#include <algorithm>
#include <span>

#include "featurestore/records/ids.h"
#include "ranking/live_posts.h"

namespace bauta {

// Two borrowed references. What is done on a silent post, or about a silent topic, teaches nothing: neither a
// liking nor a dislike.
class SilentTopics {
 public:
  // `deleted_tags` are sorted. Both outlive this.
  SilentTopics(const LivePosts& posts, std::span<const TopicId> deleted_tags)
      : posts_(posts), deleted_tags_(deleted_tags) {}

  bool Holds(TopicId topic) const { return posts_.IsSensitive(topic) || IsDeleted(topic); }

  // Whether the post carries such a topic. What a post that has left the catalogue was about is not known any
  // more: where a tag was deleted it counts as silent, so that no deleted tag comes back with it. Sensitive
  // ones need no such care: the model does not know them. `row` is the post's, kNoRow where it has left.
  bool Silences(PostRow row) const {
    if (row == kNoRow) return !deleted_tags_.empty();
    const LivePost& live = posts_.At(row);
    if (live.teaches_nothing) return true;
    if (deleted_tags_.empty()) return false;
    const std::span<const TopicIndex> topics = posts_.TopicsOf(live);
    return std::any_of(topics.begin(), topics.end(),
                       [this](TopicIndex topic) { return IsDeleted(posts_.TopicAt(topic)); });
  }

 private:
  bool IsDeleted(TopicId topic) const {
    return std::binary_search(deleted_tags_.begin(), deleted_tags_.end(), topic);
  }

  const LivePosts& posts_;
  const std::span<const TopicId> deleted_tags_;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_SILENT_TOPICS_H_
