// The low-level SHA-256 calls are deprecated in OpenSSL 3, but they alone let a state be copied without an
// allocation: an HMAC costs a tenth so (docs/key_format.md says what it computes).
#define OPENSSL_SUPPRESS_DEPRECATED
#include "privacy/hash.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

namespace bauta {
namespace {

constexpr size_t kBlock = 64;  // Bytes of a SHA-256 block.

void Update(SHA256_CTX& state, std::string_view bytes) { SHA256_Update(&state, bytes.data(), bytes.size()); }

Sha256Digest Finish(SHA256_CTX& state) {
  Sha256Digest digest;
  SHA256_Final(digest.data(), &state);  // Wipes nothing of `state` but its buffer.
  return digest;
}

std::string_view AsView(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Sha256Digest Sha256(std::initializer_list<std::string_view> parts) {
  SHA256_CTX state;
  SHA256_Init(&state);
  for (std::string_view part : parts) Update(state, part);
  const Sha256Digest digest = Finish(state);
  WipeMemory(&state, sizeof(state));
  return digest;
}

HmacSha256::HmacSha256(std::span<const uint8_t> key) {
  static_assert(sizeof(SHA256_CTX) == kStateSize && alignof(SHA256_CTX) <= 8);
  std::array<uint8_t, kBlock> block{};
  if (key.size() > kBlock) {
    const Sha256Digest hashed = Sha256(AsView(key));
    std::copy(hashed.begin(), hashed.end(), block.begin());
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  const auto start = [&block](uint8_t pad, std::byte* out) {
    for (uint8_t& byte : block) byte ^= pad;
    SHA256_CTX state;
    SHA256_Init(&state);
    Update(state, AsView(block));
    std::memcpy(out, &state, sizeof(state));
    WipeMemory(&state, sizeof(state));
    for (uint8_t& byte : block) byte ^= pad;
  };
  start(0x36, inner_.data());
  start(0x5c, outer_.data());
  WipeMemory(block.data(), block.size());
}

HmacSha256::~HmacSha256() {
  WipeMemory(inner_.data(), inner_.size());
  WipeMemory(outer_.data(), outer_.size());
}

Sha256Digest HmacSha256::Compute(std::initializer_list<std::string_view> parts) const {
  SHA256_CTX state;
  std::memcpy(&state, inner_.data(), sizeof(state));
  for (std::string_view part : parts) Update(state, part);
  const Sha256Digest inner = Finish(state);
  std::memcpy(&state, outer_.data(), sizeof(state));
  Update(state, View(inner));
  const Sha256Digest digest = Finish(state);
  WipeMemory(&state, sizeof(state));
  return digest;
}

void HkdfSha256(std::span<const uint8_t> key, std::string_view salt, std::string_view info,
                std::span<uint8_t> out) {
  Sha256Digest pseudorandom_key =
      HmacSha256(std::span(reinterpret_cast<const uint8_t*>(salt.data()), salt.size())).Compute(AsView(key));
  const HmacSha256 expand{std::span<const uint8_t>(pseudorandom_key)};
  Sha256Digest block{};
  std::string_view previous;
  for (uint8_t counter = 1; !out.empty(); ++counter) {
    const char number = static_cast<char>(counter);
    block = expand.Compute({previous, info, std::string_view(&number, 1)});
    previous = View(block);
    const size_t size = std::min(out.size(), block.size());
    std::memcpy(out.data(), block.data(), size);
    out = out.subspan(size);
  }
  WipeMemory(pseudorandom_key.data(), pseudorandom_key.size());
  WipeMemory(block.data(), block.size());
}

bool ConstantTimeEqual(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace bauta
