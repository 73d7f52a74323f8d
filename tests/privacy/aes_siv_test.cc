#include "privacy/aes_siv.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "tests/privacy/hex.h"

namespace bauta {
namespace {

using testing::AsBytes;
using testing::FromHex;
using testing::SecretFromHex;
using testing::SecretOf;
using testing::ToHex;

using Block = std::array<uint8_t, 16>;

// RFC 5297 written out from its text, for keys of any size: what AesSiv is held against. The RFC has vectors
// for AES-128-SIV only, so those hold this, and this holds AES-256-SIV.
class ReferenceSiv {
 public:
  explicit ReferenceSiv(std::string key) : key_(std::move(key)) {}

  std::string Seal(const std::vector<std::string>& associated_data, const std::string& plaintext) const {
    const Block tag = S2v(associated_data, plaintext);
    Block counter = tag;
    counter[8] &= 0x7F;
    counter[12] &= 0x7F;
    const std::string key = key_.substr(key_.size() / 2);
    std::string out(plaintext.size(), '\0');
    EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
    int size = 0;
    EVP_EncryptInit_ex(context, key.size() == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr(), nullptr,
                       AsBytes(key).data(), counter.data());
    EVP_EncryptUpdate(context, reinterpret_cast<uint8_t*>(out.data()), &size, AsBytes(plaintext).data(),
                      static_cast<int>(plaintext.size()));
    EVP_CIPHER_CTX_free(context);
    return std::string(tag.begin(), tag.end()) + out;
  }

 private:
  Block Cmac(const std::string& message) const {
    EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "CMAC", nullptr);
    EVP_MAC_CTX* const context = EVP_MAC_CTX_new(mac);
    const std::string key = key_.substr(0, key_.size() / 2);
    std::string cipher = key.size() == 16 ? "AES-128-CBC" : "AES-256-CBC";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("cipher", cipher.data(), 0),
                                     OSSL_PARAM_construct_end()};
    Block out{};
    size_t size = 0;
    EVP_MAC_init(context, AsBytes(key).data(), key.size(), parameters);
    EVP_MAC_update(context, AsBytes(message).data(), message.size());
    EVP_MAC_final(context, out.data(), &size, out.size());
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
    return out;
  }

  static void Double(Block& block) {
    const bool carry = (block[0] & 0x80) != 0;
    for (size_t i = 0; i < 15; ++i) block[i] = static_cast<uint8_t>(block[i] << 1 | block[i + 1] >> 7);
    block[15] = static_cast<uint8_t>(block[15] << 1 ^ (carry ? 0x87 : 0));
  }

  Block S2v(const std::vector<std::string>& associated_data, std::string plaintext) const {
    Block d = Cmac(std::string(16, '\0'));
    for (const std::string& data : associated_data) {
      Double(d);
      const Block mac = Cmac(data);
      for (size_t i = 0; i < 16; ++i) d[i] ^= mac[i];
    }
    if (plaintext.size() < 16) {
      Double(d);
      plaintext.push_back('\x80');
      plaintext.resize(16, '\0');
    }
    const size_t end = plaintext.size() - 16;
    for (size_t i = 0; i < 16; ++i) plaintext[end + i] = static_cast<char>(plaintext[end + i] ^ d[i]);
    return Cmac(plaintext);
  }

  const std::string key_;
};

