#include "service/rpc/server_parts.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server_posix.h>

#include <mutex>

namespace bauta {

std::unique_ptr<grpc::ServerBuilder> MakeServerBuilder(const LimitsConfig& limits) {
  // Once a process, and before the first builder is made.
  static std::once_flag once;
  std::call_once(once, [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
  auto builder = std::make_unique<grpc::ServerBuilder>();
  builder->SetMaxReceiveMessageSize(static_cast<int>(limits.message_bytes_max));
  // Two servers on one port would each get half of the calls, and one of them the wrong half.
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  return builder;
}

absl::StatusOr<std::unique_ptr<UnixAcceptor>> ListenOnUnixSocket(const UnixAcceptor::Options& options,
                                                                 grpc::Server& server) {
  return UnixAcceptor::Listen(
      options, [&server](int connection) { grpc::AddInsecureChannelFromFd(&server, connection); });
}

}  // namespace bauta
