#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <functional>
#include <string>

#include "bauta/v1/rights_token.pb.h"
#include "service/auth/rights_minter.h"
#include "service/auth/rights_verifier.h"
#include "tests/testing/deterministic_random.h"
#include "tests/testing/temporary_directory.h"

namespace bauta::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

RawSubject SubjectOf(SubjectNamespace name, const std::string& id) { return *RawSubject::Create(name, id); }

class RightsTokenTest : public ::testing::Test {
 protected:
  static RightsVerifier::Options OptionsFor(const RightsIssuerKeys& keys, size_t nonces_max = 100) {
    RightsVerifier::Options options;
    options.issuers.push_back({"identity", keys.private_key.public_key(), keys.subject_hash_key.Clone()});
    options.start_time = kStart;
    options.nonces_max = nonces_max;
    return options;
  }

  std::string Mint(RightsTokenRequest request) {
    request.issuer = request.issuer.empty() ? "identity" : request.issuer;
    return *MintRightsToken(keys_, own_, request, random_);
  }
  std::string Mint() { return Mint({.issuer = "", .group = RightsGroup::kErase, .issue_time = now_}); }

  // Signs what `change` makes of a good token's content.
  std::string Altered(const std::function<void(v1::RightsToken&)>& change) {
    v1::SignedRightsToken envelope;
    v1::RightsToken token;
    EXPECT_TRUE(envelope.ParseFromString(Mint()) && token.ParseFromString(envelope.rights_token()));
    change(token);
    envelope.set_rights_token(token.SerializeAsString());
    const Ed25519Signature signature = *keys_.private_key.Sign(envelope.rights_token());
    envelope.set_signature(std::string(signature.begin(), signature.end()));
    return envelope.SerializeAsString();
  }

  absl::Status Verify(const std::string& token) {
    return verifier_.Verify(token, own_, RightsGroup::kErase, now_).status();
  }

  DeterministicRandom random_;
  RightsIssuerKeys keys_ = *GenerateIssuerKeys(random_);
  RightsVerifier verifier_{OptionsFor(keys_)};
  absl::Time now_ = kStart + absl::Minutes(1);
  RawSubject own_ = SubjectOf(SubjectNamespace::kAccount, "account-17");
};

TEST_F(RightsTokenTest, OpensItsGroupForItsSubjectOnce) {
  const std::string token = Mint();
  EXPECT_TRUE(Verify(token).ok());
  const absl::Status again = Verify(token);
  EXPECT_EQ(again.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(again.message()), HasSubstr("used before"));
}

TEST_F(RightsTokenTest, TellsWhoSigned) {
  for (const IssuerKind kind : {IssuerKind::kIdentityService, IssuerKind::kAgent, IssuerKind::kGuardian}) {
    RightsVerifier::Options options = OptionsFor(keys_);
    options.issuers.front().kind = kind;
    RightsVerifier verifier(std::move(options));
    EXPECT_EQ(verifier.Verify(Mint(), own_, RightsGroup::kErase, now_).value(), kind);
  }
}

TEST_F(RightsTokenTest, ARefusalDoesNotUseATokenUp) {
  const std::string token = Mint();
  const RawSubject other = SubjectOf(SubjectNamespace::kAccount, "account-18");
  EXPECT_FALSE(verifier_.Verify(token, other, RightsGroup::kErase, now_).ok());
  EXPECT_FALSE(verifier_.Verify(token, own_, RightsGroup::kExport, now_).ok());
  EXPECT_TRUE(Verify(token).ok());
}

TEST_F(RightsTokenTest, IsGoodForNoOtherSubject) {
  const RawSubject others[] = {SubjectOf(SubjectNamespace::kAccount, "account-18"),
                               SubjectOf(SubjectNamespace::kDevice, "account-17"),
                               SubjectOf(SubjectNamespace::kExternal, "account-17")};
  for (const RawSubject& other : others) {
    const absl::Status status = verifier_.Verify(Mint(), other, RightsGroup::kErase, now_).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("another subject"), Not(HasSubstr("account-1"))));
  }
}

TEST_F(RightsTokenTest, OpensNoOtherGroup) {
  for (const RightsGroup group :
       {RightsGroup::kConsent, RightsGroup::kExport, RightsGroup::kExplain, RightsGroup::kCorrect}) {
    const absl::Status status = verifier_.Verify(Mint(), own_, group, now_).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << RightsGroupName(group);
    EXPECT_THAT(std::string(status.message()), HasSubstr("other methods"));
  }
}

TEST_F(RightsTokenTest, HoldsForItsTimeOnly) {
  const struct {
    const char* name;
    absl::Duration issued, lifetime;  // From now.
    const char* complaint;            // nullptr: good.
  } cases[] = {
      {"just issued", absl::ZeroDuration(), absl::Minutes(5), nullptr},
      {"issued by a clock ahead", absl::Seconds(59), absl::Minutes(5), nullptr},
      {"last second", -absl::Seconds(59), absl::Minutes(1), nullptr},
      {"expired", -absl::Minutes(1), absl::Minutes(1), "expired"},
      {"issued in the future", absl::Minutes(2), absl::Minutes(5), "future"},
      {"before the start", -absl::Minutes(2), absl::Minutes(5), "before this server's start"},
      {"too long", absl::ZeroDuration(), absl::Minutes(5) + absl::Nanoseconds(1), "5 minutes"},
      {"no time at all", absl::ZeroDuration(), absl::ZeroDuration(), "5 minutes"},
      {"backwards", absl::ZeroDuration(), -absl::Seconds(1), "5 minutes"},
  };
  for (const auto& [name, issued, lifetime, complaint] : cases) {
    const absl::Status status = Verify(Mint({"", RightsGroup::kErase, now_ + issued, lifetime}));
    if (complaint == nullptr) {
      EXPECT_TRUE(status.ok()) << name << ": " << status;
      continue;
    }
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << name;
    EXPECT_THAT(std::string(status.message()), HasSubstr(complaint)) << name;
  }
}

