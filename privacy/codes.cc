#include "privacy/codes.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"

namespace bauta {
namespace {

absl::StatusOr<CodeBytes> ToBytes(const char* what, std::string_view bytes) {
  if (bytes.size() != kCodeSize) {
    return absl::InvalidArgumentError(absl::StrCat(what, ": 16 bytes allowed, got ", bytes.size()));
  }
  CodeBytes code;
  std::memcpy(code.data(), bytes.data(), kCodeSize);
  return code;
}

}  // namespace

absl::StatusOr<StoredCode> StoredCode::FromView(std::string_view bytes) {
  BAUTA_ASSIGN_OR_RETURN(const CodeBytes code, ToBytes("stored code", bytes));
  return StoredCode(code);
}

absl::StatusOr<AuthorCode> AuthorCode::FromView(std::string_view bytes) {
  BAUTA_ASSIGN_OR_RETURN(const CodeBytes code, ToBytes("author code", bytes));
  return AuthorCode(code);
}

absl::StatusOr<AuthorCode> AuthorCode::FromHex(std::string_view hex) {
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  bool valid = hex.size() == 2 * kCodeSize;
  CodeBytes code{};
  for (size_t i = 0; valid && i < kCodeSize; ++i) {
    const int high = digit(hex[2 * i]);
    const int low = digit(hex[2 * i + 1]);
    valid = high >= 0 && low >= 0;
    code[i] = static_cast<uint8_t>(high * 16 + low);
  }
  if (!valid) {
    return absl::InvalidArgumentError(
        absl::StrCat("author code: 32 hexadecimal digits allowed, got ", hex.size(), " characters"));
  }
  return AuthorCode(code);
}

std::string AuthorCode::ToHex() const { return absl::BytesToHexString(ToAbsl(view())); }

}  // namespace bauta
