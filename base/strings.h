// Debian's abseil is built with its own string_view, which neither converts from nor compares with
// std::string_view. These conversions, and the hash that lets a std::string map be asked with a
// std::string_view, stand here once.
#ifndef BAUTA_BASE_STRINGS_H_
#define BAUTA_BASE_STRINGS_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/strings/string_view.h"

namespace bauta {

inline absl::string_view ToAbsl(std::string_view text) { return absl::string_view(text.data(), text.size()); }
inline std::string_view ToStd(absl::string_view text) { return std::string_view(text.data(), text.size()); }

// For `absl::flat_hash_map<std::string, V, StringHash, std::equal_to<>>`.
struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace bauta

#endif  // BAUTA_BASE_STRINGS_H_
