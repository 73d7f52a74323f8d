// StoreService on the wire; what it does is in service/store_handler.h.
#ifndef BAUTA_SERVICE_RPC_STORE_RPC_H_
#define BAUTA_SERVICE_RPC_STORE_RPC_H_

#include "bauta/v1/store_service.grpc.pb.h"
#include "service/rpc/door.h"
#include "service/store_handler.h"

namespace bauta {

// Thread-safe. Both outlive it.
class StoreRpc final : public v1::StoreService::Service {
 public:
  StoreRpc(Door& door, StoreHandler& handler) : door_(door), handler_(handler) {}

  grpc::Status GetPrivacyReport(grpc::ServerContext* context, const v1::GetPrivacyReportRequest* request,
                                v1::GetPrivacyReportResponse* response) override;
  grpc::Status RotateIdentityKey(grpc::ServerContext* context, const v1::RotateIdentityKeyRequest* request,
                                 v1::RotateIdentityKeyResponse* response) override;
  grpc::Status CreateBackup(grpc::ServerContext* context, const v1::CreateBackupRequest* request,
                            v1::CreateBackupResponse* response) override;
  grpc::Status StopCollecting(grpc::ServerContext* context, const v1::StopCollectingRequest* request,
                              v1::StopCollectingResponse* response) override;

 private:
  Door& door_;
  StoreHandler& handler_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_RPC_STORE_RPC_H_
