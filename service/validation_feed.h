// What a feed call may ask for. Every check returns INVALID_ARGUMENT where it refuses; see
// service/validation.h.
#ifndef BAUTA_SERVICE_VALIDATION_FEED_H_
#define BAUTA_SERVICE_VALIDATION_FEED_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bauta/v1/feed_service.pb.h"
#include "bauta/v1/model_service.pb.h"
#include "featurestore/records/ids.h"

namespace bauta {

inline constexpr size_t kCandidatesMax = 10'000;
inline constexpr size_t kRankLimitMax = 500;
inline constexpr size_t kRankLimitDefault = 100;
inline constexpr size_t kPageSizeMax = 100;
inline constexpr size_t kPageSizeDefault = 20;
inline constexpr size_t kExcludedPostsMax = 5'000;
inline constexpr size_t kSeedPostsMax = 10;
inline constexpr size_t kFilterIdsMax = 50;  // Topics, and authors, of each list of a filter.
inline constexpr size_t kFilterLanguagesMax = 20;
inline constexpr uint32_t kFilterHoursMax = 87'600;
inline constexpr size_t kTasteSharesMax = 1'000;

// Everything but the visit and the filter, which ResolveVisit and ResolveFilter check. Returns how many posts
// are asked for.
absl::StatusOr<size_t> CheckRankPosts(const v1::RankPostsRequest& request);
absl::StatusOr<size_t> CheckGetFeed(const v1::GetFeedRequest& request);
absl::StatusOr<PostId> CheckExplainPost(const v1::ExplainPostRequest& request);
absl::Status CheckActivateModel(const v1::ActivateModelRequest& request);

}  // namespace bauta

#endif  // BAUTA_SERVICE_VALIDATION_FEED_H_
