// Serves the metrics over HTTP for Prometheus to fetch, at /metrics. The only file that names prometheus-cpp.
#ifndef BAUTA_SERVICE_METRICS_EXPOSER_H_
#define BAUTA_SERVICE_METRICS_EXPOSER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/metrics.h"

namespace bauta {

// One value beside the counts of calls, read when it is asked for.
struct MetricSample {
  std::string name;  // "bauta_…", in Prometheus' units: seconds, bytes, `_total` for what only grows.
  std::string help;
  bool only_grows = false;
  double value = 0;
  std::string label_name;  // Empty: none. Samples of one name stand beside each other.
  std::string label_value;
};

class MetricsExposer {
 public:
  // `metrics` outlives it; `more` is called on the exposer's threads. INVALID_ARGUMENT: the address cannot be
  // listened on.
  static absl::StatusOr<std::unique_ptr<MetricsExposer>> Start(
      const std::string& address, const Metrics& metrics, std::function<std::vector<MetricSample>()> more);
  ~MetricsExposer();

  int port() const;

 private:
  class Collector;
  class Listener;
  MetricsExposer(std::shared_ptr<Collector> collector, std::unique_ptr<Listener> listener);
  const std::shared_ptr<Collector> collector_;
  const std::unique_ptr<Listener> listener_;  // Ends before the collector.
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_METRICS_EXPOSER_H_
