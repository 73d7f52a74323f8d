// Checks of single fields, used by every handler, so that a refusal always reads the same: which field, what
// is allowed, what was sent; of a field that identifies a person, its type and length only.
//
// Every check returns INVALID_ARGUMENT where it refuses. Pure functions.
#ifndef BAUTA_SERVICE_VALIDATION_H_
#define BAUTA_SERVICE_VALIDATION_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bauta/v1/result.pb.h"
#include "featurestore/records/ids.h"
#include "featurestore/records/post.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "google/protobuf/timestamp.pb.h"
#include "privacy/gazetteer.h"
#include "privacy/place.h"

namespace bauta {

// Names a field of a request: `FieldPath("interactions").At(3).Sub("post_id")` is "interactions[3].post_id".
// Text is made only when there is something to complain about. Names must live as long as the program:
// literals.
class FieldPath {
 public:
  constexpr FieldPath(const char* name) : size_(1) {
    steps_[0].name = name;
  }  // NOLINT: meant to be implicit.
  constexpr FieldPath Sub(const char* name) const { return With({name, 0}); }
  constexpr FieldPath At(size_t index) const { return With({nullptr, index}); }
  std::string ToString() const;

 private:
  struct Step {
    const char* name = nullptr;  // nullptr: an index.
    size_t index = 0;
  };
  constexpr FieldPath With(Step step) const {
    FieldPath longer = *this;
    if (longer.size_ < longer.steps_.size()) longer.steps_[longer.size_++] = step;
    return longer;
  }
  std::array<Step, 6> steps_{};
  size_t size_;
};

// "FIELD: ALLOWED allowed, SENT sent".
absl::Status FieldError(const FieldPath& field, const std::string& allowed, const std::string& sent);
// "FIELD: required".
absl::Status MissingField(const FieldPath& field, const std::string& allowed);

// How many elements a list has.
absl::Status CheckListSize(const FieldPath& field, size_t size, size_t size_min, size_t size_max);

// An integer in min … max.
absl::Status CheckRange(const FieldPath& field, int64_t value, int64_t min, int64_t max);
// A finite number in min … max.
absl::Status CheckRange(const FieldPath& field, double value, double min, double max);
absl::Status CheckFinite(const FieldPath& field, double value);

// 1 … 2^63−1.
absl::StatusOr<PostId> CheckPostId(const FieldPath& field, uint64_t id);
absl::StatusOr<TopicId> CheckTopicId(const FieldPath& field, uint64_t id);
// The same for each element of a list, and at most `size_max` of them.
absl::Status CheckIds(const FieldPath& field, const uint64_t* ids, size_t size, size_t size_max);

// Text that identifies nobody: size_min … size_max bytes. The message quotes at most 64 bytes of what was
// sent.
absl::Status CheckText(const FieldPath& field, std::string_view text, size_t size_min, size_t size_max);
// Text that may identify a person: as CheckText, but the message gives its length only.
absl::Status CheckIdentifyingText(const FieldPath& field, std::string_view text, size_t size_min,
                                  size_t size_max);

// An instant that a Timestamp can hold, within `past_max` before and `future_max` after `now`.
struct TimeLimits {
  absl::Duration past_max = absl::InfiniteDuration();
  absl::Duration future_max = absl::InfiniteDuration();
};
// How far a caller's clock may run ahead of the server's.
inline constexpr absl::Duration kClockSkewMax = absl::Minutes(5);
absl::StatusOr<absl::Time> CheckTime(const FieldPath& field, const google::protobuf::Timestamp& time,
                                     absl::Time now, const TimeLimits& limits);

// ISO 3166-1 alpha-2, two letters.
absl::StatusOr<CountryCode> CheckCountry(const FieldPath& field, const std::string& code);
// A BCP 47 tag, of which the primary subtag is kept.
inline constexpr size_t kLanguageTagSizeMax = 35;  // Bytes; what RFC 5646, 4.4.1, asks to have room for.
absl::StatusOr<Language> CheckLanguage(const FieldPath& field, const std::string& tag);
// 0 is none. A city of the gazetteer, where there is one (else nullptr).
absl::StatusOr<std::optional<City>> CheckCity(const FieldPath& field, uint32_t id,
                                              const Gazetteer* gazetteer);

namespace validation_internal {
absl::Status CheckEnumNumber(const FieldPath& field, const google::protobuf::EnumDescriptor& type, int number,
                             bool unspecified_allowed);
}  // namespace validation_internal

// A value of the enum that this server knows, and not its `…_UNSPECIFIED`.
template <class Enum>
absl::Status CheckEnum(const FieldPath& field, Enum value) {
  return validation_internal::CheckEnumNumber(field, *google::protobuf::GetEnumDescriptor<Enum>(),
                                              static_cast<int>(value), false);
}
// The same where `…_UNSPECIFIED` has a meaning of its own.
template <class Enum>
absl::Status CheckOptionalEnum(const FieldPath& field, Enum value) {
  return validation_internal::CheckEnumNumber(field, *google::protobuf::GetEnumDescriptor<Enum>(),
                                              static_cast<int>(value), true);
}

// The result of an item that was refused for `reason`; the message is the status's, cut to 512 bytes.
v1::ItemResult RefusedItem(v1::ItemReason reason, const absl::Status& why);

}  // namespace bauta

#endif  // BAUTA_SERVICE_VALIDATION_H_
