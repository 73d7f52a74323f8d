#include "tools/cli/feed_flags.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "tools/cli/flags.h"

ABSL_FLAG(std::string, topics, "", "feed: only posts on one of these topics, comma-separated");
ABSL_FLAG(std::string, not_topics, "", "feed: no posts on these topics, comma-separated");
ABSL_FLAG(std::string, languages, "", "feed: only posts in one of these languages, comma-separated");
ABSL_FLAG(std::string, not_languages, "", "feed: no posts in these languages, comma-separated");
ABSL_FLAG(std::string, authors, "", "feed: only posts of these authors, ids or code:HEX, comma-separated");
ABSL_FLAG(std::string, not_authors, "", "feed: no posts of these authors, comma-separated");
ABSL_FLAG(bool, followed, false, "feed: only posts of followed authors and on followed topics");
ABSL_FLAG(uint32_t, hours, 0, "feed: only posts of so many last hours; default: of any age");
ABSL_FLAG(std::string, like, "", "feed: posts like these, comma-separated ids; the history is not used");
ABSL_FLAG(std::string, without, "", "feed: not these posts, comma-separated ids");

namespace bauta {
namespace {

std::vector<std::string> Words(const absl::Flag<std::string>& flag) {
  return absl::StrSplit(absl::GetFlag(flag), ',', absl::SkipWhitespace());
}

absl::Status AddIds(const char* flag_name, const absl::Flag<std::string>& flag,
                    google::protobuf::RepeatedField<uint64_t>& ids) {
  for (const std::string& word : Words(flag)) {
    BAUTA_ASSIGN_OR_RETURN(const uint64_t id, ParseId(flag_name, word));
    ids.Add(id);
  }
  return absl::OkStatus();
}

absl::Status AddAuthors(const absl::Flag<std::string>& flag,
                        google::protobuf::RepeatedPtrField<v1::AuthorRef>& authors) {
  for (const std::string& word : Words(flag)) {
    BAUTA_ASSIGN_OR_RETURN(*authors.Add(), ParseAuthor(word));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SetPostsByFlags(v1::GetFeedRequest& request) {
  v1::PostFilter filter;
  BAUTA_RETURN_IF_ERROR(AddIds("--topics", FLAGS_topics, *filter.mutable_any_topic_ids()));
  BAUTA_RETURN_IF_ERROR(AddIds("--not_topics", FLAGS_not_topics, *filter.mutable_none_topic_ids()));
  for (const std::string& tag : Words(FLAGS_languages)) filter.add_any_languages(tag);
  for (const std::string& tag : Words(FLAGS_not_languages)) filter.add_none_languages(tag);
  BAUTA_RETURN_IF_ERROR(AddAuthors(FLAGS_authors, *filter.mutable_any_authors()));
  BAUTA_RETURN_IF_ERROR(AddAuthors(FLAGS_not_authors, *filter.mutable_none_authors()));
  filter.set_followed_only(absl::GetFlag(FLAGS_followed));
  if (const uint32_t hours = absl::GetFlag(FLAGS_hours); hours > 0) filter.set_post_hours_max(hours);
  if (filter.ByteSizeLong() > 0) *request.mutable_filter() = filter;
  BAUTA_RETURN_IF_ERROR(AddIds("--like", FLAGS_like, *request.mutable_seed_post_ids()));
  return AddIds("--without", FLAGS_without, *request.mutable_exclude_post_ids());
}

}  // namespace bauta
