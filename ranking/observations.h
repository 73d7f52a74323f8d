// From what a view shows to the observations of the taste equation.
#ifndef BAUTA_RANKING_OBSERVATIONS_H_
#define BAUTA_RANKING_OBSERVATIONS_H_

#include <cstddef>
#include <span>
#include <vector>

#include "base/hour.h"
#include "featurestore/records/subject_view.h"
#include "ranking/fold_in.h"
#include "ranking/live_posts.h"
#include "ranking/model_snapshot.h"
#include "ranking/ranker.h"
#include "ranking/silent_topics.h"

namespace bauta {

// Where an observation came from: an index into the view's interactions, states or lessons.
struct ObservationOrigin {
  TasteShare::Origin kind = TasteShare::Origin::kInteraction;
  size_t index = 0;
};

// The taste equation of one subject at one hour. Keeps its memory from call to call; the vectors that it
// points at are those of the live posts, the snapshot, and its own.
class TasteProblem {
 public:
  // What teaches nothing (SilentTopics) is left out; a declared topic that is sensitive as well. Signals on
  // posts that neither the catalogue nor the model knows are left out, like those of weight 0. A
  // search observes its topic's prior vector. An X that teaches is observed at its grain: the post's vector,
  // its author's prior vector, or those of its topics, which share its weight. Where an author has no vector
  // the post's stands in.
  void Collect(const ModelSnapshot& model, const LivePosts& posts, const SubjectView& view, Hour now);

  // The same of somebody who likes these posts, each once and just now, and did nothing else. Posts that
  // neither the catalogue nor the model knows are left out, and those that carry a sensitive topic; no tag
  // that was deleted matters, for what is asked for is not what was inferred. Without origins.
  void CollectSeeds(const ModelSnapshot& model, const LivePosts& posts, const Preferences& preferences,
                    std::span<const PostId> seeds);

  // Solves for the taste: `stride` floats each.
  const std::vector<float>& Solve(const ModelSnapshot& model);

  const std::vector<Observation>& observations() const { return observations_; }
  // Parallel to observations(); empty after CollectSeeds.
  const std::vector<ObservationOrigin>& origins() const { return origins_; }
  // μ: the crowd's mean, or where topics are declared, what the equation makes of one liking of each.
  const std::vector<float>& mean() const { return mean_; }
  FoldIn& fold_in() { return fold_in_; }

 private:
  void AddHistory(const ModelSnapshot& model, const LivePosts& posts, const SubjectView& view, Hour now);
  // Of the view's interactions, then of its states: all at once, for the catalogue is large.
  void FindRows(const LivePosts& posts, const SubjectView& view);
  void AddLesson(const ModelSnapshot& model, const LivePosts& posts, const SilentTopics& silent,
                 const Dismissal& lesson, size_t index, Hour now);
  void SolveMean(const ModelSnapshot& model, const LivePosts& posts, const Preferences& preferences);
  void Add(const float* vector, float confidence, float target, TasteShare::Origin origin, size_t index);
  float* NextOwnVector();

  std::vector<PostId> ids_;
  std::vector<PostRow> rows_;  // Parallel to ids_.
  std::vector<Observation> observations_;
  std::vector<ObservationOrigin> origins_;
  std::vector<float> own_vectors_;  // Prior vectors of authors and topics; sized before any is pointed at.
  size_t own_vectors_used_ = 0;
  size_t stride_ = 0;
  std::vector<float> mean_;
  std::vector<float> taste_;
  std::vector<Observation> declared_;
  FoldIn fold_in_;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_OBSERVATIONS_H_
