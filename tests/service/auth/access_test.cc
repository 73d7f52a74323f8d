#include "service/auth/access.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bauta/v1/feed_service.pb.h"
#include "bauta/v1/interaction_service.pb.h"
#include "bauta/v1/model_service.pb.h"
#include "bauta/v1/post_service.pb.h"
#include "bauta/v1/store_service.pb.h"
#include "bauta/v1/subject_service.pb.h"
#include "bauta/v1/training_service.pb.h"

namespace bauta::testing {
namespace {

// By their files, so that a service which the table forgets is found all the same.
std::vector<const google::protobuf::ServiceDescriptor*> AllServices() {
  std::vector<const google::protobuf::ServiceDescriptor*> services;
  for (const google::protobuf::FileDescriptor* file :
       {v1::RankPostsRequest::descriptor()->file(), v1::ListReasonsRequest::descriptor()->file(),
        v1::ListModelsRequest::descriptor()->file(), v1::UpsertPostsRequest::descriptor()->file(),
        v1::GetConsentRequest::descriptor()->file(), v1::StreamRowsRequest::descriptor()->file(),
        v1::GetPrivacyReportRequest::descriptor()->file()}) {
    for (int i = 0; i < file->service_count(); ++i) services.push_back(file->service(i));
  }
  return services;
}

TEST(AccessTest, EveryMethodOfEveryServiceHasARow) {
  size_t methods = 0;
  for (const auto* service : AllServices()) {
    EXPECT_TRUE(CheckServiceCovered(service->full_name()).ok()) << service->full_name();
    for (int i = 0; i < service->method_count(); ++i, ++methods) {
      const google::protobuf::MethodDescriptor& method = *service->method(i);
      const MethodAccess* access = FindMethod(service->full_name(), method.name());
      ASSERT_NE(access, nullptr) << method.full_name();
      EXPECT_EQ(access->streams, method.server_streaming()) << method.full_name();
    }
  }
  EXPECT_EQ(methods, AllMethods().size()) << "a row for a method that is not there";
}

TEST(AccessTest, AServiceWithoutRowsStopsTheStart) {
  EXPECT_EQ(CheckServiceCovered("bauta.v1.NoSuchService").code(), absl::StatusCode::kInternal);
}

// Written out once more, so that a slip in the table does not go unseen.
TEST(AccessTest, RolesAreThoseOfTheContract) {
  const std::map<std::string, RoleSet> expected = {
      {"RankPosts", {Role::kFeed}},
      {"GetFeed", {Role::kFeed}},
      {"ExplainPost", {Role::kFeed}},
      {"RecordInteractions", {Role::kIngest}},
      {"DismissPost", {Role::kFeed, Role::kIngest}},
      {"UndoDismissal", {Role::kFeed, Role::kIngest}},
      {"ListDismissals", {Role::kFeed, Role::kIngest}},
      {"ListReasons", {Role::kFeed, Role::kIngest}},
      {"UpdateRelations", {Role::kFeed, Role::kIngest}},
      {"ListRelations", {Role::kFeed, Role::kIngest}},
      {"GetConsent", {Role::kPrivacy}},
      {"UpdateConsent", {Role::kPrivacy}},
      {"BatchUpdateConsents", {Role::kPrivacy}},
      {"GetPreferences", {Role::kFeed, Role::kIngest}},
      {"UpdatePreferences", {Role::kFeed, Role::kIngest}},
      {"ListProfileTags", {Role::kPrivacy}},
      {"DeleteProfileTag", {Role::kPrivacy}},
      {"DeleteInteractions", {Role::kPrivacy}},
      {"ExportSubject", {Role::kPrivacy}},
      {"EraseSubject", {Role::kPrivacy}},
      {"UpsertPosts", {Role::kCatalogue}},
      {"RemovePosts", {Role::kCatalogue}},
      {"SuspendAuthors", {Role::kCatalogue}},
      {"EraseAuthor", {Role::kCatalogue, Role::kPrivacy}},
      {"GetAuthorCodes", {Role::kCatalogue, Role::kFeed}},
      {"StreamRows", {Role::kTrainer}},
      {"ListModels", {Role::kTrainer, Role::kOperator}},
      {"ActivateModel", {Role::kOperator}},
      {"GetPrivacyReport", {Role::kPrivacy, Role::kOperator}},
      {"RotateIdentityKey", {Role::kOperator}},
      {"CreateBackup", {Role::kOperator}},
      {"StopCollecting", {Role::kOperator}},
  };
  for (const MethodAccess& access : AllMethods()) {
    const auto row = expected.find(std::string(access.name));
    ASSERT_NE(row, expected.end()) << access.name;
    EXPECT_EQ(access.roles, row->second) << access.name;
  }
}

TEST(AccessTest, RightsCallsDemandATokenOfTheirGroup) {
  const std::map<std::string, RightsGroup> expected = {
      {"ExplainPost", RightsGroup::kExplain},      {"GetConsent", RightsGroup::kConsent},
      {"UpdateConsent", RightsGroup::kConsent},    {"ExportSubject", RightsGroup::kExport},
      {"EraseSubject", RightsGroup::kErase},       {"ListProfileTags", RightsGroup::kCorrect},
      {"DeleteProfileTag", RightsGroup::kCorrect}, {"DeleteInteractions", RightsGroup::kCorrect},
  };
  for (const MethodAccess& access : AllMethods()) {
    const auto row = expected.find(std::string(access.name));
    const auto group = row == expected.end() ? std::nullopt : std::optional(row->second);
    EXPECT_EQ(access.rights, group) << access.name;
  }
}

}  // namespace
}  // namespace bauta::testing
