// Hex for test vectors.
#ifndef BAUTA_TESTS_PRIVACY_HEX_H_
#define BAUTA_TESTS_PRIVACY_HEX_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "base/strings.h"
#include "privacy/secret.h"

namespace bauta::testing {

inline std::string FromHex(std::string_view hex) { return absl::HexStringToBytes(ToAbsl(hex)); }
inline std::string ToHex(std::string_view bytes) { return absl::BytesToHexString(ToAbsl(bytes)); }
inline std::string ToHex(std::span<const uint8_t> bytes) {
  return ToHex(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}
inline std::span<const uint8_t> AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// A secret all of whose bytes are `byte`.
template <size_t N>
SecretBytes<N> SecretOf(uint8_t byte) {
  SecretBytes<N> secret;
  const std::span<uint8_t, N> bytes = secret.Fill();
  std::fill(bytes.begin(), bytes.end(), byte);
  return secret;
}

template <size_t N>
SecretBytes<N> SecretFromHex(std::string_view hex) {
  const std::string bytes = FromHex(hex);
  return SecretBytes<N>(AsBytes(bytes).template first<N>());
}

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_PRIVACY_HEX_H_
