// InteractionService on the wire; what it does is in service/interaction_handler.h.
#ifndef BAUTA_SERVICE_RPC_INTERACTION_RPC_H_
#define BAUTA_SERVICE_RPC_INTERACTION_RPC_H_

#include "bauta/v1/interaction_service.grpc.pb.h"
#include "service/interaction_handler.h"
#include "service/rpc/door.h"

namespace bauta {

// Thread-safe. Both outlive it.
class InteractionRpc final : public v1::InteractionService::Service {
 public:
  InteractionRpc(Door& door, InteractionHandler& handler) : door_(door), handler_(handler) {}

  grpc::Status RecordInteractions(grpc::ServerContext* context, const v1::RecordInteractionsRequest* request,
                                  v1::RecordInteractionsResponse* response) override;
  grpc::Status DismissPost(grpc::ServerContext* context, const v1::DismissPostRequest* request,
                           v1::DismissPostResponse* response) override;
  grpc::Status UndoDismissal(grpc::ServerContext* context, const v1::UndoDismissalRequest* request,
                             v1::UndoDismissalResponse* response) override;
  grpc::Status ListDismissals(grpc::ServerContext* context, const v1::ListDismissalsRequest* request,
                              v1::ListDismissalsResponse* response) override;
  grpc::Status ListReasons(grpc::ServerContext* context, const v1::ListReasonsRequest* request,
                           v1::ListReasonsResponse* response) override;

 private:
  Door& door_;
  InteractionHandler& handler_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_RPC_INTERACTION_RPC_H_
