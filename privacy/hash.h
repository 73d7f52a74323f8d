// SHA-256, HMAC-SHA-256 (RFC 2104), HKDF-SHA-256 (RFC 5869) and CRC-32C (RFC 3720, appendix B.4).
#ifndef BAUTA_PRIVACY_HASH_H_
#define BAUTA_PRIVACY_HASH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "privacy/secret.h"

namespace bauta {

using Sha256Digest = std::array<uint8_t, 32>;

inline std::string_view View(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// Of the parts one after another.
Sha256Digest Sha256(std::initializer_list<std::string_view> parts);
inline Sha256Digest Sha256(std::string_view message) { return Sha256({message}); }

// HMAC under one key, whose two padded blocks are hashed once. Immutable, thread-safe, wiped.
class HmacSha256 {
 public:
  explicit HmacSha256(std::span<const uint8_t> key);
  explicit HmacSha256(const SecretKey& key) : HmacSha256(std::span<const uint8_t>(RevealSecret(key))) {}
  ~HmacSha256();
  HmacSha256(const HmacSha256&) = delete;
  HmacSha256& operator=(const HmacSha256&) = delete;

  // Of the parts one after another.
  Sha256Digest Compute(std::initializer_list<std::string_view> parts) const;
  Sha256Digest Compute(std::string_view message) const { return Compute({message}); }

 private:
  // Two SHA256_CTX of OpenSSL, which stays out of this header.
  static constexpr size_t kStateSize = 112;
  alignas(8) std::array<std::byte, kStateSize> inner_;
  alignas(8) std::array<std::byte, kStateSize> outer_;
};

// RFC 5869. Precondition: out.size() ≤ 255 × 32.
void HkdfSha256(std::span<const uint8_t> key, std::string_view salt, std::string_view info,
                std::span<uint8_t> out);

// Checks against accident, not against anybody. Extend(Crc32c(a), b) is Crc32c of a then b.
uint32_t Crc32c(std::string_view bytes);
uint32_t ExtendCrc32c(uint32_t crc, std::string_view bytes);

// Equal in a time that does not depend on where the two differ. False for different sizes.
bool ConstantTimeEqual(std::string_view a, std::string_view b);

}  // namespace bauta

#endif  // BAUTA_PRIVACY_HASH_H_
