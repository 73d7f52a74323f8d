// The part of SubjectHandler that shows and corrects what is inferred of a subject.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "service/convert_subject.h"
#include "service/subject_handler.h"
#include "service/validation_subject.h"

namespace bauta {
namespace {

constexpr size_t kProfileTagsMax = 500;  // In one reply.

}  // namespace

absl::StatusOr<std::vector<ProfileTag>> SubjectHandler::ProfileTagsOf(const Pseudonym& subject) {
  const absl::Time now = dependencies_.clock.Now();
  const Visit visit = {.subject = subject, .place = std::nullopt, .surface = SurfaceId()};
  BAUTA_ASSIGN_OR_RETURN(const SubjectView view,
                         dependencies_.store.ReadSubject(visit, [](City) { return std::optional<Place>(); }));
  if (view.degraded()) return absl::UnavailableError("the subject's history cannot be read now; try again");
  BAUTA_ASSIGN_OR_RETURN(const ServingState::Reading releases, dependencies_.serving.Read(now));
  const SignalModel signals = releases.has_model() ? releases.model().signals() : EvenSignals();
  return FindProfileTags(signals, releases.posts(), view, Hour::Floor(now));
}

absl::StatusOr<v1::ListProfileTagsResponse> SubjectHandler::ListProfileTags(
    const Principal&, const v1::ListProfileTagsRequest& request) {
  BAUTA_ASSIGN_OR_RETURN(const Pseudonym subject,
                         dependencies_.resolver.Subject("subject", request.subject()));
  BAUTA_ASSIGN_OR_RETURN(const std::vector<ProfileTag> tags, ProfileTagsOf(subject));
  BAUTA_ASSIGN_OR_RETURN(const HeadInstructions instructions, dependencies_.store.ReadInstructions(subject));
  v1::ListProfileTagsResponse response;
  for (size_t i = 0; i < std::min(tags.size(), kProfileTagsMax); ++i) {
    v1::ProfileTag& tag = *response.add_profile_tags();
    tag.set_topic_id(tags[i].topic.value());
    tag.set_share(tags[i].share);
    tag.set_act_count(tags[i].acts);
  }
  for (TopicId topic : instructions.deleted_tags) response.add_deleted_topic_ids(topic.value());
  return response;
}

absl::StatusOr<v1::DeleteProfileTagResponse> SubjectHandler::DeleteProfileTag(
    const Principal&, const v1::DeleteProfileTagRequest& request) {
  BAUTA_ASSIGN_OR_RETURN(const Pseudonym subject,
                         dependencies_.resolver.Subject("subject", request.subject()));
  BAUTA_ASSIGN_OR_RETURN(const TopicId topic, CheckTopicId("topic_id", request.topic_id()));
  BAUTA_ASSIGN_OR_RETURN(const std::vector<ProfileTag> tags, ProfileTagsOf(subject));
  const bool is_tag =
      std::any_of(tags.begin(), tags.end(), [&](const ProfileTag& tag) { return tag.topic == topic; });
  const auto edit = [&](HeadInstructions& instructions) -> absl::Status {
    const std::vector<TopicId>& deleted = instructions.deleted_tags;
    if (!is_tag && !std::binary_search(deleted.begin(), deleted.end(), topic)) {
      return absl::NotFoundError(
          absl::StrCat("topic_id: a profile tag of the subject allowed, ", topic.value(), " sent"));
    }
    return AddDeletedTag(instructions, topic);
  };
  BAUTA_RETURN_IF_ERROR(
      dependencies_.store.UpdateInstructions(subject, {.what = "delete-profile-tag"}, edit));
  return v1::DeleteProfileTagResponse();
}

absl::StatusOr<v1::DeleteInteractionsResponse> SubjectHandler::DeleteInteractions(
    const Principal&, const v1::DeleteInteractionsRequest& request) {
  const auto size = static_cast<size_t>(request.deletions_size());
  BAUTA_RETURN_IF_ERROR(CheckListSize("deletions", size, 1, kDeletionsMax));
  BAUTA_ASSIGN_OR_RETURN(const Pseudonym subject,
                         dependencies_.resolver.Subject("subject", request.subject()));
  std::vector<InteractionDeletion> deletions(size);
  for (size_t i = 0; i < size; ++i) {
    BAUTA_ASSIGN_OR_RETURN(deletions[i], CheckInteractionDeletion(FieldPath("deletions").At(i),
                                                                  request.deletions(static_cast<int>(i))));
  }
  BAUTA_ASSIGN_OR_RETURN(const size_t deleted, dependencies_.store.DeleteInteractions(subject, deletions));
  v1::DeleteInteractionsResponse response;
  response.set_deleted_count(static_cast<uint32_t>(deleted));
  return response;
}

}  // namespace bauta
