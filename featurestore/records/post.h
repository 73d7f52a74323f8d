// Post: what the catalogue knows of a candidate. Public facts alone; its author is a code.
#ifndef BAUTA_FEATURESTORE_RECORDS_POST_H_
#define BAUTA_FEATURESTORE_RECORDS_POST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "featurestore/records/ids.h"
#include "privacy/codes.h"
#include "privacy/place.h"

namespace bauta {

// Kept as numbers on the disk: never renumber.
enum class PostKind : uint8_t {
  kUnspecified = 0,
  kText = 1,
  kImage = 2,
  kVideo = 3,
  kLive = 4,
  kArticle = 5,
  kLink = 6
};
enum class ReviewState : uint8_t { kPending = 0, kApproved = 1, kRejected = 2 };
enum class Audience : uint8_t { kEverybody = 0, kAdults = 1, kFollowers = 2 };

inline constexpr int kPostTopicsMax = 16;
inline constexpr int kPostCountriesMax = 250;

// A language as its BCP 47 primary subtag, two or three lower-case letters packed big-endian; 0 is unknown.
class Language {
 public:
  constexpr Language() = default;
  explicit constexpr Language(uint32_t packed) : packed_(packed) {}
  // nullopt unless `tag` begins with two or three ASCII letters that end there or at a hyphen.
  static std::optional<Language> Parse(const std::string& tag);
  std::string ToString() const;
  constexpr uint32_t packed() const { return packed_; }
  friend constexpr auto operator<=>(const Language&, const Language&) = default;

 private:
  uint32_t packed_ = 0;
};

struct Post {
  PostId id;
  uint64_t version = 0;  // A lower one than is kept is ignored.
  AuthorCode author;
  std::vector<TopicId> topics;  // Distinct, at most kPostTopicsMax.
  PostKind kind = PostKind::kUnspecified;
  Language language;
  std::optional<CountryCode> country;
  std::optional<City> city;  // Only where the author confirmed it.
  absl::Time create_time = absl::UnixEpoch();
  absl::Time publish_time = absl::UnixEpoch();
  absl::Time expire_time = absl::InfiniteFuture();
  Audience audience = Audience::kEverybody;
  std::vector<CountryCode> allowed_countries;  // Empty: all but the denied ones.
  std::vector<CountryCode> denied_countries;
  ReviewState review = ReviewState::kPending;
  bool sensitive = false;
  bool advertisement = false;
  std::vector<float> content;  // Empty, or of the dimension that the configuration declares.
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_RECORDS_POST_H_
