// bautad as a program of its own: flags, exit codes, signals.
#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bauta/v1/feed_service.grpc.pb.h"
#include "tests/testing/test_server.h"

namespace bauta::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A running bautad, its standard output and error in a file.
class Program {
 public:
  Program(std::vector<std::string> arguments, std::string log) : log_(std::move(log)) {
    arguments.insert(arguments.begin(), BAUTAD_PATH);
    pid_ = fork();
    if (pid_ == 0) {
      if (freopen(log_.c_str(), "w", stdout) == nullptr || dup2(fileno(stdout), 2) < 0) _exit(127);
      std::vector<char*> argv;
      for (std::string& argument : arguments) argv.push_back(argument.data());
      argv.push_back(nullptr);
      execv(BAUTAD_PATH, argv.data());
      _exit(127);
    }
  }
  ~Program() {
    if (pid_ > 0) {
      Signal(SIGKILL);
      Wait();
    }
  }
  pid_t pid() const { return pid_; }
  void Signal(int signal) const { kill(pid_, signal); }
  // The exit code, or −signal.
  int Wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  std::string log() const {
    std::ifstream in(log_);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

 private:
  std::string log_;
  pid_t pid_;
};

class BautadTest : public ::testing::Test {
 protected:
  BautadTest() {
    server_->Stop();
    std::ofstream(Path("b.conf")) << server_->config_text();
  }
  std::string Path(const std::string& name) const { return server_->directory() + "/" + name; }
  Program Run(const std::vector<std::string>& arguments) const { return Program(arguments, Path("log")); }

  grpc::Status Rank() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto channel = grpc::CreateCustomChannel("unix:" + server_->socket_path(),
                                                   grpc::InsecureChannelCredentials(), arguments);
    v1::RankPostsRequest request;
    *request.mutable_visit()->mutable_subject() = Account("somebody");
    request.add_post_ids(11);
    v1::RankPostsResponse response;
    const auto context = server_->ContextOf(Role::kFeed);
    context->set_wait_for_ready(true);
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    return v1::FeedService::NewStub(channel)->RankPosts(context.get(), request, &response);
  }

  std::unique_ptr<TestServer> server_ = TestServer::Start();
};

TEST_F(BautadTest, ServesUntilItIsToldToStop) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Program program = Run({"--config", Path("b.conf")});
    const grpc::Status status = Rank();
    EXPECT_TRUE(status.ok()) << status.error_message() << "\n" << program.log();
    program.Signal(signal);
    EXPECT_EQ(program.Wait(), 0) << program.log();
    EXPECT_THAT(program.log(), AllOf(HasSubstr("listening on"), HasSubstr("stopped")));
    EXPECT_NE(access(server_->socket_path().c_str(), F_OK), 0) << "the socket stayed behind";
  }
}

TEST_F(BautadTest, StartsAgainAfterAKill) {
  Program program = Run({"--config", Path("b.conf")});
  ASSERT_TRUE(Rank().ok()) << program.log();
  program.Signal(SIGKILL);
  program.Wait();
  Program again = Run({"--config", Path("b.conf")});
  EXPECT_TRUE(Rank().ok()) << again.log();
}

TEST_F(BautadTest, MayDumpNoCore) {
  Program program = Run({"--config", Path("b.conf")});
  ASSERT_TRUE(Rank().ok()) << program.log();
  std::ifstream limits(absl::StrCat("/proc/", program.pid(), "/limits"));
  std::string line;
  while (std::getline(limits, line) && line.find("Max core file size") == std::string::npos) {
  }
  EXPECT_THAT(line, ::testing::ContainsRegex("Max core file size +0 +0"));
}

TEST_F(BautadTest, CheckConfigReadsEverythingAndServesNothing) {
  Program good = Run({"--config", Path("b.conf"), "--check-config"});
  EXPECT_EQ(good.Wait(), 0) << good.log();
  EXPECT_THAT(good.log(), HasSubstr("good"));
  unlink(Path("data/keys/root").c_str());
  Program bad = Run({"--config", Path("b.conf"), "--check-config"});
  EXPECT_EQ(bad.Wait(), 1);
  EXPECT_THAT(bad.log(), HasSubstr("root"));
}

TEST_F(BautadTest, RefusesABadFileWithItsLine) {
  std::ofstream(Path("b.conf"), std::ios::app) << "limits { calls_in_flight: 0 }\n";
  Program program = Run({"--config", Path("b.conf")});
  EXPECT_EQ(program.Wait(), 1);
  EXPECT_THAT(program.log(), HasSubstr("b.conf:4: limits.calls_in_flight"));
}

TEST_F(BautadTest, SaysHowItIsUsed) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{}, {"--config"}, {"--colour=red"}, {"--check-config"}}) {
    Program program = Run(arguments);
    EXPECT_EQ(program.Wait(), 2);
    EXPECT_THAT(program.log(), HasSubstr("usage: bautad"));
  }
}

}  // namespace
}  // namespace bauta::testing
