#include "service/validation_interaction.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "service/convert_enum.h"

namespace bauta {
namespace {

// A search is about a topic, all else about a post.
absl::Status CheckTarget(const FieldPath& field, const v1::Interaction& interaction, SignalEvent& event) {
  const bool wants_topic = event.kind == SignalKind::kSearch;
  const char* const wanted = wants_topic ? "topic_id" : "post_id";
  switch (interaction.target_case()) {
    case v1::Interaction::kPostId: {
      if (wants_topic) return FieldError(field, "topic_id for SIGNAL_KIND_SEARCH", "post_id");
      BAUTA_ASSIGN_OR_RETURN(event.post, CheckPostId(field.Sub("post_id"), interaction.post_id()));
      return absl::OkStatus();
    }
    case v1::Interaction::kTopicId: {
      if (!wants_topic) return FieldError(field, "post_id for this kind", "topic_id");
      BAUTA_ASSIGN_OR_RETURN(event.topic, CheckTopicId(field.Sub("topic_id"), interaction.topic_id()));
      return absl::OkStatus();
    }
    case v1::Interaction::TARGET_NOT_SET:
      break;
  }
  return MissingField(field.Sub(wanted), absl::StrCat("1 to ", kIdMax));
}

absl::Status CheckStrength(const FieldPath& field, uint32_t strength, SignalKind kind) {
  if (kind == SignalKind::kDwell) return CheckRange(field, int64_t{strength}, 1, kDwellMillisecondsMax);
  if (strength == 0) return absl::OkStatus();
  return FieldError(field, "0 for every kind but SIGNAL_KIND_DWELL", absl::StrCat(strength));
}

absl::StatusOr<absl::Time> CheckEventTime(const FieldPath& field, const v1::Interaction& interaction,
                                          absl::Time now) {
  if (!interaction.has_event_time()) return MissingField(field, "an instant");
  BAUTA_RETURN_IF_ERROR(CheckTime(field, interaction.event_time(), now, {}).status());
  absl::StatusOr<absl::Time> time =
      CheckTime(field, interaction.event_time(), now, {.future_max = kClockSkewMax});
  if (!time.ok()) return absl::OutOfRangeError(time.status().message());
  return time;
}

}  // namespace

absl::StatusOr<CheckedInteraction> CheckInteraction(const FieldPath& field,
                                                    const v1::Interaction& interaction,
                                                    const SubjectResolver& resolver, const Surfaces& surfaces,
                                                    absl::Time now) {
  SignalEvent event;
  BAUTA_RETURN_IF_ERROR(CheckEnum(field.Sub("kind"), interaction.kind()));
  event.kind = FromProto(interaction.kind());
  BAUTA_RETURN_IF_ERROR(CheckTarget(field, interaction, event));
  BAUTA_RETURN_IF_ERROR(CheckStrength(field.Sub("strength"), interaction.strength(), event.kind));
  event.strength = interaction.strength();
  BAUTA_ASSIGN_OR_RETURN(event.time, CheckEventTime(field.Sub("event_time"), interaction, now));
  BAUTA_ASSIGN_OR_RETURN(const Surface* const surface,
                         surfaces.FindByName(field.Sub("surface"), interaction.surface()));
  event.surface = surface->rules.id;
  if (interaction.taken_back() && !IsState(event.kind)) {
    return FieldError(field.Sub("taken_back"), "false for every kind but LIKE and FAVORITE", "true");
  }
  event.taken_back = interaction.taken_back();
  std::optional<AuthorCode> self_author;
  if (interaction.has_self_author()) {
    BAUTA_ASSIGN_OR_RETURN(self_author, resolver.Author(field.Sub("self_author"), interaction.self_author()));
  }
  BAUTA_ASSIGN_OR_RETURN(const Pseudonym subject,
                         resolver.Subject(field.Sub("subject"), interaction.subject()));
  return CheckedInteraction{subject, event, self_author};
}

absl::StatusOr<CheckedDismissal> CheckDismissPost(const v1::DismissPostRequest& request,
                                                  const SubjectResolver& resolver) {
  BAUTA_ASSIGN_OR_RETURN(const PostId post, CheckPostId("post_id", request.post_id()));
  BAUTA_RETURN_IF_ERROR(CheckEnum("reason", request.reason()));
  const DismissalReason reason = FromProto(request.reason());
  BAUTA_RETURN_IF_ERROR(CheckIds("topic_ids", request.topic_ids().data(),
                                 static_cast<size_t>(request.topic_ids_size()), kPostTopicsMax));
  if (request.topic_ids_size() > 0 && RuleOf(reason).scope != DismissalScope::kTopic) {
    return FieldError("topic_ids", absl::StrCat("none for ", v1::DismissReason_Name(request.reason())),
                      absl::StrCat(request.topic_ids_size(), " elements"));
  }
  std::vector<TopicId> topics;
  for (uint64_t topic : request.topic_ids()) topics.emplace_back(topic);
  BAUTA_ASSIGN_OR_RETURN(const Pseudonym subject, resolver.Subject("subject", request.subject()));
  return CheckedDismissal{subject, post, reason, std::move(topics)};
}

absl::StatusOr<Dismissal> MakeDismissal(const CheckedDismissal& request, const std::optional<Post>& post,
                                        Hour hour) {
  Dismissal dismissal;
  dismissal.reason = request.reason;
  dismissal.post = request.post;
  dismissal.hour = hour;
  const DismissalScope scope = RuleOf(request.reason).scope;
  if (!post) {
    if (scope == DismissalScope::kPost) return dismissal;
    return absl::NotFoundError(
        absl::StrCat("post_id: ", request.post.value(),
                     " is not in the catalogue, which knows a post's author and topics"));
  }
  const std::vector<DismissalReason> reasons = ReasonsFor(*post);
  if (std::find(reasons.begin(), reasons.end(), request.reason) == reasons.end()) {
    std::string allowed;
    for (DismissalReason reason : reasons) {
      absl::StrAppend(&allowed, allowed.empty() ? "" : ", ", v1::DismissReason_Name(ToProto(reason)));
    }
    return FieldError("reason", allowed + " for this post", v1::DismissReason_Name(ToProto(request.reason)));
  }
  dismissal.author = post->author;
  if (scope != DismissalScope::kTopic) return dismissal;
  for (size_t i = 0; i < request.topics.size(); ++i) {
    if (std::find(post->topics.begin(), post->topics.end(), request.topics[i]) == post->topics.end()) {
      return FieldError(FieldPath("topic_ids").At(i), "topics of this post",
                        absl::StrCat(request.topics[i].value()));
    }
  }
  // Sorted and distinct, so that an X on the same topics is found whatever the order they are named in.
  dismissal.topics = request.topics.empty() ? post->topics : request.topics;
  std::sort(dismissal.topics.begin(), dismissal.topics.end());
  dismissal.topics.erase(std::unique(dismissal.topics.begin(), dismissal.topics.end()),
                         dismissal.topics.end());
  return dismissal;
}

absl::StatusOr<CheckedUndo> CheckUndoDismissal(const v1::UndoDismissalRequest& request,
                                               const SubjectResolver& resolver) {
  BAUTA_ASSIGN_OR_RETURN(const PostId post, CheckPostId("post_id", request.post_id()));
  BAUTA_RETURN_IF_ERROR(CheckOptionalEnum("reason", request.reason()));
  BAUTA_ASSIGN_OR_RETURN(const Pseudonym subject, resolver.Subject("subject", request.subject()));
  return CheckedUndo{subject, post, FromProto(request.reason())};
}

}  // namespace bauta
