// Metrics: what the server counts of itself. Everything is a total over all callers; the only labels are
// method, code, bucket and reason, all of them fixed sets, so that no series can stand for a person.
#ifndef BAUTA_SERVICE_METRICS_H_
#define BAUTA_SERVICE_METRICS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/auth/access.h"

namespace bauta {

// Upper bounds of the latency histogram, in microseconds; a last bucket takes all above.
inline constexpr std::array<uint32_t, 16> kLatencyBucketMicros = {
    50, 100, 200, 300, 500, 750, 1000, 1500, 2000, 5000, 10'000, 20'000, 50'000, 100'000, 500'000, 1'000'000};

inline constexpr size_t kStatusCodeCount = 17;  // absl::StatusCode and grpc::StatusCode: 0 to 16.
inline constexpr size_t kDegradedReasonCount =
    16;  // Numbers of v1::DegradedReason; higher ones count under 0.

// Thread-safe; counting takes no lock.
class Metrics {
 public:
  Metrics() = default;
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void CountCall(Method method, absl::StatusCode code, absl::Duration latency);
  // A reply that was degraded, by the number of the v1::DegradedReason.
  void CountDegraded(int reason);

  struct MethodCounts {
    std::array<uint64_t, kStatusCodeCount> by_code{};
    std::array<uint64_t, kLatencyBucketMicros.size() + 1> by_latency{};  // Not cumulative.
    uint64_t latency_sum_micros = 0;
  };
  MethodCounts Read(Method method) const;
  uint64_t ReadDegraded(int reason) const;

 private:
  struct alignas(64) Counters {
    std::array<std::atomic<uint64_t>, kStatusCodeCount> by_code{};
    std::array<std::atomic<uint64_t>, kLatencyBucketMicros.size() + 1> by_latency{};
    std::atomic<uint64_t> latency_sum_micros{0};
  };
  std::array<Counters, kMethodCount> methods_;
  std::array<std::atomic<uint64_t>, kDegradedReasonCount> degraded_{};
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_METRICS_H_
