#include "service/post_handler.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "service/convert_time.h"
#include "service/item_result.h"
#include "service/validation_post.h"

namespace bauta {
namespace {

// The items of a batch that were let through, and where they stood in it.
template <class Item>
struct CheckedBatch {
  std::vector<Item> items;
  std::vector<int> positions;
};

// Checks each of `sent`, and writes the result of those that are refused; the others' are ACCEPTED until
// the store says otherwise.
template <class Item, class Sent, class Response, class Check>
CheckedBatch<Item> CheckBatch(const char* field, const Sent& sent, Response& response, const Check& check) {
  CheckedBatch<Item> batch;
  for (int i = 0; i < sent.size(); ++i) {
    absl::StatusOr<Item> checked = check(FieldPath(field).At(static_cast<size_t>(i)), sent[i]);
    if (!checked.ok()) {
      *response.add_results() = RefusedItem(v1::ITEM_REASON_INVALID, checked.status());
      continue;
    }
    *response.add_results() = AcceptedItem();
    batch.items.push_back(*std::move(checked));
    batch.positions.push_back(i);
  }
  return batch;
}

v1::ItemResult StaleItem(uint64_t sent) {
  return RefusedItem(
      v1::ITEM_REASON_STALE_VERSION,
      absl::InvalidArgumentError(absl::StrCat("version: not below the known one allowed, ", sent, " sent")));
}

}  // namespace

absl::StatusOr<v1::UpsertPostsResponse> PostHandler::UpsertPosts(const Principal&,
                                                                 const v1::UpsertPostsRequest& request) {
  BAUTA_RETURN_IF_ERROR(CheckListSize("posts", static_cast<size_t>(request.posts_size()), 1, kPostsMax));
  const absl::Time now = dependencies_.clock.Now();
  v1::UpsertPostsResponse response;
  const CheckedBatch<Post> batch =
      CheckBatch<Post>("posts", request.posts(), response, [&](const FieldPath& field, const v1::Post& post) {
        return CheckPost(field, post, dependencies_.resolver, content_dimension_, now);
      });
  if (batch.items.empty()) return response;
  BAUTA_ASSIGN_OR_RETURN(const std::vector<UpsertOutcome> outcomes,
                         dependencies_.serving.UpsertPosts(batch.items));
  for (size_t i = 0; i < batch.items.size(); ++i) {
    if (outcomes[i] == UpsertOutcome::kStored) continue;
    *response.mutable_results(batch.positions[i]) = StaleItem(batch.items[i].version);
  }
  return response;
}

absl::StatusOr<v1::RemovePostsResponse> PostHandler::RemovePosts(const Principal&,
                                                                 const v1::RemovePostsRequest& request) {
  BAUTA_RETURN_IF_ERROR(
      CheckListSize("removals", static_cast<size_t>(request.removals_size()), 1, kRemovalsMax));
  v1::RemovePostsResponse response;
  const CheckedBatch<PostRemoval> batch =
      CheckBatch<PostRemoval>("removals", request.removals(), response, CheckPostRemoval);
  if (batch.items.empty()) return response;
  BAUTA_RETURN_IF_ERROR(dependencies_.serving.RemovePosts(batch.items));
  for (size_t i = 0; i < batch.items.size(); ++i) {
    // A post that is there after all has a version above the one up to which it was to go.
    BAUTA_ASSIGN_OR_RETURN(const std::optional<Post> post, dependencies_.store.ReadPost(batch.items[i].post));
    if (post) *response.mutable_results(batch.positions[i]) = StaleItem(batch.items[i].version);
  }
  return response;
}

absl::StatusOr<v1::SuspendAuthorsResponse> PostHandler::SuspendAuthors(
    const Principal&, const v1::SuspendAuthorsRequest& request) {
  BAUTA_RETURN_IF_ERROR(
      CheckListSize("suspensions", static_cast<size_t>(request.suspensions_size()), 1, kSuspensionsMax));
  const absl::Time now = dependencies_.clock.Now();
  v1::SuspendAuthorsResponse response;
  const CheckedBatch<AuthorSuspension> batch = CheckBatch<AuthorSuspension>(
      "suspensions", request.suspensions(), response,
      [&](const FieldPath& field, const v1::AuthorSuspension& suspension) {
        return CheckAuthorSuspension(field, suspension, dependencies_.resolver, now);
      });
  if (!batch.items.empty()) BAUTA_RETURN_IF_ERROR(dependencies_.serving.SuspendAuthors(batch.items));
  return response;
}

absl::StatusOr<v1::EraseAuthorResponse> PostHandler::EraseAuthor(const Principal&,
                                                                 const v1::EraseAuthorRequest& request) {
  BAUTA_ASSIGN_OR_RETURN(const AuthorCode author, dependencies_.resolver.Author("author", request.author()));
  BAUTA_ASSIGN_OR_RETURN(const AuthorErasure erasure, dependencies_.serving.EraseAuthor(author));
  v1::EraseAuthorResponse response;
  response.set_removed_post_count(erasure.removed_posts);
  *response.mutable_erase_time() = ToProto(erasure.erase_time);
  response.set_log_sequence(erasure.log_sequence);
  return response;
}

absl::StatusOr<v1::GetAuthorCodesResponse> PostHandler::GetAuthorCodes(
    const Principal&, const v1::GetAuthorCodesRequest& request) {
  const auto size = static_cast<size_t>(request.author_ids_size());
  BAUTA_RETURN_IF_ERROR(CheckListSize("author_ids", size, 1, kAuthorIdsMax));
  v1::GetAuthorCodesResponse response;
  for (size_t i = 0; i < size; ++i) {
    BAUTA_ASSIGN_OR_RETURN(const AuthorCode code,
                           dependencies_.resolver.AuthorId(FieldPath("author_ids").At(i),
                                                           request.author_ids(static_cast<int>(i))));
    response.add_author_codes(std::string(code.view()));
  }
  return response;
}

}  // namespace bauta
