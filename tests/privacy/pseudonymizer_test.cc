#include "privacy/pseudonymizer.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "tests/privacy/hex.h"
#include "tests/testing/deterministic_random.h"
#include "tests/testing/faulty_file_system.h"

namespace bauta {
namespace {

using testing::AsBytes;
using testing::DeterministicRandom;
using testing::FaultyFileSystem;
using testing::SecretOf;
using testing::ToHex;

constexpr char kKeys[] = "/keys";

class PseudonymizerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(InitKeys(files_, kKeys, random_, absl::UnixEpoch()).ok());
    files_.Edit("/keys/root", [](std::string& key) { key = std::string(32, 'R'); });
    files_.Edit("/keys/identity.1", [](std::string& key) { key = std::string(32, '1'); });
    files_.Put("/keys/identity.2", std::string(32, '2'));
    auto ring = KeyRing::Open(files_, kKeys);
    ASSERT_TRUE(ring.ok()) << ring.status();
    auto made = Pseudonymizer::Create(*ring);
    ASSERT_TRUE(made.ok()) << made.status();
    pseudonymizer_ = *std::move(made);
  }

  Pseudonym CodeOf(SubjectNamespace name, std::string_view id) {
    return pseudonymizer_->ToPseudonym(*RawSubject::Create(name, id));
  }
  AuthorCode AuthorOf(std::string_view id) { return pseudonymizer_->ToAuthorCode(*RawAuthor::Create(id)); }

  FaultyFileSystem files_;
  DeterministicRandom random_;
  std::unique_ptr<Pseudonymizer> pseudonymizer_;
};

// By OpenSSL's ECB from scratch.
std::string Aes256(const std::string& key, std::string_view block) {
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  std::string out(32, '\0');
  int size = 0;
  EVP_EncryptInit_ex(context, EVP_aes_256_ecb(), nullptr, AsBytes(key).data(), nullptr);
  EVP_EncryptUpdate(context, reinterpret_cast<uint8_t*>(out.data()), &size, AsBytes(block).data(), 16);
  EVP_CIPHER_CTX_free(context);
  return out.substr(0, 16);
}

TEST_F(PseudonymizerTest, CodesAreTheHmacOfNamespaceAndId) {
  const HmacSha256 root(SecretOf<32>('R'));
  const std::pair<SubjectNamespace, std::string> names[] = {{SubjectNamespace::kAccount, "account"},
                                                            {SubjectNamespace::kDevice, "device"},
                                                            {SubjectNamespace::kExternal, "external"}};
  for (const auto& [name, label] : names) {
    EXPECT_EQ(ToHex(CodeAccess::View(CodeOf(name, "u1"))), ToHex(root.Compute(label + "u1")).substr(0, 32));
  }
  EXPECT_EQ(AuthorOf("u1").ToHex(), ToHex(root.Compute("authoru1")).substr(0, 32));
}

TEST_F(PseudonymizerTest, OneIdInTwoNamespacesHasTwoCodes) {
  absl::flat_hash_set<Pseudonym> codes;
  for (SubjectNamespace name :
       {SubjectNamespace::kAccount, SubjectNamespace::kDevice, SubjectNamespace::kExternal}) {
    codes.insert(CodeOf(name, "same"));
  }
  EXPECT_EQ(codes.size(), 3u);
  EXPECT_NE(AuthorOf("same").ToHex(), ToHex(CodeAccess::View(CodeOf(SubjectNamespace::kAccount, "same"))));
  EXPECT_TRUE(CodeOf(SubjectNamespace::kDevice, "same") == CodeOf(SubjectNamespace::kDevice, "same"));
}

TEST_F(PseudonymizerTest, NoNamespaceBeginsAnother) {
  const std::string_view names[] = {SubjectNamespaceName(SubjectNamespace::kAccount),
                                    SubjectNamespaceName(SubjectNamespace::kDevice),
                                    SubjectNamespaceName(SubjectNamespace::kExternal), "author"};
  for (std::string_view a : names) {
    for (std::string_view b : names) EXPECT_TRUE(a == b || !b.starts_with(a)) << a << " " << b;
  }
}

