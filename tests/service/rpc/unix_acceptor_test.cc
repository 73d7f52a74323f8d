#include "service/rpc/unix_acceptor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "tests/testing/temporary_directory.h"

namespace bauta::testing {
namespace {

using ::testing::HasSubstr;

constexpr uid_t kNobody = 65534;

int Connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  const int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) return connection;
  close(connection);
  return -1;
}

// What a process of user `uid` gets: 'y' a byte from the server, 'n' nothing but the end.
char AnswerTo(uid_t uid, const std::string& path) {
  const pid_t child = fork();
  if (child == 0) {
    char byte = 'n';
    if (setuid(uid) == 0) {
      const int connection = Connect(path);
      if (connection < 0 || read(connection, &byte, 1) != 1) byte = 'n';
    }
    _exit(byte);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return static_cast<char>(WEXITSTATUS(status));
}

void SayYes(int connection) {
  EXPECT_EQ(write(connection, "y", 1), 1);
  close(connection);
}

class UnixAcceptorTest : public ::testing::Test {
 protected:
  UnixAcceptorTest() { chmod(directory_.path().c_str(), 0711); }
  const TemporaryDirectory directory_;
  const std::string path_ = directory_.Join("s");
};

TEST_F(UnixAcceptorTest, TakesItsOwnUser) {
  const auto acceptor = UnixAcceptor::Listen({.path = path_, .users = {}}, SayYes);
  ASSERT_TRUE(acceptor.ok()) << acceptor.status();
  EXPECT_EQ(AnswerTo(geteuid(), path_), 'y');
  EXPECT_EQ((*acceptor)->refused_count(), 0u);
}

TEST_F(UnixAcceptorTest, OthersCannotEvenReachTheSocket) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  const auto acceptor = UnixAcceptor::Listen({.path = path_, .users = {}}, SayYes);
  ASSERT_TRUE(acceptor.ok());
  EXPECT_EQ(AnswerTo(kNobody, path_), 'n');
  struct stat attributes;
  ASSERT_EQ(stat(path_.c_str(), &attributes), 0);
  EXPECT_EQ(attributes.st_mode & 0777, 0600u);
}

TEST_F(UnixAcceptorTest, StrangersAreHungUpOn) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  const auto acceptor = UnixAcceptor::Listen({.path = path_, .users = {kNobody - 1}}, SayYes);
  ASSERT_TRUE(acceptor.ok());
  EXPECT_EQ(AnswerTo(kNobody, path_), 'n');
  EXPECT_EQ(AnswerTo(kNobody - 1, path_), 'y');
  EXPECT_EQ((*acceptor)->refused_count(), 1u);
}

TEST_F(UnixAcceptorTest, ReplacesWhatADeadServerLeft) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path_.data(), path_.size());
  const int dead = socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(bind(dead, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  close(dead);
  const auto acceptor = UnixAcceptor::Listen({.path = path_, .users = {}}, SayYes);
  ASSERT_TRUE(acceptor.ok()) << acceptor.status();
  EXPECT_EQ(AnswerTo(geteuid(), path_), 'y');
}

TEST_F(UnixAcceptorTest, DoesNotPushALiveServerAside) {
  const auto first =
      UnixAcceptor::Listen({.path = path_, .users = {}}, [](int connection) { close(connection); });
  ASSERT_TRUE(first.ok());
  const auto second = UnixAcceptor::Listen({.path = path_, .users = {}}, SayYes);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("another server"));
}

TEST_F(UnixAcceptorTest, RefusesFoldersThatOthersWriteAndPathsThatAreNoSocket) {
  directory_.Write("s", "a file");
  EXPECT_EQ(UnixAcceptor::Listen({.path = path_, .users = {}}, SayYes).status().code(),
            absl::StatusCode::kFailedPrecondition);
  for (const mode_t mode : {0770, 0702, 0777}) {
    ASSERT_EQ(chmod(directory_.path().c_str(), mode), 0);
    EXPECT_EQ(UnixAcceptor::Listen({.path = directory_.Join("t"), .users = {}}, SayYes).status().code(),
              absl::StatusCode::kFailedPrecondition)
        << std::oct << mode;
  }
  EXPECT_EQ(UnixAcceptor::Listen({.path = std::string(108, 'x'), .users = {}}, SayYes).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(UnixAcceptorTest, TheSocketGoesWithTheServer) {
  { ASSERT_TRUE(UnixAcceptor::Listen({.path = path_, .users = {}}, SayYes).ok()); }
  struct stat attributes;
  EXPECT_NE(stat(path_.c_str(), &attributes), 0);
}

}  // namespace
}  // namespace bauta::testing
