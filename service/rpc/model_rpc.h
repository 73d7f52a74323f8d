// ModelService on the wire; what it does is in service/model_handler.h.
#ifndef BAUTA_SERVICE_RPC_MODEL_RPC_H_
#define BAUTA_SERVICE_RPC_MODEL_RPC_H_

#include "bauta/v1/model_service.grpc.pb.h"
#include "service/model_handler.h"
#include "service/rpc/door.h"

namespace bauta {

// Thread-safe. Both outlive it.
class ModelRpc final : public v1::ModelService::Service {
 public:
  ModelRpc(Door& door, ModelHandler& handler) : door_(door), handler_(handler) {}

  grpc::Status ListModels(grpc::ServerContext* context, const v1::ListModelsRequest* request,
                          v1::ListModelsResponse* response) override;
  grpc::Status ActivateModel(grpc::ServerContext* context, const v1::ActivateModelRequest* request,
                             v1::ActivateModelResponse* response) override;

 private:
  Door& door_;
  ModelHandler& handler_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_RPC_MODEL_RPC_H_
