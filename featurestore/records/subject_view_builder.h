// The one way to make a SubjectView. Included by the store, by training (which replays learnable rows), by
// tests and benchmarks only; the layering test holds that.
#ifndef BAUTA_FEATURESTORE_RECORDS_SUBJECT_VIEW_BUILDER_H_
#define BAUTA_FEATURESTORE_RECORDS_SUBJECT_VIEW_BUILDER_H_

#include <utility>
#include <vector>

#include "featurestore/records/subject_view.h"

namespace bauta {

// Not thread-safe. A fresh builder makes the view of somebody of whom nothing is known.
class SubjectViewBuilder {
 public:
  SubjectViewBuilder& Relations(std::vector<Relation> relations) {
    view_.relations_ = std::move(relations);
    return *this;
  }
  SubjectViewBuilder& Dismissals(std::vector<Dismissal> dismissals) {
    view_.dismissals_ = std::move(dismissals);
    return *this;
  }
  SubjectViewBuilder& SetPreferences(Preferences preferences) {
    view_.preferences_ = std::move(preferences);
    return *this;
  }
  SubjectViewBuilder& Interactions(std::vector<Interaction> interactions) {
    view_.interactions_ = std::move(interactions);
    return *this;
  }
  SubjectViewBuilder& States(std::vector<PostState> states) {
    view_.states_ = std::move(states);
    return *this;
  }
  SubjectViewBuilder& Impressions(std::vector<Impression> impressions) {
    view_.impressions_ = std::move(impressions);
    return *this;
  }
  SubjectViewBuilder& Lessons(std::vector<Dismissal> lessons) {
    view_.lessons_ = std::move(lessons);
    return *this;
  }
  SubjectViewBuilder& At(std::optional<Place> place) {
    view_.place_ = place;
    return *this;
  }
  SubjectViewBuilder& Degraded(bool degraded) {
    view_.degraded_ = degraded;
    return *this;
  }
  SubjectViewBuilder& TasteOrdersAdvertisements(bool permitted) {
    view_.taste_orders_advertisements_ = permitted;
    return *this;
  }
  SubjectView Build() && { return std::move(view_); }

 private:
  SubjectView view_;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_RECORDS_SUBJECT_VIEW_BUILDER_H_
