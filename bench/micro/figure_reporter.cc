#include "bench/micro/figure_reporter.h"

#include "bench/load/latencies.h"
#include "bench/machine.h"
#include "bench/micro/catalogue.h"

namespace bauta::bench {
namespace {

// `value` of one benchmark over that of another. A figure of performance.md where `name` stands there.
struct TimeRatio {
  const char* name;
  const char* benchmark;
  const char* reference;
};
constexpr TimeRatio kTimeRatios[] = {
    {"fold_in_50_over_eigen", "fold_in_50", "eigen_fold_in_50"},
    {"fold_in_200_over_eigen", "fold_in_200", "eigen_fold_in_200"},
    {"id_to_row_over_flat_hash_map", "id_to_row", "flat_hash_map_id_to_row"},
    {"gather_over_naive", "gather", "naive_gather"},
    {"gather_over_naive.popular", "gather_popular", "naive_gather_popular"},
    {"arrange_over_partial_sort", "arrange_50_of_1000", "partial_sort_50_of_1000"},
    {"scan_over_bandwidth", "scan_top_100", "read_like_scan"},
    {"scan_over_eigen", "scan_top_100", "eigen_top_100"},
    {"unseal_over_openssl", "unseal_2k", "openssl_2k"},
    {"store_read_over_floors", "store_read_cold", "store_read_floor"},
    {"train_epoch_over_reference", "train_epoch", "eigen_train_epoch"},
    {"rank_cost_10m_over_100k", "rank_popular_10m", "rank_popular_100k"},
};
// Events a second of ours over RocksDB's.
constexpr TimeRatio kRateRatios[] = {{"events_over_rocksdb", "record_100", "rocksdb_write_100"}};

struct Time {
  const char* name;
  const char* benchmark;
};
constexpr Time kTimes[] = {
    {"fold_in_50_us", "fold_in_50"},
    {"fold_in_200_us", "fold_in_200"},
    {"taste_200_us", "taste_200"},
    {"id_to_row_us", "id_to_row"},
    {"gather_us", "gather"},
    {"gather_us.popular", "gather_popular"},
    {"arrange_us", "arrange_50_of_1000"},
    {"rank_us", "rank"},
    {"rank_us.popular", "rank_popular"},
    {"scan_us", "scan_top_100"},
    {"find_feed_us", "find_feed"},
    {"unseal_2k_us", "unseal_2k"},
    {"store_read_us.cold", "store_read_cold"},
    {"store_read_us.cached", "store_read_cached"},
    {"record_100_us", "record_100"},
    {"rank_cold_us", "rank_cold"},
    {"open_sealed_us", "open_sealed"},
    {"decode_plain_us", "decode_plain"},
    {"train_epoch_us", "train_epoch"},
};

struct Value {
  const char* name;
  const char* benchmark;
  const char* counter;
  const char* unit;
};
constexpr Value kValues[] = {
    {"feed_recall_at_100", "scan_top_100", "recall", "1"},
    {"bytes_per_post", "rank", "bytes_per_post", "B"},
    {"fold_in_steps", "fold_in_200", "steps", "1"},
    {"fold_in_error", "fold_in_200", "error", "1"},
    {"train_difference", "train_epoch", "difference", "1"},
    {"existence_ratio", "existence_over_socket", "ratio", "1"},
    {"existence_us.never", "existence_over_socket", "never", "us"},
    {"existence_us.erased", "existence_over_socket", "erased", "us"},
    {"existence_us.withdrawn", "existence_over_socket", "withdrawn", "us"},
    {"existence_ratio.handler", "existence_in_handler", "ratio", "1"},
    {"existence_us.handler.never", "existence_in_handler", "never", "us"},
    {"existence_us.handler.erased", "existence_in_handler", "erased", "us"},
    {"existence_us.handler.withdrawn", "existence_in_handler", "withdrawn", "us"},
};

// Operations of the rank update and the factorization of one row with n observations.
double FoldInOperations(double n) {
  constexpr double d = kDimension;
  return n * d * d + d * d * d / 3;
}

}  // namespace

void FigureReporter::ReportRuns(const std::vector<Run>& runs) {
  if (!quiet_) ConsoleReporter::ReportRuns(runs);
  for (const Run& run : runs) {
    failed_ |= run.error_occurred;
    if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
    const std::string& name = run.run_name.function_name;
    microseconds_[name].push_back(1e6 * run.GetAdjustedCPUTime() /
                                  benchmark::GetTimeUnitMultiplier(run.time_unit));
    for (const auto& [counter, value] : run.counters) counters_[name + "." + counter] = value;
  }
}

std::optional<double> FigureReporter::Microseconds(const std::string& benchmark) const {
  const auto found = microseconds_.find(benchmark);
  if (found == microseconds_.end()) return std::nullopt;
  return Median(found->second);
}

std::optional<double> FigureReporter::Counter(const std::string& benchmark,
                                              const std::string& counter) const {
  const auto found = counters_.find(benchmark + "." + counter);
  if (found == counters_.end()) return std::nullopt;
  return found->second;
}

void AddFigures(const FigureReporter& results, FigureSheet& figures) {
  for (const TimeRatio& ratio : kTimeRatios) {
    const auto time = results.Microseconds(ratio.benchmark), other = results.Microseconds(ratio.reference);
    if (time && other) figures.Add(ratio.name, *time / *other, "1");
  }
  for (const TimeRatio& ratio : kRateRatios) {
    const auto time = results.Microseconds(ratio.benchmark), other = results.Microseconds(ratio.reference);
    if (time && other) figures.Add(ratio.name, *other / *time, "1");
  }
  const double flops = MeasureFlopsPerSecond();
  for (const auto& [name, benchmark, n] : {std::tuple("fold_in_50_over_flop_limit", "fold_in_50", 50.0),
                                           std::tuple("fold_in_200_over_flop_limit", "fold_in_200", 200.0)}) {
    if (const auto time = results.Microseconds(benchmark)) {
      figures.Add(name, *time / (1e6 * FoldInOperations(n) / flops), "1");
    }
  }
  // Over what the call would take if the same bytes lay in the clear and no gate were asked.
  const auto rank = results.Microseconds("rank_cold"), sealed = results.Microseconds("open_sealed"),
             plain = results.Microseconds("decode_plain");
  if (rank && sealed && plain) {
    figures.Add("seal_cost_on_rank", (*sealed - *plain) / (*rank - (*sealed - *plain)), "1");
  }
  const auto epoch = results.Microseconds("train_epoch");
  if (const auto operations = results.Counter("train_epoch", "operations"); epoch && operations) {
    figures.Add("train_over_flop_limit", *epoch / (1e6 * *operations / flops), "1");
  }
  // Of the vectors that a request of 1,000 candidates reads, at the rate at which memory is read in order.
  const auto read = results.Microseconds("read_like_scan");
  if (const auto bytes = results.Counter("read_like_scan", "bytes"); read && bytes) {
    for (const auto& [name, benchmark] : {std::pair("gather_over_bandwidth", "gather"),
                                          std::pair("gather_over_bandwidth.popular", "gather_popular")}) {
      const auto time = results.Microseconds(benchmark);
      if (time) figures.Add(name, *time / (*read * kCandidates * kDimension * 4 / *bytes), "1");
    }
    figures.Add("read_gb_per_s", *bytes / *read / 1e3, "GB/s");
  }
  figures.Add("flops", flops / 1e9, "GFLOP/s");
  for (const Value& value : kValues) {
    const auto found = results.Counter(value.benchmark, value.counter);
    if (found) figures.Add(value.name, *found, value.unit);
  }
  for (const Time& time : kTimes) {
    if (const auto found = results.Microseconds(time.benchmark)) figures.Add(time.name, *found, "us");
  }
}

}  // namespace bauta::bench
