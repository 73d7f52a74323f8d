#include "bench/load/comparison.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "base/file_system.h"
#include "base/status.h"
#include "bauta/v1/feed_service.pb.h"
#include "bench/load/child_process.h"
#include "bench/load/floors.h"
#include "bench/load/latencies.h"
#include "bench/load/load_driver.h"
#include "bench/machine.h"
#include "tests/testing/temporary_directory.h"

namespace bauta::bench {
namespace {

constexpr char kRankMethod[] = "/bauta.v1.FeedService/RankPosts";
constexpr char kFeedMethod[] = "/bauta.v1.FeedService/GetFeed";
constexpr char kEchoMethod[] = "/bauta.bench.EchoService/Echo";
constexpr absl::Duration kStartTimeout = absl::Minutes(2);

// One server in one situation, over all runs.
struct Series {
  std::vector<double> p50, p90, p99, rps, cpu, send_delay;
  std::vector<double> all_latencies;

  void Add(LoadResult result) {
    p50.push_back(Percentile(result.latencies_us, 0.50));
    p90.push_back(Percentile(result.latencies_us, 0.90));
    p99.push_back(Percentile(result.latencies_us, 0.99));
    rps.push_back(result.requests_per_second());
    cpu.push_back(result.server_cpu_us());
    send_delay.push_back(result.send_delay_p99_us);
    all_latencies.insert(all_latencies.end(), result.latencies_us.begin(), result.latencies_us.end());
  }
};

double MedianRatio(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> ratios;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) ratios.push_back(a[i] / b[i]);
  return Median(std::move(ratios));
}

// Rank and echo in one situation.
struct Pair {
  std::string situation;  // "alone", "saturated", "open".
  std::string transport;  // "tcp", "unix".
  Series rank, echo;
};

std::string CountName(size_t count) {
  if (count % 1'000'000 == 0) return absl::StrCat(count / 1'000'000, "m");
  if (count % 1000 == 0) return absl::StrCat(count / 1000, "k");
  return absl::StrCat(count);
}

class Comparison {
 public:
  Comparison(const ComparisonOptions& options, FigureSheet& figures) : options_(options), figures_(figures) {}

  absl::Status Prepare() {
    Say(DescribeMachine());
    const absl::Time begin = absl::Now();
    BAUTA_ASSIGN_OR_RETURN(
        world_, MakeLoadWorld(options_.world, directory_.path(),
                              [&](const std::string& what) { Say(absl::StrCat("making ", what)); }));
    BAUTA_RETURN_IF_ERROR(options_.stop());
    BAUTA_ASSIGN_OR_RETURN(meter_, FloorMeter::Create({.directory = directory_.Join("floor"),
                                                       .subjects = options_.world.subjects,
                                                       .head_row_bytes = world_.sealed_values.back(),
                                                       .history_row_bytes = world_.history_row_bytes,
                                                       .sealed_values = world_.sealed_values,
                                                       .interactions = options_.world.interactions,
                                                       .candidates = options_.world.candidates,
                                                       .stride = world_.stride}));
    driver_ = std::make_unique<LoadDriver>(world_.requests, world_.token, options_.stop);
    feed_driver_ = std::make_unique<LoadDriver>(world_.feed_requests, world_.token, options_.stop);
    Say(absl::StrFormat("made in %.1f s", absl::ToDoubleSeconds(absl::Now() - begin)));
    return absl::OkStatus();
  }

