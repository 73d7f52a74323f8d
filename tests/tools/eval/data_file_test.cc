#include "tools/eval/data_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/testing/temporary_directory.h"
#include "tests/tools/eval/xz_file.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(DataFileTest, PlainAndCompressedFilesGiveTheSameTextAndChecksum) {
  const TemporaryDirectory folder;
  folder.Write("plain.csv", "abc");
  WriteXz(folder, "packed.csv", "abc");
  for (const char* name : {"plain.csv", "packed.csv.xz"}) {
    const absl::StatusOr<DataFile> file = ReadDataFile(folder.Join(name));
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_EQ(file->text, "abc");
    EXPECT_EQ(file->checksum, "ba7816bf8f01cfea");  // Of FIPS 180-4's example.
  }
}

TEST(DataFileTest, ALongFileComesWhole) {
  const TemporaryDirectory folder;
  std::string text;
  for (int i = 0; i < 50000; ++i) text += std::to_string(i) + "\n";
  WriteXz(folder, "long", text);
  EXPECT_EQ(ReadDataFile(folder.Join("long.xz"))->text, text);
}

TEST(DataFileTest, WhatIsMissingCutOrNotXzIsNamed) {
  const TemporaryDirectory folder;
  WriteXz(folder, "whole", std::string(10000, 'a'));
  const std::string bytes = folder.Read("whole.xz");
  folder.Write("cut.xz", bytes.substr(0, bytes.size() / 2));
  folder.Write("text.xz", "user,item\n");
  folder.Write("empty.xz", "");
  const struct {
    const char* name;
    absl::StatusCode code;
  } cases[] = {
      {"nowhere.csv", absl::StatusCode::kNotFound},       {"nowhere.csv.xz", absl::StatusCode::kNotFound},
      {"no_folder/file.xz", absl::StatusCode::kNotFound}, {"cut.xz", absl::StatusCode::kDataLoss},
      {"text.xz", absl::StatusCode::kDataLoss},           {"empty.xz", absl::StatusCode::kDataLoss}};
  for (const auto& one : cases) {
    const absl::Status status = ReadDataFile(folder.Join(one.name)).status();
    EXPECT_EQ(status.code(), one.code) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(one.name));
  }
}

TEST(ForEachLineTest, VisitsLinesWithoutTheirEnds) {
  const struct {
    const char* text;
    size_t skip;
    std::vector<std::string> lines;
  } cases[] = {{"", 0, {}},
               {"a", 0, {"a"}},
               {"a\nb\n", 0, {"a", "b"}},
               {"a\r\nb\r\n\r\n", 0, {"a", "b"}},
               {"header\n\nb\nc", 1, {"b", "c"}},
               {"header\n", 1, {}},
               {"a\n", 5, {}}};
  for (const auto& one : cases) {
    std::vector<std::string> lines;
    const absl::Status status = ForEachLine(one.text, one.skip, [&](std::string_view line) {
      lines.emplace_back(line);
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(lines, one.lines) << one.text;
  }
}

TEST(ForEachLineTest, StopsAtTheFirstErrorAndNumbersItsLine) {
  std::vector<std::string> lines;
  const absl::Status status =
      ForEachLine("header\na\n\nbad\nb\n", 1, [&](std::string_view line) -> absl::Status {
        lines.emplace_back(line);
        if (line == "bad") return absl::InvalidArgumentError("not this");
        return absl::OkStatus();
      });
  EXPECT_EQ(status, absl::InvalidArgumentError("line 4: not this"));
  EXPECT_THAT(lines, ElementsAre("a", "bad"));
}

TEST(SplitFieldsTest, KeepsSeparatorsWithinQuotes) {
  const struct {
    const char* line;
    char separator;
    std::vector<std::string_view> fields;
  } cases[] = {{"a,b", ',', {"a", "b"}},          {"", ',', {""}},
               {"a,,", ',', {"a", "", ""}},       {"1,\"2,3\",4", ',', {"1", "2,3", "4"}},
               {"\"2,3\"", ',', {"2,3"}},         {"1\t2", '\t', {"1", "2"}},
               {"\"open,b", ',', {"\"open", "b"}}};
  for (const auto& one : cases) {
    std::vector<std::string_view> fields = {"of the line before"};
    SplitFields(one.line, one.separator, fields);
    EXPECT_EQ(fields, one.fields) << one.line;
  }
}

TEST(ParseWholeTest, TakesNumbersFromZeroAndRefusesTheRest) {
  EXPECT_EQ(*ParseWhole("0"), 0);
  EXPECT_EQ(*ParseWhole("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(*ParseWhole("12.0"), 12);
  for (const char* text : {"", "-1", "x", "1x", " 1", "9223372036854775808", "1,2"}) {
    EXPECT_EQ(ParseWhole(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace bauta::testing
