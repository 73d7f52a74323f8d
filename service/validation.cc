#include "service/validation.h"

#include <cmath>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "service/convert_time.h"

namespace bauta {
namespace {

constexpr size_t kQuotedBytesMax = 64;
constexpr size_t kItemMessageBytesMax = 512;

std::string Quoted(std::string_view text) {
  const bool cut = text.size() > kQuotedBytesMax;
  return absl::StrCat("\"", absl::CEscape(ToAbsl(text.substr(0, kQuotedBytesMax))), cut ? "…" : "", "\"");
}

std::string SizeRange(size_t min, size_t max, const char* unit) {
  if (min == 0) return absl::StrCat("at most ", max, " ", unit);
  return absl::StrCat(min, " to ", max, " ", unit);
}

absl::Status CheckId(const FieldPath& field, uint64_t id) {
  if (id >= 1 && id <= kIdMax) return absl::OkStatus();
  return FieldError(field, absl::StrCat("1 to ", kIdMax), absl::StrCat(id));
}

}  // namespace

std::string FieldPath::ToString() const {
  std::string text;
  for (size_t i = 0; i < size_; ++i) {
    if (steps_[i].name == nullptr) {
      absl::StrAppend(&text, "[", steps_[i].index, "]");
    } else {
      absl::StrAppend(&text, text.empty() ? "" : ".", steps_[i].name);
    }
  }
  return text;
}

absl::Status FieldError(const FieldPath& field, const std::string& allowed, const std::string& sent) {
  return absl::InvalidArgumentError(
      absl::StrCat(field.ToString(), ": ", allowed, " allowed, ", sent, " sent"));
}

absl::Status MissingField(const FieldPath& field, const std::string& allowed) {
  return absl::InvalidArgumentError(
      absl::StrCat(field.ToString(), ": required, ", allowed, " allowed, nothing sent"));
}

absl::Status CheckListSize(const FieldPath& field, size_t size, size_t size_min, size_t size_max) {
  if (size >= size_min && size <= size_max) return absl::OkStatus();
  return FieldError(field, SizeRange(size_min, size_max, "elements"), absl::StrCat(size));
}

absl::Status CheckRange(const FieldPath& field, int64_t value, int64_t min, int64_t max) {
  if (value >= min && value <= max) return absl::OkStatus();
  return FieldError(field, absl::StrCat(min, " to ", max), absl::StrCat(value));
}

absl::Status CheckRange(const FieldPath& field, double value, double min, double max) {
  if (value >= min && value <= max) return absl::OkStatus();  // Not a number fails both.
  return FieldError(field, absl::StrCat(min, " to ", max), absl::StrCat(value));
}

absl::Status CheckFinite(const FieldPath& field, double value) {
  if (std::isfinite(value)) return absl::OkStatus();
  return FieldError(field, "a finite number", absl::StrCat(value));
}

absl::StatusOr<PostId> CheckPostId(const FieldPath& field, uint64_t id) {
  if (absl::Status status = CheckId(field, id); !status.ok()) return status;
  return PostId(id);
}

absl::StatusOr<TopicId> CheckTopicId(const FieldPath& field, uint64_t id) {
  if (absl::Status status = CheckId(field, id); !status.ok()) return status;
  return TopicId(id);
}

absl::Status CheckIds(const FieldPath& field, const uint64_t* ids, size_t size, size_t size_max) {
  if (absl::Status status = CheckListSize(field, size, 0, size_max); !status.ok()) return status;
  for (size_t i = 0; i < size; ++i) {
    // Without a branch a message, an id out of range is the rare case: 0 wraps around to the largest number.
    if (ids[i] - 1 >= kIdMax) return CheckId(field.At(i), ids[i]);
  }
  return absl::OkStatus();
}

absl::Status CheckText(const FieldPath& field, std::string_view text, size_t size_min, size_t size_max) {
  if (text.size() >= size_min && text.size() <= size_max) return absl::OkStatus();
  return FieldError(field, SizeRange(size_min, size_max, "bytes"),
                    absl::StrCat(text.size(), " bytes (", Quoted(text), ")"));
}

absl::Status CheckIdentifyingText(const FieldPath& field, std::string_view text, size_t size_min,
                                  size_t size_max) {
  if (text.size() >= size_min && text.size() <= size_max) return absl::OkStatus();
  return FieldError(field, SizeRange(size_min, size_max, "bytes"), absl::StrCat(text.size(), " bytes"));
}

absl::StatusOr<absl::Time> CheckTime(const FieldPath& field, const google::protobuf::Timestamp& time,
                                     absl::Time now, const TimeLimits& limits) {
  if (time.seconds() < kTimestampSecondsMin || time.seconds() > kTimestampSecondsMax) {
    return FieldError(field.Sub("seconds"), absl::StrCat(kTimestampSecondsMin, " to ", kTimestampSecondsMax),
                      absl::StrCat(time.seconds()));
  }
  if (time.nanos() < 0 || time.nanos() > 999999999) {
    return FieldError(field.Sub("nanos"), "0 to 999999999", absl::StrCat(time.nanos()));
  }
  const absl::Time instant = absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
  const auto text = [](absl::Time t) { return absl::FormatTime(absl::RFC3339_sec, t, absl::UTCTimeZone()); };
  if (instant > now + limits.future_max) {
    return FieldError(field, absl::StrCat("until ", text(now + limits.future_max)), text(instant));
  }
  if (instant < now - limits.past_max) {
    return FieldError(field, absl::StrCat("from ", text(now - limits.past_max)), text(instant));
  }
  return instant;
}

absl::StatusOr<CountryCode> CheckCountry(const FieldPath& field, const std::string& code) {
  if (const std::optional<CountryCode> country = CountryCode::Parse(code)) return *country;
  return FieldError(field, "two letters (ISO 3166-1 alpha-2)", Quoted(code));
}

absl::StatusOr<Language> CheckLanguage(const FieldPath& field, const std::string& tag) {
  if (const std::optional<Language> language = Language::Parse(tag)) return *language;
  return FieldError(field, "a BCP 47 tag that begins with two or three letters", Quoted(tag));
}

absl::StatusOr<std::optional<City>> CheckCity(const FieldPath& field, uint32_t id,
                                              const Gazetteer* gazetteer) {
  if (id == 0) return std::optional<City>();
  const City city(id);
  if (gazetteer != nullptr && !gazetteer->PlaceOf(city)) {
    return FieldError(field, "0 or a city of the configured gazetteer", absl::StrCat(id));
  }
  return std::optional<City>(city);
}

namespace validation_internal {

absl::Status CheckEnumNumber(const FieldPath& field, const google::protobuf::EnumDescriptor& type, int number,
                             bool unspecified_allowed) {
  const google::protobuf::EnumValueDescriptor* value = type.FindValueByNumber(number);
  if (value != nullptr && (number != 0 || unspecified_allowed)) return absl::OkStatus();
  std::string allowed;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0 && !unspecified_allowed) continue;
    absl::StrAppend(&allowed, allowed.empty() ? "" : ", ", type.value(i)->name());
  }
  return FieldError(field, allowed, value == nullptr ? absl::StrCat(number) : value->name());
}

}  // namespace validation_internal

v1::ItemResult RefusedItem(v1::ItemReason reason, const absl::Status& why) {
  v1::ItemResult result;
  result.set_status(v1::ITEM_STATUS_REFUSED);
  result.set_reason(reason);
  std::string message(ToStd(why.message()));
  if (message.size() > kItemMessageBytesMax) {
    size_t end = kItemMessageBytesMax;
    // Not in the middle of a character: protobuf text must be UTF-8.
    while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;
    message.resize(end);
  }
  result.set_message(message);
  return result;
}

}  // namespace bauta
