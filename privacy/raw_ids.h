// Raw ids: what identifies a person, for the few moments between the wire and the code. Move-only, wiped when
// destroyed or moved from; no stream operator, no comparison, no accessor but against a RawIdAccess, whose
// friends are all who may look.
#ifndef BAUTA_PRIVACY_RAW_IDS_H_
#define BAUTA_PRIVACY_RAW_IDS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "absl/status/statusor.h"
#include "privacy/secret.h"

namespace bauta {

inline constexpr size_t kRawIdSizeMax = 256;  // Bytes.

// The key to the bytes. `grep -rn RawIdAccess` finds everyone who holds it.
class RawIdAccess {
 private:
  RawIdAccess() = default;
  friend class Pseudonymizer;
  friend class SubjectHasher;
  friend class CityLocator;
  friend class RawIdTestPeer;
};

namespace privacy_internal {

// Up to 256 bytes held inline: no heap block that would have to be found and wiped.
class RawBytes {
 public:
  explicit RawBytes(std::string_view bytes) : size_(bytes.size()) {
    std::memcpy(bytes_.data(), bytes.data(), size_);
  }
  ~RawBytes() { Wipe(); }
  RawBytes(RawBytes&& other) noexcept : size_(other.size_) {
    std::memcpy(bytes_.data(), other.bytes_.data(), size_);
    other.Wipe();
  }
  RawBytes& operator=(RawBytes&& other) noexcept {
    if (this != &other) {
      Wipe();
      size_ = other.size_;
      std::memcpy(bytes_.data(), other.bytes_.data(), size_);
      other.Wipe();
    }
    return *this;
  }
  RawBytes(const RawBytes&) = delete;
  RawBytes& operator=(const RawBytes&) = delete;

  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  void Wipe() {
    WipeMemory(bytes_.data(), size_);
    size_ = 0;
  }
  size_t size_;
  std::array<char, kRawIdSizeMax> bytes_;
};

}  // namespace privacy_internal

// Each namespace has codes of its own, never joined with another's.
enum class SubjectNamespace : uint8_t { kAccount = 1, kDevice = 2, kExternal = 3 };

// "account", "device", "external": also the label in the code's HMAC, so never change one.
constexpr std::string_view SubjectNamespaceName(SubjectNamespace name) {
  switch (name) {
    case SubjectNamespace::kAccount:
      return "account";
    case SubjectNamespace::kDevice:
      return "device";
    case SubjectNamespace::kExternal:
      return "external";
  }
  return {};
}

class RawSubject {
 public:
  // Copies `id`; the caller's own copy is the caller's to wipe (WipeString). INVALID_ARGUMENT unless it has 1
  // to 256 bytes; the message gives its length only.
  static absl::StatusOr<RawSubject> Create(SubjectNamespace name, std::string_view id);

  SubjectNamespace name() const { return name_; }
  std::string_view bytes(RawIdAccess) const { return bytes_.view(); }

 private:
  RawSubject(SubjectNamespace name, std::string_view id) : name_(name), bytes_(id) {}
  SubjectNamespace name_;
  privacy_internal::RawBytes bytes_;
};

class RawAuthor {
 public:
  // As RawSubject::Create.
  static absl::StatusOr<RawAuthor> Create(std::string_view id);

  std::string_view bytes(RawIdAccess) const { return bytes_.view(); }

 private:
  explicit RawAuthor(std::string_view id) : bytes_(id) {}
  privacy_internal::RawBytes bytes_;
};

class IpAddress {
 public:
  // Dotted IPv4 or IPv6 text. IPv6 forms of an IPv4 address (::ffff:a.b.c.d) become that IPv4 address; a zone
  // ("%eth0") is refused. INVALID_ARGUMENT else; the message gives the text's length only.
  static absl::StatusOr<IpAddress> Parse(std::string_view text);

  ~IpAddress() { WipeMemory(bytes_.data(), bytes_.size()); }
  IpAddress(IpAddress&& other) noexcept : is_v4_(other.is_v4_), bytes_(other.bytes_) {
    WipeMemory(other.bytes_.data(), other.bytes_.size());
  }
  IpAddress& operator=(IpAddress&& other) noexcept {
    if (this != &other) {
      is_v4_ = other.is_v4_;
      bytes_ = other.bytes_;
      WipeMemory(other.bytes_.data(), other.bytes_.size());
    }
    return *this;
  }
  IpAddress(const IpAddress&) = delete;
  IpAddress& operator=(const IpAddress&) = delete;

  bool is_v4(RawIdAccess) const { return is_v4_; }
  // Network order; an IPv4 address in the first four.
  const std::array<uint8_t, 16>& bytes(RawIdAccess) const { return bytes_; }

 private:
  IpAddress() = default;
  bool is_v4_ = false;
  std::array<uint8_t, 16> bytes_{};
};

}  // namespace bauta

#endif  // BAUTA_PRIVACY_RAW_IDS_H_
