#include "tests/architecture/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>

namespace bauta::testing {

std::vector<SourceFile> ReadSourceTree() {
  std::vector<SourceFile> files;
  for (const char* room : {"base", "privacy", "featurestore", "ranking", "training", "service", "tools",
                           "proto", "bench", "tests"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(room)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cc" && extension != ".proto") continue;
      SourceFile file{.path = entry.path().generic_string(), .lines = {}};
      std::ifstream stream(entry.path());
      for (std::string line; std::getline(stream, line);) file.lines.push_back(line);
      files.push_back(std::move(file));
    }
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

std::string IncludedHeader(const std::string& line) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s*[<"]([^">]+)[">].*)re");
  std::smatch match;
  return std::regex_match(line, match, kInclude) ? match[1].str() : "";
}

bool StartsWithAny(const std::string& text, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return text.starts_with(prefix); });
}

}  // namespace bauta::testing
