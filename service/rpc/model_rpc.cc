#include "service/rpc/model_rpc.h"

#include "service/rpc/unary_call.h"

namespace bauta {

grpc::Status ModelRpc::ListModels(grpc::ServerContext* context, const v1::ListModelsRequest* request,
                                  v1::ListModelsResponse* response) {
  return RunUnary(door_, *context, Method::kListModels, *request, *response,
                  [&](const Principal& principal) { return handler_.ListModels(principal, *request); });
}

grpc::Status ModelRpc::ActivateModel(grpc::ServerContext* context, const v1::ActivateModelRequest* request,
                                     v1::ActivateModelResponse* response) {
  return RunUnary(door_, *context, Method::kActivateModel, *request, *response,
                  [&](const Principal& principal) { return handler_.ActivateModel(principal, *request); });
}

}  // namespace bauta
