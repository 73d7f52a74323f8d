#include "service/rpc/feed_rpc.h"

#include "service/rpc/unary_call.h"

namespace bauta {

grpc::Status FeedRpc::RankPosts(grpc::ServerContext* context, const v1::RankPostsRequest* request,
                                v1::RankPostsResponse* response) {
  return RunUnary(door_, *context, Method::kRankPosts, *request, *response, [&](const Principal& principal) {
    return handler_.RankPosts(principal, *request, *response);
  });
}

grpc::Status FeedRpc::GetFeed(grpc::ServerContext* context, const v1::GetFeedRequest* request,
                              v1::GetFeedResponse* response) {
  return RunUnary(door_, *context, Method::kGetFeed, *request, *response, [&](const Principal& principal) {
    return handler_.GetFeed(principal, *request, *response);
  });
}

grpc::Status FeedRpc::ExplainPost(grpc::ServerContext* context, const v1::ExplainPostRequest* request,
                                  v1::ExplainPostResponse* response) {
  return RunUnary(
      door_, *context, Method::kExplainPost, *request, *response,
      [&](const Principal& principal) { return handler_.ExplainPost(principal, *request, *response); });
}

}  // namespace bauta
