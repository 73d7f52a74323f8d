// What is asked wrongly of a subject's rights gets an error that says so, and changes nothing: the export
// before and after is the same to the byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "bauta/v1/rights_token.pb.h"
#include "bauta/v1/subject_service.pb.h"
#include "privacy/random_source.h"
#include "service/auth/rights_minter.h"
#include "service/subject_resolver.h"
#include "tests/service/calls.h"
#include "tests/service/wire_calls.h"

namespace bauta::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const v1::Subject kAnna = Account("planted-anna");
const v1::Subject kBen = Account("planted-ben");

class BadRightsTest : public ::testing::Test {
 protected:
  BadRightsTest() {
    EXPECT_TRUE(calls_.Upsert({PostOf(1, "ann", {10}, calls_.now())}).ok());
    for (const v1::Subject& subject : {kAnna, kBen}) {
      EXPECT_TRUE(calls_.Grant(subject, {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN}).ok());
      EXPECT_EQ(calls_.RecordOne(Event(subject, v1::SIGNAL_KIND_LIKE, 1, calls_.now())), "ACCEPTED");
      EXPECT_TRUE(calls_.Relate(subject, {RelationToTopic(v1::RELATION_KIND_FOLLOW, 10)}).ok());
    }
    before_ = Exports();
  }
  ~BadRightsTest() override { EXPECT_EQ(Exports(), before_) << "something was changed"; }

  // Of both, without the header, which holds the time.
  std::string Exports() {
    std::string exports;
    for (const v1::Subject& subject : {kAnna, kBen}) {
      v1::ExportSubjectRequest request;
      *request.mutable_subject() = subject;
      const WireReply reply = wire_.Call(Method::kExportSubject, request);
      EXPECT_TRUE(reply.status.ok()) << reply.status.error_message();
      for (size_t i = 1; i < reply.messages.size(); ++i) exports += reply.messages[i];
    }
    EXPECT_GT(exports.size(), 100u);
    return exports;
  }
  std::string Mint(const RightsIssuerKeys& keys, const std::string& issuer, const v1::Subject& subject,
                   absl::Time issue_time) {
    return *MintRightsToken(keys, *ToRawSubject("subject", subject),
                            {.issuer = issuer, .group = RightsGroup::kErase, .issue_time = issue_time},
                            SystemRandom());
  }
  void ExpectRefused(const std::string& name, const std::string& token, const std::string& message) {
    v1::EraseSubjectRequest request;
    *request.mutable_subject() = kAnna;
    const WireReply reply = wire_.CallWith(Method::kEraseSubject, request, token);
    EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << name;
    EXPECT_THAT(reply.status.error_message(), HasSubstr(message)) << name;
    EXPECT_THAT(reply.status.error_message(), Not(HasSubstr("planted"))) << name;
    EXPECT_THAT(reply.messages, ::testing::IsEmpty()) << name;
  }

