// How a signal becomes an observation (c, t) of the taste equation. Used by the fold-in of a request and by
// training alike, so that what is learned is what is served.
#ifndef BAUTA_RANKING_SIGNAL_CONFIDENCE_H_
#define BAUTA_RANKING_SIGNAL_CONFIDENCE_H_

#include <cstdint>

#include "base/hour.h"
#include "privacy/signal_kind.h"
#include "ranking/model_parameters.h"

namespace bauta {

struct Confidence {
  float confidence = 0;  // c ≥ 0; 0: no observation.
  float target = 1;      // t
};

// 2^(−age / half_life); 1 for an hour that has not come yet.
float RecencyDecay(const SignalModel& model, Hour hour, Hour now);

// Of a signal or a state of `kind`; `strength` is the dwell in milliseconds, unused for other kinds.
Confidence ConfidenceOf(const SignalModel& model, SignalKind kind, uint32_t strength, Hour hour, Hour now);

// Of an X that teaches a dislike: `weight` is DismissalWeight, how strongly it still holds. It does not decay
// by age beside that: the durations of an X have one source.
Confidence ConfidenceOfDismissal(const SignalModel& model, float weight);

}  // namespace bauta

#endif  // BAUTA_RANKING_SIGNAL_CONFIDENCE_H_
