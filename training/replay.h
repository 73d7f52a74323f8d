// Replays held-out hours through the very functions that rank: for each row and hour, what its subject saw,
// with the features that the score would have had then, from strictly earlier events, and whether it was
// answered. So nothing about a feed has to be logged, and what is learned is what is served.
#ifndef BAUTA_TRAINING_REPLAY_H_
#define BAUTA_TRAINING_REPLAY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/hour.h"
#include "privacy/signal_kind.h"
#include "ranking/gate_rule.h"
#include "ranking/model_snapshot.h"
#include "ranking/score.h"
#include "training/training_set.h"

namespace bauta {

// Hours over which popularity is counted for the baseline; 0 is ever.
inline constexpr std::array<int64_t, 3> kPopularityWindows = {24, 24 * 7, 0};

struct ReplayItem {
  uint32_t post = 0;      // Place in the training set's posts.
  bool answered = false;  // By any kind that IsAnswer holds for.
  bool learned = false;   // The model has a vector of it; else it has its prior mean,
  bool moved = false;     // or what its readers made of that.
  SignalKindSet kinds;    // All that the subject did with it in that hour.
  ScoreFeatures features;
  // Subjects who answered the post within each of kPopularityWindows, raw: for the baseline alone.
  std::array<uint32_t, kPopularityWindows.size()> popularity{};
};

// What one subject could choose from in one hour.
struct ReplayList {
  uint32_t row = 0;  // Place in the training set's rows.
  Hour hour;
  std::vector<ReplayItem> items;
};

struct ReplayOptions {
  Hour from, until;         // [from, until).
  uint32_t crowd_min = 50;  // k of the fresh table.
  bool move_posts = false;  // Whether posts that the model has not learned move with their readers,
  GateRule move_rule;       // and by which rule.
  size_t threads = 1;
  uint64_t seed = 1;
  // Of more lists, a sample that the seed decides is replayed; a tenth of it where candidates are drawn.
  size_t lists_max = 200'000;
  // Where too little of what was shown in vain is known, each answered post is held against so many that the
  // subject had nothing to do with, drawn at random.
  size_t sampled_candidates = 99;
};

struct Replay {
  std::vector<ReplayList> lists;  // By hour, then by row.
  bool sampled = false;           // Candidates were drawn, for want of impressions.
  size_t posts_moved = 0;
};

// `model` was trained on hours before `from` alone. Features have the snapshot's freshness half-life.
Replay ReplayHours(const TrainingSet& set, std::shared_ptr<const ModelSnapshot> model,
                   const ReplayOptions& options);

}  // namespace bauta

#endif  // BAUTA_TRAINING_REPLAY_H_
