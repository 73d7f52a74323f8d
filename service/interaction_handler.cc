#include "service/interaction_handler.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/hour.h"
#include "base/status.h"
#include "service/convert_enum.h"
#include "service/convert_subject.h"
#include "service/item_result.h"
#include "service/validation_interaction.h"

namespace bauta {
namespace {

// The items of one subject that may be recorded, in the order in which they were sent.
struct SubjectItems {
  Pseudonym subject;
  std::vector<size_t> positions;  // In the request.
  std::vector<SignalEvent> events;
  std::vector<std::optional<AuthorCode>> self_authors;
};

// Records items of one subject; where `self_author` changes within them, in several calls, one after the
// other.
void Record(FeatureStore& store, const SubjectItems& items, std::vector<v1::ItemResult>& results) {
  for (size_t begin = 0, end = 0; begin < items.events.size(); begin = end) {
    const std::optional<AuthorCode>& self_author = items.self_authors[begin];
    while (end < items.events.size() && items.self_authors[end] == self_author) ++end;
    const absl::StatusOr<std::vector<RecordOutcome>> outcomes =
        store.Record(items.subject, std::span(items.events).subspan(begin, end - begin), self_author);
    for (size_t i = begin; i < end; ++i) {
      results[items.positions[i]] =
          outcomes.ok() ? ToItemResult((*outcomes)[i - begin]) : FailedItem(outcomes.status());
    }
  }
}

const Dismissal* FindDismissal(const HeadInstructions& instructions, const Dismissal& wanted) {
  for (const Dismissal& kept : instructions.dismissals) {
    if (kept.reason == wanted.reason && kept.post == wanted.post && kept.topics == wanted.topics)
      return &kept;
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<v1::RecordInteractionsResponse> InteractionHandler::RecordInteractions(
    const Principal& principal, const v1::RecordInteractionsRequest& request) {
  const auto size = static_cast<size_t>(request.interactions_size());
  BAUTA_RETURN_IF_ERROR(CheckListSize("interactions", size, 1, kInteractionsMax));
  const absl::Time now = dependencies_.clock.Now();
  std::vector<v1::ItemResult> results(size);
  std::vector<SubjectItems> subjects;
  absl::flat_hash_map<Pseudonym, size_t> subject_index;
  for (size_t i = 0; i < size; ++i) {
    const absl::StatusOr<CheckedInteraction> checked =
        CheckInteraction(FieldPath("interactions").At(i), request.interactions(static_cast<int>(i)),
                         dependencies_.resolver, dependencies_.surfaces, now);
    if (!checked.ok()) {
      const bool in_future = absl::IsOutOfRange(checked.status());
      results[i] =
          RefusedItem(in_future ? v1::ITEM_REASON_IN_FUTURE : v1::ITEM_REASON_INVALID, checked.status());
      continue;
    }
    const auto [found, added] = subject_index.try_emplace(checked->subject, subjects.size());
    if (added) subjects.push_back({checked->subject, {}, {}, {}});
    SubjectItems& items = subjects[found->second];
    items.positions.push_back(i);
    items.events.push_back(checked->event);
    items.self_authors.push_back(checked->self_author);
  }
  for (const SubjectItems& items : subjects) {
    if (dependencies_.clock.Now() > principal.deadline) {
      return absl::DeadlineExceededError(
          "interactions: recorded in part when the deadline passed; send them again");
    }
    Record(dependencies_.store, items, results);
  }
  v1::RecordInteractionsResponse response;
  for (v1::ItemResult& result : results) response.add_results()->Swap(&result);
  return response;
}

absl::StatusOr<v1::DismissPostResponse> InteractionHandler::DismissPost(
    const Principal&, const v1::DismissPostRequest& request) {
  BAUTA_ASSIGN_OR_RETURN(const CheckedDismissal checked, CheckDismissPost(request, dependencies_.resolver));
  BAUTA_ASSIGN_OR_RETURN(const std::optional<Post> post, dependencies_.store.ReadPost(checked.post));
  BAUTA_ASSIGN_OR_RETURN(const Dismissal dismissal,
                         MakeDismissal(checked, post, Hour::Floor(dependencies_.clock.Now())));
  v1::DismissPostResponse response;
  const auto edit = [&](HeadInstructions& instructions) -> absl::Status {
    BAUTA_RETURN_IF_ERROR(AddDismissal(instructions, dismissal));
    const Dismissal* const kept = FindDismissal(instructions, dismissal);
    if (kept == nullptr) return absl::InternalError("an X was added and is not there");
    response.Clear();
    WriteDismissal(*kept, *response.mutable_dismissal());
    return absl::OkStatus();
  };
  BAUTA_RETURN_IF_ERROR(
      dependencies_.store.UpdateInstructions(checked.subject, {.what = "dismiss-post"}, edit));
  return response;
}

absl::StatusOr<v1::UndoDismissalResponse> InteractionHandler::UndoDismissal(
    const Principal&, const v1::UndoDismissalRequest& request) {
  BAUTA_ASSIGN_OR_RETURN(const CheckedUndo checked, CheckUndoDismissal(request, dependencies_.resolver));
  v1::UndoDismissalResponse response;
  const auto edit = [&](HeadInstructions& instructions) {
    const size_t undone = RemoveDismissals(instructions, checked.post, checked.reason);
    response.set_undone_count(static_cast<uint32_t>(undone));
    return absl::OkStatus();
  };
  BAUTA_RETURN_IF_ERROR(
      dependencies_.store.UpdateInstructions(checked.subject, {.what = "undo-dismissal"}, edit));
  return response;
}

absl::StatusOr<v1::ListDismissalsResponse> InteractionHandler::ListDismissals(
    const Principal&, const v1::ListDismissalsRequest& request) {
  BAUTA_ASSIGN_OR_RETURN(const Pseudonym subject,
                         dependencies_.resolver.Subject("subject", request.subject()));
  BAUTA_ASSIGN_OR_RETURN(const HeadInstructions instructions, dependencies_.store.ReadInstructions(subject));
  v1::ListDismissalsResponse response;
  for (auto dismissal = instructions.dismissals.rbegin(); dismissal != instructions.dismissals.rend();
       ++dismissal) {
    WriteDismissal(*dismissal, *response.add_dismissals());
  }
  return response;
}

absl::StatusOr<v1::ListReasonsResponse> InteractionHandler::ListReasons(
    const Principal&, const v1::ListReasonsRequest& request) {
  BAUTA_ASSIGN_OR_RETURN(const PostId id, CheckPostId("post_id", request.post_id()));
  BAUTA_ASSIGN_OR_RETURN(const std::optional<Post> post, dependencies_.store.ReadPost(id));
  if (!post) return absl::NotFoundError(absl::StrCat("post_id: ", id.value(), " is not in the catalogue"));
  std::vector<DismissalReason> reasons = ReasonsFor(*post);
  std::sort(reasons.begin(), reasons.end());
  v1::ListReasonsResponse response;
  for (DismissalReason reason : reasons) WriteReason(RuleOf(reason), *response.add_options());
  return response;
}

}  // namespace bauta
