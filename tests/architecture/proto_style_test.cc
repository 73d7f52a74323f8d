// Holds the style of the wire and of the disk's messages, and that no field for what Bauta must never take
// creeps in. The .proto files are read line by line: one declaration a line, as buf formats them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/architecture/source_tree.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// One declaration and the comment directly above it.
struct Declaration {
  std::string where;  // "path:line".
  std::string line;
  std::string comment;  // All of its lines, joined; empty where there is none.
};

struct Field {
  Declaration declaration;
  std::string label;  // "repeated", "optional" or empty.
  std::string type;
  std::string name;
  std::string options;  // What stands in brackets.
};

const std::regex& DeclarationPattern() {
  static const auto& pattern =
      *new std::regex(R"re(^\s*((message|enum|service|oneof|rpc)\s+\w+.*|[\w. ]+\s=\s\d+( \[.*\])?;)\s*$)re");
  return pattern;
}

std::vector<Declaration> DeclarationsOf(const SourceFile& file) {
  static const auto& comment_pattern = *new std::regex(R"re(^\s*//\s*(.*)$)re");
  std::vector<Declaration> declarations;
  std::string comment;
  for (size_t i = 0; i < file.lines.size(); ++i) {
    std::smatch match;
    if (std::regex_match(file.lines[i], match, comment_pattern)) {
      comment += match[1].str() + " ";
      continue;
    }
    if (std::regex_match(file.lines[i], DeclarationPattern())) {
      declarations.push_back({file.path + ":" + std::to_string(i + 1), file.lines[i], comment});
    }
    comment.clear();
  }
  return declarations;
}

std::vector<Field> FieldsOf(const SourceFile& file) {
  static const auto& pattern = *new std::regex(
      R"re(^\s*(repeated |optional )?([a-z][\w.]*|[A-Z]\w*)\s(\w+)\s=\s\d+(?: \[(.*)\])?;\s*$)re");
  std::vector<Field> fields;
  for (Declaration& declaration : DeclarationsOf(file)) {
    std::smatch match;
    const std::string line = declaration.line;
    if (!std::regex_match(line, match, pattern)) continue;
    std::string label = match[1].str();
    if (!label.empty()) label.pop_back();
    fields.push_back({std::move(declaration), label, match[2].str(), match[3].str(), match[4].str()});
  }
  return fields;
}

std::string Complaint(const Declaration& declaration, const std::string& what) {
  return declaration.where + ": " + what + ": " + declaration.line;
}

std::vector<std::string> WithoutComment(const SourceFile& file) {
  std::vector<std::string> complaints;
  for (const Declaration& declaration : DeclarationsOf(file)) {
    if (declaration.comment.empty()) complaints.push_back(Complaint(declaration, "no comment"));
  }
  return complaints;
}

std::vector<std::string> EnumsWithoutUnspecified(const SourceFile& file) {
  static const auto& value = *new std::regex(R"re(^\s*([A-Z][A-Z0-9_]*) = (\d+);.*)re");
  std::vector<std::string> complaints;
  bool first = false;
  for (const Declaration& declaration : DeclarationsOf(file)) {
    std::smatch match;
    if (declaration.line.starts_with("enum ")) {
      first = true;
    } else if (std::regex_match(declaration.line, match, value)) {
      if (first && (!match[1].str().ends_with("_UNSPECIFIED") || match[2].str() != "0")) {
        complaints.push_back(Complaint(declaration, "the first value is not …_UNSPECIFIED = 0"));
      }
      first = false;
    }
  }
  return complaints;
}

// What must never have a field: position, other people, the device, the body, free text.
std::vector<std::string> ForbiddenFields(const SourceFile& file) {
  static const auto& forbidden = *new std::vector<std::string>{
      "gps",    "latitude", "longitude", "position", "wifi",      "ssid",  "bluetooth", "imei",    "idfa",
      "serial", "mac",      "contact",   "contacts", "chat",      "chats", "app",       "apps",    "age",
      "sex",    "gender",   "birth",     "birthday", "birthdate", "email", "phone",     "surname", "text",
      "body",   "title",    "caption",   "query",    "words",     "photo", "face",      "voice"};
  std::vector<std::string> complaints;
  for (const Field& field : FieldsOf(file)) {
    if (field.name == "name" || field.name.ends_with("_name")) {
      complaints.push_back(Complaint(field.declaration, "a field for a name"));
    }
    std::stringstream words(field.name);
    for (std::string word; std::getline(words, word, '_');) {
      if (std::find(forbidden.begin(), forbidden.end(), word) != forbidden.end()) {
        complaints.push_back(Complaint(field.declaration, "a field for \"" + word + "\""));
      }
    }
  }
  return complaints;
}

// A limit is a number, or a word that ties the list's length to another list's.
std::vector<std::string> ListsWithoutLimit(const SourceFile& file) {
  std::vector<std::string> complaints;
  for (const Field& field : FieldsOf(file)) {
    const std::string& comment = field.declaration.comment;
    const bool limited =
        std::any_of(comment.begin(), comment.end(), [](unsigned char c) { return std::isdigit(c) != 0; }) ||
        comment.find("each") != std::string::npos;
    if (field.label == "repeated" && !limited) {
      complaints.push_back(Complaint(field.declaration, "the comment states no limit of the list"));
    }
  }
  return complaints;
}

std::vector<std::string> MisnamedTimes(const SourceFile& file) {
  std::vector<std::string> complaints;
  for (const Field& field : FieldsOf(file)) {
    if ((field.type == "google.protobuf.Timestamp") != field.name.ends_with("_time")) {
      complaints.push_back(Complaint(field.declaration, "a Timestamp is named …_time, and nothing else is"));
    }
  }
  return complaints;
}

