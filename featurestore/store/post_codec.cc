#include "featurestore/store/post_codec.h"

#include "base/status.h"
#include "bauta/storage/v1/post.pb.h"
#include "featurestore/store/times.h"
#include "google/protobuf/arena.h"

namespace bauta {
namespace {

namespace proto = ::bauta::storage::v1;

absl::Status Damaged(const char* what) {
  return absl::DataLossError(std::string("post: impossible ") + what);
}

absl::Status DecodeCountry(uint32_t packed, CountryCode& out) {
  const std::optional<CountryCode> country = CountryCode::FromPacked(packed);
  if (!country) return Damaged("country");
  out = *country;
  return absl::OkStatus();
}

template <class Enum>
absl::Status DecodeNumber(uint32_t number, Enum last, const char* what, Enum& out) {
  if (number > static_cast<uint32_t>(last)) return Damaged(what);
  out = static_cast<Enum>(number);
  return absl::OkStatus();
}

}  // namespace

std::string PostKey(PostId post) {
  std::string key(8, '\0');
  for (int i = 0; i < 8; ++i) key[static_cast<size_t>(i)] = static_cast<char>(post.value() >> (56 - 8 * i));
  return key;
}

absl::StatusOr<PostId> ParsePostKey(std::string_view key) {
  if (key.size() != 8) return Damaged("key");
  uint64_t value = 0;
  for (char c : key) value = value << 8 | static_cast<unsigned char>(c);
  return PostId(value);
}

std::string EncodePost(const Post& post) {
  proto::PostRecord out;
  out.set_version(post.version);
  out.mutable_author_code()->assign(post.author.view());
  for (TopicId topic : post.topics) out.add_topic_ids(topic.value());
  out.set_kind(static_cast<uint32_t>(post.kind));
  out.set_language(post.language.packed());
  out.set_country(post.country.value_or(CountryCode()).packed());
  out.set_city_id(post.city.value_or(City()).value());
  out.set_create_micros(Micros(post.create_time));
  out.set_publish_micros(Micros(post.publish_time));
  if (post.expire_time != absl::InfiniteFuture()) out.set_expire_micros(Micros(post.expire_time));
  out.set_audience(static_cast<uint32_t>(post.audience));
  for (CountryCode country : post.allowed_countries) out.add_allowed_countries(country.packed());
  for (CountryCode country : post.denied_countries) out.add_denied_countries(country.packed());
  out.set_review_state(static_cast<uint32_t>(post.review));
  out.set_sensitive(post.sensitive);
  out.set_advertisement(post.advertisement);
  out.mutable_content_vector()->Add(post.content.begin(), post.content.end());
  return out.SerializeAsString();
}

std::string EncodeRemovalMark(uint64_t version) {
  proto::PostRecord out;
  out.set_version(version);
  out.set_removed(true);
  return out.SerializeAsString();
}

absl::StatusOr<PostRow> PeekPost(std::string_view bytes) {
  google::protobuf::Arena arena;
  auto& in = *google::protobuf::Arena::CreateMessage<proto::PostRecord>(&arena);
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return Damaged("bytes");
  PostRow row = {.version = in.version(), .author = {}, .removed = in.removed()};
  if (row.removed) return row;
  BAUTA_ASSIGN_OR_RETURN(row.author, AuthorCode::FromView(in.author_code()));
  return row;
}

absl::StatusOr<Post> DecodePost(PostId id, std::string_view bytes) {
  google::protobuf::Arena arena;
  auto& in = *google::protobuf::Arena::CreateMessage<proto::PostRecord>(&arena);
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || in.removed())
    return Damaged("bytes");
  Post post;
  post.id = id;
  post.version = in.version();
  BAUTA_ASSIGN_OR_RETURN(post.author, AuthorCode::FromView(in.author_code()));
  for (uint64_t topic : in.topic_ids()) post.topics.push_back(TopicId(topic));
  BAUTA_RETURN_IF_ERROR(DecodeNumber(in.kind(), PostKind::kLink, "kind", post.kind));
  post.language = Language(in.language());
  if (in.country() != 0) BAUTA_RETURN_IF_ERROR(DecodeCountry(in.country(), post.country.emplace()));
  if (in.city_id() != 0) post.city = City(in.city_id());
  post.create_time = absl::FromUnixMicros(in.create_micros());
  post.publish_time = absl::FromUnixMicros(in.publish_micros());
  if (in.has_expire_micros()) post.expire_time = absl::FromUnixMicros(in.expire_micros());
  BAUTA_RETURN_IF_ERROR(DecodeNumber(in.audience(), Audience::kFollowers, "audience", post.audience));
  for (uint32_t country : in.allowed_countries()) {
    BAUTA_RETURN_IF_ERROR(DecodeCountry(country, post.allowed_countries.emplace_back()));
  }
  for (uint32_t country : in.denied_countries()) {
    BAUTA_RETURN_IF_ERROR(DecodeCountry(country, post.denied_countries.emplace_back()));
  }
  BAUTA_RETURN_IF_ERROR(DecodeNumber(in.review_state(), ReviewState::kRejected, "review state", post.review));
  post.sensitive = in.sensitive();
  post.advertisement = in.advertisement();
  post.content.assign(in.content_vector().begin(), in.content_vector().end());
  return post;
}

}  // namespace bauta
