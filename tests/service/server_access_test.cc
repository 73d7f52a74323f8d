// Who may call what, asked of the real server: every method × role × rights token.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "service/auth/access.h"
#include "tests/service/raw_call.h"
#include "tests/testing/test_server.h"

namespace bauta::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kOwn[] = "account-of-mine";

class ServerAccessTest : public ::testing::Test {
 protected:
  // With the request's own subject, and a good rights token for it where the method asks for one.
  RawReply CallAs(Role role, const MethodAccess& access) {
    return CallWith(role, access, access.rights ? server_->RightsToken(Account(kOwn), *access.rights) : "");
  }
  RawReply CallWith(Role role, const MethodAccess& access, const std::string& rights_token) {
    const auto request = NewRequest(access);
    SetSubject(*request, kOwn);
    const auto context = server_->ContextOf(role, rights_token);
    return CallRaw(server_->channel(), *context, PathOf(access), request->SerializeAsString());
  }
  // A role that may call the method.
  static Role RoleFor(const MethodAccess& access) {
    for (Role role : kAllRoles) {
      if (access.roles.Contains(role)) return role;
    }
    return Role::kOperator;
  }
  static bool Admitted(const grpc::Status& status) {
    return status.error_code() != grpc::StatusCode::UNAUTHENTICATED &&
           status.error_code() != grpc::StatusCode::PERMISSION_DENIED &&
           status.error_code() != grpc::StatusCode::UNIMPLEMENTED;
  }

  std::unique_ptr<TestServer> server_ = TestServer::Start();
};

TEST_F(ServerAccessTest, EachMethodIsOpenToItsRolesAlone) {
  for (const MethodAccess& access : AllMethods()) {
    for (Role role : kAllRoles) {
      const grpc::Status status = CallAs(role, access).status;
      if (access.roles.Contains(role)) {
        EXPECT_TRUE(Admitted(status))
            << PathOf(access) << " as " << RoleName(role) << ": " << status.error_message();
      } else {
        EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED)
            << PathOf(access) << " as " << RoleName(role);
      }
    }
  }
}

TEST_F(ServerAccessTest, NoMethodIsOpenWithoutAToken) {
  for (const MethodAccess& access : AllMethods()) {
    for (const char* authorization : {"", "Bearer nobody-knows-me", "Basic secret-of-feed"}) {
      grpc::ClientContext context;
      if (*authorization != '\0') context.AddMetadata("authorization", authorization);
      EXPECT_EQ(CallRaw(server_->channel(), context, PathOf(access), "").status.error_code(),
                grpc::StatusCode::UNAUTHENTICATED)
          << PathOf(access) << " with \"" << authorization << "\"";
    }
  }
}

// An adapter that passes another method's name would be held against another method's roles.
TEST_F(ServerAccessTest, EachMethodIsHeldAgainstItsOwnRow) {
  const auto refusals = [&](const MethodAccess& access) {
    return server_->backend()
        .metrics()
        .Read(access.method)
        .by_code[static_cast<size_t>(absl::StatusCode::kUnauthenticated)];
  };
  for (const MethodAccess& access : AllMethods()) {
    grpc::ClientContext context;
    CallRaw(server_->channel(), context, PathOf(access), "");
    EXPECT_EQ(refusals(access), 1u) << PathOf(access);
  }
}

TEST_F(ServerAccessTest, AMethodWithoutARowStopsTheStart) {
  const absl::Status status = CheckServiceCovered("grpc.reflection.v1alpha.ServerReflection");
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("ServerReflectionInfo has no row"));
}

TEST_F(ServerAccessTest, RightsCallsNeedATokenForThatSubjectAndGroup) {
  size_t rights_methods = 0;
  for (const MethodAccess& access : AllMethods()) {
    if (!access.rights.has_value()) continue;
    ++rights_methods;
    const RightsGroup group = *access.rights;
    std::vector<std::pair<std::string, std::string>> refused = {
        {"none", ""},
        {"another subject", server_->RightsToken(Account("account-of-another"), group)},
        {"another namespace", server_->RightsToken(Device(kOwn), group)},
        {"noise", "not a token at all"},
    };
    for (size_t i = 0; i < kRightsGroupCount; ++i) {
      const auto other = static_cast<RightsGroup>(i);
      if (other == group) continue;
      refused.emplace_back(RightsGroupName(other), server_->RightsToken(Account(kOwn), other));
    }
    std::string forged = server_->RightsToken(Account(kOwn), group);
    forged.back() ^= 1;
    refused.emplace_back("forged", forged);
    const std::string replayed = server_->RightsToken(Account(kOwn), group);
    EXPECT_TRUE(Admitted(CallWith(RoleFor(access), access, replayed).status)) << PathOf(access);
    refused.emplace_back("replayed", replayed);
    for (const auto& [name, token] : refused) {
      const grpc::Status status = CallWith(RoleFor(access), access, token).status;
      EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED)
          << PathOf(access) << " with " << name;
      EXPECT_THAT(status.error_message(), Not(HasSubstr("account-of"))) << name;
    }
    const std::string expired = server_->RightsToken(Account(kOwn), group);
    server_->clock().Advance(absl::Minutes(5));
    EXPECT_EQ(CallWith(RoleFor(access), access, expired).status.error_code(),
              grpc::StatusCode::PERMISSION_DENIED)
        << PathOf(access) << " with an expired one";
  }
  EXPECT_EQ(rights_methods, 8u);
}

