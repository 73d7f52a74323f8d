// The one way to make a SubjectView. Included by the store, by training (which replays learnable rows), by
// tests and benchmarks only; the layering test holds that.
#ifndef BAUTA_FEATURESTORE_RECORDS_SUBJECT_VIEW_BUILDER_H_
#define BAUTA_FEATURESTORE_RECORDS_SUBJECT_VIEW_BUILDER_H_

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "featurestore/records/subject_view.h"

namespace bauta {

// Not thread-safe. A fresh builder makes the view of somebody of whom nothing is known.
class SubjectViewBuilder {
 public:
  SubjectViewBuilder() : owned_(std::make_shared<Owned>()) {}

  SubjectViewBuilder& Relations(std::vector<Relation> relations) {
    owned_->relations = std::move(relations);
    return *this;
  }
  SubjectViewBuilder& Dismissals(std::vector<Dismissal> dismissals) {
    owned_->dismissals = std::move(dismissals);
    return *this;
  }
  SubjectViewBuilder& SetPreferences(Preferences preferences) {
    owned_->preferences = std::move(preferences);
    return *this;
  }
  SubjectViewBuilder& Interactions(std::vector<Interaction> interactions) {
    owned_->interactions = std::move(interactions);
    return *this;
  }
  SubjectViewBuilder& States(std::vector<PostState> states) {
    owned_->states = std::move(states);
    return *this;
  }
  SubjectViewBuilder& Impressions(std::vector<Impression> impressions) {
    owned_->impressions = std::move(impressions);
    return *this;
  }
  SubjectViewBuilder& Lessons(std::vector<Dismissal> lessons) {
    owned_->lessons = std::move(lessons);
    return *this;
  }
  SubjectViewBuilder& DeletedTags(std::vector<TopicId> sorted_topics) {
    owned_->deleted_tags = std::move(sorted_topics);
    return *this;
  }
  SubjectViewBuilder& At(std::optional<Place> place) {
    place_ = place;
    return *this;
  }
  SubjectViewBuilder& Degraded(bool degraded) {
    degraded_ = degraded;
    return *this;
  }
  SubjectViewBuilder& Minor(bool minor) {
    minor_ = minor;
    return *this;
  }
  SubjectViewBuilder& TasteOrdersAdvertisements(bool permitted) {
    taste_orders_advertisements_ = permitted;
    return *this;
  }
  SubjectView Build() && {
    const SubjectView::Shown shown = {.relations = owned_->relations,
                                      .dismissals = owned_->dismissals,
                                      .preferences = &owned_->preferences,
                                      .interactions = owned_->interactions,
                                      .states = owned_->states,
                                      .impressions = owned_->impressions,
                                      .lessons = owned_->lessons,
                                      .deleted_tags = owned_->deleted_tags,
                                      .taste_orders_advertisements = taste_orders_advertisements_,
                                      .minor = minor_};
    return Borrow(std::move(owned_), shown, place_, degraded_);
  }

  // A view of what lies in `owner` already, for which nothing is copied: the store's cache.
  static SubjectView Borrow(std::shared_ptr<const void> owner, const SubjectView::Shown& shown,
                            const std::optional<Place>& place, bool degraded) {
    SubjectView view;
    view.owner_ = std::move(owner);
    view.shown_ = shown;
    view.place_ = place;
    view.degraded_ = degraded;
    return view;
  }

 private:
  struct Owned {
    std::vector<Relation> relations;
    std::vector<Dismissal> dismissals;
    Preferences preferences;
    std::vector<Interaction> interactions;
    std::vector<PostState> states;
    std::vector<Impression> impressions;
    std::vector<Dismissal> lessons;
    std::vector<TopicId> deleted_tags;
  };
  std::shared_ptr<Owned> owned_;
  std::optional<Place> place_;
  bool degraded_ = false;
  bool taste_orders_advertisements_ = false;
  bool minor_ = false;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_RECORDS_SUBJECT_VIEW_BUILDER_H_
