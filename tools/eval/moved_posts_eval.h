// What it is worth that a post moves with its readers between two trainings: the demo's data, the later days
// in time order, by one model of everything before them. Each contender is the same model and the same score,
// with posts that the model has not learned left where their features put them (`.prior`), or moved by the
// rule that is served (`.moved`), or by a rule that few readers satisfy (`.moved.ungated`); and the same
// three with no post learned at all (`.all_new`), as if every one had come after the training. `movable` are
// the impressions of the posts that the served rule moves then.
#ifndef BAUTA_TOOLS_EVAL_MOVED_POSTS_EVAL_H_
#define BAUTA_TOOLS_EVAL_MOVED_POSTS_EVAL_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "tools/figures.h"
#include "training/learned_model.h"

namespace bauta {

struct MovedPostsEvalOptions {
  std::string directory;  // Of the demo's data.
  LearningOptions learning;
  int64_t test_days = 4;  // The last ones,
  int64_t skip_days = 0;  // but for so many at the end.
};

// Errors: NOT_FOUND where the data is not there; those of reading it and of training.
absl::Status EvaluateMovedPosts(const MovedPostsEvalOptions& options, FigureSheet& figures);

}  // namespace bauta

#endif  // BAUTA_TOOLS_EVAL_MOVED_POSTS_EVAL_H_
