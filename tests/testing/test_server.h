// TestServer: the real server on the real store, in a folder of its own, behind a real Unix socket, with a
// clock that stands still until it is told to move. One token a role, and one issuer of rights tokens a kind,
// are made with it.
#ifndef BAUTA_TESTS_TESTING_TEST_SERVER_H_
#define BAUTA_TESTS_TESTING_TEST_SERVER_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "bauta/v1/subject.pb.h"
#include "service/auth/rights_minter.h"
#include "service/principal.h"
#include "service/server.h"
#include "tests/testing/temporary_directory.h"

namespace bauta::testing {

// For Options::more_store_config: whoever agreed just now is counted and learned from at once.
inline constexpr char kFreshConsentsCount[] = "crowd_age_hours: 0";

// Not thread-safe itself; stubs and contexts may be used on any thread.
class TestServer {
 public:
  struct Options {
    std::string more_config;             // Text format, put behind what the harness configures.
    std::string more_store_config = {};  // The same, within `store`.
    absl::Time start_time = absl::FromCivil(absl::CivilSecond(2024, 6, 1, 12, 0, 0), absl::UTCTimeZone());
    FileSystem* files = nullptr;  // Null: the operating system's. Outlives the server.
    // Servers with equal seeds and configurations have equal keys, and so give equal codes, seeds, page
    // tokens and fingerprints. 0: keys of their own.
    uint64_t key_seed = 0;
  };

  // Ends the test program where the server does not start.
  static std::unique_ptr<TestServer> Start(const Options& options);
  static std::unique_ptr<TestServer> Start() { return Start(Options()); }
  // For tests of what does not start.
  static absl::StatusOr<std::unique_ptr<TestServer>> TryStart(const Options& options);
  ~TestServer();

  // Stops the server and starts another on the same folder; stubs made before are dead. An error leaves none
  // running.
  absl::Status Restart();
  // Stops the server; what a test does to the folder then is its own business.
  void Stop();

  SimulatedClock& clock() { return clock_; }
  Server& server() { return *server_; }
  Backend& backend() { return server_->backend(); }
  const std::string& directory() const { return directory_.path(); }
  std::string store_directory() const { return directory_.Join("data"); }
  std::string socket_path() const { return directory_.Join("socket"); }
  const std::string& config_text() const { return config_text_; }

  // Runs whichever periodic tasks are due at the clock's time.
  void RunDueTasks();

  // `Stub<v1::FeedService>()`.
  template <class Service>
  std::unique_ptr<typename Service::Stub> Stub() const {
    return Service::NewStub(channel_);
  }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // A context with the token of `role`, and with a rights token where one is given.
  std::unique_ptr<grpc::ClientContext> ContextOf(Role role, const std::string& rights_token = "") const;
  // Good for one call of `group` by `subject` (an account, device or external code) for five minutes from
  // now, signed by an issuer of `kind`.
  std::string RightsToken(const v1::Subject& subject, RightsGroup group,
                          IssuerKind kind = IssuerKind::kIdentityService) const;
  const RightsIssuerKeys& issuer_keys() const { return issuer_keys_.front(); }

  static std::string TokenOf(Role role);  // The secret, without "Bearer ".
  static constexpr char kIssuer[] = "test-issuer";
  static constexpr const char* kIssuers[kIssuerKindCount] = {kIssuer, "test-agent", "test-guardian"};

 private:
  explicit TestServer(const Options& options);
  absl::Status Prepare(const Options& options);
  absl::Status StartServer();

  TemporaryDirectory directory_;
  SimulatedClock clock_;
  FileSystem& files_;
  std::vector<RightsIssuerKeys> issuer_keys_;  // By kind.
  std::string config_text_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

v1::Subject Account(const std::string& id);
v1::Subject Device(const std::string& id);
v1::Subject AnonymousSubject();

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_TESTING_TEST_SERVER_H_
