#include <optional>
#include <string>

#include "featurestore/records/post.h"

namespace bauta {

std::optional<Language> Language::Parse(const std::string& tag) {
  size_t size = tag.find('-');
  if (size == std::string::npos) size = tag.size();
  if (size != 2 && size != 3) return std::nullopt;
  uint32_t packed = 0;
  for (size_t i = 0; i < size; ++i) {
    char c = tag[i];
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c < 'a' || c > 'z') return std::nullopt;
    packed = packed << 8 | static_cast<unsigned char>(c);
  }
  return Language(packed);
}

std::string Language::ToString() const {
  std::string text;
  for (int shift = 16; shift >= 0; shift -= 8) {
    const char c = static_cast<char>(packed_ >> shift & 0xff);
    if (c != 0) text.push_back(c);
  }
  return text;
}

}  // namespace bauta
