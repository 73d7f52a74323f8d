// What lies on the disk comes back as it was, and damage is told from it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "featurestore/store/head_codec.h"
#include "featurestore/store/post_codec.h"
#include "featurestore/store/row_format.h"

namespace bauta {
namespace {

using ::testing::SizeIs;

AuthorCode Author(uint8_t number) { return AuthorCode(CodeBytes{number}); }

HeadValue FullHead() {
  HeadValue value;
  HeadInstructions& head = value.head.instructions;
  head.consent.since[Index(Purpose::kPersonalize)] = absl::FromUnixMicros(1234567890123456);
  head.consent.since[Index(Purpose::kCrowd)] = absl::FromUnixSeconds(3600 * 5);
  head.consent.recorded = head.consent.since;
  head.consent.recorded[Index(Purpose::kCrowd)] = absl::FromUnixMicros(90'000'000'001);
  head.consent.policy_version = 3;
  head.consent.excluded_kinds = {SignalKind::kShare};
  head.consent.minor = true;
  head.consent.guardian_agreed = true;
  head.consent.last_withdrawal = absl::FromUnixMicros(99);
  head.relations = {{RelationKind::kFollowAuthor, Author(1), {}},
                    {RelationKind::kFollowTopic, {}, TopicId(7)},
                    {RelationKind::kMuteAuthor, Author(2), {}}};
  head.dismissals = {{.reason = DismissalReason::kLessTopic,
                      .post = PostId(kIdMax),
                      .author = Author(9),
                      .topics = {TopicId(1), TopicId(2)},
                      .hour = Hour(500000),
                      .repeats = 3},
                     {.reason = DismissalReason::kAdvertisement,
                      .post = PostId(1),
                      .author = {},
                      .topics = {},
                      .hour = Hour(500001),
                      .repeats = 1}};
  head.preferences.languages = {*Language::Parse("de"), *Language::Parse("yue")};
  head.preferences.chosen_city = City(42);
  head.preferences.declared_topics = {TopicId(3)};
  head.deleted_tags = {TopicId(8)};
  value.head.observed = {.month_last_seen = 24314, .city = City(43)};
  value.history_slot = {.index = 4, .generation = 0xFEDCBA9876543210};
  return value;
}

TEST(HeadCodecTest, ComesBackAsItWas) {
  for (const HeadValue& value : {HeadValue(), FullHead()}) {
    const auto decoded = DecodeHead(EncodeHead(value));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(*decoded, value);
  }
}

TEST(HeadCodecTest, AConsentNeverComesToReachFurtherBack) {
  HeadValue value;
  const absl::Time since = absl::FromUnixNanos(1234567890123456789);
  value.head.instructions.consent.since[Index(Purpose::kPersonalize)] = since;
  const auto decoded = DecodeHead(EncodeHead(value));
  ASSERT_TRUE(decoded.ok());
  const absl::Time kept = decoded->head.instructions.consent.Since(Purpose::kPersonalize);
  EXPECT_GE(kept, since);
  EXPECT_LT(kept - since, absl::Microseconds(1));
}

TEST(HeadCodecTest, ColumnsOfDifferentLengthsAreDamage) {
  storage::v1::Head head;
  head.mutable_instructions()->mutable_dismissals()->set_reasons("\1");
  EXPECT_EQ(DecodeHead(head.SerializeAsString()).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeHead("\xff").status().code(), absl::StatusCode::kDataLoss);
}

Post FullPost() {
  Post post;
  post.id = PostId(5);
  post.version = UINT64_MAX;
  post.author = Author(1);
  post.topics = {TopicId(1), TopicId(kIdMax)};
  post.kind = PostKind::kLive;
  post.language = *Language::Parse("fr");
  post.country = *CountryCode::Parse("CH");
  post.city = City(9);
  post.create_time = absl::FromUnixMicros(1);
  post.publish_time = absl::FromUnixMicros(-5);
  post.expire_time = absl::FromUnixMicros(1'700'000'000'000'001);
  post.audience = Audience::kAdults;
  post.allowed_countries = {*CountryCode::Parse("CH"), *CountryCode::Parse("DE")};
  post.denied_countries = {*CountryCode::Parse("FR")};
  post.review = ReviewState::kApproved;
  post.sensitive = true;
  post.advertisement = true;
  post.content = {1.5f, -2.f};
  return post;
}

void ExpectSame(const Post& a, const Post& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.author, b.author);
  EXPECT_EQ(a.topics, b.topics);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.language, b.language);
  EXPECT_EQ(a.country, b.country);
  EXPECT_EQ(a.city, b.city);
  EXPECT_EQ(a.create_time, b.create_time);
  EXPECT_EQ(a.publish_time, b.publish_time);
  EXPECT_EQ(a.expire_time, b.expire_time);
  EXPECT_EQ(a.audience, b.audience);
  EXPECT_EQ(a.allowed_countries, b.allowed_countries);
  EXPECT_EQ(a.denied_countries, b.denied_countries);
  EXPECT_EQ(a.review, b.review);
  EXPECT_EQ(a.sensitive, b.sensitive);
  EXPECT_EQ(a.advertisement, b.advertisement);
  EXPECT_EQ(a.content, b.content);
}

TEST(PostCodecTest, ComesBackAsItWas) {
  Post plain;
  plain.id = PostId(5);
  for (const Post& post : {plain, FullPost()}) {
    const auto decoded = DecodePost(post.id, EncodePost(post));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    ExpectSame(*decoded, post);
  }
}

TEST(PostCodecTest, ARemovalsMarkHasAVersionAndNothingElse) {
  const auto row = PeekPost(EncodeRemovalMark(7));
  ASSERT_TRUE(row.ok());
  EXPECT_TRUE(row->removed);
  EXPECT_EQ(row->version, 7u);
  EXPECT_FALSE(DecodePost(PostId(1), EncodeRemovalMark(7)).ok());
}

TEST(PostCodecTest, KeysLieInTheOrderOfTheIds) {
  EXPECT_LT(PostKey(PostId(255)), PostKey(PostId(256)));
  EXPECT_EQ(*ParsePostKey(PostKey(PostId(kIdMax))), PostId(kIdMax));
  EXPECT_FALSE(ParsePostKey("1234567").ok());
}

TEST(RowFormatTest, AHeadRowComesBackAsItWas) {
  const std::string row =
      EncodeHeadHeader({.slot = {.index = 5, .generation = 0x1122334455667788}, .sequence = 77}) + "sealed";
  std::string_view sealed;
  const auto header = DecodeHeadRow(row, &sealed);
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->slot, (SlotRef{.index = 5, .generation = 0x1122334455667788}));
  EXPECT_EQ(header->sequence, 77u);
  EXPECT_EQ(sealed, "sealed");
}

// The bytes, once and for all: a change of these is a change of the format.
TEST(RowFormatTest, HeadersAreTheseBytes) {
  EXPECT_EQ(
      EncodeHeadHeader({.slot = {.index = 0x01020304, .generation = 0x1112131415161718}, .sequence = 9}),
      std::string("\x01\x04\x03\x02\x01\x18\x17\x16\x15\x14\x13\x12\x11\x09\0\0\0\0\0\0\0", 21));
  std::string row;
  AppendFrame({.slot = {.index = 1, .generation = 2}, .oldest_day = 3, .newest_day = 4, .sealed = "ab"}, row);
  EXPECT_EQ(row, std::string("\x01\x01\0\0\0\x02\0\0\0\0\0\0\0\x03\0\0\0\x04\0\0\0\x02\0\0\0ab", 27));
}

TEST(RowFormatTest, FramesComeOneBehindAnother) {
  std::string row;
  for (uint32_t i = 0; i < 3; ++i) {
    AppendFrame({.slot = {.index = i, .generation = i + 1}, .oldest_day = i, .newest_day = i, .sealed = "x"},
                row);
  }
  const auto frames = DecodeHistoryRow(row);
  ASSERT_TRUE(frames.ok());
  ASSERT_THAT(*frames, SizeIs(3));
  EXPECT_EQ((*frames)[2].slot.generation, 3u);
  for (size_t cut = 1; cut < 26; ++cut) {
    EXPECT_EQ(DecodeHistoryRow(std::string_view(row).substr(0, row.size() - cut)).status().code(),
              absl::StatusCode::kDataLoss)
        << cut;
  }
}

TEST(RowFormatTest, AnotherFormatIsToldFromDamage) {
  std::string row = EncodeHeadHeader({});
  row[0] = 2;
  std::string_view sealed;
  EXPECT_EQ(DecodeHeadRow(row, &sealed).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(DecodeHeadRow(row.substr(0, 20), &sealed).status().code(), absl::StatusCode::kDataLoss);
}

TEST(RowFormatTest, BothRowsOfASubjectLieSideBySide) {
  const StoredCode code(CodeBytes{0xAB, 0xCD});
  const SubjectKey head(code, RowKind::kHead);
  const SubjectKey history(code, RowKind::kHistory);
  EXPECT_LT(head.view(), history.view());
  StoredCode parsed;
  EXPECT_EQ(*ParseSubjectKey(history.view(), &parsed), RowKind::kHistory);
  EXPECT_EQ(parsed, code);
  EXPECT_EQ(RangeOf(code), 0xABCDu);
  EXPECT_LE(RangeStart(0xABCD), head.view());
  EXPECT_GT(RangeStart(0xABCE), history.view());
}

TEST(RowFormatTest, ASealIsBoundToItsPlace) {
  const StoredCode code(CodeBytes{1});
  const SlotRef slot = {.index = 1, .generation = 1};
  const std::string here = RowAssociatedData(RowKind::kHead, code, slot);
  EXPECT_NE(here, RowAssociatedData(RowKind::kHistory, code, slot));
  EXPECT_NE(here, RowAssociatedData(RowKind::kHead, StoredCode(CodeBytes{2}), slot));
  EXPECT_NE(here, RowAssociatedData(RowKind::kHead, code, {.index = 2, .generation = 1}));
  EXPECT_NE(here, RowAssociatedData(RowKind::kHead, code, {.index = 1, .generation = 2}));
}

}  // namespace
}  // namespace bauta
