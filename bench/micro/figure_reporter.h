// FigureReporter: what google benchmark measured, kept so that one time can be held against another of the
// same run.
#ifndef BAUTA_BENCH_MICRO_FIGURE_REPORTER_H_
#define BAUTA_BENCH_MICRO_FIGURE_REPORTER_H_

#include <benchmark/benchmark.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/figures.h"

namespace bauta::bench {

class FigureReporter final : public benchmark::ConsoleReporter {
 public:
  // `quiet`: no table.
  explicit FigureReporter(bool quiet) : ConsoleReporter(OO_Tabular), quiet_(quiet) {}

  bool ReportContext(const Context& context) override {
    return quiet_ || ConsoleReporter::ReportContext(context);
  }
  void ReportRuns(const std::vector<Run>& runs) override;

  // Processor time of one iteration, in microseconds, the median of the repetitions: other processes on the
  // machine are not in it. nullopt where the benchmark did not run, or failed.
  std::optional<double> Microseconds(const std::string& benchmark) const;
  // Whether any benchmark said that it failed.
  bool failed() const { return failed_; }

  // A counter that the benchmark set.
  std::optional<double> Counter(const std::string& benchmark, const std::string& counter) const;

 private:
  const bool quiet_;
  bool failed_ = false;
  std::map<std::string, std::vector<double>> microseconds_;
  std::map<std::string, double> counters_;
};

// Adds every figure whose benchmarks have run.
void AddFigures(const FigureReporter& results, FigureSheet& figures);

}  // namespace bauta::bench

#endif  // BAUTA_BENCH_MICRO_FIGURE_REPORTER_H_
