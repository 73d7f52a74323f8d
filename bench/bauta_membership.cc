// bauta-membership: what a stolen model gives away. Trains shadow models on random halves of the subjects of
// real data, for each gate, and lets an attacker who knows a subject's whole row guess whether it was in.
// Prints the attack's area under the curve and its true positives at 1% and 0.1% false positives, with
// intervals; of noised trainings also what an attacker makes of the sums, and what μ bounds. A data set that
// is not there is skipped, and it says so.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "bench/membership/likelihood_ratio.h"
#include "bench/membership/population.h"
#include "bench/membership/shadow_models.h"
#include "bench/membership/statistics.h"
#include "tools/eval/gate_variants.h"
#include "tools/figures.h"
#include "training/noise.h"

ABSL_FLAG(std::string, data_dir, "", "folder of the data sets; else BAUTA_DATA_DIR");
ABSL_FLAG(std::vector<std::string>, data, std::vector<std::string>({"kuairand", "ml-1m"}),
          "whose subjects, comma-separated: kuairand, ml-1m, gowalla, made-up");
ABSL_FLAG(std::vector<std::string>, gates, std::vector<std::string>({"none", "m8", "k50", "k512", "default"}),
          "comma-separated: none, default, mu0.5 (noise), m8 (one direction for 8 subjects), k512 (all from "
          "512 on)");
ABSL_FLAG(uint32_t, models, 32, "shadow models a gate, even, at least 8");
ABSL_FLAG(uint32_t, dimension, 64, "length of the vectors");
ABSL_FLAG(uint32_t, epochs, 10, "alternations of a training before the gate");
ABSL_FLAG(uint32_t, threads, 1, "threads of a training");
ABSL_FLAG(uint32_t, bootstraps, 200, "resamplings of the subjects, for the intervals");
ABSL_FLAG(uint64_t, seed, 1, "of the halves and of the bootstraps; trainings have seed 1");
ABSL_FLAG(bool, smoke, false,
          "a few small made-up models; fails where no gate does not leak, or the default leaks as much");
ABSL_FLAG(bool, json, false, "print the figures as one JSON object");

namespace bauta::bench {
namespace {

struct Plan {
  size_t models = 32;
  LearningOptions learning;
  size_t bootstraps = 200;
  uint64_t seed = 1;
};

void AddLeak(const std::string& suffix, const Leak& leak, FigureSheet& figures) {
  const auto add = [&](const char* name, double value, double low, double high) {
    figures.Add(absl::StrCat(name, suffix), value, "1");
    figures.Add(absl::StrCat(name, "_low", suffix), low, "1");
    figures.Add(absl::StrCat(name, "_high", suffix), high, "1");
  };
  add("membership_auc", leak.auc, leak.auc_low, leak.auc_high);
  add("membership_tpr_at_1_percent", leak.at_1_percent, leak.at_1_percent_low, leak.at_1_percent_high);
  add("membership_tpr_at_01_percent", leak.at_01_percent, leak.at_01_percent_low, leak.at_01_percent_high);
}

// The quarter of the subjects with the most observations.
std::vector<bool> LongestQuarter(const Population& population) {
  std::vector<size_t> order(population.subjects());
  std::iota(order.begin(), order.end(), 0);
  const auto length = [&](size_t row) { return population.matrices.exposures.row(row).size(); };
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return length(a) > length(b); });
  std::vector<bool> counted(order.size());
  for (size_t i = 0; i < (order.size() + 3) / 4; ++i) counted[order[i]] = true;
  return counted;
}

