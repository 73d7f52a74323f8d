// The adapters' one line. A service's gRPC method is
//   return RunUnary(door_, *context, Method::kListReasons, *request, *response,
//                   [&](const Principal& principal) { return handler_.ListReasons(principal, *request); });
// where the handler returns StatusOr<Response>, or fills `*response` and returns Status.
#ifndef BAUTA_SERVICE_RPC_UNARY_CALL_H_
#define BAUTA_SERVICE_RPC_UNARY_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>
#include <grpcpp/support/sync_stream.h>

#include <concepts>
#include <type_traits>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/rpc/door.h"

namespace bauta {

// A request names its subject in `subject`, or in `visit.subject`; a method with a rights group demands a
// token for it, except where the request itself says whether history is to be named (`name_history`).
template <class Request>
DoorPass::RightsDemand RightsDemandOf(Method method, const Request& request) {
  DoorPass::RightsDemand demand;
  if constexpr (requires { request.visit().subject(); }) {
    demand.subject = &request.visit().subject();
  } else if constexpr (requires {
                         { request.subject() } -> std::convertible_to<const v1::Subject&>;
                       }) {
    demand.subject = &request.subject();
  }
  demand.demanded = AccessOf(method).rights.has_value();
  if constexpr (requires { request.name_history(); }) demand.demanded = request.name_history();
  return demand;
}

template <class Request, class Response, class Handler>
grpc::Status RunUnary(Door& door, const grpc::ServerContext& context, Method method, const Request& request,
                      Response& response, Handler&& handler) {
  DoorPass pass(door, context, method);
  absl::Status status = pass.Admit(RightsDemandOf(method, request));
  if (status.ok()) {
    if constexpr (std::is_same_v<decltype(handler(pass.principal())), absl::Status>) {
      status = handler(pass.principal());
    } else {
      absl::StatusOr<Response> result = handler(pass.principal());
      status = result.status();
      if (result.ok()) response.Swap(&*result);
    }
  }
  return pass.Leave(status);
}

// Gives a handler's messages to a stream; CANCELLED when the caller has gone.
template <class Response>
using StreamSink = absl::FunctionRef<absl::Status(const Response&)>;

// The same for a method whose reply is a stream:
//   [&](const Principal& principal, StreamSink<v1::ExportSubjectResponse> sink) {
//     return handler_.ExportSubject(principal, *request, sink); }
template <class Request, class Response, class Handler>
grpc::Status RunServerStream(Door& door, const grpc::ServerContext& context, Method method,
                             const Request& request, grpc::ServerWriter<Response>& writer,
                             Handler&& handler) {
  DoorPass pass(door, context, method);
  absl::Status status = pass.Admit(RightsDemandOf(method, request));
  if (status.ok()) {
    const auto sink = [&writer](const Response& message) {
      return writer.Write(message) ? absl::OkStatus() : absl::CancelledError("the caller has gone");
    };
    status = handler(pass.principal(), StreamSink<Response>(sink));
  }
  return pass.Leave(status);
}

}  // namespace bauta

#endif  // BAUTA_SERVICE_RPC_UNARY_CALL_H_
