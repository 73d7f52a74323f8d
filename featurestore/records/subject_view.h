// SubjectView: exactly what a subject permits to be used for one call, and nothing else. What consent forbids
// is not in it, so that nothing behind the store has a branch on consent: ranking reads what is there.
#ifndef BAUTA_FEATURESTORE_RECORDS_SUBJECT_VIEW_H_
#define BAUTA_FEATURESTORE_RECORDS_SUBJECT_VIEW_H_

#include <memory>
#include <optional>
#include <span>

#include "featurestore/records/dismissal.h"
#include "featurestore/records/head.h"
#include "featurestore/records/interaction.h"
#include "privacy/place.h"

namespace bauta {

// Immutable, thread-safe; copies share what they show. Made by the store from one consistent read, by
// training from a row that it replays, and by tests: see subject_view_builder.h, whose users a test lists.
class SubjectView {
 public:
  // The person's own instructions: always there, obeyed with every switch off.
  std::span<const Relation> relations() const { return shown_.relations; }
  std::span<const Dismissal> dismissals() const { return shown_.dismissals; }
  const Preferences& preferences() const { return *shown_.preferences; }

  // Of the history: unexpired, permitted, newest last. Empty without `personalize`.
  std::span<const Interaction> interactions() const { return shown_.interactions; }
  std::span<const PostState> states() const { return shown_.states; }
  std::span<const Impression> impressions() const { return shown_.impressions; }

  // The X's that also teach a dislike: those of dismissals() whose rule says so under `personalize`; else
  // empty.
  std::span<const Dismissal> lessons() const { return shown_.lessons; }

  // Topics of which nothing is learned of this subject: it deleted their profile tags. Sorted.
  std::span<const TopicId> deleted_tags() const { return shown_.deleted_tags; }

  // Where the feed is read: the chosen city; else the request's under `locate`; else the head's under
  // `locate` and `personalize`.
  const std::optional<Place>& place() const { return place_; }

  // The history could not be read although it is permitted: the feed is generic, and the reply says
  // `degraded`.
  bool degraded() const { return degraded_; }

  // The subject is marked as under age: posts for adults, and sensitive ones, are left out.
  bool minor() const { return shown_.minor; }

  // Whether taste may order advertisements (`ads`, and `personalize`).
  bool taste_orders_advertisements() const { return shown_.taste_orders_advertisements; }

  // The same person's instructions and place, without anything that the person did: for calls that may not
  // use it, or do without it.
  SubjectView WithoutHistory() const {
    SubjectView view = *this;
    view.shown_.interactions = {};
    view.shown_.states = {};
    view.shown_.impressions = {};
    view.shown_.lessons = {};
    return view;
  }

  // What a view shows, lying in whatever the view keeps alive.
  struct Shown {
    std::span<const Relation> relations;
    std::span<const Dismissal> dismissals;
    const Preferences* preferences = nullptr;  // Never null in a view.
    std::span<const Interaction> interactions;
    std::span<const PostState> states;
    std::span<const Impression> impressions;
    std::span<const Dismissal> lessons;
    std::span<const TopicId> deleted_tags;
    bool taste_orders_advertisements = false;
    bool minor = false;
  };

 private:
  friend class SubjectViewBuilder;
  SubjectView() = default;

  std::shared_ptr<const void> owner_;
  Shown shown_;
  std::optional<Place> place_;
  bool degraded_ = false;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_RECORDS_SUBJECT_VIEW_H_