TEST(ReferenceSivTest, GivesRfc5297Vectors) {
  EXPECT_EQ(ToHex(ReferenceSiv(FromHex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"))
                      .Seal({FromHex("101112131415161718191a1b1c1d1e1f2021222324252627")},
                            FromHex("112233445566778899aabbccddee"))),
            "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c");
  EXPECT_EQ(
      ToHex(
          ReferenceSiv(FromHex("7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f"))
              .Seal({FromHex(
                         "00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100"),
                     FromHex("102030405060708090a0"), FromHex("09f911029d74e35bd84156c5635688c0")},
                    FromHex(
                        "7468697320697320736f6d6520706c61696e7465787420746f20656e6372797074207573696e67205349"
                        "562d414553"))),
      "7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17dba77ceb094fa663b7a3f748ba8af829ea64ad"
      "54"
      "4a272e9c485b62a3fd5c0d");
}

std::string SivKeyBytes() {
  std::string key(64, '\0');
  for (size_t i = 0; i < key.size(); ++i) key[i] = static_cast<char>(i * 7 + 3);
  return key;
}

std::unique_ptr<AesSiv> MakeSiv() {
  const std::string key = SivKeyBytes();
  return *AesSiv::Create(SivKey(AsBytes(key).first<64>()));
}

std::string Sealed(const AesSiv& siv, std::initializer_list<std::string_view> associated_data,
                   std::string_view plain) {
  std::vector<uint8_t> out(plain.size() + kSivOverhead);
  EXPECT_TRUE(siv.Seal(associated_data, plain, out).ok());
  return std::string(out.begin(), out.end());
}

TEST(AesSivTest, EqualsTheReferenceForEverySize) {
  const auto siv = MakeSiv();
  const ReferenceSiv reference(SivKeyBytes());
  const std::string text = "the quick brown fox jumps over the lazy dog, and then it does it all over again";
  for (size_t size = 1; size <= text.size(); ++size) {
    const std::string plain = text.substr(0, size);
    EXPECT_EQ(ToHex(Sealed(*siv, {}, plain)), ToHex(reference.Seal({}, plain))) << size;
    EXPECT_EQ(ToHex(Sealed(*siv, {"where", ""}, plain)), ToHex(reference.Seal({"where", ""}, plain))) << size;
  }
}

TEST(AesSivTest, OpensWhatItSealedAndRefusesAnyOtherByte) {
  const auto siv = MakeSiv();
  const std::string sealed = Sealed(*siv, {"place"}, "a data key");
  std::vector<uint8_t> out(sealed.size() - kSivOverhead);
  ASSERT_TRUE(siv->Open({"place"}, sealed, out).ok());
  EXPECT_EQ(std::string(out.begin(), out.end()), "a data key");
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string damaged = sealed;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_EQ(siv->Open({"place"}, damaged, out).code(), absl::StatusCode::kInvalidArgument) << i;
    EXPECT_EQ(out, std::vector<uint8_t>(out.size(), 0)) << "unverified bytes must not be seen";
  }
}

TEST(AesSivTest, BindsToEachAssociatedDatumAndToTheKey) {
  const auto siv = MakeSiv();
  const std::string sealed = Sealed(*siv, {"a", "bc"}, "value");
  std::vector<uint8_t> out(5);
  EXPECT_TRUE(siv->Open({"a", "bc"}, sealed, out).ok());
  EXPECT_FALSE(siv->Open({"ab", "c"}, sealed, out).ok());
  EXPECT_FALSE(siv->Open({"abc"}, sealed, out).ok());
  EXPECT_FALSE(siv->Open({"a", "bc", ""}, sealed, out).ok());
  EXPECT_FALSE((*AesSiv::Create(SecretOf<64>(9)))->Open({"a", "bc"}, sealed, out).ok());
}

TEST(AesSivTest, RefusesImpossibleSizes) {
  const auto siv = MakeSiv();
  std::vector<uint8_t> out(16);
  EXPECT_EQ(siv->Seal({}, "", out).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(siv->Seal({}, "x", out).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(siv->Open({}, std::string(16, 'x'), {}).code(), absl::StatusCode::kInvalidArgument);
}

TEST(AesSivTest, ServesThreadsAtOnce) {
  const auto siv = MakeSiv();
  const std::string expected = Sealed(*siv, {"x"}, "plain");
  std::vector<std::thread> threads;
  std::array<bool, 4> good{};
  for (size_t t = 0; t < good.size(); ++t) {
    threads.emplace_back([&, t] {
      bool all = true;
      for (int i = 0; i < 200; ++i) {
        std::vector<uint8_t> out(5 + kSivOverhead);
        all = siv->Seal({"x"}, "plain", out).ok() && std::string(out.begin(), out.end()) == expected && all;
      }
      good[t] = all;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (bool all : good) EXPECT_TRUE(all);
}

}  // namespace
}  // namespace bauta
