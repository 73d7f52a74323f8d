// What a server's releases would have done to the vectors of posts that the model has not learned, hour by
// hour: for the replay of held-out hours (ranking/fresh_vector.h, service/fresh_vectors.h).
#ifndef BAUTA_TRAINING_MOVED_POSTS_H_
#define BAUTA_TRAINING_MOVED_POSTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/hour.h"
#include "ranking/fresh_vector.h"
#include "ranking/gate_rule.h"
#include "ranking/live_posts.h"
#include "training/training_set.h"

namespace bauta {

// Not thread-safe. `set` outlives it.
class MovedPosts {
 public:
  MovedPosts(const TrainingSet& set, const GateRule& rule) : set_(set), rule_(rule) {}

  // Moves the posts whose readers of the 72 hours before `hour` have come to k, or grown by a step of k
  // since. Forward in time only.
  void AdvanceTo(Hour hour, LivePosts& posts);

  size_t posts_moved() const { return posts_moved_; }

 private:
  struct Reading {
    Hour hour;
    uint32_t row = 0;
    uint32_t post = 0;
  };
  void Begin(const LivePosts& posts);
  std::vector<uint32_t> LastReaders(uint32_t post, Hour hour) const;
  bool Solve(uint32_t post, const std::vector<uint32_t>& readers, Hour hour, LivePosts& posts);

  const TrainingSet& set_;
  const GateRule rule_;
  bool begun_ = false;
  std::vector<Reading> readings_;  // Of posts that are not learned, by hour.
  size_t next_ = 0;
  std::vector<std::vector<Reading>> of_post_;
  std::vector<uint32_t> steps_;  // In which each post was solved.
  size_t posts_moved_ = 0;
  FreshVectorSolver solver_;
};

}  // namespace bauta

#endif  // BAUTA_TRAINING_MOVED_POSTS_H_
