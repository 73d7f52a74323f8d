#include "service/rpc/interaction_rpc.h"

#include "service/rpc/unary_call.h"

namespace bauta {

grpc::Status InteractionRpc::RecordInteractions(grpc::ServerContext* context,
                                                const v1::RecordInteractionsRequest* request,
                                                v1::RecordInteractionsResponse* response) {
  return RunUnary(
      door_, *context, Method::kRecordInteractions, *request, *response,
      [&](const Principal& principal) { return handler_.RecordInteractions(principal, *request); });
}

grpc::Status InteractionRpc::DismissPost(grpc::ServerContext* context, const v1::DismissPostRequest* request,
                                         v1::DismissPostResponse* response) {
  return RunUnary(door_, *context, Method::kDismissPost, *request, *response,
                  [&](const Principal& principal) { return handler_.DismissPost(principal, *request); });
}

grpc::Status InteractionRpc::UndoDismissal(grpc::ServerContext* context,
                                           const v1::UndoDismissalRequest* request,
                                           v1::UndoDismissalResponse* response) {
  return RunUnary(door_, *context, Method::kUndoDismissal, *request, *response,
                  [&](const Principal& principal) { return handler_.UndoDismissal(principal, *request); });
}

grpc::Status InteractionRpc::ListDismissals(grpc::ServerContext* context,
                                            const v1::ListDismissalsRequest* request,
                                            v1::ListDismissalsResponse* response) {
  return RunUnary(door_, *context, Method::kListDismissals, *request, *response,
                  [&](const Principal& principal) { return handler_.ListDismissals(principal, *request); });
}

grpc::Status InteractionRpc::ListReasons(grpc::ServerContext* context, const v1::ListReasonsRequest* request,
                                         v1::ListReasonsResponse* response) {
  return RunUnary(door_, *context, Method::kListReasons, *request, *response,
                  [&](const Principal& principal) { return handler_.ListReasons(principal, *request); });
}

}  // namespace bauta
