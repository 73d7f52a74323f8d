#include "service/server.h"

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server_builder.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "service/log.h"
#include "service/rpc/credentials.h"
#include "service/rpc/feed_rpc.h"
#include "service/rpc/interaction_rpc.h"
#include "service/rpc/model_rpc.h"
#include "service/rpc/post_rpc.h"
#include "service/rpc/server_parts.h"
#include "service/rpc/store_rpc.h"
#include "service/rpc/subject_rpc.h"
#include "service/rpc/training_rpc.h"

namespace bauta {
namespace {

Door::Options DoorOptions(const LimitsConfig& limits) {
  return {.calls_in_flight_max = limits.calls_in_flight_max,
          .streams_in_flight_max = limits.streams_in_flight_max,
          .default_deadline = limits.default_deadline,
          .default_stream_deadline = limits.default_stream_deadline,
          .retry_delay = limits.retry_delay};
}

}  // namespace

struct Server::Services {
  Services(Door& door, Backend& backend)
      : feed(door, backend.feed()),
        interaction(door, backend.interaction()),
        subject(door, backend.subject()),
        post(door, backend.post()),
        training(door, backend.training()),
        model(door, backend.model()),
        store(door, backend.store_handler()) {}

  FeedRpc feed;
  InteractionRpc interaction;
  SubjectRpc subject;
  PostRpc post;
  TrainingRpc training;
  ModelRpc model;
  StoreRpc store;

  struct Entry {
    const char* name;
    grpc::Service* service;
  };
  std::vector<Entry> all() {
    return {{v1::FeedService::service_full_name(), &feed},
            {v1::InteractionService::service_full_name(), &interaction},
            {v1::SubjectService::service_full_name(), &subject},
            {v1::PostService::service_full_name(), &post},
            {v1::TrainingService::service_full_name(), &training},
            {v1::ModelService::service_full_name(), &model},
            {v1::StoreService::service_full_name(), &store}};
  }
};

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerConfig& config,
                                                      const Environment& environment) {
  BAUTA_ASSIGN_OR_RETURN(ServerInputs inputs, ServerInputs::Load(config, environment.files));
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<Backend> backend,
                         Backend::Open(config, std::make_unique<ServerInputs>(std::move(inputs)),
                                       environment.clock, environment.files));
  std::unique_ptr<Server> server(new Server(config, environment, std::move(backend)));
  BAUTA_RETURN_IF_ERROR(server->Listen(environment));
  return server;
}

Server::Server(const ServerConfig& config, const Environment& environment, std::unique_ptr<Backend> backend)
    : config_(config),
      backend_(std::move(backend)),
      rights_({.issuers = backend_->TakeIssuers(), .start_time = environment.clock.Now()}),
      door_(DoorOptions(config.limits), backend_->authenticator(), rights_, backend_->metrics(),
            environment.clock),
      services_(std::make_unique<Services>(door_, *backend_)) {}

Server::~Server() { Stop(); }

absl::Status Server::Listen(const Environment& environment) {
  const std::unique_ptr<grpc::ServerBuilder> builder = MakeServerBuilder(config_.limits);
  if (!config_.listen.address.empty()) {
    BAUTA_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ServerCredentials> credentials,
                           MakeServerCredentials(config_.listen, environment.files));
    builder->AddListeningPort(config_.listen.address, credentials, &port_);
  }
  for (const Services::Entry& entry : services_->all()) {
    BAUTA_RETURN_IF_ERROR(CheckServiceCovered(entry.name));
    builder->RegisterService(entry.service);
  }
  grpc_server_ = builder->BuildAndStart();
  if (grpc_server_ == nullptr || (!config_.listen.address.empty() && port_ == 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("listen.address: ", config_.listen.address, " cannot be listened on"));
  }
  if (!config_.listen.unix_socket.empty()) {
    BAUTA_ASSIGN_OR_RETURN(unix_acceptor_, ListenOnUnixSocket({.path = config_.listen.unix_socket,
                                                               .users = config_.listen.unix_socket_users},
                                                              *grpc_server_));
  }
  if (!config_.metrics_address.empty()) {
    BAUTA_ASSIGN_OR_RETURN(exposer_, MetricsExposer::Start(config_.metrics_address, backend_->metrics(),
                                                           [this] { return Samples(); }));
  }
  if (environment.run_tasks) {
    for (PeriodicTask* task : backend_->tasks()) task_threads_.push_back(std::make_unique<TaskThread>(*task));
  }
  for (const Services::Entry& entry : services_->all()) {
    grpc_server_->GetHealthCheckService()->SetServingStatus(entry.name, true);
  }
  return absl::OkStatus();
}

void Server::Stop() {
  if (grpc_server_ == nullptr) return;
  if (grpc_server_->GetHealthCheckService() != nullptr) grpc_server_->GetHealthCheckService()->Shutdown();
  exposer_.reset();  // It reads all of what follows.
  unix_acceptor_.reset();
  grpc_server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(config_.limits.drain));
  grpc_server_.reset();
  task_threads_.clear();  // A sweep that has begun is waited for.
}

std::vector<MetricSample> Server::Samples() const {
  std::vector<MetricSample> samples = backend_->Samples();
  samples.push_back({"bauta_calls_in_flight", "Calls that are being answered.", false,
                     static_cast<double>(door_.calls_in_flight()), "", ""});
  samples.push_back({"bauta_streams_in_flight", "Streams that are being answered.", false,
                     static_cast<double>(door_.streams_in_flight()), "", ""});
  samples.push_back({"bauta_unix_socket_refused_total", "Connections refused for their user.", true,
                     unix_acceptor_ == nullptr ? 0.0 : static_cast<double>(unix_acceptor_->refused_count()),
                     "", ""});
  return samples;
}

}  // namespace bauta