  absl::Status StartServers() {
    const absl::Time begin = absl::Now();
    BAUTA_ASSIGN_OR_RETURN(rank_server_, ChildProcess::Start({"--serve_rank=" + world_.config_path},
                                                             directory_.Join("rank.log")));
    BAUTA_ASSIGN_OR_RETURN(const std::string rank_address, AddressOf(*rank_server_));
    rank_ = MakeTargets("rank", kRankMethod, *rank_server_, rank_address, world_.socket_path);
    feed_ = rank_.tcp_alone;
    feed_.name = "feed";
    feed_.method = kFeedMethod;
    BAUTA_ASSIGN_OR_RETURN(const std::string reply, driver_->CallOnce(rank_.tcp_alone, 0));
    const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
    figures_.Add("start_seconds_" + CountName(options_.world.posts), seconds, "s");
    BAUTA_RETURN_IF_ERROR(CheckReply(reply));

    directory_.Write("reply", reply);
    const std::string socket = directory_.Join("echo.sock");
    BAUTA_ASSIGN_OR_RETURN(
        echo_server_, ChildProcess::Start({"--serve_echo=" + directory_.Join("reply"), "--socket=" + socket},
                                          directory_.Join("echo.log")));
    BAUTA_ASSIGN_OR_RETURN(const std::string echo_address, AddressOf(*echo_server_));
    echo_ = MakeTargets("echo", kEchoMethod, *echo_server_, echo_address, socket);
    BAUTA_ASSIGN_OR_RETURN(const std::string echoed, driver_->CallOnce(echo_.tcp_alone, 0));
    if (echoed != reply) return absl::InternalError("the echo server does not echo the reply");
    Say(absl::StrFormat("first reply after %.2f s; requests of %d bytes, replies of %d", seconds,
                        world_.requests.front().size(), reply.size()));
    return WarmUp();
  }

  absl::Status Measure() {
    for (size_t run = 0; run < options_.runs; ++run) {
      floors_.push_back(meter_->Measure());
      const bool rank_first = run % 2 == 0;
      const auto alone = [&](const LoadTarget& target) {
        return driver_->RunClosed(target, options_.calls_alone, 1);
      };
      const auto saturated = [&](const LoadTarget& target) {
        return driver_->RunClosed(target, options_.calls_saturated, options_.in_flight);
      };
      BAUTA_RETURN_IF_ERROR(Both(rank_first, rank_.tcp_alone, echo_.tcp_alone, alone, tcp_alone_));
      BAUTA_RETURN_IF_ERROR(Both(rank_first, rank_.tcp, echo_.tcp, saturated, tcp_saturated_));
      const double rate = tcp_saturated_.rank.rps.back() / 2;
      const auto open = [&](const LoadTarget& target) {
        return driver_->RunOpen(target, options_.calls_open, rate);
      };
      BAUTA_RETURN_IF_ERROR(Both(rank_first, rank_.tcp, echo_.tcp, open, tcp_open_));
      BAUTA_RETURN_IF_ERROR(Both(rank_first, rank_.unix_alone, echo_.unix_alone, alone, unix_alone_));
      BAUTA_RETURN_IF_ERROR(
          Both(rank_first, rank_.unix_socket, echo_.unix_socket, saturated, unix_saturated_));
      BAUTA_ASSIGN_OR_RETURN(LoadResult feed, feed_driver_->RunClosed(feed_, options_.calls_feed, 1));
      feed_alone_.Add(std::move(feed));
    }
    return absl::OkStatus();
  }

  void Report() {
    if (options_.show_table) {
      std::printf("\n%-5s %-10s %-5s %9s %9s %9s %9s %10s %9s\n", "", "", "", "p50 us", "p90 us", "p99 us",
                  "p99.9 us", "calls/s", "cpu us");
      for (const Pair* pair : {&tcp_alone_, &tcp_saturated_, &tcp_open_, &unix_alone_, &unix_saturated_}) {
        PrintRow(pair->transport, pair->situation, "rank", pair->rank);
        PrintRow(pair->transport, pair->situation, "echo", pair->echo);
      }
      PrintRow("tcp", "alone", "feed", feed_alone_);
      std::printf("open loop: calls left at most %.0f us late at the 99th percentile\n\n",
                  Median(tcp_open_.rank.send_delay));
    }
    AddFigures(tcp_alone_, tcp_saturated_, "");
    AddOpenFigures();
    AddFloorFigures();
    AddFigures(unix_alone_, unix_saturated_, ".unix");
    const std::string size = CountName(options_.world.posts);
    figures_.Add("feed_p50_ms_" + size, Median(feed_alone_.p50) / 1e3, "ms");
    figures_.Add("feed_p99_ms_" + size, Median(feed_alone_.p99) / 1e3, "ms");
  }

