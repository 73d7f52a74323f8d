#include "privacy/aes_siv.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"

namespace bauta {
namespace {

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using ContextPointer = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

struct FreeCipher {
  void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
};

// A keyed context serves one message, but copying one costs a third of keying it.
ContextPointer Copy(const ContextPointer& keyed) {
  ContextPointer copy(EVP_CIPHER_CTX_new());
  if (copy == nullptr || EVP_CIPHER_CTX_copy(copy.get(), keyed.get()) != 1) return nullptr;
  return copy;
}

bool Associate(EVP_CIPHER_CTX* context, std::initializer_list<std::string_view> associated_data) {
  for (std::string_view data : associated_data) {
    // A null pointer would mean something else to OpenSSL than an empty string.
    const uint8_t* const bytes = reinterpret_cast<const uint8_t*>(data.empty() ? "" : data.data());
    int size = 0;
    if (EVP_CipherUpdate(context, nullptr, &size, bytes, static_cast<int>(data.size())) != 1) return false;
  }
  return true;
}

bool Process(EVP_CIPHER_CTX* context, std::string_view in, uint8_t* out) {
  int size = 0;
  int last = 0;
  return EVP_CipherUpdate(context, out, &size, reinterpret_cast<const uint8_t*>(in.data()),
                          static_cast<int>(in.size())) == 1 &&
         EVP_CipherFinal_ex(context, out + size, &last) == 1;
}

}  // namespace

struct AesSiv::Context {
  ContextPointer seal;
  ContextPointer open;
};

AesSiv::AesSiv(std::unique_ptr<Context> context) : context_(std::move(context)) {}
AesSiv::~AesSiv() = default;

absl::StatusOr<std::unique_ptr<AesSiv>> AesSiv::Create(const SivKey& key) {
  const std::unique_ptr<EVP_CIPHER, FreeCipher> cipher(EVP_CIPHER_fetch(nullptr, "AES-256-SIV", nullptr));
  const auto keyed = [&](int seal) -> ContextPointer {
    ContextPointer context(EVP_CIPHER_CTX_new());
    if (cipher == nullptr || context == nullptr ||
        EVP_CipherInit_ex2(context.get(), cipher.get(), RevealSecret(key).data(), nullptr, seal, nullptr) !=
            1) {
      return nullptr;
    }
    return context;
  };
  auto context = std::make_unique<Context>(Context{.seal = keyed(1), .open = keyed(0)});
  if (context->seal == nullptr || context->open == nullptr) {
    return absl::InternalError("AES-256-SIV: OpenSSL does not have it");
  }
  return std::unique_ptr<AesSiv>(new AesSiv(std::move(context)));
}

absl::Status AesSiv::Seal(std::initializer_list<std::string_view> associated_data, std::string_view plaintext,
                          std::span<uint8_t> out) const {
  if (plaintext.empty() || out.size() != plaintext.size() + kSivOverhead) {
    return absl::InvalidArgumentError(
        absl::StrCat("AES-SIV seal: a plaintext of 1 byte or more and room for it and ", kSivOverhead,
                     " bytes allowed, got ", plaintext.size(), " and ", out.size()));
  }
  const ContextPointer context = Copy(context_->seal);
  if (context == nullptr || !Associate(context.get(), associated_data) ||
      !Process(context.get(), plaintext, out.data() + kSivOverhead) ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kSivOverhead, out.data()) != 1) {
    return absl::InternalError("AES-SIV seal: OpenSSL failed");
  }
  return absl::OkStatus();
}

absl::Status AesSiv::Open(std::initializer_list<std::string_view> associated_data, std::string_view sealed,
                          std::span<uint8_t> out) const {
  if (sealed.size() <= kSivOverhead || out.size() != sealed.size() - kSivOverhead) {
    return absl::InvalidArgumentError(absl::StrCat("AES-SIV open: more than ", kSivOverhead,
                                                   " bytes and room for the rest allowed, got ",
                                                   sealed.size(), " and ", out.size()));
  }
  std::array<uint8_t, kSivOverhead> tag;
  std::copy_n(sealed.begin(), kSivOverhead, tag.begin());
  const ContextPointer context = Copy(context_->open);
  if (context == nullptr || !Associate(context.get(), associated_data) ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kSivOverhead, tag.data()) != 1) {
    return absl::InternalError("AES-SIV open: OpenSSL failed");
  }
  if (!Process(context.get(), sealed.substr(kSivOverhead), out.data())) {
    WipeMemory(out.data(), out.size());
    return absl::InvalidArgumentError("AES-SIV open: not sealed with this key and these associated data");
  }
  return absl::OkStatus();
}

}  // namespace bauta
