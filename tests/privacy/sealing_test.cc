#include "privacy/sealing.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/privacy/hex.h"
#include "tests/testing/deterministic_random.h"

namespace bauta {
namespace {

using testing::AsBytes;
using testing::DeterministicRandom;
using testing::FromHex;
using testing::NoRandom;
using testing::SecretOf;
using testing::ToHex;

// AES-256-GCM straight from OpenSSL, held by NIST's vectors, holds what Seal writes. Empty where the tag is
// wrong.
std::string ReferenceOpen(std::string_view key, std::string_view nonce, std::string_view associated_data,
                          std::string_view ciphertext, std::string tag) {
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  std::string out(ciphertext.size(), '\0');
  int size = 0;
  EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nullptr, AsBytes(key).data(), AsBytes(nonce).data());
  EVP_DecryptUpdate(context, nullptr, &size, AsBytes(associated_data).data(),
                    static_cast<int>(associated_data.size()));
  EVP_DecryptUpdate(context, reinterpret_cast<uint8_t*>(out.data()), &size, AsBytes(ciphertext).data(),
                    static_cast<int>(ciphertext.size()));
  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, tag.data());
  uint8_t rest[16];
  const bool whole = EVP_DecryptFinal_ex(context, rest, &size) == 1;
  EVP_CIPHER_CTX_free(context);
  return whole ? out : std::string();
}

TEST(ReferenceGcmTest, OpensNistsVectors) {
  EXPECT_EQ(ToHex(ReferenceOpen(std::string(32, '\0'), std::string(12, '\0'), "",
                                FromHex("cea7403d4d606b6e074ec5d3baf39d18"),
                                FromHex("d0d1c8a799996bf0265b98b5d48ab919"))),
            "00000000000000000000000000000000");
  EXPECT_EQ(ToHex(ReferenceOpen(
                FromHex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"),
                FromHex("cafebabefacedbaddecaf888"), FromHex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
                FromHex("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb"
                        "3da7b08b1056828838c5f61e6393ba7a0abcc9f662"),
                FromHex("76fc6ece0f4e1768cddf8853bb2d551b"))),
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
            "b16aedf5aa"
            "0de657ba637b39");
}

std::string Sealed(const SecretKey& key, std::string_view associated_data, std::string_view value,
                   uint64_t seed = 1) {
  DeterministicRandom random(seed);
  std::string sealed;
  EXPECT_TRUE(Seal(key, associated_data, value, random, sealed).ok());
  return sealed;
}

TEST(SealingTest, WritesNonceThenPaddedCiphertextThenTag) {
  const SecretKey key = SecretOf<32>(7);
  const std::string sealed = Sealed(key, "place", "value");
  ASSERT_EQ(sealed.size(), 12u + 256 + 16);
  const auto key_bytes = RevealSecret(key);
  const std::string padded =
      ReferenceOpen(std::string(key_bytes.begin(), key_bytes.end()), sealed.substr(0, 12), "place",
                    sealed.substr(12, 256), sealed.substr(268));
  EXPECT_EQ(padded, std::string("\x05\0\0\0value", 9) + std::string(256 - 9, '\0'));
}

struct SizeCase {
  size_t value;
  size_t padded;
};

TEST(SealingTest, PadsToPowersOfTwo) {
  for (const SizeCase& c : std::vector<SizeCase>{{0, 256},
                                                 {1, 256},
                                                 {252, 256},
                                                 {253, 512},
                                                 {508, 512},
                                                 {509, 1024},
                                                 {5000, 8192},
                                                 {(1 << 20) - 4, 1 << 20},
                                                 {(1 << 20) - 3, 1 << 21}}) {
    EXPECT_EQ(SealedSize(c.value), c.padded + kSealedOverhead) << c.value;
    const std::string value(c.value, 'v');
    const std::string sealed = Sealed(SecretOf<32>(1), "", value);
    EXPECT_EQ(sealed.size(), c.padded + kSealedOverhead) << c.value;
    std::string opened;
    ASSERT_TRUE(Unseal(SecretOf<32>(1), "", sealed, opened).ok()) << c.value;
    EXPECT_EQ(opened, value);
  }
}

TEST(SealingTest, AppendsAndLeavesWhatWasThere) {
  DeterministicRandom random;
  std::string out = "header";
  ASSERT_TRUE(Seal(SecretOf<32>(1), "a", "value", random, out).ok());
  EXPECT_EQ(out.substr(0, 6), "header");
  std::string value = "old";
  ASSERT_TRUE(Unseal(SecretOf<32>(1), "a", std::string_view(out).substr(6), value).ok());
  EXPECT_EQ(value, "value");
}

TEST(SealingTest, RefusesAnyOtherByteKeyOrPlace) {
  const std::string sealed = Sealed(SecretOf<32>(1), "place", "value");
  std::string value;
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string damaged = sealed;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    EXPECT_EQ(Unseal(SecretOf<32>(1), "place", damaged, value).code(), absl::StatusCode::kDataLoss) << i;
    EXPECT_TRUE(value.empty());
  }
  EXPECT_EQ(Unseal(SecretOf<32>(2), "place", sealed, value).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Unseal(SecretOf<32>(1), "Place", sealed, value).code(), absl::StatusCode::kDataLoss);
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_EQ(Unseal(SecretOf<32>(1), "place", std::string_view(sealed).substr(0, size), value).code(),
              absl::StatusCode::kDataLoss);
  }
  EXPECT_TRUE(Unseal(SecretOf<32>(1), "place", sealed, value).ok());
}

TEST(SealingTest, TakesAFreshNonceEachTime) {
  std::set<std::string> nonces;
  for (int i = 0; i < 100; ++i) {
    std::string sealed;
    ASSERT_TRUE(Seal(SecretOf<32>(1), "", "v", SystemRandom(), sealed).ok());
    nonces.insert(sealed.substr(0, 12));
  }
  EXPECT_EQ(nonces.size(), 100u);
}

TEST(SealingTest, WithoutRandomnessSealsNothing) {
  NoRandom random;
  std::string out = "before";
  EXPECT_EQ(Seal(SecretOf<32>(1), "", "v", random, out).code(), absl::StatusCode::kInternal);
  EXPECT_EQ(out, "before");
}

TEST(SealingTest, RefusesValuesAboveTheLimit) {
  DeterministicRandom random;
  std::string out;
  const std::string value(kSealedValueSizeMax + 1, 'v');
  EXPECT_EQ(Seal(SecretOf<32>(1), "", value, random, out).code(), absl::StatusCode::kInvalidArgument);
}

TEST(SealingTest, ServesThreadsAtOnce) {
  std::vector<std::thread> threads;
  std::vector<char> good(4, 0);
  for (uint8_t t = 0; t < 4; ++t) {
    threads.emplace_back([&good, t] {
      const SecretKey key = SecretOf<32>(static_cast<uint8_t>(t + 1));
      bool all = true;
      for (int i = 0; i < 200; ++i) {
        std::string sealed;
        std::string value;
        all = Seal(key, "a", "mine", SystemRandom(), sealed).ok() && Unseal(key, "a", sealed, value).ok() &&
              value == "mine" && all;
      }
      good[t] = all ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, std::vector<char>(4, 1));
}

}  // namespace
}  // namespace bauta
