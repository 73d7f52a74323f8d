// bauta-train: reads the learnable rows of a running server, trains a model, holds it against popularity, and
// writes its snapshot. Progress goes to stderr, figures to stdout. Rows stay in memory: nothing but the
// snapshot is ever written, and no subject is in that.
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "base/status.h"
#include "privacy/random_source.h"
#include "ranking/model_snapshot.h"
#include "tools/client/connection.h"
#include "tools/client/flag_or_environment.h"
#include "tools/figures.h"
#include "tools/train/training_progress.h"
#include "tools/train/training_stream.h"
#include "training/noise.h"
#include "training/train_model.h"

ABSL_FLAG(std::string, server, "", "unix:/path/to/socket, or host:port for TLS; else BAUTA_SERVER");
ABSL_FLAG(std::string, token_file, "", "file with the trainer's bearer token; else BAUTA_TOKEN_FILE");
ABSL_FLAG(std::string, ca_file, "", "certificate authority of a TLS server, PEM; else BAUTA_CA_FILE");
ABSL_FLAG(std::string, output_dir, "", "folder that gets the snapshot: the server's folder of models");
ABSL_FLAG(std::string, version, "", "the model's name: letters, digits, '-' and '.'; default: m-DATE-TIME");
ABSL_FLAG(uint32_t, dimension, 64, "length of the vectors, 8 to 512; longer ones need more readers a post");
ABSL_FLAG(uint32_t, epochs, 10, "without noise: alternations before the gate, 1 to 100");
ABSL_FLAG(uint32_t, threads, 0, "threads; 0: one a processor. The bytes are the same at any number");
ABSL_FLAG(uint64_t, seed, 1, "without noise the same rows and seed give the same bytes");
ABSL_FLAG(
    double, noise_mu, bauta::kDefaultMu,
    "how much the model may tell of any subject, 0.01 to 10 (training/noise.h); 0: no noise, and a gate that "
    "hides less, for a crowd too small to be heard through noise");
ABSL_FLAG(uint32_t, crowd_min, 50, "subjects that must stand behind all that is learned; at least 50");
ABSL_FLAG(uint32_t, subjects_per_direction, 8,
          "without noise: subjects for each direction in which a vector may leave its prior, the first from "
          "crowd_min on; at least 8");
ABSL_FLAG(uint32_t, evaluation_hours, 0, "last hours, held out to measure on; 0: a sixth, at most 24");
ABSL_FLAG(uint32_t, calibration_hours, 0,
          "hours before them, to calibrate the score on; 0: a sixth, at most 48");
ABSL_FLAG(absl::Duration, deadline, absl::Hours(2), "the training gives up after this long");
ABSL_FLAG(bool, activate, false, "make the model serve; also needs the operator's role");
ABSL_FLAG(bool, json, false, "print the figures as one JSON object");

namespace bauta {
namespace {

absl::Status CheckRange(const char* flag, uint64_t value, uint64_t low, uint64_t high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, ": ", low, " to ", high, " expected, ", value, " given"));
}

// Of the operating system, drawn in blocks. Without randomness there is no noise, and so no training.
RandomBits SystemBits() {
  struct Block {
    std::array<uint64_t, 512> words;
    size_t used = 512;
  };
  return [block = std::make_shared<Block>()] {
    if (block->used == block->words.size()) {
      const std::span<uint64_t> words = block->words;
      if (!SystemRandom().Fill({reinterpret_cast<uint8_t*>(words.data()), words.size_bytes()}).ok())
        std::abort();
      block->used = 0;
    }
    return block->words[block->used++];
  };
}

