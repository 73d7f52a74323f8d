// The vector of a post that the model has not learned, from what its readers permit to be learned from: a
// post moves without a training. A pure function of the snapshot, the catalogue, the readers' views and the
// hour; an earlier vector of the post is no part of it, so that what is gone from the views is gone from the
// vector.
#ifndef BAUTA_RANKING_FRESH_VECTOR_H_
#define BAUTA_RANKING_FRESH_VECTOR_H_

#include <cstddef>
#include <span>
#include <vector>

#include "base/hour.h"
#include "featurestore/records/subject_view.h"
#include "ranking/gate_rule.h"
#include "ranking/live_posts.h"
#include "ranking/observations.h"
#include "ranking/post_vector.h"

namespace bauta {

// Not thread-safe; keeps its memory from one Solve to the next.
class FreshVectorSolver {
 public:
  // The vector of the post in `row` from its readers, each view another one's, in an order that the caller
  // fixes: sums follow it. A reader whose signals on the post have no weight does not count. Their number is
  // rounded down to a multiple of k before the rule of directions is asked. `vector` has the model's stride.
  // False, and the prior's bits in `vector`, where the readers are too few or the model knows no crowd.
  bool Solve(const LivePosts& posts, PostRow row, std::span<const SubjectView> readers, Hour now,
             const GateRule& rule, std::span<float> vector);

 private:
  TasteProblem taste_;
  std::vector<float> tastes_;  // One row a reader.
  std::vector<Observation> readers_;
  PostVectorSolver solver_;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_FRESH_VECTOR_H_
