#include "service/rpc/store_rpc.h"

#include "service/rpc/unary_call.h"

namespace bauta {

grpc::Status StoreRpc::GetPrivacyReport(grpc::ServerContext* context,
                                        const v1::GetPrivacyReportRequest* request,
                                        v1::GetPrivacyReportResponse* response) {
  return RunUnary(door_, *context, Method::kGetPrivacyReport, *request, *response,
                  [&](const Principal& principal) { return handler_.GetPrivacyReport(principal, *request); });
}

grpc::Status StoreRpc::RotateIdentityKey(grpc::ServerContext* context,
                                         const v1::RotateIdentityKeyRequest* request,
                                         v1::RotateIdentityKeyResponse* response) {
  return RunUnary(
      door_, *context, Method::kRotateIdentityKey, *request, *response,
      [&](const Principal& principal) { return handler_.RotateIdentityKey(principal, *request); });
}

grpc::Status StoreRpc::CreateBackup(grpc::ServerContext* context, const v1::CreateBackupRequest* request,
                                    v1::CreateBackupResponse* response) {
  return RunUnary(door_, *context, Method::kCreateBackup, *request, *response,
                  [&](const Principal& principal) { return handler_.CreateBackup(principal, *request); });
}

grpc::Status StoreRpc::StopCollecting(grpc::ServerContext* context, const v1::StopCollectingRequest* request,
                                      v1::StopCollectingResponse* response) {
  return RunUnary(door_, *context, Method::kStopCollecting, *request, *response,
                  [&](const Principal& principal) { return handler_.StopCollecting(principal, *request); });
}

}  // namespace bauta
