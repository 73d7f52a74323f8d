// bauta-load: what RankPosts costs beside an echo of the same messages, over real sockets, in one run.
//
// It makes a store, posts, a model and subjects in a temporary folder, starts itself twice more, as the real
// server and as an echo server, and sends both the same requests in turn. Traffic stays on the loopback
// address and a Unix socket. Nothing outlives it.
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "bench/load/comparison.h"
#include "bench/load/load_world.h"
#include "bench/load/servers.h"
#include "service/rpc/quiet_logs.h"
#include "tools/figures.h"

ABSL_FLAG(bool, brief, false, "under 20 seconds: fewer posts, subjects and runs; for a first look");
ABSL_FLAG(bool, json, false, "print the figures as one JSON object, and no table");
ABSL_FLAG(uint64_t, posts, 0,
          "posts in the catalogue, 1,000 to 10,000,000; default 1,000,000, brief 100,000");
ABSL_FLAG(uint32_t, subjects, 0, "subjects, each with a request of its own; default 2,000, brief 300");
ABSL_FLAG(uint32_t, interactions, 200, "interactions a subject, 1 to 1,000");
ABSL_FLAG(uint32_t, candidates, 1000, "candidates a request, 50 to 10,000, at most half the posts");
ABSL_FLAG(uint32_t, runs, 0, "interleaved runs, of which medians are taken; default 9, brief 3");
ABSL_FLAG(uint32_t, calls_alone, 0,
          "calls a run with one in flight; default 1,500, brief 400. Many: to profile them");
ABSL_FLAG(bool, popular, false, "candidates by Zipf's law instead of all posts alike");
ABSL_FLAG(uint64_t, seed, 1, "of the posts, the subjects and the requests");
ABSL_FLAG(absl::Duration, deadline, absl::Minutes(20), "gives up after this long");
ABSL_FLAG(std::string, serve_rank, "", "internal: be the real server, with this configuration");
ABSL_FLAG(std::string, serve_echo, "", "internal: be the echo server, with this reply");
ABSL_FLAG(std::string, socket, "", "internal: the echo server's Unix socket");

namespace bauta::bench {
namespace {

volatile sig_atomic_t g_interrupted = 0;

absl::Status CheckRange(const char* flag, uint64_t value, uint64_t low, uint64_t high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, ": ", low, " to ", high, " expected, ", value, " given"));
}

absl::StatusOr<ComparisonOptions> OptionsByFlags() {
  const bool brief = absl::GetFlag(FLAGS_brief);
  ComparisonOptions options;
  const auto or_default = [&](uint64_t given, uint64_t whole, uint64_t in_brief) {
    return given != 0 ? given : brief ? in_brief : whole;
  };
  options.world.posts = or_default(absl::GetFlag(FLAGS_posts), 1'000'000, 100'000);
  options.world.subjects = or_default(absl::GetFlag(FLAGS_subjects), 2000, 300);
  options.world.interactions = absl::GetFlag(FLAGS_interactions);
  options.world.candidates = absl::GetFlag(FLAGS_candidates);
  options.world.popular_first = absl::GetFlag(FLAGS_popular);
  options.world.seed = absl::GetFlag(FLAGS_seed);
  options.runs = or_default(absl::GetFlag(FLAGS_runs), 9, 3);
  if (brief) {
    options.calls_alone = 400;
    options.calls_saturated = 1500;
    options.calls_open = 400;
    options.calls_feed = 100;
  }
  if (const uint32_t calls = absl::GetFlag(FLAGS_calls_alone); calls != 0) options.calls_alone = calls;
  BAUTA_RETURN_IF_ERROR(CheckRange("calls_alone", options.calls_alone, 1, 10'000'000));
  BAUTA_RETURN_IF_ERROR(CheckRange("posts", options.world.posts, 1000, 10'000'000));
  BAUTA_RETURN_IF_ERROR(CheckRange("subjects", options.world.subjects, 1, 100'000));
  BAUTA_RETURN_IF_ERROR(CheckRange("interactions", options.world.interactions, 1, 1000));
  BAUTA_RETURN_IF_ERROR(CheckRange("candidates", options.world.candidates, 50,
                                   std::min<uint64_t>(10'000, options.world.posts / 2)));
  BAUTA_RETURN_IF_ERROR(CheckRange("runs", options.runs, 1, 100));
  options.show_table = !absl::GetFlag(FLAGS_json);
  const absl::Time end = absl::Now() + absl::GetFlag(FLAGS_deadline);
  options.stop = [end] {
    if (g_interrupted != 0) return absl::CancelledError("interrupted");
    if (absl::Now() > end) return absl::DeadlineExceededError("--deadline has passed");
    return absl::OkStatus();
  };
  return options;
}

absl::Status Run() {
  if (const std::string config = absl::GetFlag(FLAGS_serve_rank); !config.empty()) return ServeRank(config);
  if (const std::string reply = absl::GetFlag(FLAGS_serve_echo); !reply.empty()) {
    return ServeEcho(reply, absl::GetFlag(FLAGS_socket));
  }
  QuietGrpcLogs();
  signal(SIGPIPE, SIG_IGN);
  signal(SIGINT, [](int) { g_interrupted = 1; });
  signal(SIGTERM, [](int) { g_interrupted = 1; });
  BAUTA_ASSIGN_OR_RETURN(const ComparisonOptions options, OptionsByFlags());
  FigureSheet figures(absl::GetFlag(FLAGS_json));
  BAUTA_RETURN_IF_ERROR(CompareRankWithEcho(options, figures));
  figures.Finish();
  return absl::OkStatus();
}

}  // namespace
}  // namespace bauta::bench

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("holds RankPosts against an echo of the same messages; see bench/README.md");
  absl::ParseCommandLine(argc, argv);
  if (const absl::Status status = bauta::bench::Run(); !status.ok()) {
    std::fprintf(stderr, "bauta-load: %s\n", std::string(status.message()).c_str());
    return 1;
  }
  return 0;
}
