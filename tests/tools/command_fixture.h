// The program `bauta` as a person types it, beside the real server: what it prints, how it ends, and what
// changed.
#ifndef BAUTA_TESTS_TOOLS_COMMAND_FIXTURE_H_
#define BAUTA_TESTS_TOOLS_COMMAND_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/testing/test_server.h"

namespace bauta::testing {

struct Outcome {
  int exit_code = -1;
  std::string output;  // Standard output and error, as they came.
};

// `arguments` are the shell's words behind `environment bauta`.
Outcome RunBauta(const std::string& arguments, const std::string& environment = "");

// Runs of spaces are one, so that a row of a table reads like a sentence.
std::string Squeezed(const std::string& text);

// Words that are wrong: INVALID_ARGUMENT ends the program with 2, everything else that fails with 1.
struct WrongUse {
  const char* arguments;
  int exit_code;
  const char* complaint;  // A part of what is printed.
};

// A server with four posts and one reader: `reader` agreed to everything but ads, clicked posts 1 and 3 of
// ann (topics 10; 10 and 30), liked post 2 of ben (topic 20) and searched topic 50, two hours ago. Post 4 is
// cid's, on topic 40.
class CommandTest : public ::testing::Test {
 protected:
  explicit CommandTest(TestServer::Options options = {});

  // As a caller with every role and the keys of the identity service. The server's clock is moved to the
  // present first: the program mints its rights tokens by the system's clock.
  Outcome Run(const std::string& arguments) const { return RunAs("everything", arguments); }
  // With the token of another file: a role's name, or `everything`.
  Outcome RunAs(const std::string& token, const std::string& arguments,
                const std::string& issuer = TestServer::kIssuer) const;
  // What is printed by a command that has to succeed, with spaces squeezed.
  std::string Printed(const std::string& arguments) const;
  void ExpectWrong(const WrongUse& wrong) const;

  TestServer& server() const { return *server_; }
  std::string Path(const std::string& name) const { return server_->directory() + "/" + name; }
  void Write(const std::string& name, const std::string& bytes) const;

 private:
  void FillWorld() const;

  std::unique_ptr<TestServer> server_;
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_TOOLS_COMMAND_FIXTURE_H_
