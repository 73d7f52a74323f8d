#include "privacy/hash.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/privacy/hex.h"

namespace bauta {
namespace {

using testing::AsBytes;
using testing::FromHex;
using testing::ToHex;

TEST(Sha256Test, GivesTheDigestOfFips180) {
  EXPECT_EQ(ToHex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256({"a", "", "bc"}), Sha256("abc"));
}

struct HmacCase {
  const char* name;
  std::string key;
  std::string message;
  const char* digest;
};

class HmacRfc4231Test : public ::testing::TestWithParam<HmacCase> {};

TEST_P(HmacRfc4231Test, GivesThePublishedDigestEachTime) {
  const HmacCase& c = GetParam();
  const HmacSha256 hmac(AsBytes(c.key));
  EXPECT_EQ(ToHex(hmac.Compute(c.message)), c.digest);
  EXPECT_EQ(ToHex(hmac.Compute(c.message)), c.digest) << "the padded state must not change with use";
  const std::string_view message = c.message;
  EXPECT_EQ(ToHex(hmac.Compute({message.substr(0, 3), message.substr(3)})), c.digest);
}

INSTANTIATE_TEST_SUITE_P(
    Vectors, HmacRfc4231Test,
    ::testing::Values(HmacCase{"Case1", std::string(20, '\x0b'), "Hi There",
                               "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
                      HmacCase{"Case2", "Jefe", "what do ya want for nothing?",
                               "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
                      HmacCase{"Case3", std::string(20, '\xaa'), std::string(50, '\xdd'),
                               "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
                      HmacCase{"Case6", std::string(131, '\xaa'),
                               "Test Using Larger Than Block-Size Key - Hash Key First",
                               "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
                      HmacCase{"Case7", std::string(131, '\xaa'),
                               "This is a test using a larger than block-size key and a larger than "
                               "block-size data. The key needs "
                               "to be hashed before being used by the HMAC algorithm.",
                               "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"}),
    [](const auto& vector) { return vector.param.name; });

struct HkdfCase {
  const char* name;
  std::string key;
  std::string salt;
  std::string info;
  const char* output;
};

std::string Range(int first, int last) {
  std::string bytes;
  for (int byte = first; byte <= last; ++byte) bytes.push_back(static_cast<char>(byte));
  return bytes;
}

class HkdfRfc5869Test : public ::testing::TestWithParam<HkdfCase> {};

TEST_P(HkdfRfc5869Test, GivesThePublishedOutput) {
  const HkdfCase& c = GetParam();
  std::vector<uint8_t> out(FromHex(c.output).size());
  HkdfSha256(AsBytes(c.key), c.salt, c.info, out);
  EXPECT_EQ(ToHex(out), c.output);
}

INSTANTIATE_TEST_SUITE_P(
    Vectors, HkdfRfc5869Test,
    ::testing::Values(
        HkdfCase{"Case1", std::string(22, '\x0b'), Range(0x00, 0x0c), Range(0xf0, 0xf9),
                 "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
        HkdfCase{"Case2", Range(0x00, 0x4f), Range(0x60, 0xaf), Range(0xb0, 0xff),
                 "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e5"
                 "90e09da32"
                 "75600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
        HkdfCase{"Case3", std::string(22, '\x0b'), "", "",
                 "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"}),
    [](const auto& vector) { return vector.param.name; });

TEST(Crc32cTest, GivesTheChecksumsOfRfc3720) {
  EXPECT_EQ(Crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62A8AB43u);
  EXPECT_EQ(Crc32c(Range(0, 31)), 0x46DD794Eu);
}

TEST(Crc32cTest, OfPartsIsThatOfTheWhole) {
  const std::string text = Range(0, 255);
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(ExtendCrc32c(Crc32c(text.substr(0, cut)), text.substr(cut)), Crc32c(text)) << cut;
  }
}

TEST(ConstantTimeEqualTest, IsEquality) {
  EXPECT_TRUE(ConstantTimeEqual("", ""));
  EXPECT_TRUE(ConstantTimeEqual("abc", "abc"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "abd"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "ab"));
}

}  // namespace
}  // namespace bauta
