// TrainingService on the wire; what it does is in service/training_handler.h.
#ifndef BAUTA_SERVICE_RPC_TRAINING_RPC_H_
#define BAUTA_SERVICE_RPC_TRAINING_RPC_H_

#include "bauta/v1/training_service.grpc.pb.h"
#include "service/rpc/door.h"
#include "service/training_handler.h"

namespace bauta {

// Thread-safe. Both outlive it.
class TrainingRpc final : public v1::TrainingService::Service {
 public:
  TrainingRpc(Door& door, TrainingHandler& handler) : door_(door), handler_(handler) {}

  grpc::Status StreamRows(grpc::ServerContext* context, const v1::StreamRowsRequest* request,
                          grpc::ServerWriter<v1::StreamRowsResponse>* writer) override;

 private:
  Door& door_;
  TrainingHandler& handler_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_RPC_TRAINING_RPC_H_