TEST_F(PseudonymizerTest, StoredCodesAreOneAesBlockUnderTheirEpochsKey) {
  const Pseudonym code = CodeOf(SubjectNamespace::kAccount, "u1");
  EXPECT_EQ(pseudonymizer_->epochs(), (std::vector<IdentityEpoch>{IdentityEpoch(2), IdentityEpoch(1)}));
  EXPECT_EQ(ToHex(pseudonymizer_->ToStoredCode(code).view()),
            ToHex(Aes256(std::string(32, '2'), CodeAccess::View(code))));
  const StoredCode old = pseudonymizer_->ToStoredCode(code, IdentityEpoch(1));
  EXPECT_EQ(ToHex(old.view()), ToHex(Aes256(std::string(32, '1'), CodeAccess::View(code))));
  EXPECT_TRUE(pseudonymizer_->ToPseudonym(old, IdentityEpoch(1)) == code);
  EXPECT_FALSE(pseudonymizer_->ToPseudonym(old, IdentityEpoch(2)) == code);
}

TEST_F(PseudonymizerTest, TheRawIdIsGoneAfterwards) {
  RawSubject subject = *RawSubject::Create(SubjectNamespace::kAccount, "u1");
  const Pseudonym code = pseudonymizer_->ToPseudonym(std::move(subject));
  RawSubject other = *RawSubject::Create(SubjectNamespace::kAccount, "x");
  other = std::move(subject);  // NOLINT(bugprone-use-after-move)
  EXPECT_FALSE(pseudonymizer_->ToPseudonym(std::move(other)) == code);
}

TEST_F(PseudonymizerTest, TheErasureMarkIsUnderAKeyOfItsOwn) {
  const Pseudonym code = CodeOf(SubjectNamespace::kAccount, "u1");
  std::array<uint8_t, 32> key;
  HkdfSha256(AsBytes(std::string(32, 'R')), "", "erased", key);
  const Sha256Digest digest = HmacSha256(key).Compute(CodeAccess::View(code));
  uint64_t expected = 0;
  for (size_t i = 8; i > 0; --i) expected = expected << 8 | digest[i - 1];
  EXPECT_EQ(pseudonymizer_->ErasureMark(code), expected);
}

TEST_F(PseudonymizerTest, ServesThreadsAtOnce) {
  const Pseudonym code = CodeOf(SubjectNamespace::kAccount, "u1");
  const StoredCode stored = pseudonymizer_->ToStoredCode(code);
  std::vector<char> good(4, 0);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < good.size(); ++t) {
    threads.emplace_back([&, t] {
      bool all = true;
      for (int i = 0; i < 500; ++i) {
        all = CodeOf(SubjectNamespace::kAccount, "u1") == code &&
              pseudonymizer_->ToStoredCode(code) == stored &&
              pseudonymizer_->ToPseudonym(stored, IdentityEpoch(2)) == code && all;
      }
      good[t] = all ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, std::vector<char>(4, 1));
}

TEST_F(PseudonymizerTest, AnIssuersHashNeedsItsOwnKeyAndNotTheRoot) {
  const RawSubject subject = *RawSubject::Create(SubjectNamespace::kAccount, "u1");
  EXPECT_EQ(SubjectHasher(SecretOf<32>(9)).Hash(subject), HmacSha256(SecretOf<32>(9)).Compute("u1"));
}

TEST(AuthorCodeTest, HexThereAndBack) {
  CodeBytes bytes;
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(0xF8 + i);
  const AuthorCode code(bytes);
  EXPECT_EQ(code.ToHex(), "f8f9fafbfcfdfeff0001020304050607");
  EXPECT_EQ(*AuthorCode::FromHex("F8F9fafbfcfdfeff0001020304050607"), code);
  EXPECT_EQ(*AuthorCode::FromView(code.view()), code);
  for (const char* bad :
       {"", "f8", "g8f9fafbfcfdfeff0001020304050607", "f8f9fafbfcfdfeff000102030405060708"}) {
    EXPECT_EQ(AuthorCode::FromHex(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
  EXPECT_FALSE(AuthorCode::FromView("short").ok());
  EXPECT_FALSE(StoredCode::FromView("short").ok());
}

}  // namespace
}  // namespace bauta
