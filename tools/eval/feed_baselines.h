// What a feed's impressions are ranked by without a model: the baselines that an evaluation runs in the same
// program, on the same items, hour by hour, from strictly earlier events. No rule of k binds them.
#ifndef BAUTA_TOOLS_EVAL_FEED_BASELINES_H_
#define BAUTA_TOOLS_EVAL_FEED_BASELINES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hour.h"
#include "training/csr_matrix.h"
#include "training/training_set.h"

namespace bauta {

// The share of a post's impressions that were answered, shrunk towards its author's share, that towards its
// topics', that towards everybody's: popularity by topic and author, corrected for how often a post was
// shown. Moves forward in time only.
class AnswerRates {
 public:
  explicit AnswerRates(const TrainingSet& set);

  void AdvanceTo(Hour now);
  float RateOf(uint32_t post) const;

 private:
  struct Event {
    Hour hour;
    uint32_t post = 0;
    bool answered = false;
  };
  struct Tally {
    double shown = 0, answered = 0;
    double Shrunk(double towards, double strength) const {
      return (answered + strength * towards) / (shown + strength);
    }
  };

  const TrainingSet& set_;
  std::vector<Event> events_;  // By hour.
  size_t next_ = 0;
  Tally all_;
  std::vector<Tally> posts_;
  std::unordered_map<uint64_t, Tally> authors_, topics_;
};

// Item-kNN: the sum of cosines, shrunk, between a post and those that the viewer answered (Sarwar et al.
// 2001; the shrinkage as Dacrema et al. 2019).
class ItemKnn {
 public:
  // `answers`: rows are viewers, columns posts; what happened before the first item is ranked.
  explicit ItemKnn(const CsrMatrix& answers);

  float Score(uint32_t post, std::span<const uint32_t> answered) const;

 private:
  std::vector<std::unordered_map<uint32_t, float>> together_;
  std::vector<float> counts_;
};

}  // namespace bauta

#endif  // BAUTA_TOOLS_EVAL_FEED_BASELINES_H_
