// The project's own sources, read as text by the tests that hold its architecture and style.
#ifndef BAUTA_TESTS_ARCHITECTURE_SOURCE_TREE_H_
#define BAUTA_TESTS_ARCHITECTURE_SOURCE_TREE_H_

#include <string>
#include <vector>

namespace bauta::testing {

struct SourceFile {
  std::string path;  // From the project's root, with '/'.
  std::vector<std::string> lines;
};

// Every .h, .cc and .proto below the rooms, sorted by path. The working directory is the project's root.
std::vector<SourceFile> ReadSourceTree();

// The quoted or angled name of an #include line, or "" for any other line.
std::string IncludedHeader(const std::string& line);

bool StartsWithAny(const std::string& text, const std::vector<std::string>& prefixes);

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_ARCHITECTURE_SOURCE_TREE_H_
