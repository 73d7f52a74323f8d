// SecretBytes: key material. Wiped when destroyed, moved from or replaced; cannot be printed, copied by
// accident or compared. The bytes are reached through RevealSecret alone, so that everyone who looks at them
// is found by `grep -rn RevealSecret`.
#ifndef BAUTA_PRIVACY_SECRET_H_
#define BAUTA_PRIVACY_SECRET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace bauta {

// Overwrites memory in a way that the compiler may not leave out.
void WipeMemory(void* memory, size_t size);
// Overwrites the whole capacity of `text` and leaves it empty.
void WipeString(std::string& text);

// Core dumps and attaching debuggers are switched off for this process (PR_SET_DUMPABLE, RLIMIT_CORE). Call
// first thing in main. INTERNAL where the operating system refuses.
absl::Status DisableCoreDumps();

template <size_t N>
class SecretBytes {
 public:
  static constexpr size_t kSize = N;

  SecretBytes() = default;  // All zeros.
  explicit SecretBytes(std::span<const uint8_t, N> bytes) { std::memcpy(bytes_.data(), bytes.data(), N); }
  ~SecretBytes() { WipeMemory(bytes_.data(), N); }

  SecretBytes(SecretBytes&& other) noexcept : bytes_(other.bytes_) { WipeMemory(other.bytes_.data(), N); }
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      WipeMemory(other.bytes_.data(), N);
    }
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;

  SecretBytes Clone() const { return SecretBytes(std::span<const uint8_t, N>(bytes_)); }
  // For filling in place.
  std::span<uint8_t, N> Fill() { return bytes_; }

  template <size_t M>
  friend std::span<const uint8_t, M> RevealSecret(const SecretBytes<M>& secret);

 private:
  std::array<uint8_t, N> bytes_{};
};

template <size_t N>
std::span<const uint8_t, N> RevealSecret(const SecretBytes<N>& secret) {
  return std::span<const uint8_t, N>(secret.bytes_);
}

using SecretKey = SecretBytes<32>;  // AES-256, HMAC-SHA-256, Ed25519 seeds.
using SivKey = SecretBytes<64>;     // AES-256-SIV takes two AES-256 keys.

}  // namespace bauta

#endif  // BAUTA_PRIVACY_SECRET_H_
