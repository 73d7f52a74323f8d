// TLS and metrics of the real server.
#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "bauta/v1/feed_service.grpc.pb.h"
#include "service/config/config.h"
#include "tests/service/certificate.h"
#include "tests/service/http_get.h"
#include "tests/service/raw_call.h"
#include "tests/testing/model_builder.h"
#include "tests/testing/test_server.h"

namespace bauta::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kHost[] = "bauta.test";

class ServerTlsTest : public ::testing::Test {
 protected:
  ServerTlsTest() {
    server_->Stop();
    Put("certificate.pem", pair_.certificate_pem);
    Put("key.pem", pair_.key_pem);
  }

  void Put(const std::string& name, const std::string& bytes) const {
    const std::string path = server_->directory() + "/" + name;
    std::ofstream(path, std::ios::binary) << bytes;
    ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  }
  absl::StatusOr<std::unique_ptr<Server>> StartServer() const {
    const std::string text = absl::StrReplaceAll(
        server_->config_text(),
        {{"unix_socket: 'socket'",
          "address: '127.0.0.1:0' tls { certificate_file: 'certificate.pem' key_file: 'key.pem' }"}});
    return Server::Start(*ParseConfig(text, "test.conf", server_->directory()),
                         {.clock = server_->clock(), .files = PosixFileSystem(), .run_tasks = false});
  }
  // What a caller gets that trusts `root`; empty: one that speaks no TLS.
  grpc::StatusCode CallWith(const Server& server, const std::string& root) const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetSslTargetNameOverride(kHost);
    std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
    if (!root.empty()) {
      grpc::SslCredentialsOptions options;
      options.pem_root_certs = root;
      credentials = grpc::SslCredentials(options);
    }
    const auto channel =
        grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", server.port()), credentials, arguments);
    v1::RankPostsRequest request;
    request.mutable_visit()->mutable_subject()->mutable_anonymous();
    request.add_post_ids(1);
    v1::RankPostsResponse response;
    return v1::FeedService::NewStub(channel)
        ->RankPosts(server_->ContextOf(Role::kFeed).get(), request, &response)
        .error_code();
  }

  const CertificateAndKey pair_ = MakeCertificate(kHost);
  std::unique_ptr<TestServer> server_ = TestServer::Start();
};

TEST_F(ServerTlsTest, ServesThoseWhoTrustItsCertificate) {
  const auto server = StartServer();
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ(CallWith(**server, pair_.certificate_pem), grpc::StatusCode::OK);
  EXPECT_EQ(CallWith(**server, MakeCertificate(kHost).certificate_pem), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(CallWith(**server, ""), grpc::StatusCode::UNAVAILABLE) << "plaintext on a TLS port";
}

TEST_F(ServerTlsTest, BadCertificatesAndKeysAreRefusedAtTheStart) {
  const std::string key_path = server_->directory() + "/key.pem";
  Put("key.pem", MakeCertificate(kHost).key_pem);
  EXPECT_EQ(StartServer().status().code(), absl::StatusCode::kInvalidArgument) << "the key of another";
  Put("key.pem", "no PEM");
  EXPECT_EQ(StartServer().status().code(), absl::StatusCode::kInvalidArgument);
  Put("key.pem", pair_.key_pem);
  ASSERT_EQ(chmod(key_path.c_str(), 0644), 0);
  EXPECT_EQ(StartServer().status().code(), absl::StatusCode::kPermissionDenied);
  ASSERT_EQ(chmod(key_path.c_str(), 0600), 0);
  Put("certificate.pem", pair_.certificate_pem.substr(0, 100));
  EXPECT_EQ(StartServer().status().code(), absl::StatusCode::kInvalidArgument);
  Put("certificate.pem", pair_.certificate_pem);
  EXPECT_TRUE(StartServer().ok());
}

TEST(ServerMetricsTest, CountsCallsByMethodAndCodeAndNamesNobody) {
  TestServer::Options options;
  options.more_config = "metrics { address: '127.0.0.1:0' }";
  const auto server = TestServer::Start(options);
  server->RunDueTasks();
  const auto feed = server->Stub<v1::FeedService>();
  v1::RankPostsRequest request;
  v1::RankPostsResponse response;
  *request.mutable_visit()->mutable_subject() = Account("CANARY-17");
  request.mutable_visit()->set_ip_address("192.0.2.77");
  request.add_post_ids(11);
  ASSERT_TRUE(feed->RankPosts(server->ContextOf(Role::kFeed).get(), request, &response).ok());
  ASSERT_TRUE(feed->RankPosts(server->ContextOf(Role::kFeed).get(), request, &response).ok());
  request.clear_post_ids();
  request.mutable_visit()->set_surface("CANARY-18");
  ASSERT_FALSE(feed->RankPosts(server->ContextOf(Role::kFeed).get(), request, &response).ok());

  const std::string metrics = GetMetrics(server->server().metrics_port());
  for (const char* line :
       {"bauta_calls_total{method=\"RankPosts\",code=\"OK\"} 2\n",
        "bauta_calls_total{method=\"RankPosts\",code=\"INVALID_ARGUMENT\"} 1\n",
        "bauta_call_seconds_count{method=\"RankPosts\"} 3\n",
        "bauta_call_seconds_bucket{method=\"RankPosts\",le=\"+Inf\"} 3\n", "le=\"0.0001\"",
        "bauta_degraded_total{reason=\"DEGRADED_REASON_WITHOUT_MODEL\"} 2\n", "bauta_heads_read_total 1\n",
        "bauta_view_cache_hits_total 1\n", "bauta_histories_unsealed_total 0\n", "bauta_calls_in_flight 0\n",
        "bauta_task_failures_total{task=\"release_counts\"} 0\n",
        "bauta_task_last_success_seconds{task=\"release_counts\"} 1717243200"}) {
    EXPECT_THAT(metrics, HasSubstr(line));
  }
  EXPECT_THAT(metrics, AllOf(Not(HasSubstr("CANARY")), Not(HasSubstr("192.0.2"))));
}

TEST(ServerMetricsTest, NamesTheModelAndItsAge) {
  TestServer::Options options;
  options.more_config = "metrics { address: '127.0.0.1:0' }";
  const auto server = TestServer::Start(options);
  EXPECT_THAT(GetMetrics(server->server().metrics_port()), Not(HasSubstr("bauta_model_")));
  World world = MakeWorld({.version = "model-7", .now = server->clock().Now()});
  world.parameters.train_begin_time = server->clock().Now() - absl::Minutes(2);
  ASSERT_TRUE(server->backend()
                  .serving()
                  .Activate(MakeSnapshot(world.parameters), [] { return absl::OkStatus(); })
                  .ok());
  server->clock().Advance(absl::Minutes(1));
  EXPECT_THAT(GetMetrics(server->server().metrics_port()),
              AllOf(HasSubstr("bauta_model_info{version=\"model-7\"} 1\n"),
                    HasSubstr("bauta_model_age_seconds 180\n")));
}

}  // namespace
}  // namespace bauta::testing