TEST_F(RightsTokenTest, ForgeriesAreRefused) {
  const RightsIssuerKeys stranger = *GenerateIssuerKeys(random_);
  const RightsTokenRequest request = {"identity", RightsGroup::kErase, now_};
  std::string bit_flipped = Mint();
  bit_flipped[bit_flipped.size() / 2] ^= 1;
  const struct {
    const char* name;
    std::string token;
  } cases[] = {
      {"another key", *MintRightsToken(stranger, own_, request, random_)},
      {"an issuer nobody knows", Mint({"mallory", RightsGroup::kErase, now_})},
      {"a flipped bit", bit_flipped},
      {"cut", Mint().substr(0, 40)},
      {"noise", "not a token"},
      {"empty", ""},
      {"too long", std::string(kRightsTokenSizeMax + 1, 'x')},
      {"no nonce", Altered([](v1::RightsToken& token) { token.clear_nonce(); })},
      {"long nonce", Altered([](v1::RightsToken& token) { token.set_nonce(std::string(17, 'n')); })},
      {"no group", Altered([](v1::RightsToken& token) { token.clear_method_group(); })},
      {"unknown group",
       Altered([](v1::RightsToken& token) { token.set_method_group(static_cast<v1::MethodGroup>(77)); })},
      {"no subject", Altered([](v1::RightsToken& token) { token.clear_subject_hash(); })},
      {"no times", Altered([](v1::RightsToken& token) {
         token.clear_issue_time();
         token.clear_expire_time();
       })},
      {"far time",
       Altered([](v1::RightsToken& token) { token.mutable_expire_time()->set_seconds(INT64_MAX); })},
      {"far past",
       Altered([](v1::RightsToken& token) { token.mutable_issue_time()->set_seconds(INT64_MIN); })},
  };
  for (const auto& [name, token] : cases) {
    EXPECT_EQ(Verify(token).code(), absl::StatusCode::kPermissionDenied) << name;
  }
  EXPECT_TRUE(Verify(Altered([](v1::RightsToken&) {})).ok()) << "the control";
}

TEST_F(RightsTokenTest, NoncesAreForgottenWhenTheirTokensExpire) {
  RightsVerifier small(OptionsFor(keys_, /*nonces_max=*/2));
  const auto verify = [&] { return small.Verify(Mint(), own_, RightsGroup::kErase, now_).status(); };
  EXPECT_TRUE(verify().ok());
  EXPECT_TRUE(verify().ok());
  EXPECT_EQ(verify().code(), absl::StatusCode::kResourceExhausted);
  now_ += absl::Minutes(5);
  EXPECT_TRUE(verify().ok());
}

TEST_F(RightsTokenTest, KeysSurviveTheirFiles) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(WriteIssuerKeys(PosixFileSystem(), directory.path(), "identity", keys_).ok());
  const auto read = ReadIssuerKeys(PosixFileSystem(), directory.path(), "identity");
  ASSERT_TRUE(read.ok()) << read.status();
  const RightsTokenRequest request = {"identity", RightsGroup::kErase, now_};
  EXPECT_TRUE(Verify(*MintRightsToken(*read, own_, request, random_)).ok());
  EXPECT_EQ(WriteIssuerKeys(PosixFileSystem(), directory.path(), "identity", keys_).code(),
            absl::StatusCode::kAlreadyExists);
}

TEST_F(RightsTokenTest, KeyFilesThatAreNotSuchAreRefused) {
  const TemporaryDirectory directory;
  const struct {
    std::string text;
    mode_t mode;
    absl::StatusCode code;
  } cases[] = {
      {std::string(64, 'a') + "\n", 0600, absl::StatusCode::kOk},
      {std::string(64, 'a'), 0400, absl::StatusCode::kOk},
      {std::string(64, 'a'), 0640, absl::StatusCode::kPermissionDenied},
      {std::string(63, 'a'), 0600, absl::StatusCode::kInvalidArgument},
      {std::string(63, 'a') + "g", 0600, absl::StatusCode::kInvalidArgument},
      {"", 0600, absl::StatusCode::kInvalidArgument},
      {std::string(200, 'a'), 0600, absl::StatusCode::kResourceExhausted},
  };
  for (const auto& [text, mode, code] : cases) {
    directory.Write("key", text);
    ASSERT_EQ(chmod(directory.Join("key").c_str(), mode), 0);
    EXPECT_EQ(ReadHexKey(PosixFileSystem(), directory.Join("key")).status().code(), code) << text;
  }
}

}  // namespace
}  // namespace bauta::testing
