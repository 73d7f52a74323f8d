// Imports into the real server: what is bad in a file is refused by line and reason, and all else is taken.
#include "tools/cli/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "privacy/hash.h"
#include "tests/testing/test_server.h"
#include "tools/client/connection.h"

namespace bauta::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::internal::CaptureStderr;
using ::testing::internal::CaptureStdout;
using ::testing::internal::GetCapturedStderr;
using ::testing::internal::GetCapturedStdout;

constexpr char kSecret[] = "a-secret-for-every-role-of-the-import-test";

class ImportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(server_->directory() + "/tokens", std::ios::app)
        << absl::BytesToHexString(ToAbsl(View(Sha256(kSecret))))
        << " feed,ingest,privacy,catalogue importer\n";
    ASSERT_TRUE(server_->Restart().ok());
    Write("token", kSecret);
    ASSERT_EQ(chmod(files_.Join("token").c_str(), 0600), 0);
    auto connection = Connection::Create({.server = absl::StrCat("unix:", server_->socket_path()),
                                          .ca_file = "",
                                          .token_file = files_.Join("token"),
                                          .issuer_directory = ""});
    ASSERT_TRUE(connection.ok()) << connection.status();
    connection_ = *std::move(connection);
  }

  void Write(const std::string& name, const std::string& text) { files_.Write(name, text); }
  std::string Milliseconds(absl::Duration before_now) const {
    return absl::StrCat(absl::ToUnixMillis(server_->clock().Now() - before_now));
  }

  struct Result {
    absl::Status status;
    std::string out;
    std::string err;
  };
  Result Import(ImportOptions options) {
    CaptureStdout();
    CaptureStderr();
    Result result{.status = RunImport(*connection_, options, server_->clock()), .out = "", .err = ""};
    result.out = GetCapturedStdout();
    result.err = GetCapturedStderr();
    return result;
  }

  std::unique_ptr<TestServer> server_ = TestServer::Start();
  TemporaryDirectory files_;
  std::unique_ptr<Connection> connection_;
};

constexpr char kPostColumns[] = "post_id,author,topic_ids,create_time,review_state,version\n";

TEST_F(ImportTest, OneMalformedLineOfManyLosesNoOtherAndIsNamed) {
  constexpr int kLines = 3000;
  std::string posts = kPostColumns;
  for (int i = 1; i <= kLines; ++i) {
    absl::StrAppend(&posts, i == 1234 ? "many" : absl::StrCat(i), ",author,7,", Milliseconds(absl::Hours(5)),
                    ",approved,1\n");
  }
  Write("posts.csv", posts);
  ImportOptions options;
  options.posts = files_.Join("posts.csv");
  const Result result = Import(options);
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.out, HasSubstr("posts: 2999 accepted, 1 refused"));
  // The header is line 1.
  EXPECT_THAT(result.err, HasSubstr("line 1235 refused: malformed: column post_id: a whole number expected"));
}

TEST_F(ImportTest, WhatTheServerRefusesIsCountedByReason) {
  Write("posts.csv",
        absl::StrCat(kPostColumns, "1,author,7,", Milliseconds(absl::Hours(5)), ",approved,1\n"));
  Write("events.csv", absl::StrCat("account_id,post_id,kind,event_time\n",                            //
                                   "agreed,1,click,", Milliseconds(absl::Hours(1)), "\n",             //
                                   "agreed,1,click,", Milliseconds(-absl::Hours(24 * 365)), "\n",     //
                                   "agreed,1,impression,", Milliseconds(absl::Hours(24 * 30)), "\n",  //
                                   ",1,click,", Milliseconds(absl::Hours(1)), "\n"));
  Write("consents.csv", absl::StrCat("account_id,post_id,kind,event_time\n", "agreed,1,click,",
                                     Milliseconds(absl::Hours(24 * 40)), "\n"));
  ImportOptions options;
  options.posts = files_.Join("posts.csv");
  options.events = files_.Join("events.csv");
  options.assume_consent_from = files_.Join("consents.csv");
  options.assume_purposes = {v1::PURPOSE_PERSONALIZE};
  const Result result = Import(options);
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.out, HasSubstr("events: 1 accepted, 3 refused"));
  EXPECT_THAT(result.out, HasSubstr("refused: in_future: 1"));
  EXPECT_THAT(result.out, HasSubstr("refused: too_old: 1"));
  EXPECT_THAT(result.out, HasSubstr("refused: invalid: 1"));
  EXPECT_THAT(result.out + result.err, Not(HasSubstr("agreed")));
}

