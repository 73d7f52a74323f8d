#include "service/validation_feed.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "service/model_store.h"
#include "service/validation.h"

namespace bauta {
namespace {

// 0 is what a caller gets by mistake, so only its absence means the default.
absl::StatusOr<size_t> CheckLimit(const FieldPath& field, bool present, uint32_t limit, size_t otherwise,
                                  size_t max) {
  if (!present) return otherwise;
  BAUTA_RETURN_IF_ERROR(CheckRange(field, int64_t{limit}, int64_t{1}, static_cast<int64_t>(max)));
  return size_t{limit};
}

}  // namespace

absl::StatusOr<size_t> CheckRankPosts(const v1::RankPostsRequest& request) {
  const auto count = static_cast<size_t>(request.post_ids_size());
  BAUTA_RETURN_IF_ERROR(CheckListSize("post_ids", count, 1, kCandidatesMax));
  BAUTA_RETURN_IF_ERROR(CheckIds("post_ids", request.post_ids().data(), count, kCandidatesMax));
  const auto scores = static_cast<size_t>(request.caller_scores_size());
  if (scores != 0 && scores != count) {
    return FieldError("caller_scores", absl::StrCat("none, or one for each of the ", count, " post_ids,"),
                      absl::StrCat(scores));
  }
  for (size_t i = 0; i < scores; ++i) {
    BAUTA_RETURN_IF_ERROR(
        CheckFinite(FieldPath("caller_scores").At(i), double{request.caller_scores(static_cast<int>(i))}));
  }
  return CheckLimit("limit", request.has_limit(), request.limit(), kRankLimitDefault, kRankLimitMax);
}

absl::StatusOr<size_t> CheckGetFeed(const v1::GetFeedRequest& request) {
  const auto excluded = static_cast<size_t>(request.exclude_post_ids_size());
  BAUTA_RETURN_IF_ERROR(
      CheckIds("exclude_post_ids", request.exclude_post_ids().data(), excluded, kExcludedPostsMax));
  const auto& seeds = request.seed_post_ids();
  BAUTA_RETURN_IF_ERROR(
      CheckIds("seed_post_ids", seeds.data(), static_cast<size_t>(seeds.size()), kSeedPostsMax));
  for (auto seed = seeds.begin(); seed != seeds.end(); ++seed) {
    if (std::find(seeds.begin(), seed, *seed) != seed) {
      return FieldError("seed_post_ids", "distinct ids", absl::StrCat(*seed, " twice"));
    }
  }
  return CheckLimit("page_size", request.has_page_size(), request.page_size(), kPageSizeDefault,
                    kPageSizeMax);
}

absl::StatusOr<PostId> CheckExplainPost(const v1::ExplainPostRequest& request) {
  if (request.has_caller_score()) {
    BAUTA_RETURN_IF_ERROR(CheckFinite("caller_score", double{request.caller_score()}));
  }
  return CheckPostId("post_id", request.post_id());
}

absl::Status CheckActivateModel(const v1::ActivateModelRequest& request) {
  if (request.has_canary_percent()) {
    BAUTA_RETURN_IF_ERROR(
        CheckRange("canary_percent", int64_t{request.canary_percent()}, int64_t{1}, int64_t{99}));
  }
  const std::string& version = request.model_version();
  BAUTA_RETURN_IF_ERROR(CheckText("model_version", version, 1, kModelVersionSizeMax));
  for (char c : version) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.' && c != '_') {
      return FieldError("model_version", "letters, digits, '-', '_' and '.'",
                        absl::StrCat("a byte of value ", static_cast<unsigned char>(c)));
    }
  }
  return absl::OkStatus();
}

}  // namespace bauta
