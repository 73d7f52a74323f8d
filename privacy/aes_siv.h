// AesSiv: deterministic authenticated encryption, AES-256-SIV (RFC 5297). Equal inputs give equal bytes, and
// nothing else is given away: for page tokens and for wrapped data keys.
//   sealed = synthetic IV (16), which is the tag ‖ ciphertext, as long as the plaintext
#ifndef BAUTA_PRIVACY_AES_SIV_H_
#define BAUTA_PRIVACY_AES_SIV_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "privacy/secret.h"

namespace bauta {

inline constexpr size_t kSivOverhead = 16;  // Bytes.

// Thread-safe. Wiped.
class AesSiv {
 public:
  // INTERNAL where OpenSSL has no AES-SIV.
  static absl::StatusOr<std::unique_ptr<AesSiv>> Create(const SivKey& key);
  ~AesSiv();
  AesSiv(const AesSiv&) = delete;
  AesSiv& operator=(const AesSiv&) = delete;

  // The associated data are a list: ("a", "bc") and ("ab", "c") are different. At most 126. `out` has
  // plaintext.size() + 16 bytes. An empty plaintext is refused (INVALID_ARGUMENT).
  absl::Status Seal(std::initializer_list<std::string_view> associated_data, std::string_view plaintext,
                    std::span<uint8_t> out) const;
  // `out` has sealed.size() − 16 bytes. INVALID_ARGUMENT: sealed has under 17 bytes, or was not made by Seal
  // with this key and these associated data; `out` is then zeros.
  absl::Status Open(std::initializer_list<std::string_view> associated_data, std::string_view sealed,
                    std::span<uint8_t> out) const;

 private:
  struct Context;
  explicit AesSiv(std::unique_ptr<Context> context);
  std::unique_ptr<Context> context_;
};

}  // namespace bauta

#endif  // BAUTA_PRIVACY_AES_SIV_H_
