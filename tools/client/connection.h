// Connection: how the programs reach a server: the channel, the bearer token, and rights tokens minted for
// trying out.
#ifndef BAUTA_TOOLS_CLIENT_CONNECTION_H_
#define BAUTA_TOOLS_CLIENT_CONNECTION_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bauta/v1/subject.pb.h"
#include "service/principal.h"

namespace bauta {

// Thread-safe.
class Connection {
 public:
  struct Options {
    std::string server;   // `unix:/path/to/socket`, or `host:port` for TLS. No default.
    std::string ca_file;  // The certificate authority of a TLS server, PEM. Empty: the system's.
    std::string
        token_file;  // The bearer token's secret, alone in a file that nobody else may read. No default.
    std::string issuer_directory;  // Keys of a rights-token issuer. Empty: rights calls go without a token,
                                   // and are refused.
    std::string issuer = "local";  // The issuer's name, in the server's configuration and of its key files.
    absl::Duration deadline = absl::Seconds(10);         // For each call.
    absl::Duration stream_deadline = absl::Minutes(30);  // For each call whose reply is a stream.
  };
  // INVALID_ARGUMENT names the option; NOT_FOUND and PERMISSION_DENIED the file.
  static absl::StatusOr<std::unique_ptr<Connection>> Create(Options options);
  ~Connection();

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // Sets deadline and bearer token of a new call.
  void Prepare(grpc::ClientContext& context) const;
  void PrepareStream(grpc::ClientContext& context) const;

  // Adds a fresh rights token for `subject`. INVALID_ARGUMENT for a subject that is nobody; OK, and without
  // one, where no issuer is set.
  absl::Status AddRightsToken(grpc::ClientContext& context, const v1::Subject& subject,
                              RightsGroup group) const;

  // One unary call: `stub` is what a service's NewStub gave.
  template <class Stub, class Request, class Response>
  absl::StatusOr<Response> Call(Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request) const {
    grpc::ClientContext context;
    Prepare(context);
    return Finish(stub, method, context, request);
  }
  template <class Stub, class Request, class Response>
  absl::StatusOr<Response> RightsCall(
      Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
      const Request& request, const v1::Subject& subject, RightsGroup group) const {
    grpc::ClientContext context;
    Prepare(context);
    if (absl::Status added = AddRightsToken(context, subject, group); !added.ok()) return added;
    return Finish(stub, method, context, request);
  }

 private:
  struct Issuer;
  Connection(Options options, std::string authorization, std::unique_ptr<Issuer> issuer,
             std::shared_ptr<grpc::Channel> channel);

  template <class Stub, class Request, class Response>
  static absl::StatusOr<Response> Finish(Stub& stub,
                                         grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                                      Response*),
                                         grpc::ClientContext& context, const Request& request);

  const Options options_;
  const std::string authorization_;
  const std::unique_ptr<Issuer> issuer_;
  const std::shared_ptr<grpc::Channel> channel_;
};

// The same code and message.
absl::Status FromGrpcStatus(const grpc::Status& status);

template <class Stub, class Request, class Response>
absl::StatusOr<Response> Connection::Finish(Stub& stub,
                                            grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                                         Response*),
                                            grpc::ClientContext& context, const Request& request) {
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return FromGrpcStatus(status);
  return response;
}

}  // namespace bauta

#endif  // BAUTA_TOOLS_CLIENT_CONNECTION_H_
