#include "service/rpc/post_rpc.h"

#include "service/rpc/unary_call.h"

namespace bauta {

grpc::Status PostRpc::UpsertPosts(grpc::ServerContext* context, const v1::UpsertPostsRequest* request,
                                  v1::UpsertPostsResponse* response) {
  return RunUnary(door_, *context, Method::kUpsertPosts, *request, *response,
                  [&](const Principal& principal) { return handler_.UpsertPosts(principal, *request); });
}

grpc::Status PostRpc::RemovePosts(grpc::ServerContext* context, const v1::RemovePostsRequest* request,
                                  v1::RemovePostsResponse* response) {
  return RunUnary(door_, *context, Method::kRemovePosts, *request, *response,
                  [&](const Principal& principal) { return handler_.RemovePosts(principal, *request); });
}

grpc::Status PostRpc::SuspendAuthors(grpc::ServerContext* context, const v1::SuspendAuthorsRequest* request,
                                     v1::SuspendAuthorsResponse* response) {
  return RunUnary(door_, *context, Method::kSuspendAuthors, *request, *response,
                  [&](const Principal& principal) { return handler_.SuspendAuthors(principal, *request); });
}

grpc::Status PostRpc::EraseAuthor(grpc::ServerContext* context, const v1::EraseAuthorRequest* request,
                                  v1::EraseAuthorResponse* response) {
  return RunUnary(door_, *context, Method::kEraseAuthor, *request, *response,
                  [&](const Principal& principal) { return handler_.EraseAuthor(principal, *request); });
}

grpc::Status PostRpc::GetAuthorCodes(grpc::ServerContext* context, const v1::GetAuthorCodesRequest* request,
                                     v1::GetAuthorCodesResponse* response) {
  return RunUnary(door_, *context, Method::kGetAuthorCodes, *request, *response,
                  [&](const Principal& principal) { return handler_.GetAuthorCodes(principal, *request); });
}

}  // namespace bauta
