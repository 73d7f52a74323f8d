// The crowd as it stood at each hour of a replay: the counters that a server would have had, and the raw
// popularity that the baseline ranks by. Only events of strictly earlier hours count.
#ifndef BAUTA_TRAINING_CROWD_REPLAY_H_
#define BAUTA_TRAINING_CROWD_REPLAY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/hour.h"
#include "featurestore/records/crowd_counts.h"
#include "training/training_set.h"

namespace bauta {

// Not thread-safe; moves forward in time only.
class CrowdReplay {
 public:
  // `windows` as kPopularityWindows; `set` outlives this.
  CrowdReplay(const TrainingSet& set, std::vector<int64_t> windows);

  // Hours before `now` count from here on.
  void AdvanceTo(Hour now);

  // The counters of the last `window_hours` hours, as the store's: one subject adds one to (post, hour) where
  // it has none for that post in the day before.
  CrowdCounts Counters(int64_t window_hours) const;

  // Answers to a post in each window.
  uint32_t Popularity(uint32_t post, size_t window) const { return popularity_[window][post]; }

 private:
  struct Event {
    Hour hour;
    uint32_t post = 0;
    friend auto operator<=>(const Event&, const Event&) = default;
  };

  const TrainingSet& set_;
  const std::vector<int64_t> windows_;
  Hour now_;
  std::vector<Event> engagements_;  // Sorted; what the counters count.
  std::vector<Event> answers_;      // Sorted; what popularity counts.
  std::vector<size_t> begins_;      // Of each window, in answers_.
  size_t end_ = 0;
  std::vector<std::vector<uint32_t>> popularity_;
};

}  // namespace bauta

#endif  // BAUTA_TRAINING_CROWD_REPLAY_H_