TEST_F(ImportTest, MovesOldTimesSoThatTheNewestEventIsNowAndSaysSo) {
  Write("posts.csv", absl::StrCat(kPostColumns, "1,author,7,2010-01-01T00:00:00Z,approved,1\n"));
  Write("events.ndjson",
        "{\"subject\":{\"account_id\":\"a\"},\"post_id\":\"1\",\"kind\":\"SIGNAL_KIND_VIEW\",\"event_time\":"
        "\"2010-01-02T00:00:00Z\"}\n"
        "{\"subject\":{\"account_id\":\"a\"},\"post_id\":\"1\",\"kind\":\"SIGNAL_KIND_CLICK\",\"event_time\":"
        "\"2010-01-02T12:00:00Z\"}\n");
  ImportOptions options;
  options.posts = files_.Join("posts.csv");
  options.events = files_.Join("events.ndjson");
  options.assume_consent_from = options.events;
  options.assume_purposes = {v1::PURPOSE_PERSONALIZE};
  options.shift_times = true;
  const Result result = Import(options);
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.out, HasSubstr("events: 2 accepted, 0 refused"));
  EXPECT_THAT(result.err, HasSubstr("the newest event (2010-01-02T12:00:00+00:00) is now"));
}

TEST_F(ImportTest, AFileThatIsNoneIsRefusedByName) {
  ImportOptions options;
  options.events = files_.Join("nowhere.csv");
  EXPECT_TRUE(absl::IsNotFound(Import(options).status));
  Write("events.txt", "");
  options.events = files_.Join("events.txt");
  EXPECT_THAT(std::string(Import(options).status.message()),
              HasSubstr("a name that ends in .csv or .ndjson"));
  Write("events.csv", "");
  options.events = files_.Join("events.csv");
  EXPECT_THAT(std::string(Import(options).status.message()),
              HasSubstr("a header with column names expected"));
}

TEST_F(ImportTest, ForProgramsItPrintsOneJsonDocument) {
  Write("posts.csv",
        absl::StrCat(kPostColumns, "1,author,7,", Milliseconds(absl::Hours(5)), ",approved,1\n"));
  ImportOptions options;
  options.posts = files_.Join("posts.csv");
  options.json = true;
  const Result result = Import(options);
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.out, StartsWith("{\"figures\":[{\"name\":\"import_posts_accepted\",\"value\":1,"));
  EXPECT_THAT(result.out, EndsWith("]}\n"));
}

TEST_F(ImportTest, VisitsAreMade) {
  Write("visits.csv", "account_id,ip_address\nsomebody,192.0.2.1\nsomebody,no address\n");
  ImportOptions options;
  options.visits = files_.Join("visits.csv");
  const Result result = Import(options);
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.out, HasSubstr("visits: 1 accepted, 1 refused"));
}

TEST_F(ImportTest, AConnectionSaysWhatItLacks) {
  EXPECT_TRUE(absl::IsInvalidArgument(Connection::Create({}).status()));
  Connection::Options options{
      .server = "unix:/nowhere", .ca_file = "", .token_file = "", .issuer_directory = ""};
  EXPECT_TRUE(absl::IsInvalidArgument(Connection::Create(options).status()));
  options.token_file = files_.Join("token");
  ASSERT_EQ(chmod(options.token_file.c_str(), 0644), 0);
  EXPECT_TRUE(absl::IsPermissionDenied(Connection::Create(options).status()));
}

}  // namespace
}  // namespace bauta::testing
