#include "featurestore/store/cached_subject.h"

#include <utility>

#include "featurestore/records/subject_view_builder.h"

namespace bauta {
namespace {

template <class Row>
size_t BytesOf(const std::vector<Row>& rows) {
  return rows.capacity() * sizeof(Row);
}

size_t BytesOf(const History& history) {
  return BytesOf(history.interactions) + BytesOf(history.states) + BytesOf(history.taken_back) +
         BytesOf(history.impressions);
}

size_t BytesOf(const CachedSubject& subject) {
  const HeadInstructions& instructions = subject.head.value.head.instructions;
  constexpr size_t kTopicsBytes = 64;  // Of an X, about.
  return sizeof(CachedSubject) + BytesOf(instructions.relations) + BytesOf(instructions.dismissals) +
         BytesOf(subject.lessons) + kTopicsBytes * (instructions.dismissals.size() + subject.lessons.size()) +
         BytesOf(instructions.deleted_tags) + BytesOf(instructions.preferences.declared_topics) +
         BytesOf(instructions.preferences.languages) + BytesOf(subject.history.rows) +
         (subject.permitted ? BytesOf(*subject.permitted) : 0);
}

std::optional<Place> PlaceOf(const CachedSubject& subject, const std::optional<Place>& request_place,
                             absl::FunctionRef<std::optional<Place>(City)> place_of) {
  const Head& head = subject.head.value.head;
  if (head.instructions.preferences.chosen_city) return place_of(*head.instructions.preferences.chosen_city);
  if (!subject.consent.Holds(Purpose::kLocate)) return std::nullopt;
  if (request_place) return request_place;
  if (!subject.consent.Holds(Purpose::kPersonalize) || !head.observed.city) return std::nullopt;
  return place_of(*head.observed.city);
}

}  // namespace

std::shared_ptr<const CachedSubject> MakeCachedSubject(StoredHead head, StoredHistory history, bool degraded,
                                                       const EffectiveConsent& consent,
                                                       const PolicyHistory& policy,
                                                       const Retention& retention, absl::Time now) {
  auto subject = std::make_shared<CachedSubject>();
  subject->head = std::move(head);
  subject->consent = consent;
  subject->history = std::move(history);
  subject->degraded = degraded;
  subject->policy_in_force = policy.InForce(now);
  subject->shown_from = Hour::Floor(now);
  const History& rows = subject->history.rows;
  subject->shown_until = FirstExpiry(rows, retention);
  if (subject->shown_until <= subject->shown_from || AnyOfKinds(rows, consent.excluded_kinds())) {
    subject->permitted = rows;
    DropExpired(*subject->permitted, retention, consent.excluded_kinds(), subject->shown_from);
    subject->shown_until = FirstExpiry(*subject->permitted, retention);
  }
  if (consent.Holds(Purpose::kPersonalize)) {
    for (const Dismissal& dismissal : subject->head.value.head.instructions.dismissals) {
      if (RuleOf(dismissal.reason).teaches_dislike) subject->lessons.push_back(dismissal);
    }
  }
  subject->bytes = BytesOf(*subject);
  return subject;
}

bool HoldsAt(const CachedSubject& subject, const PolicyHistory& policy, absl::Time now) {
  const Hour hour = Hour::Floor(now);
  return subject.shown_from <= hour && hour < subject.shown_until &&
         policy.InForce(now) == subject.policy_in_force;
}

SubjectView MakeView(std::shared_ptr<const CachedSubject> subject, const std::optional<Place>& request_place,
                     absl::FunctionRef<std::optional<Place>(City)> place_of) {
  const HeadInstructions& instructions = subject->head.value.head.instructions;
  const History& history = subject->permitted ? *subject->permitted : subject->history.rows;
  const SubjectView::Shown shown = {
      .relations = instructions.relations,
      .dismissals = instructions.dismissals,
      .preferences = &instructions.preferences,
      .interactions = history.interactions,
      .states = history.states,
      .impressions = history.impressions,
      .lessons = subject->lessons,
      .deleted_tags = instructions.deleted_tags,
      .taste_orders_advertisements =
          subject->consent.Holds(Purpose::kAds) && subject->consent.Holds(Purpose::kPersonalize),
      .minor = instructions.consent.minor};
  const std::optional<Place> place = PlaceOf(*subject, request_place, place_of);
  const bool degraded = subject->degraded;
  return SubjectViewBuilder::Borrow(std::move(subject), shown, place, degraded);
}

}  // namespace bauta
