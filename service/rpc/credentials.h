// What callers on TCP are shown. The only file that names gRPC's experimental interface.
#ifndef BAUTA_SERVICE_RPC_CREDENTIALS_H_
#define BAUTA_SERVICE_RPC_CREDENTIALS_H_

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "service/config/config.h"

namespace bauta {

// TLS with the configured certificate, read again every few seconds, so that a renewed one is served without
// a restart; or plaintext where the configuration says so. NOT_FOUND, PERMISSION_DENIED (a key that others
// may read), INVALID_ARGUMENT (not PEM, or a key of another certificate).
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(const ListenConfig& listen,
                                                                               FileSystem& files);

}  // namespace bauta

#endif  // BAUTA_SERVICE_RPC_CREDENTIALS_H_