std::vector<std::string> IdsOfAnotherType(const SourceFile& file) {
  static const auto& id = *new std::regex(R"re((.*_)?(post|topic)_ids?)re");
  std::vector<std::string> complaints;
  for (const Field& field : FieldsOf(file)) {
    if (!std::regex_match(field.name, id)) continue;
    if (field.type != "fixed64" || field.options.find("jstype = JS_STRING") == std::string::npos) {
      complaints.push_back(
          Complaint(field.declaration, "an id of a post or topic is a fixed64 with JS_STRING"));
    }
  }
  return complaints;
}

std::vector<std::string> MethodsWithForeignMessages(const SourceFile& file) {
  static const auto& rpc =
      *new std::regex(R"re(^\s*rpc (\w+)\((\w+)\) returns \((?:stream )?(\w+)\);\s*$)re");
  std::vector<std::string> complaints;
  for (const Declaration& declaration : DeclarationsOf(file)) {
    if (declaration.line.find(" rpc ") == std::string::npos) continue;
    std::smatch match;
    const std::string line = declaration.line;
    if (!std::regex_match(line, match, rpc) || match[2].str() != match[1].str() + "Request" ||
        match[3].str() != match[1].str() + "Response") {
      complaints.push_back(Complaint(declaration, "a method has a request and a response of its own name"));
    }
  }
  return complaints;
}

using Rule = std::vector<std::string> (*)(const SourceFile&);

std::vector<std::string> Check(Rule rule, const std::string& folder) {
  std::vector<std::string> complaints;
  size_t files = 0;
  for (const SourceFile& file : ReadSourceTree()) {
    if (!file.path.starts_with(folder) || !file.path.ends_with(".proto")) continue;
    ++files;
    std::ranges::copy(rule(file), std::back_inserter(complaints));
  }
  if (files == 0) complaints.push_back(folder + ": no .proto file is there");
  return complaints;
}

constexpr char kAll[] = "proto/bauta/";
constexpr char kWire[] = "proto/bauta/v1/";
constexpr char kDisk[] = "proto/bauta/storage/";

TEST(ProtoStyleTest, EveryDeclarationHasAComment) { EXPECT_THAT(Check(WithoutComment, kAll), IsEmpty()); }

TEST(ProtoStyleTest, EveryEnumBeginsWithUnspecified) {
  EXPECT_THAT(Check(EnumsWithoutUnspecified, kAll), IsEmpty());
}

TEST(ProtoStyleTest, NoFieldTakesWhatMustNeverBeTaken) {
  // Not the configuration: it names surfaces and issuers, and comes from the operator.
  EXPECT_THAT(Check(ForbiddenFields, kWire), IsEmpty());
  EXPECT_THAT(Check(ForbiddenFields, kDisk), IsEmpty());
}

TEST(ProtoStyleTest, EveryListOfTheWireStatesItsLimit) {
  EXPECT_THAT(Check(ListsWithoutLimit, kWire), IsEmpty());
}

TEST(ProtoStyleTest, TimestampsAreNamedTime) { EXPECT_THAT(Check(MisnamedTimes, kAll), IsEmpty()); }

TEST(ProtoStyleTest, PostAndTopicIdsOfTheWireAreFixed64) {
  EXPECT_THAT(Check(IdsOfAnotherType, kWire), IsEmpty());
}

TEST(ProtoStyleTest, EveryMethodHasItsOwnRequestAndResponse) {
  EXPECT_THAT(Check(MethodsWithForeignMessages, kWire), IsEmpty());
}

// The rules themselves, on a file that breaks each of them once.
TEST(ProtoStyleTest, RulesFindWhatTheyName) {
  const SourceFile bad{.path = "bad.proto",
                       .lines = {
                           "// Good.",
                           "service BadService {",
                           "  // Answers with another method's message.",
                           "  rpc Get(GetRequest) returns (stream ListResponse);",
                           "}",
                           "// Good.",
                           "enum Color {",
                           "  // Not unspecified.",
                           "  COLOR_RED = 0;",
                           "  // Good.",
                           "  COLOR_GREEN = 1;",
                           "}",
                           "// Good.",
                           "message GetRequest {",
                           "  string uncommented = 1;",
                           "  // Where somebody is.",
                           "  optional float gps_longitude = 2;",
                           "  // Any number of them.",
                           "  repeated fixed64 post_ids = 3 [jstype = JS_STRING];",
                           "  // At most 3.",
                           "  repeated uint64 topic_ids = 4;",
                           "  // When.",
                           "  google.protobuf.Timestamp created = 5;",
                           "  // Who.",
                           "  string first_name = 6;",
                           "}",
                       }};
  EXPECT_THAT(WithoutComment(bad), ElementsAre(HasSubstr("bad.proto:15")));
  EXPECT_THAT(EnumsWithoutUnspecified(bad), ElementsAre(HasSubstr("COLOR_RED")));
  EXPECT_THAT(ForbiddenFields(bad),
              ElementsAre(HasSubstr("\"gps\""), HasSubstr("\"longitude\""), HasSubstr("first_name")));
  EXPECT_THAT(ListsWithoutLimit(bad), ElementsAre(HasSubstr("post_ids")));
  EXPECT_THAT(MisnamedTimes(bad), ElementsAre(HasSubstr("created")));
  EXPECT_THAT(IdsOfAnotherType(bad), ElementsAre(HasSubstr("topic_ids")));
  EXPECT_THAT(MethodsWithForeignMessages(bad), ElementsAre(HasSubstr("rpc Get")));
  EXPECT_THAT(FieldsOf(bad), SizeIs(6));
}

}  // namespace
}  // namespace bauta::testing
