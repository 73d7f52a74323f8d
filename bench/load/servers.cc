#include "bench/load/servers.h"

#include <grpcpp/security/server_credentials.h>
#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/status.h"
#include "bench/echo.grpc.pb.h"
#include "service/config/config.h"
#include "service/rpc/quiet_logs.h"
#include "service/rpc/server_parts.h"
#include "service/server.h"

namespace bauta::bench {
namespace {

// Blocks SIGTERM and SIGINT for this thread and those that it makes, until Wait takes one.
class StopSignal {
 public:
  StopSignal() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    signal(SIGPIPE, SIG_IGN);
  }
  void Wait(int port) {
    std::printf("port %d\n", port);
    std::fflush(stdout);
    int signal = 0;
    sigwait(&signals_, &signal);
  }

 private:
  sigset_t signals_;
};

class EchoRpc final : public EchoService::Service {
 public:
  explicit EchoRpc(v1::RankPostsResponse reply) : reply_(std::move(reply)) {}
  grpc::Status Echo(grpc::ServerContext*, const v1::RankPostsRequest*,
                    v1::RankPostsResponse* response) override {
    *response = reply_;
    return grpc::Status::OK;
  }

 private:
  const v1::RankPostsResponse reply_;
};

}  // namespace

absl::Status ServeRank(const std::string& config_path) {
  StopSignal stop;
  QuietGrpcLogs();
  BAUTA_ASSIGN_OR_RETURN(const ServerConfig config, LoadConfig(PosixFileSystem(), config_path));
  const SystemClock clock;
  BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<Server> server,
                         Server::Start(config, {.clock = clock, .files = PosixFileSystem()}));
  stop.Wait(server->port());
  server->Stop();
  return absl::OkStatus();
}

absl::Status ServeEcho(const std::string& reply_path, const std::string& socket_path) {
  StopSignal stop;
  QuietGrpcLogs();
  const LimitsConfig limits;
  BAUTA_ASSIGN_OR_RETURN(const std::string bytes,
                         ReadFile(PosixFileSystem(), reply_path, limits.message_bytes_max));
  v1::RankPostsResponse reply;
  if (!reply.ParseFromString(bytes)) return absl::InternalError("the reply to echo does not parse");
  EchoRpc service(std::move(reply));

  const std::unique_ptr<grpc::ServerBuilder> builder = MakeServerBuilder(limits);
  int port = 0;
  builder->AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder->RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder->BuildAndStart();
  if (server == nullptr) return absl::InternalError("the echo server cannot listen");
  BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<UnixAcceptor> acceptor,
                         ListenOnUnixSocket({.path = socket_path, .users = {}}, *server));
  stop.Wait(port);
  server->Shutdown(std::chrono::system_clock::now());
  return absl::OkStatus();
}

}  // namespace bauta::bench
