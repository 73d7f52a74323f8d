// docs/privacy.md must not rot: what it names exists.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "tests/architecture/source_tree.h"

namespace bauta::testing {
namespace {

// `Suite.Name` of every TEST, TEST_F and TEST_P.
std::set<std::string> NamesOfTests() {
  static const std::regex kTest(R"re(\bTEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\))re");
  std::set<std::string> names;
  for (const SourceFile& file : ReadSourceTree()) {
    if (!file.path.starts_with("tests/")) continue;
    std::string text;  // A long name stands on the line behind its TEST_F(.
    for (const std::string& line : file.lines) text += line + "\n";
    for (std::sregex_iterator match(text.begin(), text.end(), kTest), end; match != end; ++match) {
      names.insert((*match)[1].str() + "." + (*match)[2].str());
    }
  }
  return names;
}

TEST(PrivacyTableTest, NamesFilesAndTestsThatExist) {
  std::ifstream stream("docs/privacy.md");
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  const std::set<std::string> tests = NamesOfTests();
  ASSERT_GT(tests.size(), 100u);
  static const std::regex kQuoted("`([^`]+)`");
  static const std::regex kTestName(R"re(\w*Test\.\w+)re");
  size_t named_tests = 0;
  size_t named_files = 0;
  for (std::sregex_iterator match(text.begin(), text.end(), kQuoted), end; match != end; ++match) {
    const std::string quoted = (*match)[1].str();
    if (std::regex_match(quoted, kTestName)) {
      ++named_tests;
      EXPECT_TRUE(tests.contains(quoted)) << "no test of the name " << quoted;
    } else if (quoted.find('/') != std::string::npos) {
      ++named_files;
      EXPECT_TRUE(std::filesystem::exists(quoted)) << "no file of the name " << quoted;
    }
  }
  EXPECT_GT(named_tests, 40u);
  EXPECT_GT(named_files, 20u);
}

}  // namespace
}  // namespace bauta::testing