// What an attacker makes of the noised sums themselves: of all of them, which are never written anywhere, and
// of those that the model's numbers are linear in, which say no less than the model. Needs no shadow model:
// whoever knows all rows knows what half of them sum up to, and how the other half varies.
absl::Status AttackSums(const Population& population, const PostFeatures& features, const GateVariant& gate,
                        const Plan& plan, FigureSheet& figures) {
  LearningOptions learning = plan.learning;
  gate.Apply(learning);
  std::vector<Guess> of_sums, of_model;
  for (const std::vector<bool>& members : DrawMemberships(plan.models, population.subjects(), plan.seed)) {
    NoiseAudit audit{members, {}, {}};
    learning.noise.audit = &audit;
    BAUTA_RETURN_IF_ERROR(LearnFromMatrices(population.matrices, features, population.ids, learning, "",
                                            [](const char*, float) { return absl::OkStatus(); })
                              .status());
    for (uint32_t subject = 0; subject < members.size(); ++subject) {
      of_sums.push_back({subject, members[subject], audit.log_ratio[subject]});
      of_model.push_back({subject, members[subject], audit.log_ratio_of_model[subject]});
    }
  }
  const std::string suffix = absl::StrCat(".", population.name, ".", gate.name);
  figures.Add("epsilon_at_delta_1e-6" + suffix, EpsilonOf(gate.mu, 1e-6), "1");
  figures.Add("membership_tpr_bound_at_1_percent" + suffix, TruePositivesBound(gate.mu, 0.01), "1");
  figures.Add("membership_tpr_bound_at_01_percent" + suffix, TruePositivesBound(gate.mu, 0.001), "1");
  const std::vector<bool> all(population.subjects(), true);
  for (const auto& [name, guesses] : {std::pair(".sums", &of_sums), std::pair(".sums_of_model", &of_model)}) {
    AddLeak(absl::StrCat(suffix, name), MeasureLeak(*guesses, all, plan.bootstraps, plan.seed), figures);
    AddLeak(absl::StrCat(suffix, name, ".longest_quarter"),
            MeasureLeak(*guesses, LongestQuarter(population), plan.bootstraps, plan.seed), figures);
  }
  return absl::OkStatus();
}

// Returns the stronger attack's area under the curve.
absl::StatusOr<double> Attack(const Population& population, const PostFeatures& features,
                              const GateVariant& gate, const Plan& plan, FigureSheet& figures,
                              bool wrong_members = false) {
  LearningOptions learning = plan.learning;
  gate.Apply(learning);
  Memberships members = DrawMemberships(plan.models, population.subjects(), plan.seed);
  BAUTA_ASSIGN_OR_RETURN(std::vector<ReleasedModel> models,
                         TrainShadows(population, features, learning, members));
  if (wrong_members) members = DrawMemberships(plan.models, population.subjects(), plan.seed + 1);
  const Statistic fit = FitStatistic(population, models);
  AlignModels(population.posts.size(), models);
  double free = 0;
  for (const ReleasedModel& model : models) {
    for (const uint32_t of_item : model.free) free += of_item;
  }
  const std::string suffix =
      absl::StrCat(".", population.name, ".", gate.name, wrong_members ? ".wrong_halves" : "");
  figures.Add(absl::StrCat("released_numbers_per_subject", suffix),
              2 * free / static_cast<double>(models.size() * population.subjects()), "1");
  double auc = 0;
  for (const Statistic& statistic : {PushStatistic(population, features, models), fit}) {
    const std::vector<Guess> guesses = GuessMembers(statistic, members);
    const std::vector<bool> all(population.subjects(), true);
    const Leak leak = MeasureLeak(guesses, all, plan.bootstraps, plan.seed);
    AddLeak(absl::StrCat(suffix, ".", statistic.name), leak, figures);
    AddLeak(absl::StrCat(suffix, ".", statistic.name, ".longest_quarter"),
            MeasureLeak(guesses, LongestQuarter(population), plan.bootstraps, plan.seed), figures);
    auc = std::max(auc, leak.auc);
  }
  return auc;
}

absl::StatusOr<Population> PopulationByName(const std::string& name, const std::string& data) {
  if (name == "made-up") return MakeUpPopulation({.subjects = 2000, .posts = 400, .acts = 30});
  if (data.empty())
    return absl::NotFoundError("neither --data_dir nor BAUTA_DATA_DIR names a folder of data");
  if (name == "kuairand") return ReadKuairandPopulation(data);
  if (name == "ml-1m") return ReadMovieLensPopulation(data);
  if (name == "gowalla") return ReadGowallaPopulation(data);
  return absl::InvalidArgumentError("--data: kuairand, ml-1m, gowalla or made-up expected, " + name +
                                    " given");
}

void Describe(const Population& population, const Plan& plan) {
  std::fprintf(stderr,
               "%s: %s, %zu subjects, %zu posts, %zu observations; %zu shadow models of half of them, d %zu, "
               "%zu epochs, seed %llu\n",
               population.name.c_str(), population.checksum.c_str(), population.subjects(),
               population.posts.size(), population.matrices.exposures.entries.size(), plan.models,
               plan.learning.dimension, plan.learning.epochs, static_cast<unsigned long long>(plan.seed));
}

