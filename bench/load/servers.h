// The two servers that the load program starts of itself and measures. Each says on standard output
// `port N` once it serves, and serves until SIGTERM.
#ifndef BAUTA_BENCH_LOAD_SERVERS_H_
#define BAUTA_BENCH_LOAD_SERVERS_H_

#include <string>

#include "absl/status/status.h"

namespace bauta::bench {

// The real one, as bautad starts it. Errors: those of LoadConfig and Server::Start.
absl::Status ServeRank(const std::string& config_path);

// EchoService, on a gRPC server built as service/server.cc builds its own, on a port of the loopback address
// and on `socket_path`. `reply_path` holds the serialized reply.
absl::Status ServeEcho(const std::string& reply_path, const std::string& socket_path);

}  // namespace bauta::bench

#endif  // BAUTA_BENCH_LOAD_SERVERS_H_
