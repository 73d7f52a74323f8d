#include "ranking/profile_tags.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "ranking/signal_confidence.h"
#include "ranking/silent_topics.h"

namespace bauta {
namespace {

class Tally {
 public:
  Tally(const LivePosts& posts, const SubjectView& view)
      : posts_(posts), silent_(posts, view.deleted_tags()) {}

  void AddSearch(TopicId topic, float confidence) {
    if (silent_.Holds(topic)) return;
    total_ += confidence;
    Count(topic, confidence);
  }
  void AddPost(PostId post, float confidence) {
    const PostRow row = posts_.Find(post);
    if (silent_.Silences(row)) return;
    if (row == kNoRow) {
      if (posts_.model().posts().Find(post) != nullptr) total_ += confidence;
      return;
    }
    total_ += confidence;
    for (TopicIndex topic : posts_.TopicsOf(posts_.At(row))) Count(posts_.TopicAt(topic), confidence);
  }
  std::vector<ProfileTag> Tags() const {
    std::vector<ProfileTag> tags;
    tags.reserve(by_topic_.size());
    for (const auto& [topic, sum] : by_topic_) {
      tags.push_back({topic, static_cast<float>(sum.confidence / total_), sum.acts});
    }
    std::sort(tags.begin(), tags.end(), [](const ProfileTag& a, const ProfileTag& b) {
      return a.share != b.share ? a.share > b.share : a.topic < b.topic;
    });
    return tags;
  }

 private:
  struct Sum {
    double confidence = 0;
    uint32_t acts = 0;
  };
  void Count(TopicId topic, float confidence) {
    Sum& sum = by_topic_[topic];
    sum.confidence += confidence;
    ++sum.acts;
  }

  const LivePosts& posts_;
  const SilentTopics silent_;
  absl::flat_hash_map<TopicId, Sum> by_topic_;
  double total_ = 0;
};

}  // namespace

std::vector<ProfileTag> FindProfileTags(const SignalModel& signals, const LivePosts& posts,
                                        const SubjectView& view, Hour now) {
  Tally tally(posts, view);
  for (const Interaction& act : view.interactions()) {
    const Confidence c = ConfidenceOf(signals, act.kind, act.strength, act.hour, now);
    if (c.confidence <= 0 || c.target <= 0) continue;
    if (act.kind == SignalKind::kSearch) {
      tally.AddSearch(act.topic, c.confidence);
    } else {
      tally.AddPost(act.post, c.confidence);
    }
  }
  for (const PostState& state : view.states()) {
    const Confidence c = ConfidenceOf(signals, state.kind, 0, state.hour, now);
    if (c.confidence > 0 && c.target > 0) tally.AddPost(state.post, c.confidence);
  }
  return tally.Tags();
}

SignalModel EvenSignals() {
  SignalModel signals;
  signals.weight.fill(1);
  signals.target.fill(1);
  signals.weight[static_cast<size_t>(SignalKind::kImpression)] = 0;
  signals.target[static_cast<size_t>(SignalKind::kReport)] = -1;
  return signals;
}

}  // namespace bauta
