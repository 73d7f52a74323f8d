#include "tests/testing/test_server.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "privacy/hash.h"
#include "privacy/key_ring.h"
#include "privacy/random_source.h"
#include "service/auth/rights_verifier.h"
#include "service/config/config.h"
#include "service/subject_resolver.h"
#include "tests/testing/deterministic_random.h"

namespace bauta::testing {
namespace {

std::string TokenFile() {
  std::string text;
  for (Role role : kAllRoles) {
    const Sha256Digest digest = Sha256(TestServer::TokenOf(role));
    absl::StrAppend(&text, absl::BytesToHexString(ToAbsl(View(digest))), " ", RoleName(role), " test-",
                    RoleName(role), "\n");
  }
  return text;
}

void ExitUnlessOk(const absl::Status& status, const char* what) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s: %s\n", what, status.ToString().c_str());
  std::abort();
}

}  // namespace

absl::StatusOr<std::unique_ptr<TestServer>> TestServer::TryStart(const Options& options) {
  std::unique_ptr<TestServer> server(new TestServer(options));
  BAUTA_RETURN_IF_ERROR(server->Prepare(options));
  BAUTA_RETURN_IF_ERROR(server->StartServer());
  return server;
}

std::unique_ptr<TestServer> TestServer::Start(const Options& options) {
  absl::StatusOr<std::unique_ptr<TestServer>> server = TryStart(options);
  ExitUnlessOk(server.status(), "the test server does not start");
  return *std::move(server);
}

TestServer::TestServer(const Options& options)
    : clock_(options.start_time), files_(options.files != nullptr ? *options.files : PosixFileSystem()) {}

TestServer::~TestServer() { Stop(); }

absl::Status TestServer::Prepare(const Options& options) {
  BAUTA_RETURN_IF_ERROR(files_.CreateDirectories(store_directory()));
  DeterministicRandom seeded(options.key_seed);
  RandomSource& random = options.key_seed == 0 ? SystemRandom() : seeded;
  BAUTA_RETURN_IF_ERROR(InitKeys(files_, store_directory() + "/keys", random, clock_.Now()));
  std::string issuers;
  constexpr const char* kKinds[kIssuerKindCount] = {"IDENTITY_SERVICE", "AGENT", "GUARDIAN"};
  for (size_t kind = 0; kind < kIssuerKindCount; ++kind) {
    BAUTA_ASSIGN_OR_RETURN(RightsIssuerKeys keys, GenerateIssuerKeys(random));
    BAUTA_RETURN_IF_ERROR(WriteIssuerKeys(files_, directory_.Join("issuers"), kIssuers[kind], keys));
    absl::StrAppend(&issuers, "rights_issuer { name: '", kIssuers[kind], "' public_key: '",
                    keys.private_key.public_key().ToHex(), "' subject_hash_key_file: 'issuers/",
                    kIssuers[kind], ".subject_hash_key' kind: ", kKinds[kind], " } ");
    issuer_keys_.push_back(std::move(keys));
  }
  BAUTA_RETURN_IF_ERROR(WriteFileAtomically(files_, directory_.Join("tokens"), TokenFile()));
  config_text_ =
      absl::StrCat("listen { unix_socket: 'socket' }\n", "access { token_file: 'tokens' ", issuers, "}\n",
                   "store { directory: 'data' region: 'test' create: true view_cache_mib: 16 ",
                   options.more_store_config, " }\n", options.more_config);
  return absl::OkStatus();
}

absl::Status TestServer::StartServer() {
  BAUTA_ASSIGN_OR_RETURN(const ServerConfig config,
                         ParseConfig(config_text_, "test.conf", directory_.path()));
  BAUTA_ASSIGN_OR_RETURN(server_,
                         Server::Start(config, {.clock = clock_, .files = files_, .run_tasks = false}));
  // A subchannel pool of its own: gRPC would give a restarted server's stubs the dead connection of the one
  // before.
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  channel_ =
      grpc::CreateCustomChannel("unix:" + socket_path(), grpc::InsecureChannelCredentials(), arguments);
  return absl::OkStatus();
}

void TestServer::Stop() {
  channel_.reset();
  server_.reset();
}

absl::Status TestServer::Restart() {
  Stop();
  return StartServer();
}

void TestServer::RunDueTasks() {
  for (PeriodicTask* task : backend().tasks()) task->RunIfDue();
}

std::string TestServer::TokenOf(Role role) { return absl::StrCat("secret-of-", RoleName(role)); }

std::unique_ptr<grpc::ClientContext> TestServer::ContextOf(Role role, const std::string& rights_token) const {
  auto context = std::make_unique<grpc::ClientContext>();
  context->AddMetadata("authorization", absl::StrCat("Bearer ", TokenOf(role)));
  if (!rights_token.empty()) context->AddMetadata(kRightsTokenMetadata, rights_token);
  return context;
}

std::string TestServer::RightsToken(const v1::Subject& subject, RightsGroup group, IssuerKind kind) const {
  const absl::StatusOr<RawSubject> raw = ToRawSubject("subject", subject);
  ExitUnlessOk(raw.status(), "no rights token for such a subject");
  const auto index = static_cast<size_t>(kind);
  absl::StatusOr<std::string> token = MintRightsToken(
      issuer_keys_[index], *raw, {.issuer = kIssuers[index], .group = group, .issue_time = clock_.Now()},
      SystemRandom());
  ExitUnlessOk(token.status(), "no rights token");
  return *std::move(token);
}

v1::Subject Account(const std::string& id) {
  v1::Subject subject;
  subject.set_account_id(id);
  return subject;
}

v1::Subject Device(const std::string& id) {
  v1::Subject subject;
  subject.set_device_id(id);
  return subject;
}

v1::Subject AnonymousSubject() {
  v1::Subject subject;
  subject.mutable_anonymous();
  return subject;
}

}  // namespace bauta::testing
