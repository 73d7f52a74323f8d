#include "service/rpc/training_rpc.h"

#include "service/rpc/unary_call.h"

namespace bauta {

grpc::Status TrainingRpc::StreamRows(grpc::ServerContext* context, const v1::StreamRowsRequest* request,
                                     grpc::ServerWriter<v1::StreamRowsResponse>* writer) {
  return RunServerStream(door_, *context, Method::kStreamRows, *request, *writer,
                         [&](const Principal& principal, StreamSink<v1::StreamRowsResponse> sink) {
                           return handler_.StreamRows(principal, *request, sink);
                         });
}

}  // namespace bauta
