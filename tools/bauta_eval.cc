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
#include "absl/strings/numbers.h"
#include "base/status.h"
#include "tools/eval/kuairand_eval.h"
#include "tools/eval/literature_eval.h"
#include "tools/eval/moved_posts_eval.h"
#include "tools/figures.h"
#include "tools/train/training_progress.h"

ABSL_FLAG(std::string, data_dir, "", "folder of the data sets; else BAUTA_DATA_DIR");
ABSL_FLAG(std::vector<std::string>, protocols, std::vector<std::string>({"kuairand", "ml-1m", "gowalla"}),
          "which to run, comma-separated: kuairand, moved-posts, ml-1m, gowalla");
ABSL_FLAG(uint32_t, threads, 0, "threads; 0: one a processor");
ABSL_FLAG(uint64_t, seed, 1, "of the first training; further ones count on from it");
ABSL_FLAG(uint32_t, dimension, 64, "kuairand: length of the vectors, that of what is served");
ABSL_FLAG(uint32_t, skip_days, 0, "kuairand: leave so many last days alone, to tune on earlier ones");
ABSL_FLAG(uint32_t, seeds, 5, "ml-1m: trainings that its figures are means of; gowalla: one");
ABSL_FLAG(std::vector<std::string>, dimensions, {}, "ml-1m, gowalla: instead of 64,192 and 64,128,256,512");
ABSL_FLAG(uint32_t, epochs, 16, "ml-1m, gowalla: alternations");
ABSL_FLAG(double, alpha0, 0, "ml-1m, gowalla: another weight of what was not seen; 0: the default");
ABSL_FLAG(double, lambda, 0, "ml-1m, gowalla: another regularization; 0: the default");
ABSL_FLAG(bool, validate, false,
          "ml-1m, gowalla: tune on items held out of the training part, not on the test");
ABSL_FLAG(bool, ablations, true, "kuairand: also what needs a training of its own");
ABSL_FLAG(std::vector<std::string>, gates, {},
          "kuairand: also so gated, as bauta-membership names them: none, m8, k512, mu0.5, …");
ABSL_FLAG(bool, json, false, "print the figures as one JSON object");

namespace bauta {
namespace {

absl::StatusOr<std::vector<uint32_t>> Dimensions(bool movies) {
  std::vector<uint32_t> dimensions;
  for (const std::string& text : absl::GetFlag(FLAGS_dimensions)) {
    uint32_t dimension = 0;
    if (!absl::SimpleAtoi(text, &dimension) || dimension < 8 || dimension > 2048) {
      return absl::InvalidArgumentError("--dimensions: numbers from 8 to 2048 expected, " + text + " given");
    }
    dimensions.push_back(dimension);
  }
  if (!dimensions.empty()) return dimensions;
  return movies ? std::vector<uint32_t>{64, 192} : std::vector<uint32_t>{64, 128, 256, 512};
}

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
    BAUTA_ASSIGN_OR_RETURN(const GateVariant served, GateVariantByName("default"));
    served.Apply(options.learning);
    options.ablations = absl::GetFlag(FLAGS_ablations);
    BAUTA_ASSIGN_OR_RETURN(options.gates, GateVariantsByNames(absl::GetFlag(FLAGS_gates)));
    return EvaluateKuairand(options, figures);
  }
  if (name == "moved-posts") {
    MovedPostsEvalOptions options;
    options.directory = data + "/kuairand";
    options.learning.threads = threads;
    options.learning.seed = absl::GetFlag(FLAGS_seed);
    options.learning.dimension = absl::GetFlag(FLAGS_dimension);
    options.skip_days = absl::GetFlag(FLAGS_skip_days);
    return EvaluateMovedPosts(options, figures);
  }
  if (name == "ml-1m" || name == "gowalla") {
    LiteratureEvalOptions options;
    const bool movies = name == "ml-1m";
    options.directory = data + (movies ? "/ncf-ml-1m" : "/gowalla");
    options.threads = threads;
    options.seed = absl::GetFlag(FLAGS_seed);
    options.seeds = movies ? absl::GetFlag(FLAGS_seeds) : 1;
    options.epochs = absl::GetFlag(FLAGS_epochs);
    options.alpha0 = static_cast<float>(absl::GetFlag(FLAGS_alpha0));
    if (options.alpha0 <= 0) options.alpha0 = movies ? 0.3f : 0.01f;
    options.lambda = static_cast<float>(absl::GetFlag(FLAGS_lambda));
    if (options.lambda <= 0) options.lambda = movies ? 0.007f : 0.004f;
    options.validate = absl::GetFlag(FLAGS_validate);
    BAUTA_ASSIGN_OR_RETURN(options.dimensions, Dimensions(movies));
    return movies ? EvaluateMovieLens(options, figures) : EvaluateGowalla(options, figures);
  }
  return absl::InvalidArgumentError("--protocols: kuairand, moved-posts, ml-1m or gowalla expected, " + name +
                                    " given");
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
