#include "service/convert_subject.h"

#include <cstdint>
#include <string>

#include "absl/time/civil_time.h"
#include "service/convert_enum.h"
#include "service/convert_time.h"

namespace bauta {
namespace {

// Months are counted from year 0, as MonthOf (privacy/retention.h) counts.
absl::Time StartOfMonth(uint16_t month) {
  return absl::FromCivil(absl::CivilMonth(month / 12, month % 12 + 1), absl::UTCTimeZone());
}

}  // namespace

void WriteConsent(const ConsentState& consent, const PolicyHistory& policy, absl::Time now,
                  v1::Consent& message) {
  const EffectiveConsent effective = Resolve(consent, policy, now);
  for (Purpose purpose : kAllPurposes) {
    if (!consent.IsOn(purpose)) continue;
    v1::PurposeConsent& granted = *message.add_purposes();
    granted.set_purpose(ToProto(purpose));
    *granted.mutable_since_time() = ToProto(consent.Since(purpose));
    if (const absl::Time recorded = consent.recorded[Index(purpose)]; recorded != consent.Since(purpose)) {
      *granted.mutable_record_time() = ToProto(recorded);
    }
    granted.set_effective(effective.Holds(purpose));
  }
  for (size_t i = 0; i < kSignalKindCount; ++i) {
    const auto kind = static_cast<SignalKind>(i);
    if (consent.excluded_kinds.Contains(kind)) message.add_excluded_kinds(ToProto(kind));
  }
  message.set_policy_version(consent.policy_version);
  message.set_minor(consent.minor);
  message.set_guardian_agreed(consent.guardian_agreed);
  if (consent.last_withdrawal != absl::InfinitePast()) {
    *message.mutable_last_withdrawal_time() = ToProto(consent.last_withdrawal);
  }
}

void WritePreferences(const Preferences& preferences, v1::Preferences& message) {
  for (const Language& language : preferences.languages) message.add_languages(language.ToString());
  message.set_chosen_city_id(preferences.chosen_city.value_or(City()).value());
  for (TopicId topic : preferences.declared_topics) message.add_declared_topic_ids(topic.value());
}

void WriteRelation(const Relation& relation, v1::Relation& message) {
  message.set_kind(ToProto(relation.kind));
  if (NamesAuthor(relation.kind)) {
    message.mutable_author()->set_author_code(std::string(relation.author.view()));
  } else {
    message.set_topic_id(relation.topic.value());
  }
}

void WriteDismissal(const Dismissal& dismissal, v1::Dismissal& message) {
  message.set_post_id(dismissal.post.value());
  message.set_reason(ToProto(dismissal.reason));
  if (dismissal.author != AuthorCode()) message.set_author_code(std::string(dismissal.author.view()));
  for (TopicId topic : dismissal.topics) message.add_topic_ids(topic.value());
  *message.mutable_dismiss_time() = ToProto(dismissal.hour);
  if (const std::optional<Hour> end = EndOf(dismissal)) *message.mutable_expire_time() = ToProto(*end);
  message.set_repeat_count(dismissal.repeats);
}

void WriteReason(const DismissalRule& rule, v1::ReasonOption& message) {
  message.set_reason(ToProto(rule.reason));
  message.set_scope(ToProto(rule.scope));
  if (rule.hidden_hours != kForever) {
    *message.mutable_hidden_duration() = DurationOfHours(rule.hidden_hours);
  }
  *message.mutable_rising_duration() = DurationOfHours(rule.rising_hours);
  message.set_teaches_dislike(rule.teaches_dislike);
}

void WriteInteraction(const Interaction& interaction, const Surfaces& surfaces,
                      v1::StoredInteraction& message) {
  if (interaction.kind == SignalKind::kSearch) {
    message.set_topic_id(interaction.topic.value());
  } else {
    message.set_post_id(interaction.post.value());
  }
  message.set_kind(ToProto(interaction.kind));
  message.set_strength(interaction.strength);
  *message.mutable_event_time() = ToProto(interaction.hour);
  message.set_surface(std::string(surfaces.NameOf(interaction.surface)));
}

void WriteState(const PostState& state, const Surfaces& surfaces, v1::StoredInteraction& message) {
  message.set_post_id(state.post.value());
  message.set_kind(ToProto(state.kind));
  *message.mutable_event_time() = ToProto(state.hour);
  message.set_surface(std::string(surfaces.NameOf(state.surface)));
}

void WriteImpression(const Impression& impression, const Surfaces& surfaces, v1::StoredImpression& message) {
  message.set_post_fingerprint(impression.post.value());
  *message.mutable_event_time() = ToProto(impression.hour);
  message.set_surface(std::string(surfaces.NameOf(impression.surface)));
}

void WriteObservations(const HeadObserved& observed, v1::ExportObservations& message) {
  if (observed.month_last_seen != 0) {
    *message.mutable_last_seen_month_time() = ToProto(StartOfMonth(observed.month_last_seen));
  }
  if (observed.city) message.set_city_id(observed.city->value());
}

void WriteReceipt(const ErasureReceipt& receipt, v1::ErasureReceipt& message) {
  *message.mutable_erase_time() = ToProto(receipt.erase_time);
  message.set_log_sequence(receipt.log_sequence);
  *message.mutable_copies_unreadable_time() = ToProto(receipt.stray_copies_unreadable_time);
}

}  // namespace bauta
