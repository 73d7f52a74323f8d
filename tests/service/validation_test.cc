#include "service/validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "bauta/v1/signal.pb.h"

namespace bauta::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string MessageOf(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

TEST(ValidationTest, FieldsAreNamedByTheirPath) {
  EXPECT_EQ(FieldPath("interactions").At(3).Sub("post_id").ToString(), "interactions[3].post_id");
  EXPECT_EQ(FieldPath("limit").ToString(), "limit");
}

TEST(ValidationTest, AMessageSaysFieldAllowedAndSent) {
  EXPECT_EQ(MessageOf(CheckRange("limit", int64_t{0}, 1, 500)), "limit: 1 to 500 allowed, 0 sent");
  EXPECT_EQ(MessageOf(CheckListSize("post_ids", 10'001, 1, 10'000)),
            "post_ids: 1 to 10000 elements allowed, 10001 sent");
  EXPECT_EQ(MessageOf(CheckPostId("post_id", 0).status()),
            "post_id: 1 to 9223372036854775807 allowed, 0 sent");
  EXPECT_EQ(MessageOf(CheckText("surface", "", 1, 64)),
            "surface: 1 to 64 bytes allowed, 0 bytes (\"\") sent");
}

TEST(ValidationTest, IdsAreOneToTheLargestSigned) {
  EXPECT_TRUE(CheckPostId("p", 1).ok());
  EXPECT_TRUE(CheckTopicId("t", kIdMax).ok());
  EXPECT_FALSE(CheckTopicId("t", kIdMax + 1).ok());
  const std::vector<uint64_t> good = {1, kIdMax, 7};
  EXPECT_TRUE(CheckIds("ids", good.data(), good.size(), 3).ok());
  EXPECT_FALSE(CheckIds("ids", good.data(), good.size(), 2).ok());
  const std::vector<uint64_t> bad = {1, 2, 0};
  EXPECT_THAT(MessageOf(CheckIds("ids", bad.data(), bad.size(), 3)), HasSubstr("ids[2]"));
  const std::vector<uint64_t> large = {1, uint64_t{1} << 63};
  EXPECT_THAT(MessageOf(CheckIds("ids", large.data(), large.size(), 3)), HasSubstr("ids[1]"));
}

TEST(ValidationTest, NumbersThatAreNoneAreRefused) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(CheckFinite("score", -3.5).ok());
  for (const double value : {std::nan(""), infinity, -infinity}) {
    EXPECT_FALSE(CheckFinite("score", value).ok());
    EXPECT_FALSE(CheckRange("score", value, -1.0, 1.0).ok());
  }
}

TEST(ValidationTest, AnIdentifyingFieldIsNeverQuoted) {
  const std::string id(300, 'z');
  EXPECT_THAT(MessageOf(CheckIdentifyingText("account_id", id, 1, 256)),
              AllOf(HasSubstr("300 bytes"), Not(HasSubstr("zz"))));
}

TEST(ValidationTest, LongTextIsQuotedInPartAndEscaped) {
  const std::string message = MessageOf(CheckText("surface", "a\n\"" + std::string(200, 'y'), 1, 64));
  EXPECT_THAT(message,
              AllOf(HasSubstr("a\\n\\\""), HasSubstr("203 bytes"), Not(HasSubstr(std::string(65, 'y')))));
}

TEST(ValidationTest, TimesLieWithinTheirLimits) {
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  const TimeLimits limits = {.past_max = absl::Hours(1), .future_max = absl::Minutes(5)};
  const struct {
    int64_t seconds;
    int32_t nanos;
    bool good;
  } cases[] = {
      {1'700'000'000, 0, true},
      {1'700'000'300, 0, true},
      {1'700'000'300, 1, false},
      {1'699'996'400, 0, true},
      {1'699'996'399, 999'999'999, false},
      {4'102'444'800, 0, false},  // Year 2100.
      {1'700'000'000, -1, false},
      {1'700'000'000, 1'000'000'000, false},
      {INT64_MAX, 0, false},
      {INT64_MIN, 0, false},
  };
  for (const auto& [seconds, nanos, good] : cases) {
    google::protobuf::Timestamp time;
    time.set_seconds(seconds);
    time.set_nanos(nanos);
    const auto result = CheckTime("event_time", time, now, limits);
    EXPECT_EQ(result.ok(), good) << seconds << "." << nanos;
    if (good) {
      EXPECT_EQ(*result, absl::FromUnixSeconds(seconds) + absl::Nanoseconds(nanos));
    }
  }
}

TEST(ValidationTest, EnumsAreThoseThatTheServerKnows) {
  EXPECT_TRUE(CheckEnum("kind", v1::SIGNAL_KIND_CLICK).ok());
  EXPECT_THAT(MessageOf(CheckEnum("kind", v1::SIGNAL_KIND_UNSPECIFIED)),
              AllOf(HasSubstr("SIGNAL_KIND_CLICK"), HasSubstr("SIGNAL_KIND_UNSPECIFIED sent")));
  EXPECT_THAT(MessageOf(CheckEnum("kind", static_cast<v1::SignalKind>(99))), HasSubstr("99 sent"));
  EXPECT_TRUE(CheckOptionalEnum("kind", v1::SIGNAL_KIND_UNSPECIFIED).ok());
  EXPECT_FALSE(CheckOptionalEnum("kind", static_cast<v1::SignalKind>(-1)).ok());
}

TEST(ValidationTest, CountriesAndLanguagesAreCodes) {
  EXPECT_EQ(CheckCountry("country", "de")->ToString(), "DE");
  EXPECT_FALSE(CheckCountry("country", "DEU").ok());
  EXPECT_EQ(CheckLanguage("language", "zh-Hans")->ToString(), "zh");
  EXPECT_FALSE(CheckLanguage("language", "1").ok());
}

TEST(ValidationTest, AnItemsMessageIsCutBetweenCharacters) {
  const std::string text = std::string(511, 'a') + "ää";
  const v1::ItemResult result = RefusedItem(v1::ITEM_REASON_INVALID, absl::InvalidArgumentError(text));
  EXPECT_EQ(result.status(), v1::ITEM_STATUS_REFUSED);
  EXPECT_EQ(result.message(), std::string(511, 'a'));
  EXPECT_FALSE(result.SerializeAsString().empty());
}

}  // namespace
}  // namespace bauta::testing