absl::StatusOr<TrainOptions> OptionsByFlags() {
  TrainOptions options;
  BAUTA_RETURN_IF_ERROR(CheckRange("dimension", absl::GetFlag(FLAGS_dimension), 8, 512));
  BAUTA_RETURN_IF_ERROR(CheckRange("epochs", absl::GetFlag(FLAGS_epochs), 1, 100));
  BAUTA_RETURN_IF_ERROR(CheckRange("threads", absl::GetFlag(FLAGS_threads), 0, 256));
  BAUTA_RETURN_IF_ERROR(CheckRange("crowd_min", absl::GetFlag(FLAGS_crowd_min), 50, 1'000'000));
  BAUTA_RETURN_IF_ERROR(
      CheckRange("subjects_per_direction", absl::GetFlag(FLAGS_subjects_per_direction), 8, 1'000'000));
  LearningOptions& learning = options.learning;
  learning.dimension = absl::GetFlag(FLAGS_dimension);
  learning.epochs = absl::GetFlag(FLAGS_epochs);
  learning.threads = absl::GetFlag(FLAGS_threads);
  if (learning.threads == 0) learning.threads = ProcessorCount();
  learning.seed = absl::GetFlag(FLAGS_seed);
  learning.noise.mu = absl::GetFlag(FLAGS_noise_mu);
  if (learning.noise.mu != 0 && !(learning.noise.mu >= 0.01 && learning.noise.mu <= 10)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--noise_mu: 0, or 0.01 to 10 expected, ", learning.noise.mu, " given"));
  }
  if (learning.noise.mu > 0) learning.noise.bits = SystemBits();
  learning.gate.crowd_min = absl::GetFlag(FLAGS_crowd_min);
  learning.gate.subjects_per_direction = absl::GetFlag(FLAGS_subjects_per_direction);
  options.evaluation_hours = absl::GetFlag(FLAGS_evaluation_hours);
  options.calibration_hours = absl::GetFlag(FLAGS_calibration_hours);
  options.names.version = absl::GetFlag(FLAGS_version);
  if (options.names.version.empty()) {
    options.names.version =
        absl::StrCat("m-", absl::FormatTime("%Y%m%d-%H%M%S", absl::Now(), absl::UTCTimeZone()));
  }
  return options;
}

// A model that is refused is often one of a crowd that the noise drowns.
absl::StatusOr<TrainedModel> NoteNoise(double mu, absl::StatusOr<TrainedModel> model) {
  if (!(mu > 0) || !absl::IsFailedPrecondition(model.status())) return model;
  return absl::FailedPreconditionError(
      absl::StrCat(std::string(model.status().message()), ". --noise_mu=", mu,
                   " hides each subject in noise, which drowns what some hundreds of them say; a larger one "
                   "hides less, and 0 leaves it to the gate"));
}

void AddFigures(const TrainReport& report, double mu, double seconds, size_t bytes, FigureSheet& figures) {
  constexpr double kDelta = 1e-6;
  if (mu > 0) {
    figures.Add("train_mu", mu, "1");
    figures.Add("train_epsilon_at_delta_1e-6", EpsilonOf(mu, kDelta), "1");
    figures.Add("membership_tpr_bound_at_1_percent", TruePositivesBound(mu, 0.01), "1");
    figures.Add("membership_tpr_bound_at_01_percent", TruePositivesBound(mu, 0.001), "1");
  }
  figures.Add("train_seconds", seconds, "s");
  figures.Add("train_rows", static_cast<double>(report.rows), "rows");
  figures.Add("train_events", static_cast<double>(report.events), "events");
  figures.Add("train_posts", static_cast<double>(report.posts), "posts");
  figures.Add("train_posts_learned", static_cast<double>(report.posts_learned), "posts");
  figures.Add("train_features_learned", static_cast<double>(report.columns_learned), "features");
  figures.Add("snapshot_bytes", static_cast<double>(bytes), "bytes");
  figures.Add("held_out_subjects", static_cast<double>(report.model.subjects), "subjects");
  figures.Add("ndcg_at_10.held_out", report.model.ndcg_at_10, "1");
  figures.Add("ndcg_at_10.held_out.popularity", report.popularity.ndcg_at_10, "1");
  figures.Add("auc.held_out", report.model.area_under_curve, "1");
  figures.Add("auc.held_out.popularity", report.popularity.area_under_curve, "1");
  if (report.sampled) {
    figures.Add("hit_rate_at_10.held_out", report.model.hit_rate_at_10, "1");
    figures.Add("hit_rate_at_10.held_out.popularity", report.popularity.hit_rate_at_10, "1");
  }
}

