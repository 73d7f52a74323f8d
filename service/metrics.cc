#include "service/metrics.h"

#include <algorithm>

namespace bauta {

void Metrics::CountCall(Method method, absl::StatusCode code, absl::Duration latency) {
  Counters& counters = methods_[static_cast<size_t>(method)];
  const auto index = static_cast<size_t>(code);
  const size_t unknown = static_cast<size_t>(absl::StatusCode::kUnknown);
  counters.by_code[index < kStatusCodeCount ? index : unknown].fetch_add(1, std::memory_order_relaxed);
  const int64_t micros = std::max<int64_t>(0, absl::ToInt64Microseconds(latency));
  const auto bucket = std::lower_bound(kLatencyBucketMicros.begin(), kLatencyBucketMicros.end(), micros);
  counters.by_latency[static_cast<size_t>(bucket - kLatencyBucketMicros.begin())].fetch_add(
      1, std::memory_order_relaxed);
  counters.latency_sum_micros.fetch_add(static_cast<uint64_t>(micros), std::memory_order_relaxed);
}

void Metrics::CountDegraded(int reason) {
  const bool known = reason >= 0 && static_cast<size_t>(reason) < kDegradedReasonCount;
  degraded_[known ? static_cast<size_t>(reason) : 0].fetch_add(1, std::memory_order_relaxed);
}

Metrics::MethodCounts Metrics::Read(Method method) const {
  const Counters& counters = methods_[static_cast<size_t>(method)];
  MethodCounts counts;
  for (size_t i = 0; i < counts.by_code.size(); ++i) {
    counts.by_code[i] = counters.by_code[i].load(std::memory_order_relaxed);
  }
  for (size_t i = 0; i < counts.by_latency.size(); ++i) {
    counts.by_latency[i] = counters.by_latency[i].load(std::memory_order_relaxed);
  }
  counts.latency_sum_micros = counters.latency_sum_micros.load(std::memory_order_relaxed);
  return counts;
}

uint64_t Metrics::ReadDegraded(int reason) const {
  return degraded_[static_cast<size_t>(reason)].load(std::memory_order_relaxed);
}

}  // namespace bauta
