// The one place where what a handler returns becomes what gRPC sends.
#ifndef BAUTA_SERVICE_RPC_STATUS_H_
#define BAUTA_SERVICE_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace bauta {

// The same code and message. INTERNAL, UNKNOWN and DATA_LOSS keep their code but not their message, which
// speaks to the operator (LogInternalError gets it). RESOURCE_EXHAUSTED carries google.rpc.RetryInfo with
// `retry_delay`.
grpc::Status ToGrpcStatus(const absl::Status& status, absl::Duration retry_delay);

}  // namespace bauta

#endif  // BAUTA_SERVICE_RPC_STATUS_H_
