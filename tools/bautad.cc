// bautad: the server. `bautad --config FILE` serves until SIGTERM or SIGINT, then lets the calls in flight
// end;
// `--check-config` reads the file and all that it names, and serves nothing.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "base/status.h"
#include "privacy/secret.h"
#include "service/config/config.h"
#include "service/log.h"
#include "service/rpc/credentials.h"
#include "service/rpc/quiet_logs.h"
#include "service/server.h"
#include "service/server_inputs.h"

namespace bauta {
namespace {

constexpr char kUsage[] =
    "usage: bautad --config FILE [--check-config]\n"
    "  --config FILE    the configuration, see service/bautad.example.conf\n"
    "  --check-config   read the configuration and every file that it names, then exit\n";
constexpr int kUsageError = 2;

struct Flags {
  std::string config;
  bool check_only = false;
};

// False where the command line does not read so.
bool ParseFlags(int argc, char** argv, Flags& flags) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--check-config") {
      flags.check_only = true;
    } else if (argument == "--config" && i + 1 < argc) {
      flags.config = argv[++i];
    } else if (argument.substr(0, 9) == "--config=") {
      flags.config = argument.substr(9);
    } else {
      return false;
    }
  }
  return !flags.config.empty();
}

absl::Status CheckConfig(const ServerConfig& config) {
  BAUTA_RETURN_IF_ERROR(ServerInputs::Load(config, PosixFileSystem()).status());
  return MakeServerCredentials(config.listen, PosixFileSystem()).status();
}

void LogWhereItListens(const ServerConfig& config, const Server& server) {
  if (!config.listen.address.empty()) {
    LogInfo(absl::StrCat("listening on ", config.listen.address, ", port ", server.port(),
                         config.listen.tls_certificate_file.empty() ? ", without TLS" : ", TLS"));
  }
  if (!config.listen.unix_socket.empty()) LogInfo(absl::StrCat("listening on ", config.listen.unix_socket));
  if (server.metrics_port() != 0) LogInfo(absl::StrCat("metrics on port ", server.metrics_port()));
}

// The signals are blocked before any thread is made, so that none but this one ever takes them.
void WaitForSignal(const sigset_t& signals) {
  int signal = 0;
  sigwait(&signals, &signal);
  LogInfo(absl::StrCat(strsignal(signal), ": no new calls are taken, those in flight may end"));
  // A second signal does not wait.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

absl::Status Run(const Flags& flags) {
  BAUTA_ASSIGN_OR_RETURN(const ServerConfig config, LoadConfig(PosixFileSystem(), flags.config));
  if (flags.check_only) {
    BAUTA_RETURN_IF_ERROR(CheckConfig(config));
    std::printf("%s: good\n", flags.config.c_str());
    return absl::OkStatus();
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  const SystemClock clock;
  BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<Server> server,
                         Server::Start(config, {.clock = clock, .files = PosixFileSystem()}));
  LogWhereItListens(config, *server);
  WaitForSignal(signals);
  server->Stop();
  LogInfo("stopped");
  return absl::OkStatus();
}

}  // namespace
}  // namespace bauta

int main(int argc, char** argv) {
  bauta::Flags flags;
  if (!bauta::ParseFlags(argc, argv, flags)) {
    std::fputs(bauta::kUsage, stderr);
    return bauta::kUsageError;
  }
  if (const absl::Status status = bauta::DisableCoreDumps(); !status.ok()) {
    std::fprintf(stderr, "bautad: %s\n", std::string(status.message()).c_str());
    return 1;
  }
  bauta::QuietGrpcLogs();
  if (const absl::Status status = bauta::Run(flags); !status.ok()) {
    std::fprintf(stderr, "bautad: %s\n", std::string(status.message()).c_str());
    return 1;
  }
  return 0;
}
