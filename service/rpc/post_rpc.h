// PostService on the wire; what it does is in service/post_handler.h.
#ifndef BAUTA_SERVICE_RPC_POST_RPC_H_
#define BAUTA_SERVICE_RPC_POST_RPC_H_

#include "bauta/v1/post_service.grpc.pb.h"
#include "service/post_handler.h"
#include "service/rpc/door.h"

namespace bauta {

// Thread-safe. Both outlive it.
class PostRpc final : public v1::PostService::Service {
 public:
  PostRpc(Door& door, PostHandler& handler) : door_(door), handler_(handler) {}

  grpc::Status UpsertPosts(grpc::ServerContext* context, const v1::UpsertPostsRequest* request,
                           v1::UpsertPostsResponse* response) override;
  grpc::Status RemovePosts(grpc::ServerContext* context, const v1::RemovePostsRequest* request,
                           v1::RemovePostsResponse* response) override;
  grpc::Status SuspendAuthors(grpc::ServerContext* context, const v1::SuspendAuthorsRequest* request,
                              v1::SuspendAuthorsResponse* response) override;
  grpc::Status EraseAuthor(grpc::ServerContext* context, const v1::EraseAuthorRequest* request,
                           v1::EraseAuthorResponse* response) override;
  grpc::Status GetAuthorCodes(grpc::ServerContext* context, const v1::GetAuthorCodesRequest* request,
                              v1::GetAuthorCodesResponse* response) override;

 private:
  Door& door_;
  PostHandler& handler_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_RPC_POST_RPC_H_
