#include "tools/cli/record_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bauta/v1/post.pb.h"
#include "bauta/v1/signal.pb.h"
#include "tools/cli/csv_line.h"

namespace bauta {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(CsvLineTest, SplitsQuotedAndPlainFields) {
  EXPECT_THAT(SplitCsvLine("a,,\"b,\"\"c\"\"\",d\r").value(), ElementsAre("a", "", "b,\"c\"", "d"));
  EXPECT_THAT(SplitCsvLine("").value(), ElementsAre(""));
}

TEST(CsvLineTest, RefusesBrokenQuotes) {
  EXPECT_TRUE(absl::IsInvalidArgument(SplitCsvLine("a,\"b").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(SplitCsvLine("\"a\"b,c").status()));
}

TEST(RecordParserTest, ReadsAnEventFromCsv) {
  const auto parser = RecordParser::ForCsv(v1::Interaction::descriptor(),
                                           "account_id,post_id,kind,event_time,strength,surface");
  ASSERT_TRUE(parser.ok()) << parser.status();
  v1::Interaction event;
  ASSERT_TRUE(parser->Parse("somebody,42,Dwell,1650812741436,1500,", event).ok());
  EXPECT_EQ(event.subject().account_id(), "somebody");
  EXPECT_EQ(event.post_id(), 42u);
  EXPECT_EQ(event.kind(), v1::SIGNAL_KIND_DWELL);
  EXPECT_EQ(event.strength(), 1500u);
  EXPECT_EQ(event.event_time().seconds(), 1650812741);
  EXPECT_EQ(event.event_time().nanos(), 436'000'000);
  EXPECT_EQ(event.surface(), "");
}

TEST(RecordParserTest, ReadsAPostWithListsAndWrittenTimesFromCsv) {
  const auto parser = RecordParser::ForCsv(v1::Post::descriptor(),
                                           "post_id,author,topic_ids,create_time,review_state,version");
  ASSERT_TRUE(parser.ok()) << parser.status();
  v1::Post post;
  ASSERT_TRUE(parser->Parse("7,ann,3; 5,2026-01-31T12:00:00Z,approved,1", post).ok());
  EXPECT_EQ(post.author().author_id(), "ann");
  EXPECT_THAT(post.topic_ids(), ElementsAre(3, 5));
  EXPECT_EQ(post.create_time().seconds(), 1769860800);
  EXPECT_EQ(post.review_state(), v1::REVIEW_STATE_APPROVED);
}

TEST(RecordParserTest, ReadsProtobufsJson) {
  v1::Interaction event;
  ASSERT_TRUE(
      RecordParser::ForJson()
          .Parse(R"({"subject":{"device_id":"d"},"post_id":"9","kind":"SIGNAL_KIND_LIKE","taken_back":true})",
                 event)
          .ok());
  EXPECT_EQ(event.subject().device_id(), "d");
  EXPECT_TRUE(event.taken_back());
}

TEST(RecordParserTest, NamesAColumnThatThereIsNot) {
  const auto parser = RecordParser::ForCsv(v1::Interaction::descriptor(), "account_id,post");
  EXPECT_THAT(std::string(parser.status().message()), HasSubstr("column post"));
}

struct BadLine {
  const char* line;
  const char* complaint;
};

TEST(RecordParserTest, SaysWhichColumnIsWrongAndNeverWhatItHeld) {
  const auto parser =
      RecordParser::ForCsv(v1::Interaction::descriptor(), "account_id,post_id,kind,event_time").value();
  for (const BadLine& bad :
       {BadLine{"secret,many,click,1", "column post_id: a whole number expected"},
        BadLine{"secret,1,tap,1", "column kind: one of impression, click"},
        BadLine{"secret,1,unspecified,1", "column kind: one of"},
        BadLine{"secret,1,click,yesterday", "column event_time: a time as"},
        BadLine{"secret,1,click", "3 columns, 4 expected"}, BadLine{"secret,\"1,click,1", "a quote"}}) {
    v1::Interaction event;
    const absl::Status status = parser.Parse(bad.line, event);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << bad.line;
    EXPECT_THAT(std::string(status.message()), HasSubstr(bad.complaint));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
  }
  v1::Interaction event;
  const absl::Status json =
      RecordParser::ForJson().Parse(R"({"subject":{"account_id":"secret"},"text":"x"})", event);
  EXPECT_TRUE(absl::IsInvalidArgument(json));
  EXPECT_THAT(std::string(json.message()), Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace bauta
