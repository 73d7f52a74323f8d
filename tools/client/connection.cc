#include "tools/client/connection.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file_system.h"
#include "base/status.h"
#include "privacy/random_source.h"
#include "service/auth/authenticator.h"
#include "service/auth/rights_minter.h"
#include "service/auth/rights_verifier.h"
#include "service/subject_resolver.h"

namespace bauta {
namespace {

constexpr uint64_t kTokenFileSizeMax = 4096;
constexpr uint64_t kCertificateSizeMax = 1 << 20;

absl::StatusOr<std::string> ReadSecretFile(const std::string& path) {
  BAUTA_RETURN_IF_ERROR(CheckPrivateFile(PosixFileSystem(), path));
  BAUTA_ASSIGN_OR_RETURN(std::string secret, ReadFile(PosixFileSystem(), path, kTokenFileSizeMax));
  absl::StripAsciiWhitespace(&secret);
  if (secret.empty()) return absl::InvalidArgumentError(absl::StrCat("token file ", path, " is empty"));
  return secret;
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> CredentialsFor(const Connection::Options& options) {
  // A Unix socket is closed to others by its folder, and the server checks who connects.
  if (absl::StartsWith(options.server, "unix:")) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions tls;
  if (!options.ca_file.empty()) {
    BAUTA_ASSIGN_OR_RETURN(tls.pem_root_certs,
                           ReadFile(PosixFileSystem(), options.ca_file, kCertificateSizeMax));
  }
  return grpc::SslCredentials(tls);
}

}  // namespace

struct Connection::Issuer {
  RightsIssuerKeys keys;
};

absl::StatusOr<std::unique_ptr<Connection>> Connection::Create(Options options) {
  if (options.server.empty()) {
    return absl::InvalidArgumentError(
        "server: say where it listens, as unix:/path/to/socket or host:port (--server or BAUTA_SERVER)");
  }
  if (options.token_file.empty()) {
    return absl::InvalidArgumentError(
        "token_file: name the file with the bearer token (--token_file or BAUTA_TOKEN_FILE)");
  }
  BAUTA_ASSIGN_OR_RETURN(const std::string secret, ReadSecretFile(options.token_file));
  std::unique_ptr<Issuer> issuer;
  if (!options.issuer_directory.empty()) {
    BAUTA_ASSIGN_OR_RETURN(RightsIssuerKeys keys,
                           ReadIssuerKeys(PosixFileSystem(), options.issuer_directory, options.issuer));
    issuer = std::make_unique<Issuer>(Issuer{std::move(keys)});
  }
  BAUTA_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ChannelCredentials> credentials,
                         CredentialsFor(options));
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(64 << 20);
  std::shared_ptr<grpc::Channel> channel = grpc::CreateCustomChannel(options.server, credentials, arguments);
  return std::unique_ptr<Connection>(new Connection(std::move(options), absl::StrCat("Bearer ", secret),
                                                    std::move(issuer), std::move(channel)));
}

Connection::Connection(Options options, std::string authorization, std::unique_ptr<Issuer> issuer,
                       std::shared_ptr<grpc::Channel> channel)
    : options_(std::move(options)),
      authorization_(std::move(authorization)),
      issuer_(std::move(issuer)),
      channel_(std::move(channel)) {}

Connection::~Connection() = default;

void Connection::Prepare(grpc::ClientContext& context) const {
  context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(options_.deadline));
  context.AddMetadata("authorization", authorization_);
}

void Connection::PrepareStream(grpc::ClientContext& context) const {
  context.set_deadline(std::chrono::system_clock::now() +
                       absl::ToChronoMilliseconds(options_.stream_deadline));
  context.AddMetadata("authorization", authorization_);
}

absl::Status Connection::AddRightsToken(grpc::ClientContext& context, const v1::Subject& subject,
                                        RightsGroup group) const {
  if (issuer_ == nullptr) return absl::OkStatus();
  BAUTA_ASSIGN_OR_RETURN(const RawSubject raw, ToRawSubject(FieldPath("subject"), subject));
  const RightsTokenRequest request{.issuer = options_.issuer, .group = group, .issue_time = absl::Now()};
  BAUTA_ASSIGN_OR_RETURN(const std::string token,
                         MintRightsToken(issuer_->keys, raw, request, SystemRandom()));
  context.AddMetadata(kRightsTokenMetadata, token);
  return absl::OkStatus();
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace bauta