 private:
  struct Targets {
    LoadTarget tcp_alone, tcp, unix_alone, unix_socket;
  };

  void Say(const std::string& text) const {
    if (options_.show_table) std::printf("%s\n", text.c_str());
    std::fflush(stdout);
  }

  absl::StatusOr<std::string> AddressOf(ChildProcess& server) const {
    BAUTA_ASSIGN_OR_RETURN(const std::string line, server.ReadLine(kStartTimeout));
    if (line.rfind("port ", 0) != 0) return absl::InternalError("the server says no port");
    return "127.0.0.1:" + line.substr(5);
  }

  Targets MakeTargets(const std::string& name, const std::string& method, const ChildProcess& server,
                      const std::string& address, const std::string& socket) const {
    const auto target = [&](const std::string& to, size_t connections) {
      return LoadTarget{name, method, &server, Connect(to, connections)};
    };
    return {.tcp_alone = target(address, 1),
            .tcp = target(address, options_.connections),
            .unix_alone = target("unix:" + socket, 1),
            .unix_socket = target("unix:" + socket, options_.connections)};
  }

  absl::Status CheckReply(const std::string& bytes) const {
    v1::RankPostsResponse reply;
    if (!reply.ParseFromString(bytes)) return absl::InternalError("a reply that does not parse");
    const v1::RankedFeed& feed = reply.feed();
    if (static_cast<size_t>(feed.post_ids_size()) != options_.world.limit || feed.degraded_size() != 0 ||
        feed.model_version().empty()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "a reply with ", feed.post_ids_size(), " posts of ", options_.world.limit, ", degraded ",
          feed.degraded_size(), " times, model \"", feed.model_version(), "\": not what is to be measured"));
    }
    return absl::OkStatus();
  }

  // Every connection is made, every subject has been asked for once, and every reply looked at.
  absl::Status WarmUp() {
    for (size_t i = 0; i < world_.requests.size(); i += 1 + world_.requests.size() / 100) {
      feed_ = rank_.tcp_alone;
      feed_.name = "feed";
      feed_.method = kFeedMethod;
      BAUTA_ASSIGN_OR_RETURN(const std::string reply, driver_->CallOnce(rank_.tcp_alone, i));
      BAUTA_RETURN_IF_ERROR(CheckReply(reply));
    }
    for (const Targets* targets : {&rank_, &echo_}) {
      for (const LoadTarget* target : {&targets->tcp, &targets->unix_socket}) {
        BAUTA_RETURN_IF_ERROR(
            driver_->RunClosed(*target, world_.requests.size(), options_.in_flight).status());
      }
      BAUTA_RETURN_IF_ERROR(driver_->RunClosed(targets->unix_alone, 50, 1).status());
    }
    return feed_driver_->RunClosed(feed_, 20, 1).status();
  }

  template <class RunOne>
  absl::Status Both(bool rank_first, const LoadTarget& rank, const LoadTarget& echo, RunOne run_one,
                    Pair& pair) {
    for (const bool is_rank : {rank_first, !rank_first}) {
      BAUTA_ASSIGN_OR_RETURN(LoadResult result, run_one(is_rank ? rank : echo));
      (is_rank ? pair.rank : pair.echo).Add(std::move(result));
    }
    return absl::OkStatus();
  }

  static void PrintRow(const std::string& transport, const std::string& situation, const char* server,
                       const Series& series) {
    std::printf("%-5s %-10s %-5s %9.1f %9.1f %9.1f %9.1f %10.0f %9.1f\n", transport.c_str(),
                situation.c_str(), server, Median(series.p50), Median(series.p90), Median(series.p99),
                Percentile(series.all_latencies, 0.999), Median(series.rps), Median(series.cpu));
  }

  void AddFigures(const Pair& alone, const Pair& saturated, const std::string& variant) {
    figures_.Add("rank_p50_over_echo" + variant, MedianRatio(alone.rank.p50, alone.echo.p50), "1");
    figures_.Add("rank_p99_over_echo" + variant, MedianRatio(alone.rank.p99, alone.echo.p99), "1");
    figures_.Add("rank_rps_over_echo" + variant, MedianRatio(saturated.rank.rps, saturated.echo.rps), "1");
    figures_.Add("rank_cpu_over_echo" + variant, MedianRatio(saturated.rank.cpu, saturated.echo.cpu), "1");
    const std::pair<const char*, const Series*> sides[] = {{"rank", &alone.rank}, {"echo", &alone.echo}};
    for (const auto& [name, series] : sides) {
      figures_.Add(absl::StrCat(name, "_p50_us", variant), Median(series->p50), "us");
      figures_.Add(absl::StrCat(name, "_p90_us", variant), Median(series->p90), "us");
      figures_.Add(absl::StrCat(name, "_p99_us", variant), Median(series->p99), "us");
      figures_.Add(absl::StrCat(name, "_p999_us", variant), Percentile(series->all_latencies, 0.999), "us");
    }
    figures_.Add("rank_rps" + variant, Median(saturated.rank.rps), "1/s");
    figures_.Add("echo_rps" + variant, Median(saturated.echo.rps), "1/s");
    figures_.Add("rank_cpu_us" + variant, Median(saturated.rank.cpu), "us");
    figures_.Add("echo_cpu_us" + variant, Median(saturated.echo.cpu), "us");
  }

  void AddOpenFigures() {
    figures_.Add("rank_p50_us.open", Median(tcp_open_.rank.p50), "us");
    figures_.Add("rank_p99_us.open", Median(tcp_open_.rank.p99), "us");
    figures_.Add("rank_p999_us.open", Percentile(tcp_open_.rank.all_latencies, 0.999), "us");
    figures_.Add("rank_p50_over_echo.open", MedianRatio(tcp_open_.rank.p50, tcp_open_.echo.p50), "1");
    figures_.Add("rank_p99_over_echo.open", MedianRatio(tcp_open_.rank.p99, tcp_open_.echo.p99), "1");
    figures_.Add("open_rps", Median(tcp_open_.rank.rps), "1/s");
  }

  void AddFloorFigures() {
    std::map<std::string, std::vector<double>> stages;
    std::vector<double> echo_and_floors;
    for (size_t run = 0; run < floors_.size(); ++run) {
      stages["floor_store_get_us"].push_back(floors_[run].store_get_us);
      stages["floor_unseal_us"].push_back(floors_[run].unseal_us);
      stages["floor_fold_in_us"].push_back(floors_[run].fold_in_us);
      stages["floor_gather_us"].push_back(floors_[run].gather_us);
      echo_and_floors.push_back(tcp_saturated_.echo.cpu[run] + floors_[run].Sum());
    }
    figures_.Add("rank_cpu_over_floors", MedianRatio(tcp_saturated_.rank.cpu, echo_and_floors), "1");
    for (const auto& [name, values] : stages) figures_.Add(name, Median(values), "us");
  }

  const ComparisonOptions& options_;
  FigureSheet& figures_;
  testing::TemporaryDirectory directory_;  // Outlives the servers.
  LoadWorld world_;
  std::unique_ptr<FloorMeter> meter_;
  std::unique_ptr<LoadDriver> driver_, feed_driver_;
  std::unique_ptr<ChildProcess> rank_server_, echo_server_;
  Targets rank_, echo_;
  LoadTarget feed_;  // GetFeed of the rank server.
  Pair tcp_alone_{"alone", "tcp", {}, {}};
  Pair tcp_saturated_{"saturated", "tcp", {}, {}};
  Pair tcp_open_{"open loop", "tcp", {}, {}};
  Pair unix_alone_{"alone", "unix", {}, {}};
  Pair unix_saturated_{"saturated", "unix", {}, {}};
  Series feed_alone_;
  std::vector<StageFloors> floors_;
};

}  // namespace

absl::Status CompareRankWithEcho(const ComparisonOptions& options, FigureSheet& figures) {
  Comparison comparison(options, figures);
  BAUTA_RETURN_IF_ERROR(comparison.Prepare());
  BAUTA_RETURN_IF_ERROR(comparison.StartServers());
  BAUTA_RETURN_IF_ERROR(comparison.Measure());
  comparison.Report();
  return absl::OkStatus();
}

}  // namespace bauta::bench
