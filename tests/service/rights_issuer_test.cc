// Who may do what with a rights token: the subject's own identity service, an agent, a guardian. Through the
// real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bauta/v1/interaction_service.grpc.pb.h"
#include "bauta/v1/subject_service.grpc.pb.h"
#include "service/auth/access.h"
#include "service/convert_time.h"
#include "tests/service/raw_call.h"
#include "tests/testing/test_server.h"

namespace bauta::testing {
namespace {

using ::testing::HasSubstr;

constexpr IssuerKind kAllIssuers[] = {IssuerKind::kIdentityService, IssuerKind::kAgent,
                                      IssuerKind::kGuardian};

class RightsIssuerTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::Consent> Update(IssuerKind issuer, const v1::Subject& subject,
                                     const std::function<void(v1::UpdateConsentRequest&)>& fill) {
    v1::UpdateConsentRequest request;
    *request.mutable_subject() = subject;
    fill(request);
    v1::UpdateConsentResponse response;
    const auto context =
        server_->ContextOf(Role::kPrivacy, server_->RightsToken(subject, RightsGroup::kConsent, issuer));
    const grpc::Status status = subjects_->UpdateConsent(context.get(), request, &response);
    if (!status.ok()) {
      return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
    }
    return response.consent();
  }
  absl::StatusCode CodeOf(IssuerKind issuer, const v1::Subject& subject,
                          const std::function<void(v1::UpdateConsentRequest&)>& fill) {
    return Update(issuer, subject, fill).status().code();
  }
  static void GrantPersonalize(v1::UpdateConsentRequest& request) {
    request.add_grant_purposes(v1::PURPOSE_PERSONALIZE);
    request.add_grant_purposes(v1::PURPOSE_LOCATE);
    request.set_policy_version(1);
  }
  static void MarkMinor(v1::UpdateConsentRequest& request) { request.set_mark_minor(true); }

  v1::ItemResult Click(const v1::Subject& subject, absl::Time time) {
    v1::RecordInteractionsRequest request;
    v1::Interaction& click = *request.add_interactions();
    *click.mutable_subject() = subject;
    click.set_kind(v1::SIGNAL_KIND_CLICK);
    click.set_post_id(1);
    *click.mutable_event_time() = ToProto(time);
    v1::RecordInteractionsResponse response;
    EXPECT_TRUE(
        interactions_->RecordInteractions(server_->ContextOf(Role::kIngest).get(), request, &response).ok());
    return response.results(0);
  }
  size_t KeptActs(const v1::Subject& subject) {
    v1::ExportSubjectRequest request;
    *request.mutable_subject() = subject;
    const auto context =
        server_->ContextOf(Role::kPrivacy, server_->RightsToken(subject, RightsGroup::kExport));
    const auto stream = subjects_->ExportSubject(context.get(), request);
    v1::ExportSubjectResponse part;
    size_t acts = 0;
    while (stream->Read(&part)) acts += static_cast<size_t>(part.interactions().interactions_size());
    EXPECT_TRUE(stream->Finish().ok());
    return acts;
  }
  absl::Time now() const { return server_->clock().Now(); }

