#include "service/validation_subject.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "google/protobuf/repeated_field.h"
#include "service/convert_enum.h"
#include "service/convert_time.h"

namespace bauta {
namespace {

// The elements are distinct or not; there are no more of them than values.
absl::StatusOr<PurposeSet> CheckPurposes(const FieldPath& field,
                                         const google::protobuf::RepeatedField<int>& purposes,
                                         size_t size_min) {
  const auto size = static_cast<size_t>(purposes.size());
  BAUTA_RETURN_IF_ERROR(CheckListSize(field, size, size_min, kPurposeCount));
  PurposeSet set;
  for (size_t i = 0; i < size; ++i) {
    const auto purpose = static_cast<v1::Purpose>(purposes[static_cast<int>(i)]);
    BAUTA_RETURN_IF_ERROR(CheckEnum(field.At(i), purpose));
    set.Add(FromProto(purpose));
  }
  return set;
}

absl::StatusOr<SignalKindSet> CheckKinds(const FieldPath& field,
                                         const google::protobuf::RepeatedField<int>& kinds) {
  const auto size = static_cast<size_t>(kinds.size());
  BAUTA_RETURN_IF_ERROR(CheckListSize(field, size, 0, kSignalKindCount));
  SignalKindSet set;
  for (size_t i = 0; i < size; ++i) {
    const auto kind = static_cast<v1::SignalKind>(kinds[static_cast<int>(i)]);
    BAUTA_RETURN_IF_ERROR(CheckEnum(field.At(i), kind));
    set.Add(FromProto(kind));
  }
  return set;
}

absl::Status CheckNotBothWays(const v1::UpdateConsentRequest& request, const CheckedConsentChange& checked) {
  for (int i = 0; i < request.withdraw_purposes_size(); ++i) {
    const v1::Purpose purpose = request.withdraw_purposes(i);
    if (!checked.change.turn_on.Contains(FromProto(purpose))) continue;
    return FieldError(FieldPath("withdraw_purposes").At(static_cast<size_t>(i)),
                      "purposes that grant_purposes does not name", v1::Purpose_Name(purpose));
  }
  for (int i = 0; i < request.readmit_kinds_size(); ++i) {
    const v1::SignalKind kind = request.readmit_kinds(i);
    if (!checked.exclude.Contains(FromProto(kind))) continue;
    return FieldError(FieldPath("readmit_kinds").At(static_cast<size_t>(i)),
                      "kinds that exclude_kinds does not name", v1::SignalKind_Name(kind));
  }
  return absl::OkStatus();
}

absl::Status CheckSigner(const v1::UpdateConsentRequest& request, const Principal& principal) {
  if (principal.ActsAs(IssuerKind::kAgent)) {
    const char* const why = "the rights token is an agent's, who may do all but grant purposes";
    if (!request.grant_purposes().empty()) {
      return absl::PermissionDeniedError(absl::StrCat("grant_purposes: ", why));
    }
    // Purposes that are on, and wait for a version to be agreed to, would hold again.
    if (request.policy_version() != 0) {
      return absl::PermissionDeniedError(absl::StrCat("policy_version: ", why, " or agree to a policy"));
    }
  }
  if (request.has_guardian_agreed() && !principal.ActsAs(IssuerKind::kGuardian)) {
    return absl::PermissionDeniedError(
        "guardian_agreed: needs a rights token of an issuer that the configuration names as guardian");
  }
  return absl::OkStatus();
}

template <class Value>
absl::Status AddDistinct(const FieldPath& field, const Value& value, const std::string& sent,
                         std::vector<Value>& values) {
  if (std::find(values.begin(), values.end(), value) != values.end()) {
    return FieldError(field, "distinct values", absl::StrCat(sent, " again"));
  }
  values.push_back(value);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Preferences> CheckPreferences(const FieldPath& field, const v1::Preferences& preferences,
                                             const Gazetteer* gazetteer,
                                             absl::FunctionRef<bool(TopicId)> is_sensitive) {
  Preferences checked;
  const FieldPath languages = field.Sub("languages");
  const auto language_count = static_cast<size_t>(preferences.languages_size());
  BAUTA_RETURN_IF_ERROR(CheckListSize(languages, language_count, 0, kLanguagesMax));
  for (size_t i = 0; i < language_count; ++i) {
    const std::string& tag = preferences.languages(static_cast<int>(i));
    BAUTA_RETURN_IF_ERROR(CheckText(languages.At(i), tag, 1, kLanguageTagSizeMax));
    BAUTA_ASSIGN_OR_RETURN(const Language language, CheckLanguage(languages.At(i), tag));
    BAUTA_RETURN_IF_ERROR(AddDistinct(languages.At(i), language, language.ToString(), checked.languages));
  }
  BAUTA_ASSIGN_OR_RETURN(checked.chosen_city,
                         CheckCity(field.Sub("chosen_city_id"), preferences.chosen_city_id(), gazetteer));
  const FieldPath topics = field.Sub("declared_topic_ids");
  const auto topic_count = static_cast<size_t>(preferences.declared_topic_ids_size());
  BAUTA_RETURN_IF_ERROR(CheckListSize(topics, topic_count, 0, kDeclaredTopicsMax));
  for (size_t i = 0; i < topic_count; ++i) {
    BAUTA_ASSIGN_OR_RETURN(const TopicId topic,
                           CheckTopicId(topics.At(i), preferences.declared_topic_ids(static_cast<int>(i))));
    const std::string sent = absl::StrCat(topic.value());
    if (is_sensitive(topic)) {
      return FieldError(topics.At(i), "topics that the configuration does not call sensitive", sent);
    }
    BAUTA_RETURN_IF_ERROR(AddDistinct(topics.At(i), topic, sent, checked.declared_topics));
  }
  return checked;
}

absl::StatusOr<CheckedRelationChange> CheckRelationChange(const FieldPath& field,
                                                          const v1::RelationChange& change,
                                                          const SubjectResolver& resolver) {
  const FieldPath relation_field = field.Sub("relation");
  const v1::Relation& relation = change.relation();
  BAUTA_RETURN_IF_ERROR(CheckEnum(relation_field.Sub("kind"), relation.kind()));
  CheckedRelationChange checked;
  checked.taken_back = change.taken_back();
  switch (relation.target_case()) {
    case v1::Relation::kAuthor: {
      checked.relation.kind = FromProto(relation.kind(), /*to_author=*/true);
      BAUTA_ASSIGN_OR_RETURN(checked.relation.author,
                             resolver.Author(relation_field.Sub("author"), relation.author()));
      return checked;
    }
    case v1::Relation::kTopicId: {
      checked.relation.kind = FromProto(relation.kind(), /*to_author=*/false);
      BAUTA_ASSIGN_OR_RETURN(checked.relation.topic,
                             CheckTopicId(relation_field.Sub("topic_id"), relation.topic_id()));
      return checked;
    }
    case v1::Relation::TARGET_NOT_SET:
      break;
  }
  return MissingField(relation_field, "one of author and topic_id");
}

absl::StatusOr<InteractionDeletion> CheckInteractionDeletion(const FieldPath& field,
                                                             const v1::InteractionDeletion& deletion) {
  if ((deletion.post_id() == 0) == (deletion.topic_id() == 0)) {
    return FieldError(field, "exactly one of post_id and topic_id",
                      deletion.post_id() == 0 ? "none" : "both");
  }
  InteractionDeletion checked;
  if (deletion.post_id() != 0) {
    BAUTA_ASSIGN_OR_RETURN(checked.post, CheckPostId(field.Sub("post_id"), deletion.post_id()));
  } else {
    BAUTA_ASSIGN_OR_RETURN(checked.topic, CheckTopicId(field.Sub("topic_id"), deletion.topic_id()));
  }
  BAUTA_ASSIGN_OR_RETURN(checked.kinds, CheckKinds(field.Sub("kinds"), deletion.kinds()));
  return checked;
}

ConsentState CheckedConsentChange::ApplyTo(const ConsentState& state, absl::Time at) const {
  ConsentChange whole = change;
  if (!exclude.empty() || !readmit.empty()) {
    whole.excluded_kinds =
        SignalKindSet::FromBits((state.excluded_kinds.bits() | exclude.bits()) & ~readmit.bits());
  }
  return Apply(state, whole, at);
}

absl::StatusOr<CheckedConsentChange> CheckUpdateConsent(const v1::UpdateConsentRequest& request,
                                                        const Principal& principal,
                                                        const PolicyHistory& policy, absl::Time now) {
  BAUTA_RETURN_IF_ERROR(CheckSigner(request, principal));
  CheckedConsentChange checked;
  BAUTA_ASSIGN_OR_RETURN(checked.change.turn_on,
                         CheckPurposes("grant_purposes", request.grant_purposes(), 0));
  BAUTA_ASSIGN_OR_RETURN(checked.change.turn_off,
                         CheckPurposes("withdraw_purposes", request.withdraw_purposes(), 0));
  BAUTA_ASSIGN_OR_RETURN(checked.exclude, CheckKinds("exclude_kinds", request.exclude_kinds()));
  BAUTA_ASSIGN_OR_RETURN(checked.readmit, CheckKinds("readmit_kinds", request.readmit_kinds()));
  BAUTA_RETURN_IF_ERROR(CheckNotBothWays(request, checked));
  if (request.withdraw_all()) {
    if (!checked.change.turn_on.empty()) {
      return FieldError("withdraw_all", "only without grant_purposes", "both");
    }
    checked.change.turn_off = PurposeSet::All();
  }
  if (request.mark_minor()) checked.change.minor = true;
  if (request.has_guardian_agreed()) checked.change.guardian_agreed = request.guardian_agreed();
  checked.change.policy_version = request.policy_version();
  if (request.policy_version() == 0) {
    if (checked.change.turn_on.empty()) return checked;
    return MissingField("policy_version", "the version that was agreed to");
  }
  BAUTA_RETURN_IF_ERROR(policy.CheckAgreement(request.policy_version(), checked.change.turn_on, now));
  return checked;
}

absl::StatusOr<CheckedPastConsent> CheckPastConsent(const FieldPath& field, const v1::PastConsent& consent,
                                                    const SubjectResolver& resolver,
                                                    const PolicyHistory& policy, absl::Time now) {
  BAUTA_ASSIGN_OR_RETURN(const PurposeSet purposes,
                         CheckPurposes(field.Sub("grant_purposes"), consent.grant_purposes(), 1));
  if (!consent.has_since_time()) return MissingField(field.Sub("since_time"), "an instant in the past");
  BAUTA_ASSIGN_OR_RETURN(const absl::Time since, CheckTime(field.Sub("since_time"), consent.since_time(), now,
                                                           {.future_max = absl::ZeroDuration()}));
  if (consent.policy_version() == 0) {
    return MissingField(field.Sub("policy_version"), "the version that was agreed to");
  }
  BAUTA_RETURN_IF_ERROR(policy.CheckAgreement(consent.policy_version(), purposes, since));
  BAUTA_ASSIGN_OR_RETURN(const Pseudonym subject, resolver.Subject(field.Sub("subject"), consent.subject()));
  return CheckedPastConsent{subject, purposes, consent.policy_version(), FloorMicros(since)};
}

}  // namespace bauta
