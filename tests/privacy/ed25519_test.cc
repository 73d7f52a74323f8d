#include "privacy/ed25519.h"

#include <gtest/gtest.h>

#include "tests/privacy/hex.h"
#include "tests/testing/deterministic_random.h"

namespace bauta {
namespace {

using testing::FromHex;
using testing::SecretFromHex;
using testing::ToHex;

struct Vector {
  const char* name;
  const char* seed;
  const char* public_key;
  const char* message;
  const char* signature;
};

class Ed25519Rfc8032Test : public ::testing::TestWithParam<Vector> {};

TEST_P(Ed25519Rfc8032Test, SignsAndVerifies) {
  const Vector& v = GetParam();
  const auto key = Ed25519PrivateKey::FromSeed(SecretFromHex<32>(v.seed));
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->public_key().ToHex(), v.public_key);
  const std::string message = FromHex(v.message);
  const auto signature = key->Sign(message);
  ASSERT_TRUE(signature.ok());
  EXPECT_EQ(ToHex(*signature), v.signature);
  const auto public_key = Ed25519PublicKey::FromHex(v.public_key);
  ASSERT_TRUE(public_key.ok());
  EXPECT_TRUE(public_key->Verify(message, FromHex(v.signature)));
  EXPECT_FALSE(public_key->Verify(message + "x", FromHex(v.signature)));
}

INSTANTIATE_TEST_SUITE_P(
    Vectors, Ed25519Rfc8032Test,
    ::testing::Values(Vector{"Test1", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                             "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                             "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33ba"
                             "cc61e39701cf9b46bd25bf5f0595"
                             "bbe24655141438e7a100b"},
                      Vector{"Test2", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                             "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                             "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996"
                             "e458f3613d0f11d8c387b2eaeb430"
                             "2aeeb00d291612bb0c00"},
                      Vector{"Test3", "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                             "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
                             "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f29"
                             "0ae67f760984dc6594a7c15e9716e"
                             "d28dc027beceea1ec40a"}),
    [](const auto& vector) { return vector.param.name; });

TEST(Ed25519Test, AnotherKeyOrAChangedSignatureDoesNotVerify) {
  testing::DeterministicRandom random;
  const auto key = Ed25519PrivateKey::Generate(random);
  const auto other = Ed25519PrivateKey::Generate(random);
  ASSERT_TRUE(key.ok() && other.ok());
  const Ed25519Signature signature = *key->Sign("message");
  std::string bytes(signature.begin(), signature.end());
  EXPECT_TRUE(key->public_key().Verify("message", bytes));
  EXPECT_FALSE(other->public_key().Verify("message", bytes));
  EXPECT_FALSE(key->public_key().Verify("message", bytes.substr(1)));
  EXPECT_FALSE(key->public_key().Verify("message", ""));
  bytes[10] = static_cast<char>(bytes[10] ^ 1);
  EXPECT_FALSE(key->public_key().Verify("message", bytes));
}

TEST(Ed25519Test, RefusesWhatIsNoPublicKey) {
  EXPECT_FALSE(Ed25519PublicKey::FromHex("abc").ok());
  EXPECT_FALSE(Ed25519PublicKey::FromHex(std::string(64, 'g')).ok());
  EXPECT_FALSE(Ed25519PublicKey::FromView("short").ok());
}

}  // namespace
}  // namespace bauta