absl::Status AttackAll(const Population& population, const std::vector<GateVariant>& gates, const Plan& plan,
                       FigureSheet& figures) {
  Describe(population, plan);
  const PostFeatures features(population.posts);
  for (const GateVariant& gate : gates) {
    if (gate.mu > 0) {
      BAUTA_RETURN_IF_ERROR(AttackSums(population, features, gate, plan, figures));
    }
    const absl::Status status = Attack(population, features, gate, plan, figures).status();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// The positive and the negative control: the attack must succeed without a gate, less with it, and know
// nothing of halves that were never trained on.
absl::Status Smoke(FigureSheet& figures) {
  constexpr double kLeaks = 0.8, kLess = 0.1, kChance = 0.54;
  const Population population = MakeUpPopulation({.subjects = 400, .posts = 150, .acts = 20});
  Plan plan;
  plan.models = 16;
  plan.bootstraps = 20;
  plan.learning.dimension = 16;
  plan.learning.epochs = 3;
  Describe(population, plan);
  const PostFeatures features(population.posts);
  BAUTA_ASSIGN_OR_RETURN(const GateVariant none, GateVariantByName("none"));
  BAUTA_ASSIGN_OR_RETURN(const GateVariant gated, GateVariantByName("default"));
  BAUTA_ASSIGN_OR_RETURN(const double without, Attack(population, features, none, plan, figures));
  BAUTA_ASSIGN_OR_RETURN(const double with, Attack(population, features, gated, plan, figures));
  BAUTA_ASSIGN_OR_RETURN(const double nothing, Attack(population, features, none, plan, figures, true));
  if (without >= kLeaks && with <= without - kLess && nothing <= kChance) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(
      "an area of at least ", kLeaks, " without a gate, less by ", kLess, " with it, and of at most ",
      kChance, " on wrong halves, expected; got ", without, ", ", with, " and ", nothing));
}

absl::StatusOr<Plan> PlanByFlags() {
  Plan plan;
  plan.models = absl::GetFlag(FLAGS_models);
  plan.learning.dimension = absl::GetFlag(FLAGS_dimension);
  plan.learning.epochs = absl::GetFlag(FLAGS_epochs);
  plan.learning.threads = std::max(absl::GetFlag(FLAGS_threads), 1u);
  plan.bootstraps = absl::GetFlag(FLAGS_bootstraps);
  plan.seed = absl::GetFlag(FLAGS_seed);
  if (plan.models < 8 || plan.models % 2 != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--models: an even number from 8 on expected, ", plan.models, " given"));
  }
  if (plan.learning.dimension < 2 || plan.learning.dimension > 2048) {
    return absl::InvalidArgumentError(
        absl::StrCat("--dimension: 2 to 2048 expected, ", plan.learning.dimension, " given"));
  }
  return plan;
}

absl::Status RunAll(FigureSheet& figures) {
  if (absl::GetFlag(FLAGS_smoke)) return Smoke(figures);
  BAUTA_ASSIGN_OR_RETURN(const Plan plan, PlanByFlags());
  BAUTA_ASSIGN_OR_RETURN(const std::vector<GateVariant> gates,
                         GateVariantsByNames(absl::GetFlag(FLAGS_gates)));
  std::string data = absl::GetFlag(FLAGS_data_dir);
  if (const char* variable = std::getenv("BAUTA_DATA_DIR"); data.empty() && variable != nullptr)
    data = variable;
  for (const std::string& name : absl::GetFlag(FLAGS_data)) {
    const absl::StatusOr<Population> population = PopulationByName(name, data);
    if (absl::IsNotFound(population.status())) {
      std::fprintf(stderr, "bauta-membership: %s skipped: %s\n", name.c_str(),
                   std::string(population.status().message()).c_str());
      continue;
    }
    BAUTA_RETURN_IF_ERROR(population.status());
    BAUTA_RETURN_IF_ERROR(AttackAll(*population, gates, plan, figures));
  }
  return absl::OkStatus();
}

int Run() {
  FigureSheet figures(absl::GetFlag(FLAGS_json));
  const absl::Status status = RunAll(figures);
  figures.Finish();
  if (status.ok()) return 0;
  std::fprintf(stderr, "bauta-membership: %s\n", status.ToString().c_str());
  return absl::IsInvalidArgument(status) ? 2 : 1;
}

}  // namespace
}  // namespace bauta::bench

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("attacks models by membership inference; see docs/privacy.md");
  const std::vector<char*> rest = absl::ParseCommandLine(argc, argv);
  if (rest.size() > 1) {
    std::fprintf(stderr, "bauta-membership: no argument expected, %s given; see --help\n", rest[1]);
    return 2;
  }
  return bauta::bench::Run();
}
