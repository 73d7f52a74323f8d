#include "service/validation_post.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "google/protobuf/repeated_field.h"
#include "service/convert_enum.h"

namespace bauta {
namespace {

absl::StatusOr<uint64_t> CheckVersion(const FieldPath& field, uint64_t version) {
  if (version >= 1 && version <= kIdMax) return version;
  return FieldError(field, absl::StrCat("1 to ", kIdMax), absl::StrCat(version));
}

absl::StatusOr<std::vector<TopicId>> CheckTopics(const FieldPath& field,
                                                 const google::protobuf::RepeatedField<uint64_t>& ids) {
  const auto size = static_cast<size_t>(ids.size());
  BAUTA_RETURN_IF_ERROR(CheckIds(field, ids.data(), size, kPostTopicsMax));
  std::vector<TopicId> topics;
  for (size_t i = 0; i < size; ++i) {
    const TopicId topic(ids[static_cast<int>(i)]);
    if (std::find(topics.begin(), topics.end(), topic) != topics.end()) {
      return FieldError(field.At(i), "distinct topics", absl::StrCat(topic.value(), " twice"));
    }
    topics.push_back(topic);
  }
  return topics;
}

// Capitals only: the contract's form is the only one, so that it can be relied upon elsewhere.
absl::StatusOr<CountryCode> CheckCapitalCountry(const FieldPath& field, const std::string& code) {
  BAUTA_ASSIGN_OR_RETURN(const CountryCode country, CheckCountry(field, code));
  if (country.ToString() == code) return country;
  return FieldError(field, "two capital letters (ISO 3166-1 alpha-2)", absl::StrCat("\"", code, "\""));
}

absl::StatusOr<std::vector<CountryCode>> CheckCountries(
    const FieldPath& field, const google::protobuf::RepeatedPtrField<std::string>& codes) {
  const auto size = static_cast<size_t>(codes.size());
  BAUTA_RETURN_IF_ERROR(CheckListSize(field, size, 0, kPostCountriesMax));
  std::vector<CountryCode> countries;
  countries.reserve(size);
  for (size_t i = 0; i < size; ++i) {
    BAUTA_ASSIGN_OR_RETURN(const CountryCode country,
                           CheckCapitalCountry(field.At(i), codes[static_cast<int>(i)]));
    countries.push_back(country);
  }
  return countries;
}

absl::StatusOr<std::vector<float>> CheckContent(const FieldPath& field,
                                                const google::protobuf::RepeatedField<float>& numbers,
                                                size_t dimension) {
  const auto size = static_cast<size_t>(numbers.size());
  if (size != 0 && size != dimension) {
    return FieldError(field, dimension == 0 ? "none" : absl::StrCat("0 or ", dimension, " numbers"),
                      absl::StrCat(size));
  }
  for (size_t i = 0; i < size; ++i) {
    BAUTA_RETURN_IF_ERROR(CheckFinite(field.At(i), numbers[static_cast<int>(i)]));
  }
  return std::vector<float>(numbers.begin(), numbers.end());
}

absl::Status CheckTimes(const FieldPath& field, const v1::Post& post, absl::Time now, Post& out) {
  const FieldPath create = field.Sub("create_time");
  if (!post.has_create_time()) return MissingField(create, "an instant");
  BAUTA_ASSIGN_OR_RETURN(out.create_time,
                         CheckTime(create, post.create_time(), now, {.future_max = kClockSkewMax}));
  out.publish_time = out.create_time;
  if (post.has_publish_time()) {
    BAUTA_ASSIGN_OR_RETURN(out.publish_time,
                           CheckTime(field.Sub("publish_time"), post.publish_time(), now, {}));
  }
  if (!post.has_expire_time()) return absl::OkStatus();
  BAUTA_ASSIGN_OR_RETURN(out.expire_time, CheckTime(field.Sub("expire_time"), post.expire_time(), now, {}));
  if (out.expire_time > out.publish_time) return absl::OkStatus();
  return FieldError(field.Sub("expire_time"), "later than publish_time",
                    absl::FormatTime(absl::RFC3339_sec, out.expire_time, absl::UTCTimeZone()));
}

absl::Status CheckMarks(const FieldPath& field, const v1::Post& post, Post& out) {
  BAUTA_RETURN_IF_ERROR(CheckOptionalEnum(field.Sub("kind"), post.kind()));
  out.kind = FromProto(post.kind());
  BAUTA_RETURN_IF_ERROR(CheckOptionalEnum(field.Sub("audience"), post.audience()));
  out.audience = FromProto(post.audience());
  BAUTA_RETURN_IF_ERROR(CheckEnum(field.Sub("review_state"), post.review_state()));
  out.review = FromProto(post.review_state());
  out.sensitive = post.sensitive();
  out.advertisement = post.advertisement();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Post> CheckPost(const FieldPath& field, const v1::Post& post, const SubjectResolver& resolver,
                               size_t content_dimension, absl::Time now) {
  Post out;
  BAUTA_ASSIGN_OR_RETURN(out.id, CheckPostId(field.Sub("post_id"), post.post_id()));
  BAUTA_ASSIGN_OR_RETURN(out.version, CheckVersion(field.Sub("version"), post.version()));
  BAUTA_ASSIGN_OR_RETURN(out.topics, CheckTopics(field.Sub("topic_ids"), post.topic_ids()));
  if (!post.language().empty()) {
    const FieldPath language = field.Sub("language");
    BAUTA_RETURN_IF_ERROR(CheckText(language, post.language(), 0, kLanguageTagSizeMax));
    BAUTA_ASSIGN_OR_RETURN(out.language, CheckLanguage(language, post.language()));
  }
  if (!post.country().empty()) {
    BAUTA_ASSIGN_OR_RETURN(out.country, CheckCapitalCountry(field.Sub("country"), post.country()));
  }
  BAUTA_ASSIGN_OR_RETURN(out.city, CheckCity(field.Sub("city_id"), post.city_id(), resolver.gazetteer()));
  BAUTA_RETURN_IF_ERROR(CheckTimes(field, post, now, out));
  BAUTA_RETURN_IF_ERROR(CheckMarks(field, post, out));
  BAUTA_ASSIGN_OR_RETURN(out.allowed_countries,
                         CheckCountries(field.Sub("allowed_countries"), post.allowed_countries()));
  BAUTA_ASSIGN_OR_RETURN(out.denied_countries,
                         CheckCountries(field.Sub("denied_countries"), post.denied_countries()));
  BAUTA_ASSIGN_OR_RETURN(out.content,
                         CheckContent(field.Sub("content_vector"), post.content_vector(), content_dimension));
  BAUTA_ASSIGN_OR_RETURN(out.author, resolver.Author(field.Sub("author"), post.author()));
  return out;
}

absl::StatusOr<PostRemoval> CheckPostRemoval(const FieldPath& field, const v1::PostRemoval& removal) {
  PostRemoval out;
  BAUTA_ASSIGN_OR_RETURN(out.post, CheckPostId(field.Sub("post_id"), removal.post_id()));
  BAUTA_ASSIGN_OR_RETURN(out.version, CheckVersion(field.Sub("version"), removal.version()));
  return out;
}

absl::StatusOr<AuthorSuspension> CheckAuthorSuspension(const FieldPath& field,
                                                       const v1::AuthorSuspension& suspension,
                                                       const SubjectResolver& resolver, absl::Time now) {
  AuthorSuspension out;
  out.until = absl::InfiniteFuture();
  if (suspension.has_until_time()) {
    BAUTA_ASSIGN_OR_RETURN(out.until, CheckTime(field.Sub("until_time"), suspension.until_time(), now, {}));
  }
  BAUTA_ASSIGN_OR_RETURN(out.author, resolver.Author(field.Sub("author"), suspension.author()));
  return out;
}

}  // namespace bauta
