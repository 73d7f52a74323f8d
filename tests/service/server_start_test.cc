// What does not start, and why; and that nothing is lost by it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/config/config.h"
#include "service/server.h"
#include "tests/testing/test_server.h"

namespace bauta::testing {
namespace {

using ::testing::HasSubstr;

class ServerStartTest : public ::testing::Test {
 protected:
  ServerStartTest() { server_->Stop(); }

  std::string Path(const std::string& name) const { return server_->directory() + "/" + name; }
  absl::Status StartWith(const std::string& text) {
    const auto config = ParseConfig(text, "test.conf", server_->directory());
    if (!config.ok()) return config.status();
    return Server::Start(*config, {.clock = server_->clock(), .files = PosixFileSystem(), .run_tasks = false})
        .status();
  }
  std::string Replaced(const std::string& from, const std::string& to) const {
    EXPECT_THAT(server_->config_text(), HasSubstr(from));
    return absl::StrReplaceAll(server_->config_text(), {{from, to}});
  }

  std::unique_ptr<TestServer> server_ = TestServer::Start();
};

TEST_F(ServerStartTest, StartsOnWhatIsThere) { EXPECT_TRUE(StartWith(server_->config_text()).ok()); }

TEST_F(ServerStartTest, MissingFilesAreNamedAndNeverMade) {
  const struct {
    std::string file;
    absl::StatusCode code;
  } cases[] = {
      {"tokens", absl::StatusCode::kNotFound},
      {"issuers/test-issuer.subject_hash_key", absl::StatusCode::kNotFound},
      {"data/keys/root", absl::StatusCode::kFailedPrecondition},
      {"data/keys/identity.1", absl::StatusCode::kFailedPrecondition},
      {"data/keys/wrap.1", absl::StatusCode::kFailedPrecondition},
  };
  for (const auto& [file, code] : cases) {
    std::filesystem::rename(Path(file), Path("aside"));
    const absl::Status status = StartWith(server_->config_text());
    EXPECT_FALSE(status.ok()) << file;
    EXPECT_EQ(status.code(), code) << file << ": " << status;
    EXPECT_FALSE(std::filesystem::exists(Path(file))) << file << " was made anew";
    std::filesystem::rename(Path("aside"), Path(file));
  }
  EXPECT_TRUE(StartWith(server_->config_text()).ok());
}

TEST_F(ServerStartTest, SecretsThatOthersCanReadAreRefused) {
  for (const char* file : {"tokens", "issuers/test-issuer.subject_hash_key", "data/keys/root",
                           "data/keys/identity.1", "data/keys/wrap.1"}) {
    for (const mode_t mode : {0640, 0604}) {
      ASSERT_EQ(chmod(Path(file).c_str(), mode), 0);
      const absl::Status status = StartWith(server_->config_text());
      EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << file << ": " << status;
    }
    ASSERT_EQ(chmod(Path(file).c_str(), 0600), 0);
  }
  EXPECT_TRUE(StartWith(server_->config_text()).ok());
}

TEST_F(ServerStartTest, AStoreOfAnotherRegionIsRefused) {
  const absl::Status status = StartWith(Replaced("region: 'test'", "region: 'elsewhere'"));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("region"));
  EXPECT_TRUE(StartWith(server_->config_text()).ok());
}

TEST_F(ServerStartTest, AStoreThatIsNotThereIsNotMadeUnlessAskedFor) {
  std::filesystem::remove_all(Path("data/db"));
  const absl::Status status = StartWith(Replaced("create: true", "create: false"));
  EXPECT_FALSE(status.ok());
}

TEST_F(ServerStartTest, TwoServersDoNotShareAStore) {
  ASSERT_TRUE(server_->Restart().ok());
  const absl::Status status = StartWith(Replaced("unix_socket: 'socket'", "unix_socket: 'socket2'"));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
}

TEST_F(ServerStartTest, InputsThatAreNotWhatTheyShouldBeAreRefused) {
  const std::string text = server_->config_text();
  const auto with = [&](const std::string& more) { return absl::StrCat(text, more, "\n"); };
  const struct {
    const char* name;
    std::string text;
    absl::StatusCode code;
  } cases[] = {
      {"no gazetteer", with("geography { gazetteer: 'nowhere.json' }"), absl::StatusCode::kNotFound},
      {"tokens as gazetteer", with("geography { gazetteer: 'tokens' }"), absl::StatusCode::kInvalidArgument},
      {"no city database", with("geography { city_database_ipv4: 'nowhere.mmdb' }"),
       absl::StatusCode::kNotFound},
      {"tokens as city database", with("geography { city_database_ipv6: 'tokens' }"),
       absl::StatusCode::kInvalidArgument},
      {"config as issuer key",
       absl::StrReplaceAll(text, {{"issuers/test-issuer.subject_hash_key", "tokens"}}),
       absl::StatusCode::kResourceExhausted},
      {"socket in no folder", absl::StrReplaceAll(text, {{"'socket'", "'nowhere/socket'"}}),
       absl::StatusCode::kInternal},
      {"address of another machine",
       absl::StrReplaceAll(text, {{"unix_socket: 'socket'",
                                   "address: '192.0.2.1:1' tls { certificate_file: "
                                   "'c' key_file: 'tokens' }"}}),
       absl::StatusCode::kNotFound},
  };
  for (const auto& [name, config, code] : cases) {
    const absl::Status status = StartWith(config);
    EXPECT_EQ(status.code(), code) << name << ": " << status;
  }
  EXPECT_TRUE(StartWith(text).ok());
}

TEST_F(ServerStartTest, ATakenPortIsRefused) {
  const auto start = [](TestServer& server, int port) {
    const std::string text = absl::StrReplaceAll(
        server.config_text(),
        {{"unix_socket: 'socket'", absl::StrCat("address: '127.0.0.1:", port, "' plaintext: true")}});
    return Server::Start(*ParseConfig(text, "test.conf", server.directory()),
                         {.clock = server.clock(), .files = PosixFileSystem(), .run_tasks = false});
  };
  const auto first = start(*server_, 0);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_GT((*first)->port(), 0);
  const auto other = TestServer::Start();
  other->Stop();
  const auto second = start(*other, (*first)->port());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kInvalidArgument) << second.status();
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("cannot be listened on"));
}

}  // namespace
}  // namespace bauta::testing
