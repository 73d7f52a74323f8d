// Codes: what stands for a person everywhere behind the door. Plain values; none can be turned back into an
// id without the keys.
//   Pseudonym   the inner code of a subject; lives in memory only
//   StoredCode  the pseudonym encrypted under one identity key; the key of a subject's rows on the disk
//   AuthorCode  names an author; the only one that may be shown
#ifndef BAUTA_PRIVACY_CODES_H_
#define BAUTA_PRIVACY_CODES_H_

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace bauta {

inline constexpr size_t kCodeSize = 16;  // Bytes.
using CodeBytes = std::array<uint8_t, kCodeSize>;

namespace privacy_internal {
// All codes are outputs of a keyed pseudorandom function, so eight bytes of one are a hash already.
inline uint64_t CodeHash(const CodeBytes& bytes) {
  uint64_t word;
  std::memcpy(&word, bytes.data(), sizeof(word));
  return word;
}
}  // namespace privacy_internal

// No stream operator and no conversion to text exists, and the bytes are reached through CodeAccess alone.
class Pseudonym {
 public:
  friend auto operator<=>(const Pseudonym&, const Pseudonym&) = default;
  template <class H>
  friend H AbslHashValue(H state, const Pseudonym& code) {
    return H::combine(std::move(state), privacy_internal::CodeHash(code.bytes_));
  }

 private:
  friend class CodeAccess;
  friend struct std::hash<Pseudonym>;
  explicit Pseudonym(const CodeBytes& bytes) : bytes_(bytes) {}
  CodeBytes bytes_;
};

// The way to a pseudonym's bytes. Named in the code, so that everyone who looks at one is found by
// `grep -rn CodeAccess`: the pseudonymizer, the page token, the mark of an erasure, and tests.
class CodeAccess {
 public:
  static Pseudonym MakePseudonym(const CodeBytes& bytes) { return Pseudonym(bytes); }
  static const CodeBytes& Bytes(const Pseudonym& code) { return code.bytes_; }
  static std::string_view View(const Pseudonym& code) {
    return {reinterpret_cast<const char*>(code.bytes_.data()), kCodeSize};
  }
};

// A database key. Not for logs: there is no stream operator and no hex form.
class StoredCode {
 public:
  StoredCode() = default;
  explicit StoredCode(const CodeBytes& bytes) : bytes_(bytes) {}
  // INVALID_ARGUMENT unless `bytes` are 16 bytes.
  static absl::StatusOr<StoredCode> FromView(std::string_view bytes);

  const CodeBytes& bytes() const { return bytes_; }
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes_.data()), kCodeSize}; }

  friend auto operator<=>(const StoredCode&, const StoredCode&) = default;
  template <class H>
  friend H AbslHashValue(H state, const StoredCode& code) {
    return H::combine(std::move(state), privacy_internal::CodeHash(code.bytes_));
  }

 private:
  CodeBytes bytes_{};
};

class AuthorCode {
 public:
  AuthorCode() = default;  // All zeros: no author.
  explicit AuthorCode(const CodeBytes& bytes) : bytes_(bytes) {}
  // INVALID_ARGUMENT unless `bytes` are 16 bytes.
  static absl::StatusOr<AuthorCode> FromView(std::string_view bytes);
  // INVALID_ARGUMENT unless `hex` is 32 hexadecimal digits, of either case.
  static absl::StatusOr<AuthorCode> FromHex(std::string_view hex);

  std::string ToHex() const;  // 32 digits, lower case.
  const CodeBytes& bytes() const { return bytes_; }
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes_.data()), kCodeSize}; }

  friend auto operator<=>(const AuthorCode&, const AuthorCode&) = default;
  template <class H>
  friend H AbslHashValue(H state, const AuthorCode& code) {
    return H::combine(std::move(state), privacy_internal::CodeHash(code.bytes_));
  }

 private:
  CodeBytes bytes_{};
};

}  // namespace bauta

template <>
struct std::hash<bauta::Pseudonym> {
  std::size_t operator()(const bauta::Pseudonym& code) const {
    return bauta::privacy_internal::CodeHash(code.bytes_);
  }
};
template <>
struct std::hash<bauta::StoredCode> {
  std::size_t operator()(const bauta::StoredCode& code) const {
    return bauta::privacy_internal::CodeHash(code.bytes());
  }
};
template <>
struct std::hash<bauta::AuthorCode> {
  std::size_t operator()(const bauta::AuthorCode& code) const {
    return bauta::privacy_internal::CodeHash(code.bytes());
  }
};

#endif  // BAUTA_PRIVACY_CODES_H_