  std::unique_ptr<TestServer> server_ = TestServer::Start();
  std::unique_ptr<v1::SubjectService::Stub> subjects_ = server_->Stub<v1::SubjectService>();
  std::unique_ptr<v1::InteractionService::Stub> interactions_ = server_->Stub<v1::InteractionService>();
  const v1::Subject reader_ = Account("reader");
};

// Each rights method, with a token of each kind of issuer: for the subject itself, for another, none,
// expired, replayed.
TEST_F(RightsIssuerTest, ATokenOfAnyIssuerOpensItsMethodsToItsSubjectOnce) {
  for (const MethodAccess& access : AllMethods()) {
    if (!access.rights.has_value()) continue;
    for (const IssuerKind issuer : kAllIssuers) {
      for (const Role role : kAllRoles) {
        const bool may = access.roles.Contains(role);
        const auto admitted = [&](const std::string& token) {
          const auto request = NewRequest(access);
          SetSubject(*request, "reader");
          const auto context = server_->ContextOf(role, token);
          const RawReply reply =
              CallRaw(server_->channel(), *context, PathOf(access), request->SerializeAsString());
          return reply.status.error_code() != grpc::StatusCode::PERMISSION_DENIED;
        };
        const std::string where = PathOf(access) + " as " + RoleName(role) + " signed by " +
                                  TestServer::kIssuers[static_cast<size_t>(issuer)];
        const auto mint = [&](const v1::Subject& subject) {
          return server_->RightsToken(subject, *access.rights, issuer);
        };
        const std::string own = mint(reader_);
        EXPECT_EQ(admitted(own), may) << where;
        EXPECT_FALSE(may && admitted(own)) << where << ", replayed";
        EXPECT_FALSE(admitted(mint(Account("another")))) << where << ", for another";
        EXPECT_FALSE(admitted("")) << where << ", without";
        const std::string old = mint(reader_);
        server_->clock().Advance(absl::Minutes(5));
        EXPECT_FALSE(admitted(old)) << where << ", expired";
      }
    }
  }
}

TEST_F(RightsIssuerTest, AnAgentMayDoAllButGrantPurposes) {
  EXPECT_EQ(CodeOf(IssuerKind::kAgent, reader_, GrantPersonalize), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(CodeOf(IssuerKind::kAgent, reader_,
                   [](auto& request) { request.add_grant_purposes(v1::PURPOSE_PERSONALIZE); }),
            absl::StatusCode::kPermissionDenied);  // Not for want of a version.
  ASSERT_EQ(CodeOf(IssuerKind::kIdentityService, reader_, GrantPersonalize), absl::StatusCode::kOk);
  ASSERT_EQ(Click(reader_, now()).status(), v1::ITEM_STATUS_ACCEPTED);
  EXPECT_EQ(CodeOf(IssuerKind::kAgent, reader_,
                   [](auto& request) { request.add_exclude_kinds(v1::SIGNAL_KIND_DWELL); }),
            absl::StatusCode::kOk);
  EXPECT_EQ(KeptActs(reader_), 1u);
  // To agree to a version can turn on what waits for it; a withdrawal that names one does not hide that.
  for (const bool withdraws : {false, true}) {
    EXPECT_EQ(CodeOf(IssuerKind::kAgent, reader_,
                     [withdraws](auto& request) {
                       request.set_policy_version(1);
                       if (withdraws) request.add_withdraw_purposes(v1::PURPOSE_LOCATE);
                     }),
              absl::StatusCode::kPermissionDenied);
  }
  const auto consent =
      Update(IssuerKind::kAgent, reader_, [](auto& request) { request.set_withdraw_all(true); });
  ASSERT_TRUE(consent.ok()) << consent.status();
  EXPECT_EQ(consent->purposes_size(), 0);
  EXPECT_EQ(KeptActs(reader_), 0u);
}

TEST_F(RightsIssuerTest, OneCallWithdrawsAllAndGrantsNothing) {
  ASSERT_EQ(CodeOf(IssuerKind::kIdentityService, reader_, GrantPersonalize), absl::StatusCode::kOk);
  const absl::Status both = Update(IssuerKind::kIdentityService, reader_, [](auto& request) {
                              GrantPersonalize(request);
                              request.set_withdraw_all(true);
                            }).status();
  EXPECT_EQ(both.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(both.message()), HasSubstr("withdraw_all"));
  const auto consent =
      Update(IssuerKind::kIdentityService, reader_, [](auto& request) { request.set_withdraw_all(true); });
  ASSERT_TRUE(consent.ok()) << consent.status();
  EXPECT_EQ(consent->purposes_size(), 0);
}

TEST_F(RightsIssuerTest, AMarkedMinorHasNoHistoryUntilAGuardianAgrees) {
  ASSERT_EQ(CodeOf(IssuerKind::kIdentityService, reader_, GrantPersonalize), absl::StatusCode::kOk);
  const absl::Time before = now();
  ASSERT_EQ(Click(reader_, before).status(), v1::ITEM_STATUS_ACCEPTED);
  server_->clock().Advance(absl::Hours(1));
  auto consent = Update(IssuerKind::kIdentityService, reader_, MarkMinor);
  ASSERT_TRUE(consent.ok()) << consent.status();
  EXPECT_TRUE(consent->minor());
  EXPECT_FALSE(consent->guardian_agreed());
  for (const v1::PurposeConsent& purpose : consent->purposes()) EXPECT_FALSE(purpose.effective());
  EXPECT_EQ(KeptActs(reader_), 0u);
  EXPECT_EQ(Click(reader_, now()).reason(), v1::ITEM_REASON_NOT_PERMITTED);
  // Nothing takes the mark back.
  ASSERT_EQ(
      CodeOf(IssuerKind::kIdentityService, reader_, [](auto& request) { request.set_mark_minor(false); }),
      absl::StatusCode::kOk);
  ASSERT_EQ(CodeOf(IssuerKind::kIdentityService, reader_, GrantPersonalize), absl::StatusCode::kOk);
  EXPECT_EQ(Click(reader_, now()).reason(), v1::ITEM_REASON_NOT_PERMITTED);

  const auto agree = [](bool agreed) {
    return [agreed](v1::UpdateConsentRequest& request) { request.set_guardian_agreed(agreed); };
  };
  for (const bool agreed : {true, false}) {
    EXPECT_EQ(CodeOf(IssuerKind::kIdentityService, reader_, agree(agreed)),
              absl::StatusCode::kPermissionDenied);
    EXPECT_EQ(CodeOf(IssuerKind::kAgent, reader_, agree(agreed)), absl::StatusCode::kPermissionDenied);
  }
  server_->clock().Advance(absl::Hours(1));
  consent = Update(IssuerKind::kGuardian, reader_, agree(true));
  ASSERT_TRUE(consent.ok()) << consent.status();
  EXPECT_TRUE(consent->guardian_agreed() && consent->purposes(0).effective());
  EXPECT_EQ(Click(reader_, before).reason(), v1::ITEM_REASON_BEFORE_CONSENT);
  EXPECT_EQ(Click(reader_, now()).status(), v1::ITEM_STATUS_ACCEPTED);
  EXPECT_EQ(KeptActs(reader_), 1u);
  ASSERT_TRUE(server_->Restart().ok());
  subjects_ = server_->Stub<v1::SubjectService>();
  interactions_ = server_->Stub<v1::InteractionService>();
  EXPECT_EQ(KeptActs(reader_), 1u);
  consent = Update(IssuerKind::kGuardian, reader_, agree(false));
  ASSERT_TRUE(consent.ok()) << consent.status();
  EXPECT_TRUE(consent->minor());
  EXPECT_EQ(KeptActs(reader_), 0u);
}

TEST_F(RightsIssuerTest, AGuardianAgreesForMinorsOnly) {
  const absl::Status status = Update(IssuerKind::kGuardian, reader_, [](auto& request) {
                                request.set_guardian_agreed(true);
                              }).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("not marked as under age"));
  const auto consent = Update(IssuerKind::kGuardian, reader_, [](auto& request) {
    GrantPersonalize(request);
    request.set_mark_minor(true);
    request.set_guardian_agreed(true);
  });
  ASSERT_TRUE(consent.ok()) << consent.status();
  EXPECT_TRUE(consent->minor() && consent->guardian_agreed() && consent->purposes(0).effective());
}

}  // namespace
}  // namespace bauta::testing
