#include "privacy/sealing.h"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace bauta {
namespace {

constexpr size_t kNonceSize = 12;
constexpr size_t kTagSize = 16;
constexpr size_t kPrefixSize = 4;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using ContextPointer = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

ContextPointer NewContext(bool seal) {
  ContextPointer context(EVP_CIPHER_CTX_new());
  if (context == nullptr ||
      EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, nullptr, nullptr, seal) != 1) {
    return nullptr;
  }
  return context;
}

// A fetched cipher and its allocations cost more than sealing a small value does, so each thread keeps one a
// direction.
EVP_CIPHER_CTX* SealContext() {
  thread_local const ContextPointer context = NewContext(true);
  return context.get();
}
EVP_CIPHER_CTX* UnsealContext() {
  thread_local const ContextPointer context = NewContext(false);
  return context.get();
}

bool Start(EVP_CIPHER_CTX* context, const SecretKey& key, const uint8_t* nonce,
           std::string_view associated_data) {
  int size = 0;
  return context != nullptr &&
         EVP_CipherInit_ex(context, nullptr, nullptr, RevealSecret(key).data(), nonce, -1) == 1 &&
         EVP_CipherUpdate(context, nullptr, &size, reinterpret_cast<const uint8_t*>(associated_data.data()),
                          static_cast<int>(associated_data.size())) == 1;
}

bool SealInto(const SecretKey& key, std::string_view associated_data, std::string_view value, uint8_t* sealed,
              size_t padded_size) {
  EVP_CIPHER_CTX* const context = SealContext();
  if (!Start(context, key, sealed, associated_data)) return false;
  uint8_t* const body = sealed + kNonceSize;
  // The padded value is put together where its ciphertext goes: GCM may work in place.
  const auto value_size = static_cast<uint32_t>(value.size());
  for (size_t i = 0; i < kPrefixSize; ++i) body[i] = static_cast<uint8_t>(value_size >> (8 * i));
  std::memcpy(body + kPrefixSize, value.data(), value.size());
  std::memset(body + kPrefixSize + value.size(), 0, padded_size - kPrefixSize - value.size());
  int size = 0;
  int last = 0;
  return EVP_CipherUpdate(context, body, &size, body, static_cast<int>(padded_size)) == 1 &&
         EVP_CipherFinal_ex(context, body + size, &last) == 1 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagSize, body + padded_size) == 1;
}

absl::Status NotOurs() {
  return absl::DataLossError("sealed value: damaged, or sealed with another key or for another place");
}

}  // namespace

absl::Status Seal(const SecretKey& key, std::string_view associated_data, std::string_view value,
                  RandomSource& random, std::string& out) {
  if (value.size() > kSealedValueSizeMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("value to seal: at most ", kSealedValueSizeMax, " bytes allowed, got ", value.size()));
  }
  std::array<uint8_t, kNonceSize> nonce;
  BAUTA_RETURN_IF_ERROR(random.Fill(nonce));
  const size_t begin = out.size();
  const size_t sealed_size = SealedSize(value.size());
  out.resize(begin + sealed_size);
  auto* const sealed = reinterpret_cast<uint8_t*>(out.data()) + begin;
  std::memcpy(sealed, nonce.data(), kNonceSize);
  if (!SealInto(key, associated_data, value, sealed, sealed_size - kSealedOverhead)) {
    WipeMemory(sealed, sealed_size);
    out.resize(begin);
    return absl::InternalError("seal: AES-256-GCM failed");
  }
  return absl::OkStatus();
}

absl::Status Unseal(const SecretKey& key, std::string_view associated_data, std::string_view sealed,
                    std::string& value) {
  value.clear();
  if (sealed.size() < kSealedPaddingMin + kSealedOverhead ||
      sealed.size() > SealedSize(kSealedValueSizeMax)) {
    return NotOurs();
  }
  const auto* const bytes = reinterpret_cast<const uint8_t*>(sealed.data());
  const size_t padded_size = sealed.size() - kSealedOverhead;
  std::array<uint8_t, kTagSize> tag;
  std::memcpy(tag.data(), bytes + kNonceSize + padded_size, kTagSize);
  EVP_CIPHER_CTX* const context = UnsealContext();
  if (!Start(context, key, bytes, associated_data)) return absl::InternalError("unseal: AES-256-GCM failed");
  value.resize(padded_size);
  auto* const padded = reinterpret_cast<uint8_t*>(value.data());
  int size = 0;
  int last = 0;
  const bool whole =
      EVP_CipherUpdate(context, padded, &size, bytes + kNonceSize, static_cast<int>(padded_size)) == 1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()) == 1 &&
      EVP_CipherFinal_ex(context, padded + size, &last) == 1;
  uint32_t value_size = 0;
  for (size_t i = 0; i < kPrefixSize; ++i) value_size |= uint32_t{padded[i]} << (8 * i);
  if (!whole || value_size > padded_size - kPrefixSize) {
    WipeString(value);
    return NotOurs();
  }
  value.erase(0, kPrefixSize);
  value.resize(value_size);
  return absl::OkStatus();
}

}  // namespace bauta
