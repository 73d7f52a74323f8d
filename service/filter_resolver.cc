#include "service/filter_resolver.h"

#include <cstdint>
#include <vector>

#include "base/status.h"
#include "service/validation.h"
#include "service/validation_feed.h"

namespace bauta {
namespace {

absl::Status Topics(const FieldPath& field, const google::protobuf::RepeatedField<uint64_t>& ids,
                    std::vector<TopicId>& topics) {
  BAUTA_RETURN_IF_ERROR(CheckIds(field, ids.data(), static_cast<size_t>(ids.size()), kFilterIdsMax));
  for (uint64_t id : ids) topics.emplace_back(id);
  return absl::OkStatus();
}

absl::Status Languages(const FieldPath& field, const google::protobuf::RepeatedPtrField<std::string>& tags,
                       std::vector<Language>& languages) {
  BAUTA_RETURN_IF_ERROR(CheckListSize(field, static_cast<size_t>(tags.size()), 0, kFilterLanguagesMax));
  for (int i = 0; i < tags.size(); ++i) {
    BAUTA_ASSIGN_OR_RETURN(const Language language, CheckLanguage(field.At(static_cast<size_t>(i)), tags[i]));
    languages.push_back(language);
  }
  return absl::OkStatus();
}

absl::Status Authors(const FieldPath& field, const google::protobuf::RepeatedPtrField<v1::AuthorRef>& given,
                     const SubjectResolver& resolver, std::vector<AuthorCode>& authors) {
  BAUTA_RETURN_IF_ERROR(CheckListSize(field, static_cast<size_t>(given.size()), 0, kFilterIdsMax));
  for (int i = 0; i < given.size(); ++i) {
    BAUTA_ASSIGN_OR_RETURN(const AuthorCode author,
                           resolver.Author(field.At(static_cast<size_t>(i)), given[i]));
    authors.push_back(author);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PostFilter> ResolveFilter(const v1::PostFilter& filter, const SubjectResolver& resolver) {
  constexpr FieldPath kField("filter");
  PostFilter resolved;
  BAUTA_RETURN_IF_ERROR(Topics(kField.Sub("any_topic_ids"), filter.any_topic_ids(), resolved.any_topics));
  BAUTA_RETURN_IF_ERROR(Topics(kField.Sub("none_topic_ids"), filter.none_topic_ids(), resolved.none_topics));
  BAUTA_RETURN_IF_ERROR(
      Languages(kField.Sub("any_languages"), filter.any_languages(), resolved.any_languages));
  BAUTA_RETURN_IF_ERROR(
      Languages(kField.Sub("none_languages"), filter.none_languages(), resolved.none_languages));
  BAUTA_RETURN_IF_ERROR(
      Authors(kField.Sub("any_authors"), filter.any_authors(), resolver, resolved.any_authors));
  BAUTA_RETURN_IF_ERROR(
      Authors(kField.Sub("none_authors"), filter.none_authors(), resolver, resolved.none_authors));
  resolved.followed_only = filter.followed_only();
  if (filter.has_post_hours_max()) {
    BAUTA_RETURN_IF_ERROR(CheckRange(kField.Sub("post_hours_max"), int64_t{filter.post_hours_max()},
                                     int64_t{1}, int64_t{kFilterHoursMax}));
    resolved.age_max = absl::Hours(filter.post_hours_max());
  }
  return resolved;
}

}  // namespace bauta
