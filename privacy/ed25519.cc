#include "privacy/ed25519.h"

#include <openssl/evp.h>

#include <cstring>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"

namespace bauta {
namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeDigestContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using KeyPointer = std::unique_ptr<EVP_PKEY, FreeKey>;
using DigestContextPointer = std::unique_ptr<EVP_MD_CTX, FreeDigestContext>;

KeyPointer PrivateKeyOf(const SecretKey& seed) {
  return KeyPointer(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, RevealSecret(seed).data(), SecretKey::kSize));
}

const uint8_t* Bytes(std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }

}  // namespace

absl::StatusOr<Ed25519PublicKey> Ed25519PublicKey::FromView(std::string_view bytes) {
  Ed25519PublicKey key;
  if (bytes.size() != key.bytes_.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Ed25519 public key: 32 bytes allowed, got ", bytes.size()));
  }
  std::memcpy(key.bytes_.data(), bytes.data(), bytes.size());
  return key;
}

absl::StatusOr<Ed25519PublicKey> Ed25519PublicKey::FromHex(std::string_view hex) {
  if (hex.size() != 64 || hex.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("Ed25519 public key: 64 hexadecimal digits allowed, got ", hex.size(), " characters"));
  }
  return FromView(absl::HexStringToBytes(ToAbsl(hex)));
}

std::string Ed25519PublicKey::ToHex() const {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes_.data()), bytes_.size()));
}

bool Ed25519PublicKey::Verify(std::string_view message, std::string_view signature) const {
  if (signature.size() != Ed25519Signature().size()) return false;
  const KeyPointer key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_.data(), bytes_.size()));
  const DigestContextPointer context(EVP_MD_CTX_new());
  return key != nullptr && context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(message),
                          message.size()) == 1;
}

absl::StatusOr<Ed25519PrivateKey> Ed25519PrivateKey::Generate(RandomSource& random) {
  SecretKey seed;
  BAUTA_RETURN_IF_ERROR(random.Fill(seed.Fill()));
  return FromSeed(std::move(seed));
}

absl::StatusOr<Ed25519PrivateKey> Ed25519PrivateKey::FromSeed(SecretKey seed) {
  Ed25519PrivateKey key;
  key.seed_ = std::move(seed);
  const KeyPointer pair = PrivateKeyOf(key.seed_);
  size_t size = key.public_key_.bytes_.size();
  if (pair == nullptr || EVP_PKEY_get_raw_public_key(pair.get(), key.public_key_.bytes_.data(), &size) != 1) {
    return absl::InternalError("Ed25519 key: OpenSSL refused it");
  }
  return key;
}

absl::StatusOr<Ed25519Signature> Ed25519PrivateKey::Sign(std::string_view message) const {
  const KeyPointer pair = PrivateKeyOf(seed_);
  const DigestContextPointer context(EVP_MD_CTX_new());
  Ed25519Signature signature;
  size_t size = signature.size();
  if (pair == nullptr || context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, pair.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, Bytes(message), message.size()) != 1) {
    return absl::InternalError("Ed25519 signature: OpenSSL failed");
  }
  return signature;
}

}  // namespace bauta