  std::unique_ptr<TestServer> server_ = TestServer::Start({.more_config = R"(
      policy { number: 1 adds: PERSONALIZE adds: LEARN }
      policy { number: 2 effective_from: "2024-07-01T00:00:00Z" adds: ADS })"});
  Calls calls_{*server_};
  WireCalls wire_{*server_};
  std::string before_;
};

TEST_F(BadRightsTest, TokensThatAreNotGoodForTheCallAreRefusedByTheirFault) {
  const RightsIssuerKeys& keys = server_->issuer_keys();
  const RightsIssuerKeys stranger = *GenerateIssuerKeys(SystemRandom());
  // The stranger even knows the key by which tokens name subjects.
  RightsIssuerKeys insider = *GenerateIssuerKeys(SystemRandom());
  insider.subject_hash_key = keys.subject_hash_key.Clone();
  const absl::Time now = calls_.now();
  std::string bit_flipped = Mint(keys, TestServer::kIssuer, kAnna, now);
  bit_flipped[bit_flipped.size() / 3] ^= 4;
  ExpectRefused("none", "", "required for EraseSubject");
  ExpectRefused("noise", "a token", "not a SignedRightsToken");
  ExpectRefused("a flipped bit", bit_flipped, "rights token: ");
  ExpectRefused("a stranger's", Mint(stranger, TestServer::kIssuer, kAnna, now), "signature does not verify");
  ExpectRefused("an insider's", Mint(insider, TestServer::kIssuer, kAnna, now), "signature does not verify");
  ExpectRefused("an unknown issuer's", Mint(keys, "nobody", kAnna, now),
                "issuer is not in the configuration");
  ExpectRefused("another subject's", Mint(keys, TestServer::kIssuer, kBen, now), "for another subject");
  ExpectRefused("the device's of the same id", Mint(keys, TestServer::kIssuer, Device("planted-anna"), now),
                "for another subject");
  ExpectRefused("another group's", server_->RightsToken(kAnna, RightsGroup::kExport), "other methods");
  ExpectRefused("one from before the start", Mint(keys, TestServer::kIssuer, kAnna, now - absl::Seconds(1)),
                "before this server's start");
  ExpectRefused("one of the future", Mint(keys, TestServer::kIssuer, kAnna, now + absl::Hours(1)),
                "in the future");
  const std::string aged = Mint(keys, TestServer::kIssuer, kAnna, now);
  server_->clock().Advance(absl::Minutes(5));
  ExpectRefused("an expired one", aged, "expired");
}

TEST_F(BadRightsTest, AReplayedTokenIsRefused) {
  v1::GetConsentRequest request;
  *request.mutable_subject() = kAnna;
  const std::string token = server_->RightsToken(kAnna, RightsGroup::kConsent);
  ASSERT_TRUE(wire_.CallWith(Method::kGetConsent, request, token).status.ok());
  v1::UpdateConsentRequest withdraw;
  *withdraw.mutable_subject() = kAnna;
  withdraw.add_withdraw_purposes(v1::PURPOSE_PERSONALIZE);
  const WireReply reply = wire_.CallWith(Method::kUpdateConsent, withdraw, token);
  EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(reply.status.error_message(), HasSubstr("used before"));
}

TEST_F(BadRightsTest, ConsentsToWhatIsNoPolicyAreRefusedByTheirField) {
  struct Case {
    const char* name;
    uint32_t policy_version;
    v1::Purpose purpose;
    grpc::StatusCode code;
    const char* message;
  };
  const Case cases[] = {
      {"no version", 0, v1::PURPOSE_CROWD, grpc::StatusCode::INVALID_ARGUMENT, "policy_version"},
      {"a version that is not there", 9, v1::PURPOSE_LEARN, grpc::StatusCode::INVALID_ARGUMENT,
       "policy_version"},
      {"a version of the future", 2, v1::PURPOSE_ADS, grpc::StatusCode::FAILED_PRECONDITION,
       "policy_version"},
      {"a purpose that the version lacks", 1, v1::PURPOSE_ADS, grpc::StatusCode::INVALID_ARGUMENT,
       "policy_version: 1 does not have the purpose ads"},
      {"no purpose", 1, static_cast<v1::Purpose>(17), grpc::StatusCode::INVALID_ARGUMENT,
       "grant_purposes[0]"},
  };
  for (const Case& bad : cases) {
    v1::UpdateConsentRequest request;
    *request.mutable_subject() = kAnna;
    request.add_grant_purposes(bad.purpose);
    request.set_policy_version(bad.policy_version);
    // What is good beside it does not happen either.
    request.add_exclude_kinds(v1::SIGNAL_KIND_LIKE);
    const WireReply reply = wire_.Call(Method::kUpdateConsent, request);
    EXPECT_EQ(reply.status.error_code(), bad.code) << bad.name;
    EXPECT_THAT(reply.status.error_message(), HasSubstr(bad.message)) << bad.name;
  }
}

TEST_F(BadRightsTest, CallsThatNameNobodyOrNothingAreRefused) {
  v1::EraseSubjectRequest nobody;
  EXPECT_EQ(wire_.CallWith(Method::kEraseSubject, nobody, server_->RightsToken(kAnna, RightsGroup::kErase))
                .status.error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  nobody.mutable_subject()->mutable_anonymous();
  EXPECT_EQ(wire_.CallWith(Method::kEraseSubject, nobody, server_->RightsToken(kAnna, RightsGroup::kErase))
                .status.error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  v1::UpdateRelationsRequest relations;
  *relations.mutable_subject() = kAnna;
  relations.add_changes()->mutable_relation()->set_kind(v1::RELATION_KIND_BLOCK);  // Of nobody.
  const auto answer = wire_.Get<v1::UpdateRelationsResponse>(Method::kUpdateRelations, relations);
  EXPECT_THAT(Shorts(answer), ::testing::ElementsAre("REFUSED INVALID"));
  v1::DismissPostRequest dismiss;
  *dismiss.mutable_subject() = kAnna;
  dismiss.set_post_id(404);
  dismiss.set_reason(v1::DISMISS_REASON_LESS_OF_AUTHOR);
  EXPECT_EQ(wire_.Call(Method::kDismissPost, dismiss).status.error_code(), grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace bauta::testing
