#include "ranking/post_filter.h"

#include <algorithm>

namespace bauta {
namespace {

template <class T>
bool Holds(const std::vector<T>& list, const T& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

void ResolvedFilter::Reset(const PostFilter* filter, const LivePosts& posts, uint32_t now_seconds) {
  active_ = filter != nullptr;
  followed_only_ = names_authors_ = names_topics_ = false;
  oldest_seconds_ = 0;
  if (!active_) return;
  const auto authors = [&posts](const std::vector<AuthorCode>& codes, std::vector<AuthorIndex>& out) {
    out.clear();
    for (const AuthorCode& code : codes) {
      if (const AuthorIndex index = posts.FindAuthor(code); index != kNoIndex) out.push_back(index);
    }
  };
  const auto topics = [&posts](const std::vector<TopicId>& ids, std::vector<TopicIndex>& out) {
    out.clear();
    for (TopicId id : ids) {
      if (const TopicIndex index = posts.FindTopic(id); index != kNoIndex) out.push_back(index);
    }
  };
  authors(filter->any_authors, any_authors_);
  authors(filter->none_authors, none_authors_);
  topics(filter->any_topics, any_topics_);
  topics(filter->none_topics, none_topics_);
  any_languages_ = filter->any_languages;
  none_languages_ = filter->none_languages;
  followed_only_ = filter->followed_only;
  names_authors_ = !filter->any_authors.empty();
  names_topics_ = !filter->any_topics.empty();
  if (filter->age_max != absl::InfiniteDuration()) {
    const int64_t oldest = int64_t{now_seconds} - absl::ToInt64Seconds(filter->age_max);
    oldest_seconds_ = static_cast<uint32_t>(std::max<int64_t>(0, oldest));
  }
}

bool ResolvedFilter::Passes(const LivePosts& posts, const LivePost& post) const {
  if (post.publish_seconds < oldest_seconds_) return false;
  if (!any_languages_.empty() && !Holds(any_languages_, post.language)) return false;
  if (Holds(none_languages_, post.language)) return false;
  if (names_authors_ && !Holds(any_authors_, post.author)) return false;
  if (post.author != kNoIndex && Holds(none_authors_, post.author)) return false;
  bool wanted = !names_topics_;
  for (TopicIndex topic : posts.TopicsOf(post)) {
    if (Holds(none_topics_, topic)) return false;
    wanted |= names_topics_ && Holds(any_topics_, topic);
  }
  return wanted;
}

}  // namespace bauta
