// gRPC writes what peers send into its log. Ours says where in gRPC something went wrong, and no more.
#ifndef BAUTA_SERVICE_RPC_QUIET_LOGS_H_
#define BAUTA_SERVICE_RPC_QUIET_LOGS_H_

namespace bauta {

// For the whole process; call before the first use of gRPC.
void QuietGrpcLogs();

}  // namespace bauta

#endif  // BAUTA_SERVICE_RPC_QUIET_LOGS_H_
