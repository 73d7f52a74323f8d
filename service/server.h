// Server: the backend behind its door, on the network.
#ifndef BAUTA_SERVICE_SERVER_H_
#define BAUTA_SERVICE_SERVER_H_

#include <grpcpp/server.h>

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "service/backend.h"
#include "service/config/config.h"
#include "service/metrics_exposer.h"
#include "service/periodic_task.h"
#include "service/rpc/door.h"
#include "service/rpc/unix_acceptor.h"

namespace bauta {

class Server {
 public:
  // What a test puts in place of the operating system. Both outlive the server.
  struct Environment {
    const Clock& clock;
    FileSystem& files;
    bool run_tasks = true;  // False: a test calls backend().tasks() itself.
  };

  // Serves when it returns OK. Errors: those of ServerInputs::Load, Backend::Open, MakeServerCredentials and
  // UnixAcceptor::Listen; INVALID_ARGUMENT: an address that cannot be listened on; INTERNAL: a method that
  // nobody is allowed to call.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerConfig& config,
                                                       const Environment& environment);

  // Stops, where Stop was not called.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Health says NOT_SERVING, new calls are refused, those in flight get `limits.drain` to end. May be called
  // once.
  void Stop();

  int port() const { return port_; }  // Of listen.address; 0 where there is none.
  int metrics_port() const { return exposer_ == nullptr ? 0 : exposer_->port(); }
  Backend& backend() { return *backend_; }
  const Door& door() const { return door_; }

 private:
  struct Services;
  Server(const ServerConfig& config, const Environment& environment, std::unique_ptr<Backend> backend);
  absl::Status Listen(const Environment& environment);
  std::vector<MetricSample> Samples() const;

  const ServerConfig config_;
  const std::unique_ptr<Backend> backend_;
  RightsVerifier rights_;
  Door door_;
  const std::unique_ptr<Services> services_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> grpc_server_;
  std::unique_ptr<UnixAcceptor> unix_acceptor_;
  std::vector<std::unique_ptr<TaskThread>> task_threads_;
  std::unique_ptr<MetricsExposer> exposer_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_SERVER_H_
