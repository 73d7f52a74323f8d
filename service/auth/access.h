// Access: every method that callers can reach, which roles may call it, and for which a rights token must be
// shown. Default deny: a method that a service has and this table has not stops the start.
#ifndef BAUTA_SERVICE_AUTH_ACCESS_H_
#define BAUTA_SERVICE_AUTH_ACCESS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "service/principal.h"

namespace bauta {

// In the order of AllMethods().
enum class Method : uint8_t {
  kRankPosts,
  kGetFeed,
  kExplainPost,
  kRecordInteractions,
  kDismissPost,
  kUndoDismissal,
  kListDismissals,
  kListReasons,
  kUpdateRelations,
  kListRelations,
  kGetConsent,
  kUpdateConsent,
  kBatchUpdateConsents,
  kGetPreferences,
  kUpdatePreferences,
  kListProfileTags,
  kDeleteProfileTag,
  kDeleteInteractions,
  kExportSubject,
  kEraseSubject,
  kUpsertPosts,
  kRemovePosts,
  kSuspendAuthors,
  kEraseAuthor,
  kGetAuthorCodes,
  kStreamRows,
  kListModels,
  kActivateModel,
  kGetPrivacyReport,
  kRotateIdentityKey,
  kCreateBackup,
  kStopCollecting,
};
inline constexpr size_t kMethodCount = 32;

struct MethodAccess {
  Method method;
  std::string_view service;  // Full name, "bauta.v1.FeedService".
  std::string_view name;     // "RankPosts".
  RoleSet roles;             // Any one of them is enough.
  // The group that a rights token must open. Demanded always, but of ExplainPost only where it names history.
  std::optional<RightsGroup> rights;
  bool streams = false;  // Counts against the limit of streams, not of calls.
};

std::span<const MethodAccess> AllMethods();
const MethodAccess& AccessOf(Method method);
// nullptr where the table has no such row.
const MethodAccess* FindMethod(std::string_view service, std::string_view name);

// INTERNAL where `service` (a full name that the generated code knows) has
// a method without a row; the message names it.
absl::Status CheckServiceCovered(std::string_view service);

}  // namespace bauta

#endif  // BAUTA_SERVICE_AUTH_ACCESS_H_
