// The comparison itself: both servers, in turn, over TCP and over a Unix socket, alone, saturated and in an
// open loop; and the figures that come of it.
#ifndef BAUTA_BENCH_LOAD_COMPARISON_H_
#define BAUTA_BENCH_LOAD_COMPARISON_H_

#include <cstddef>
#include <functional>

#include "absl/status/status.h"
#include "bench/load/load_world.h"
#include "tools/figures.h"

namespace bauta::bench {

struct ComparisonOptions {
  LoadWorldOptions world;
  size_t runs = 9;
  size_t calls_alone = 1500;      // A run, with one call in flight.
  size_t calls_saturated = 6000;  // A run, with `in_flight`.
  size_t calls_open = 2000;       // A run, at half the rate that the rank server reached when saturated.
  size_t calls_feed = 200;        // A run, of GetFeed, with one call in flight.
  size_t in_flight = 32;
  size_t connections = 4;  // For all but the calls alone.
  bool show_table = true;  // Beside the figures, for people.
  // Asked again and again; its first error ends the comparison.
  std::function<absl::Status()> stop = [] { return absl::OkStatus(); };
};

// Figures are medians over the runs; a ratio is the median of the runs' ratios; p99.9 is of all runs' calls
// together. Latencies in microseconds. Errors: those of preparing, of a server that does not start, of any
// call, and FAILED_PRECONDITION where the rank server's replies are not whole: fewer posts than asked for,
// degraded, or without the model.
absl::Status CompareRankWithEcho(const ComparisonOptions& options, FigureSheet& figures);

}  // namespace bauta::bench

#endif  // BAUTA_BENCH_LOAD_COMPARISON_H_
