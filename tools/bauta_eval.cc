// bauta-eval: runs published protocols on the data under BAUTA_DATA_DIR, with their baselines, and prints
// every figure, the checksum of its split and its seed. A data set that is not there is skipped, and it says
// so.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_split.h"
#include "tools/eval/kuairand_eval.h"
#include "tools/figures.h"
#include "tools/train/training_progress.h"

ABSL_FLAG(std::string, data_dir, "", "folder of the data sets; else BAUTA_DATA_DIR");
ABSL_FLAG(std::vector<std::string>, protocols, std::vector<std::string>({"kuairand"}),
          "which to run, comma-separated: kuairand");
ABSL_FLAG(uint32_t, threads, 0, "threads; 0: one a processor");
ABSL_FLAG(uint64_t, seed, 1, "of the first training; further ones count on from it");
ABSL_FLAG(uint32_t, dimension, 64, "kuairand: length of the vectors, that of what is served");
ABSL_FLAG(uint32_t, skip_days, 0, "kuairand: leave so many last days alone, to tune on earlier ones");
ABSL_FLAG(bool, ablations, true, "kuairand: also what needs a training of its own");
ABSL_FLAG(bool, json, false, "print the figures as one JSON object");

namespace bauta {
namespace {

absl::Status RunProtocol(const std::string& name, const std::string& data, FigureSheet& figures) {
  size_t threads = absl::GetFlag(FLAGS_threads);
  if (threads == 0) threads = ProcessorCount();
  if (name == "kuairand") {
    KuairandEvalOptions options;
    options.directory = data + "/kuairand";
    options.learning.threads = threads;
    options.learning.seed = absl::GetFlag(FLAGS_seed);
    options.learning.dimension = absl::GetFlag(FLAGS_dimension);
    options.skip_days = absl::GetFlag(FLAGS_skip_days);
    options.ablations = absl::GetFlag(FLAGS_ablations);
    return EvaluateKuairand(options, figures);
  }
  return absl::InvalidArgumentError("--protocols: kuairand expected, " + name + " given");
}

int Run() {
  std::string data = absl::GetFlag(FLAGS_data_dir);
  if (const char* variable = std::getenv("BAUTA_DATA_DIR"); data.empty() && variable != nullptr)
    data = variable;
  if (data.empty()) {
    std::fprintf(stderr,
                 "bauta-eval: skipped: neither --data_dir nor BAUTA_DATA_DIR names a folder of data\n");
    return 0;
  }
  FigureSheet figures(absl::GetFlag(FLAGS_json));
  int result = 0;
  for (const std::string& name : absl::GetFlag(FLAGS_protocols)) {
    const absl::Status status = RunProtocol(name, data, figures);
    if (absl::IsNotFound(status)) {
      std::fprintf(stderr, "bauta-eval: %s skipped: %s\n", name.c_str(),
                   std::string(status.message()).c_str());
    } else if (!status.ok()) {
      std::fprintf(stderr, "bauta-eval: %s: %s\n", name.c_str(), status.ToString().c_str());
      result = absl::IsInvalidArgument(status) ? 2 : 1;
    }
  }
  figures.Finish();
  return result;
}

}  // namespace
}  // namespace bauta

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("measures ranking quality on published data\n  bauta-eval --data_dir=DATA");
  const std::vector<char*> rest = absl::ParseCommandLine(argc, argv);
  if (rest.size() > 1) {
    std::fprintf(stderr, "bauta-eval: no argument expected, %s given; see --help\n", rest[1]);
    return 2;
  }
  return bauta::Run();
}
