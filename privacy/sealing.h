// Sealing: AES-256-GCM (NIST SP 800-38D) for what lies on the disk, with sizes blurred to powers of two.
//   sealed = nonce (12, random) ‖ ciphertext of padded ‖ tag (16)
//   padded = size of the value (4, little-endian) ‖ value ‖ zeros, up to the next power of two of at least
//   256 bytes
// The nonce is random because a counter would repeat after a restore; one data key seals far fewer than 2^32
// values. Contexts are kept by thread and re-keyed with each call: the last key of a thread stays in its
// context until its next call. Thread-safe.
#ifndef BAUTA_PRIVACY_SEALING_H_
#define BAUTA_PRIVACY_SEALING_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "privacy/random_source.h"
#include "privacy/secret.h"

namespace bauta {

inline constexpr size_t kSealedPaddingMin = 256;                // Bytes.
inline constexpr size_t kSealedOverhead = 12 + 16;              // Nonce and tag.
inline constexpr size_t kSealedValueSizeMax = size_t{1} << 26;  // 64 MiB.

// The bytes that sealing a value of `value_size` bytes gives.
constexpr size_t SealedSize(size_t value_size) {
  size_t padded = kSealedPaddingMin;
  while (padded < value_size + 4) padded *= 2;
  return padded + kSealedOverhead;
}

// Appends the sealed value to `out`. INVALID_ARGUMENT: larger than kSealedValueSizeMax; INTERNAL: no
// randomness. `out` is unchanged on an error.
absl::Status Seal(const SecretKey& key, std::string_view associated_data, std::string_view value,
                  RandomSource& random, std::string& out);

// Replaces `value`. DATA_LOSS: not what Seal made with this key and this associated data; `value` is then
// empty.
absl::Status Unseal(const SecretKey& key, std::string_view associated_data, std::string_view sealed,
                    std::string& value);

}  // namespace bauta

#endif  // BAUTA_PRIVACY_SEALING_H_
