// What every gRPC server of ours is built from, so that one that another is measured against differs from it
// in its calls alone.
#ifndef BAUTA_SERVICE_RPC_SERVER_PARTS_H_
#define BAUTA_SERVICE_RPC_SERVER_PARTS_H_

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <memory>

#include "absl/status/statusor.h"
#include "service/config/config.h"
#include "service/rpc/unix_acceptor.h"

namespace bauta {

// A builder with health checks and reflection, a bound of `limits.message_bytes_max` on what is received, and
// ports of its own. Thread-safe.
std::unique_ptr<grpc::ServerBuilder> MakeServerBuilder(const LimitsConfig& limits);

// Gives connections to a Unix socket to `server`, which outlives the acceptor. Errors:
// UnixAcceptor::Listen's.
absl::StatusOr<std::unique_ptr<UnixAcceptor>> ListenOnUnixSocket(const UnixAcceptor::Options& options,
                                                                 grpc::Server& server);

}  // namespace bauta

#endif  // BAUTA_SERVICE_RPC_SERVER_PARTS_H_
