#include "tests/testing/byte_scanner.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"

namespace bauta::testing {
namespace {

// Base64 of `bytes` where `before` bytes stand before it, without the characters that its neighbours have a
// part in.
std::string Base64At(size_t before, const std::string& bytes) {
  const std::string encoded = absl::Base64Escape(std::string(before, '\0') + bytes);
  const size_t begin = (before * 8 + 5) / 6;
  const size_t end = (before + bytes.size()) * 8 / 6;
  return encoded.substr(begin, end - begin);
}

std::string Utf16(const std::string& bytes, bool high_byte_first) {
  std::string wide;
  for (const char c : bytes) {
    if (high_byte_first) wide += '\0';
    wide += c;
    if (!high_byte_first) wide += '\0';
  }
  return wide;
}

}  // namespace

void ByteScanner::Plant(const std::string& name, const std::string& bytes) {
  if (bytes.size() < 8) std::abort();
  const auto add = [&](const char* form, std::string needle) {
    needles_.push_back({name + " as " + form, std::move(needle)});
  };
  add("raw bytes", bytes);
  add("reversed bytes", std::string(bytes.rbegin(), bytes.rend()));
  add("hex", absl::BytesToHexString(bytes));
  add("upper-case hex", absl::AsciiStrToUpper(absl::BytesToHexString(bytes)));
  add("UTF-16, low byte first", Utf16(bytes, false));
  add("UTF-16, high byte first", Utf16(bytes, true));
  for (size_t before = 0; before < 3; ++before) {
    std::string base64 = Base64At(before, bytes);
    std::string web_safe = base64;
    std::replace(web_safe.begin(), web_safe.end(), '+', '-');
    std::replace(web_safe.begin(), web_safe.end(), '/', '_');
    if (web_safe != base64) add("web-safe base64", web_safe);
    add("base64", std::move(base64));
  }
}

std::vector<std::string> ByteScanner::Find(std::string_view text) const {
  std::vector<std::string> found;
  for (const Needle& needle : needles_) {
    const std::boyer_moore_horspool_searcher searcher(needle.bytes.begin(), needle.bytes.end());
    if (std::search(text.begin(), text.end(), searcher) != text.end()) found.push_back(needle.description);
  }
  return found;
}

std::vector<std::string> ByteScanner::FindInFiles(const std::string& directory) const {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    for (const std::string& description : Find(entry.path().filename().string())) {
      found.push_back(description + " in the name " + entry.path().string());
    }
    if (!entry.is_regular_file()) continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    for (const std::string& description : Find(bytes))
      found.push_back(description + " in " + entry.path().string());
  }
  return found;
}

std::string ByteScanner::AllForms() const {
  std::string all;
  for (const Needle& needle : needles_) all += needle.bytes + "\n";
  return all;
}

}  // namespace bauta::testing
