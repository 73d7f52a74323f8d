#include "service/auth/access.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "google/protobuf/descriptor.h"

namespace bauta {
namespace {

constexpr std::string_view kFeedService = "bauta.v1.FeedService";
constexpr std::string_view kInteractionService = "bauta.v1.InteractionService";
constexpr std::string_view kSubjectService = "bauta.v1.SubjectService";
constexpr std::string_view kPostService = "bauta.v1.PostService";
constexpr std::string_view kTrainingService = "bauta.v1.TrainingService";
constexpr std::string_view kModelService = "bauta.v1.ModelService";
constexpr std::string_view kStoreService = "bauta.v1.StoreService";

constexpr RoleSet kFeed = {Role::kFeed};
constexpr RoleSet kIngest = {Role::kIngest};
// What a person does with a tap in the feed: whichever backend takes the tap passes it on.
constexpr RoleSet kTap = {Role::kFeed, Role::kIngest};
constexpr RoleSet kPrivacy = {Role::kPrivacy};
constexpr RoleSet kCatalogue = {Role::kCatalogue};

constexpr MethodAccess kMethods[] = {
    {Method::kRankPosts, kFeedService, "RankPosts", kFeed, {}},
    {Method::kGetFeed, kFeedService, "GetFeed", kFeed, {}},
    {Method::kExplainPost, kFeedService, "ExplainPost", kFeed, RightsGroup::kExplain},
    {Method::kRecordInteractions, kInteractionService, "RecordInteractions", kIngest, {}},
    {Method::kDismissPost, kInteractionService, "DismissPost", kTap, {}},
    {Method::kUndoDismissal, kInteractionService, "UndoDismissal", kTap, {}},
    {Method::kListDismissals, kInteractionService, "ListDismissals", kTap, {}},
    {Method::kListReasons, kInteractionService, "ListReasons", kTap, {}},
    {Method::kUpdateRelations, kSubjectService, "UpdateRelations", kTap, {}},
    {Method::kListRelations, kSubjectService, "ListRelations", kTap, {}},
    {Method::kGetConsent, kSubjectService, "GetConsent", kPrivacy, RightsGroup::kConsent},
    {Method::kUpdateConsent, kSubjectService, "UpdateConsent", kPrivacy, RightsGroup::kConsent},
    {Method::kBatchUpdateConsents, kSubjectService, "BatchUpdateConsents", kPrivacy, {}},
    {Method::kGetPreferences, kSubjectService, "GetPreferences", kTap, {}},
    {Method::kUpdatePreferences, kSubjectService, "UpdatePreferences", kTap, {}},
    {Method::kListProfileTags, kSubjectService, "ListProfileTags", kPrivacy, RightsGroup::kCorrect},
    {Method::kDeleteProfileTag, kSubjectService, "DeleteProfileTag", kPrivacy, RightsGroup::kCorrect},
    {Method::kDeleteInteractions, kSubjectService, "DeleteInteractions", kPrivacy, RightsGroup::kCorrect},
    {Method::kExportSubject, kSubjectService, "ExportSubject", kPrivacy, RightsGroup::kExport, true},
    {Method::kEraseSubject, kSubjectService, "EraseSubject", kPrivacy, RightsGroup::kErase},
    {Method::kUpsertPosts, kPostService, "UpsertPosts", kCatalogue, {}},
    {Method::kRemovePosts, kPostService, "RemovePosts", kCatalogue, {}},
    {Method::kSuspendAuthors, kPostService, "SuspendAuthors", kCatalogue, {}},
    {Method::kEraseAuthor, kPostService, "EraseAuthor", {Role::kCatalogue, Role::kPrivacy}, {}},
    {Method::kGetAuthorCodes, kPostService, "GetAuthorCodes", {Role::kFeed, Role::kCatalogue}, {}},
    {Method::kStreamRows, kTrainingService, "StreamRows", {Role::kTrainer}, {}, true},
    {Method::kListModels, kModelService, "ListModels", {Role::kTrainer, Role::kOperator}, {}},
    {Method::kActivateModel, kModelService, "ActivateModel", {Role::kOperator}, {}},
    {Method::kGetPrivacyReport, kStoreService, "GetPrivacyReport", {Role::kPrivacy, Role::kOperator}, {}},
    {Method::kRotateIdentityKey, kStoreService, "RotateIdentityKey", {Role::kOperator}, {}},
    {Method::kCreateBackup, kStoreService, "CreateBackup", {Role::kOperator}, {}},
    {Method::kStopCollecting, kStoreService, "StopCollecting", {Role::kOperator}, {}},
};

constexpr bool InOrder() {
  for (size_t i = 0; i < std::size(kMethods); ++i) {
    if (static_cast<size_t>(kMethods[i].method) != i || kMethods[i].roles.empty()) return false;
  }
  return std::size(kMethods) == kMethodCount;
}
static_assert(InOrder(), "one row a method, in the order of the enum, each with a role");

}  // namespace

std::span<const MethodAccess> AllMethods() { return kMethods; }

const MethodAccess& AccessOf(Method method) { return kMethods[static_cast<size_t>(method)]; }

const MethodAccess* FindMethod(std::string_view service, std::string_view name) {
  for (const MethodAccess& row : kMethods) {
    if (row.service == service && row.name == name) return &row;
  }
  return nullptr;
}

absl::Status CheckServiceCovered(std::string_view service) {
  const google::protobuf::ServiceDescriptor* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(std::string(service));
  if (descriptor == nullptr) {
    return absl::InternalError(absl::StrCat(ToAbsl(service), " is not a service of this program"));
  }
  for (int i = 0; i < descriptor->method_count(); ++i) {
    if (FindMethod(service, descriptor->method(i)->name()) == nullptr) {
      return absl::InternalError(absl::StrCat(descriptor->method(i)->full_name(),
                                              " has no row in the table of access: nobody may call it"));
    }
  }
  return absl::OkStatus();
}

}  // namespace bauta
