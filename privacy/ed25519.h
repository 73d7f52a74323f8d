// Ed25519 (RFC 8032): signatures of rights tokens.
#ifndef BAUTA_PRIVACY_ED25519_H_
#define BAUTA_PRIVACY_ED25519_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "privacy/random_source.h"
#include "privacy/secret.h"

namespace bauta {

using Ed25519Signature = std::array<uint8_t, 64>;

class Ed25519PublicKey {
 public:
  // INVALID_ARGUMENT unless 32 bytes, or 64 hexadecimal digits.
  static absl::StatusOr<Ed25519PublicKey> FromView(std::string_view bytes);
  static absl::StatusOr<Ed25519PublicKey> FromHex(std::string_view hex);

  std::string ToHex() const;
  // False for a signature of another size as well.
  bool Verify(std::string_view message, std::string_view signature) const;

  friend bool operator==(const Ed25519PublicKey&, const Ed25519PublicKey&) = default;

 private:
  friend class Ed25519PrivateKey;
  Ed25519PublicKey() = default;
  std::array<uint8_t, 32> bytes_{};
};

// Move-only, wiped. Thread-safe once made.
class Ed25519PrivateKey {
 public:
  static absl::StatusOr<Ed25519PrivateKey> Generate(RandomSource& random);
  static absl::StatusOr<Ed25519PrivateKey> FromSeed(SecretKey seed);

  const SecretKey& seed() const { return seed_; }
  const Ed25519PublicKey& public_key() const { return public_key_; }
  absl::StatusOr<Ed25519Signature> Sign(std::string_view message) const;

 private:
  Ed25519PrivateKey() = default;
  SecretKey seed_;
  Ed25519PublicKey public_key_;
};

}  // namespace bauta

#endif  // BAUTA_PRIVACY_ED25519_H_
