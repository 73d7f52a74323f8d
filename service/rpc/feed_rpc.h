// FeedService on the wire; what it does is in service/feed_handler.h.
#ifndef BAUTA_SERVICE_RPC_FEED_RPC_H_
#define BAUTA_SERVICE_RPC_FEED_RPC_H_

#include "bauta/v1/feed_service.grpc.pb.h"
#include "service/feed_handler.h"
#include "service/rpc/door.h"

namespace bauta {

// Thread-safe. Both outlive it.
class FeedRpc final : public v1::FeedService::Service {
 public:
  FeedRpc(Door& door, FeedHandler& handler) : door_(door), handler_(handler) {}

  grpc::Status RankPosts(grpc::ServerContext* context, const v1::RankPostsRequest* request,
                         v1::RankPostsResponse* response) override;
  grpc::Status GetFeed(grpc::ServerContext* context, const v1::GetFeedRequest* request,
                       v1::GetFeedResponse* response) override;
  grpc::Status ExplainPost(grpc::ServerContext* context, const v1::ExplainPostRequest* request,
                           v1::ExplainPostResponse* response) override;

 private:
  Door& door_;
  FeedHandler& handler_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_RPC_FEED_RPC_H_
