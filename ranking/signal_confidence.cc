#include "ranking/signal_confidence.h"

#include <algorithm>
#include <cmath>

namespace bauta {

float RecencyDecay(const SignalModel& model, Hour hour, Hour now) {
  const int64_t age_hours = std::max<int64_t>(0, now.Since(hour));
  return std::exp2(-static_cast<float>(age_hours) / model.half_life_hours);
}

Confidence ConfidenceOf(const SignalModel& model, SignalKind kind, uint32_t strength, Hour hour, Hour now) {
  const auto index = static_cast<size_t>(kind);
  float confidence = model.weight[index] * RecencyDecay(model, hour, now);
  if (kind == SignalKind::kDwell) {
    confidence *= std::min(1.0f, static_cast<float>(strength) / model.dwell_full_milliseconds);
  }
  return {confidence, model.target[index]};
}

Confidence ConfidenceOfDismissal(const SignalModel& model, float weight) {
  return {model.dismissal_weight * weight, model.dismissal_target};
}

}  // namespace bauta
