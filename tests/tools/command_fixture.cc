#include "tests/tools/command_fixture.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/strings.h"
#include "privacy/hash.h"

namespace bauta::testing {
namespace {

constexpr char kSecretOfEverything[] = "a-secret-for-every-role";

std::string RfcTime(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
}

}  // namespace

Outcome RunBauta(const std::string& arguments, const std::string& environment) {
  Outcome outcome;
  FILE* const pipe = popen(absl::StrCat(environment, " ", BAUTA_PATH, " ", arguments, " 2>&1").c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> buffer;
  for (size_t got; (got = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    outcome.output.append(buffer.data(), got);
  }
  const int status = pclose(pipe);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

std::string Squeezed(const std::string& text) {
  return absl::StrJoin(absl::StrSplit(text, ' ', absl::SkipEmpty()), " ");
}

CommandTest::CommandTest(TestServer::Options options) {
  options.start_time = absl::Now();
  server_ = TestServer::Start(options);
  std::string roles;
  for (const Role role : kAllRoles) {
    absl::StrAppend(&roles, roles.empty() ? "" : ",", RoleName(role));
    Write(RoleName(role), TestServer::TokenOf(role));
  }
  Write("everything", kSecretOfEverything);
  std::ofstream(Path("tokens"), std::ios::app)
      << absl::BytesToHexString(ToAbsl(View(Sha256(kSecretOfEverything)))) << " " << roles << " everything\n";
  EXPECT_TRUE(server_->Restart().ok());
  FillWorld();
}

void CommandTest::Write(const std::string& name, const std::string& bytes) const {
  std::ofstream(Path(name), std::ios::binary | std::ios::trunc) << bytes;
  chmod(Path(name).c_str(), 0600);
}

Outcome CommandTest::RunAs(const std::string& token, const std::string& arguments,
                           const std::string& issuer) const {
  server_->clock().Set(absl::Now());
  return RunBauta(
      arguments, absl::StrCat("BAUTA_SERVER=unix:", server_->socket_path(), " BAUTA_TOKEN_FILE=", Path(token),
                              issuer.empty() ? "" : absl::StrCat(" BAUTA_ISSUER_DIR=", Path("issuers")),
                              " BAUTA_ISSUER=", issuer));
}

std::string CommandTest::Printed(const std::string& arguments) const {
  const Outcome outcome = Run(arguments);
  EXPECT_EQ(outcome.exit_code, 0) << arguments << ": " << outcome.output;
  return Squeezed(outcome.output);
}

void CommandTest::ExpectWrong(const WrongUse& wrong) const {
  const Outcome outcome = Run(wrong.arguments);
  EXPECT_EQ(outcome.exit_code, wrong.exit_code) << wrong.arguments << ": " << outcome.output;
  EXPECT_THAT(outcome.output, ::testing::HasSubstr(wrong.complaint)) << wrong.arguments;
}

void CommandTest::FillWorld() const {
  const std::string made = RfcTime(absl::Now() - absl::Hours(5));
  const std::string acted = RfcTime(absl::Now() - absl::Hours(2));
  std::string posts = "post_id,author,topic_ids,create_time,review_state,version\n";
  for (const char* post : {"1,ann,10", "2,ben,20", "3,ann,10;30", "4,cid,40"}) {
    absl::StrAppend(&posts, post, ",", made, ",approved,1\n");
  }
  std::string events = "account_id,kind,post_id,topic_id,event_time\n";
  for (const char* event : {"click,1,", "click,3,", "like,2,", "search,,50"}) {
    absl::StrAppend(&events, "reader,", event, ",", acted, "\n");
  }
  Write("posts.csv", posts);
  Write("events.csv", events);
  const std::string imported =
      Printed(absl::StrCat("import --posts=", Path("posts.csv"), " --events=", Path("events.csv"),
                           " --assume_consent_from=", Path("events.csv")));
  EXPECT_THAT(imported, ::testing::HasSubstr("posts: 4 accepted, 0 refused"));
  EXPECT_THAT(imported, ::testing::HasSubstr("events: 4 accepted, 0 refused"));
}

}  // namespace bauta::testing