absl::Status Train() {
  const std::string directory = absl::GetFlag(FLAGS_output_dir);
  if (directory.empty())
    return absl::InvalidArgumentError("--output_dir: the folder for the snapshot is needed");
  BAUTA_ASSIGN_OR_RETURN(TrainOptions options, OptionsByFlags());
  BAUTA_RETURN_IF_ERROR(PosixFileSystem().CreateDirectories(directory));
  const absl::Time begin = absl::Now(), end = begin + absl::GetFlag(FLAGS_deadline);
  BAUTA_ASSIGN_OR_RETURN(
      const std::unique_ptr<Connection> connection,
      Connection::Create(
          {.server = FlagOrEnvironment(absl::GetFlag(FLAGS_server), "BAUTA_SERVER"),
           .ca_file = FlagOrEnvironment(absl::GetFlag(FLAGS_ca_file), "BAUTA_CA_FILE"),
           .token_file = FlagOrEnvironment(absl::GetFlag(FLAGS_token_file), "BAUTA_TOKEN_FILE"),
           .issuer_directory = "",
           .stream_deadline = absl::GetFlag(FLAGS_deadline)}));

  const SystemClock clock;
  TrainingProgress progress(clock, end);
  BAUTA_ASSIGN_OR_RETURN(StreamedRows streamed,
                         ReadTrainingStream(*connection, [&](uint64_t rows) { progress.NoteRows(rows); }));
  options.names.region = streamed.region;
  options.names.train_begin_time = streamed.start_time;
  const TrainingSet set(std::move(streamed.posts), std::move(streamed.rows));
  BAUTA_ASSIGN_OR_RETURN(
      const TrainedModel model,
      NoteNoise(options.learning.noise.mu, TrainModel(set, options, [&](const char* stage, float done) {
                  return progress.Note(stage, done);
                })));
  BAUTA_ASSIGN_OR_RETURN(const std::string bytes, EncodeSnapshot(model.parameters));
  const std::string path = absl::StrCat(directory, "/", options.names.version, ".snapshot");
  BAUTA_RETURN_IF_ERROR(WriteFileAtomically(PosixFileSystem(), path, bytes));
  progress.Done();
  std::fprintf(stderr, "bauta-train: wrote %s, model %s\n", path.c_str(), options.names.version.c_str());

  FigureSheet figures(absl::GetFlag(FLAGS_json));
  AddFigures(model.report, options.learning.noise.mu, absl::ToDoubleSeconds(absl::Now() - begin),
             bytes.size(), figures);
  figures.Finish();
  if (absl::GetFlag(FLAGS_activate)) {
    BAUTA_RETURN_IF_ERROR(ActivateModel(*connection, options.names.version));
    std::fprintf(stderr, "bauta-train: %s serves\n", options.names.version.c_str());
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace bauta

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "trains a model from a running server's learnable rows and writes its snapshot\n"
      "  bauta-train --server=unix:/run/bauta.sock --token_file=trainer.token --output_dir=models");
  const std::vector<char*> rest = absl::ParseCommandLine(argc, argv);
  if (rest.size() > 1) {
    std::fprintf(stderr, "bauta-train: no argument expected, %s given; see --help\n", rest[1]);
    return 2;
  }
  const absl::Status status = bauta::Train();
  if (status.ok()) return 0;
  std::fprintf(stderr, "\nbauta-train: %s: %s\n", absl::StatusCodeToString(status.code()).c_str(),
               std::string(status.message()).c_str());
  return status.code() == absl::StatusCode::kInvalidArgument ? 2 : 1;
}
