// Viewer: what one call knows of its subject, resolved once against the catalogue so that filters and scores
// only look numbers up.
#ifndef BAUTA_RANKING_VIEWER_H_
#define BAUTA_RANKING_VIEWER_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/hour.h"
#include "featurestore/records/subject_view.h"
#include "ranking/fresh_table.h"
#include "ranking/live_posts.h"
#include "ranking/post_filter.h"
#include "ranking/ranker.h"
#include "ranking/small_map.h"

namespace bauta {

// What a subject's instructions say about an author, or about a topic.
struct Instruction {
  bool followed = false;
  bool blocked = false;       // Or muted, where mutes count.
  bool dismissed = false;     // Hidden by an X.
  bool locality_off = false;  // Topics only.
  float penalty = 0;          // 0 … 1: an X that is rising back, or sinks the author.

  void Join(const Instruction& other) {
    followed |= other.followed;
    blocked |= other.blocked;
    dismissed |= other.dismissed;
    locality_off |= other.locality_off;
    penalty = std::max(penalty, other.penalty);
  }
};

// A post that was seen too often: its like sinks.
struct SeenTooOften {
  const float* vector = nullptr;
  float inverse_norm = 0;
  float weight = 0;
};

// Lives in the scratch; a call resets it. Pointers go into the context and the view of that call.
class Viewer {
 public:
  void Reset(const RankingContext& context, const SubjectView& view, const FeedRequest& request);

  uint32_t now_seconds() const { return now_seconds_; }
  Hour now() const { return now_; }
  const std::optional<Place>& place() const { return place_; }
  AuthorIndex self() const { return self_; }
  bool minor() const { return minor_; }

  bool FollowsAuthorOf(const LivePost& post) const {
    const Instruction* author = authors_.Find(post.author);
    return author != nullptr && author->followed;
  }
  // What is instructed about the author and the topics of `post`, joined.
  Instruction InstructionFor(const LivePosts& posts, const LivePost& post) const {
    Instruction joined;
    if (const Instruction* author = authors_.Find(post.author)) joined = *author;
    if (topics_.empty()) return joined;
    for (TopicIndex topic : posts.TopicsOf(post)) {
      if (const Instruction* instruction = topics_.Find(topic)) joined.Join(*instruction);
    }
    return joined;
  }

  bool IsDismissed(PostId post) const { return dismissed_posts_.Contains(post.value()); }
  bool IsExcluded(PostId post) const { return excluded_.Contains(post.value()); }
  bool WasShown(PostFingerprint post) const { return shown_.Contains(post.value()); }
  // Impressions that no other signal of the subject but dwell followed.
  uint32_t ImpressionsInVain(PostFingerprint post) const {
    const uint32_t* count = impressions_.Find(post.value());
    return count == nullptr ? 0 : *count;
  }
  bool Reads(Language language) const;
  const ResolvedFilter& filter() const { return filter_; }  // What the request asks for.

  const std::vector<SeenTooOften>& seen_too_often() const { return seen_too_often_; }
  const std::vector<AuthorIndex>& followed_authors() const { return followed_authors_; }
  const std::vector<TopicIndex>& followed_topics() const { return followed_topics_; }

 private:
  void AddRelations(const RankingContext& context, const SubjectView& view);
  void AddDismissals(const RankingContext& context, const SubjectView& view);
  void AddDismissal(const RankingContext& context, const Dismissal& dismissal, float weight);
  void AddSeenTooOften(const RankingContext& context, const Dismissal& dismissal, float weight);
  void AddShown(const RankingContext& context, const SubjectView& view, const FeedRequest& request);

  uint32_t now_seconds_ = 0;
  Hour now_;
  std::optional<Place> place_;
  AuthorIndex self_ = kNoIndex;
  bool minor_ = false;
  std::vector<Language> languages_;
  ResolvedFilter filter_;
  SmallMap<Instruction, AuthorIndex> authors_;
  SmallMap<Instruction, TopicIndex> topics_;
  SmallMap<bool> dismissed_posts_;
  SmallMap<bool> excluded_;
  SmallMap<bool> shown_;
  SmallMap<uint32_t> impressions_;
  std::vector<SeenTooOften> seen_too_often_;
  std::vector<AuthorIndex> followed_authors_;
  std::vector<TopicIndex> followed_topics_;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_VIEWER_H_