TEST_F(ServerAccessTest, ATokenFromBeforeTheStartIsRefused) {
  const MethodAccess& access = AccessOf(Method::kGetConsent);
  server_->clock().Advance(absl::Seconds(10));
  const std::string token = server_->RightsToken(Account(kOwn), RightsGroup::kConsent);
  server_->clock().Advance(absl::Seconds(10));
  ASSERT_TRUE(server_->Restart().ok());
  EXPECT_EQ(CallWith(Role::kPrivacy, access, token).status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(Admitted(CallAs(Role::kPrivacy, access).status));
}

TEST_F(ServerAccessTest, AnExplanationWithoutHistoryNeedsNoRightsToken) {
  const MethodAccess& access = AccessOf(Method::kExplainPost);
  const auto request = NewRequest(access);
  SetSubject(*request, kOwn);
  request->GetReflection()->SetBool(request.get(), request->GetDescriptor()->FindFieldByName("name_history"),
                                    false);
  const auto context = server_->ContextOf(Role::kFeed);
  EXPECT_TRUE(
      Admitted(CallRaw(server_->channel(), *context, PathOf(access), request->SerializeAsString()).status));
}

// Every field that may identify a person, at any depth, one element in every list on the way.
size_t PlantIdentity(Message& message, const std::string& canary, int depth = 0) {
  static const char* const kIdentifying[] = {"account_id", "device_id",   "external_code", "author_id",
                                             "author_ids", "author_code", "ip_address"};
  if (depth > 6) return 0;
  size_t planted = 0;
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    // Of a oneof the first is planted; the others would only replace it.
    if (field->containing_oneof() != nullptr && field->index_in_oneof() != 0) continue;
    const bool identifying =
        std::find(std::begin(kIdentifying), std::end(kIdentifying), field->name()) != std::end(kIdentifying);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && identifying) {
      ++planted;
      if (field->is_repeated()) {
        reflection.AddString(&message, field, canary);
      } else {
        reflection.SetString(&message, field, canary);
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      planted += PlantIdentity(field->is_repeated() ? *reflection.AddMessage(&message, field)
                                                    : *reflection.MutableMessage(&message, field),
                               canary, depth + 1);
    }
  }
  return planted;
}

TEST_F(ServerAccessTest, NoErrorTextAndNoLogCarriesAnId) {
  ::testing::internal::CaptureStderr();
  size_t planted = 0, refusals = 0;
  for (const MethodAccess& access : AllMethods()) {
    // A good length, and one that is refused at the door.
    for (const std::string& canary : {std::string("CANARY-17"), std::string(300, 'C') + "CANARY-17"}) {
      const auto request = NewRequest(access);
      planted += PlantIdentity(*request, canary);
      v1::Subject subject = Account(canary);
      std::string rights;
      if (access.rights && canary.size() < 256) rights = server_->RightsToken(subject, *access.rights);
      if (const auto* history = request->GetDescriptor()->FindFieldByName("name_history")) {
        request->GetReflection()->SetBool(request.get(), history, true);
      }
      const auto context = server_->ContextOf(RoleFor(access), rights);
      const RawReply reply =
          CallRaw(server_->channel(), *context, PathOf(access), request->SerializeAsString());
      if (!reply.status.ok()) ++refusals;
      EXPECT_THAT(reply.status.error_message(), Not(HasSubstr("CANARY"))) << PathOf(access);
      for (const std::string& message : reply.messages) {
        EXPECT_THAT(message, Not(HasSubstr("CANARY"))) << PathOf(access) << ": an item's message";
      }
    }
  }
  EXPECT_GT(planted, 2 * AllMethods().size() / 2);
  EXPECT_GT(refusals, 10u);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), Not(HasSubstr("CANARY")));
}

}  // namespace
}  // namespace bauta::testing
