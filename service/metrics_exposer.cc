#include "service/metrics_exposer.h"

#include <exception>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bauta/v1/ranked_feed.pb.h"
#include "prometheus/client_metric.h"
#include "prometheus/collectable.h"
#include "prometheus/exposer.h"
#include "prometheus/metric_family.h"

namespace bauta {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily CallsByCode(const Metrics& metrics) {
  MetricFamily family{
      "bauta_calls_total", "Calls answered, by method and status code.", MetricType::Counter, {}};
  for (const MethodAccess& access : AllMethods()) {
    const Metrics::MethodCounts counts = metrics.Read(access.method);
    for (size_t code = 0; code < counts.by_code.size(); ++code) {
      if (counts.by_code[code] == 0) continue;
      ClientMetric metric;
      metric.label = {{"method", std::string(access.name)},
                      {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(code))}};
      metric.counter.value = static_cast<double>(counts.by_code[code]);
      family.metric.push_back(std::move(metric));
    }
  }
  return family;
}

MetricFamily Latencies(const Metrics& metrics) {
  MetricFamily family{"bauta_call_seconds",
                      "Time from a call's arrival to its reply, in seconds.",
                      MetricType::Histogram,
                      {}};
  for (const MethodAccess& access : AllMethods()) {
    const Metrics::MethodCounts counts = metrics.Read(access.method);
    ClientMetric metric;
    metric.label = {{"method", std::string(access.name)}};
    uint64_t cumulative = 0;
    for (size_t i = 0; i < counts.by_latency.size(); ++i) {
      cumulative += counts.by_latency[i];
      const bool last = i == kLatencyBucketMicros.size();
      metric.histogram.bucket.push_back(
          {cumulative, last ? std::numeric_limits<double>::infinity() : kLatencyBucketMicros[i] / 1e6});
    }
    if (cumulative == 0) continue;
    metric.histogram.sample_count = cumulative;
    metric.histogram.sample_sum = static_cast<double>(counts.latency_sum_micros) / 1e6;
    family.metric.push_back(std::move(metric));
  }
  return family;
}

MetricFamily Degraded(const Metrics& metrics) {
  MetricFamily family{
      "bauta_degraded_total", "Replies that lacked something, by reason.", MetricType::Counter, {}};
  for (int reason = 0; reason < static_cast<int>(kDegradedReasonCount); ++reason) {
    const uint64_t count = metrics.ReadDegraded(reason);
    if (count == 0) continue;
    ClientMetric metric;
    metric.label = {{"reason", v1::DegradedReason_Name(reason)}};
    metric.counter.value = static_cast<double>(count);
    family.metric.push_back(std::move(metric));
  }
  return family;
}

void Append(const MetricSample& sample, std::vector<MetricFamily>& families) {
  if (families.empty() || families.back().name != sample.name) {
    families.push_back(
        {sample.name, sample.help, sample.only_grows ? MetricType::Counter : MetricType::Gauge, {}});
  }
  ClientMetric metric;
  if (!sample.label_name.empty()) metric.label = {{sample.label_name, sample.label_value}};
  (sample.only_grows ? metric.counter.value : metric.gauge.value) = sample.value;
  families.back().metric.push_back(std::move(metric));
}

}  // namespace

class MetricsExposer::Collector final : public prometheus::Collectable {
 public:
  Collector(const Metrics& metrics, std::function<std::vector<MetricSample>()> more)
      : metrics_(metrics), more_(std::move(more)) {}

  std::vector<MetricFamily> Collect() const override {
    std::vector<MetricFamily> families;
    families.push_back(CallsByCode(metrics_));
    families.push_back(Latencies(metrics_));
    families.push_back(Degraded(metrics_));
    for (const MetricSample& sample : more_()) Append(sample, families);
    return families;
  }

 private:
  const Metrics& metrics_;
  const std::function<std::vector<MetricSample>()> more_;
};

class MetricsExposer::Listener {
 public:
  explicit Listener(const std::string& address) : exposer(address, /*num_threads=*/1) {}
  prometheus::Exposer exposer;
};

absl::StatusOr<std::unique_ptr<MetricsExposer>> MetricsExposer::Start(
    const std::string& address, const Metrics& metrics, std::function<std::vector<MetricSample>()> more) {
  auto collector = std::make_shared<Collector>(metrics, std::move(more));
  std::unique_ptr<Listener> listener;
  try {  // The library's way to say that the port is taken.
    listener = std::make_unique<Listener>(address);
  } catch (const std::exception&) {
    return absl::InvalidArgumentError(absl::StrCat("metrics.address: ", address, " cannot be listened on"));
  }
  listener->exposer.RegisterCollectable(collector);
  return std::unique_ptr<MetricsExposer>(new MetricsExposer(std::move(collector), std::move(listener)));
}

MetricsExposer::MetricsExposer(std::shared_ptr<Collector> collector, std::unique_ptr<Listener> listener)
    : collector_(std::move(collector)), listener_(std::move(listener)) {}

MetricsExposer::~MetricsExposer() = default;

int MetricsExposer::port() const {
  const std::vector<int> ports = listener_->exposer.GetListeningPorts();
  return ports.empty() ? 0 : ports.front();
}

}  // namespace bauta
