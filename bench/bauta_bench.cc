// bauta_bench: benchmarks of the stages, and the ratios of their times to floors and references of the same
// run. `--benchmark_filter=REGEX` runs some; a figure is printed where all that it needs has run.
#include <benchmark/benchmark.h>

#include <cstdio>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "bench/machine.h"
#include "bench/micro/catalogue.h"
#include "bench/micro/figure_reporter.h"
#include "tools/figures.h"

ABSL_FLAG(bool, json, false, "print the figures as one JSON object, and no table");
ABSL_FLAG(bool, large, false, "also rank in 10,000,000 posts against 100,000; takes several GB of memory");

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  absl::SetProgramUsageMessage("benchmarks of the stages; see bench/README.md");
  absl::ParseCommandLine(argc, argv);
  const bool json = absl::GetFlag(FLAGS_json);
  bauta::bench::RegisterRankingBenchmarks(absl::GetFlag(FLAGS_large));
  bauta::bench::RegisterScanBenchmarks();
  bauta::bench::RegisterStoreBenchmarks();
  bauta::bench::RegisterTrainingBenchmarks();
  bauta::bench::RegisterPrivacyBenchmarks();

  if (!json) std::printf("%s\n", bauta::bench::DescribeMachine().c_str());
  bauta::bench::FigureReporter reporter(json);
  benchmark::RunSpecifiedBenchmarks(&reporter);
  bauta::FigureSheet figures(json);
  bauta::bench::AddFigures(reporter, figures);
  figures.Finish();
  return reporter.failed() ? 1 : 0;
}
