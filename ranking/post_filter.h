// PostFilter: which posts one request lets into its feed, and the same resolved against the catalogue.
#ifndef BAUTA_RANKING_POST_FILTER_H_
#define BAUTA_RANKING_POST_FILTER_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "featurestore/records/ids.h"
#include "featurestore/records/post.h"
#include "privacy/codes.h"
#include "ranking/live_posts.h"

namespace bauta {

// Plain values. Everything that is given narrows; an empty list narrows nothing.
struct PostFilter {
  std::vector<TopicId> any_topics, none_topics;  // A post carries one of the former, none of the latter.
  std::vector<Language> any_languages;           // A post without a language is in none of them.
  std::vector<Language> none_languages;
  std::vector<AuthorCode> any_authors, none_authors;
  bool followed_only = false;
  absl::Duration age_max = absl::InfiniteDuration();  // Since publication; above 0.
};

// Lives in the viewer; a call resets it. A few dozen numbers, so lists are searched from end to end.
class ResolvedFilter {
 public:
  // `filter` null: everything passes.
  void Reset(const PostFilter* filter, const LivePosts& posts, uint32_t now_seconds);

  bool active() const { return active_; }
  // Whether only posts of followed authors and topics are wanted; Passes does not know who follows what.
  bool followed_only() const { return followed_only_; }
  // Posts published before do not pass.
  uint32_t oldest_seconds() const { return oldest_seconds_; }
  bool Passes(const LivePosts& posts, const LivePost& post) const;

  // Whether only certain authors, or certain topics, are wanted: then their lists of posts hold all that
  // passes.
  bool names_authors() const { return names_authors_; }
  bool names_topics() const { return names_topics_; }
  // Those of them that some post has, or had.
  const std::vector<AuthorIndex>& authors() const { return any_authors_; }
  const std::vector<TopicIndex>& topics() const { return any_topics_; }

 private:
  bool active_ = false;
  bool followed_only_ = false;
  bool names_authors_ = false;
  bool names_topics_ = false;
  uint32_t oldest_seconds_ = 0;
  std::vector<TopicIndex> any_topics_, none_topics_;
  std::vector<AuthorIndex> any_authors_, none_authors_;
  std::vector<Language> any_languages_, none_languages_;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_POST_FILTER_H_
