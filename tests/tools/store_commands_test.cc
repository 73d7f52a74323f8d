// backup, restore, privacy-report, stop-collecting, wind-down and audit verify, as a person types them: the
// program itself, beside the real server and on its files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "featurestore/store/rights_log_format.h"
#include "tests/testing/test_server.h"
#include "tests/tools/command_fixture.h"
#include "tools/cli/privacy_report.h"

namespace bauta::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class StoreCommandsTest : public ::testing::Test {
 protected:
  static TestServer::Options Options() {
    TestServer::Options options;
    options.more_store_config = "backup_directory: 'backups'";
    return options;
  }
  StoreCommandsTest() {
    Write(Path("server.conf"), server_->config_text());
    Write(Path("token"), TestServer::TokenOf(Role::kOperator));
    chmod(Path("token").c_str(), 0600);
  }

  std::string Path(const std::string& name) const { return server_->directory() + "/" + name; }
  static void Write(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }
  static std::string Read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  // A command that calls the server.
  Outcome Call(const std::string& arguments) const {
    return RunBauta(
        absl::StrCat(arguments, " --server=unix:", server_->socket_path(), " --token_file=", Path("token")));
  }
  // A command on its files.
  Outcome OnFiles(const std::string& arguments) const {
    return RunBauta(absl::StrCat(arguments, " --config=", Path("server.conf")));
  }
  Outcome Audit() const { return RunBauta("audit verify --dir=" + server_->store_directory()); }

  absl::Status Dismiss(uint64_t post) {
    return server_->backend().store().UpdateInstructions(
        CodeAccess::MakePseudonym(CodeBytes{1}), {"dismiss-post"}, [&](HeadInstructions& instructions) {
          Dismissal dismissal;
          dismissal.reason = DismissalReason::kNotInterested;
          dismissal.post = PostId(post);
          return AddDismissal(instructions, dismissal);
        });
  }
  size_t DismissalCount() {
    return server_->backend()
        .store()
        .ReadInstructions(CodeAccess::MakePseudonym(CodeBytes{1}))
        ->dismissals.size();
  }

  std::unique_ptr<TestServer> server_ = TestServer::Start(Options());
};

TEST_F(StoreCommandsTest, ABackupIsRestoredUnderThePresentLog) {
  ASSERT_TRUE(Dismiss(11).ok());
  const Outcome backup = Call("backup --name=monday");
  EXPECT_EQ(backup.exit_code, 0) << backup.output;
  EXPECT_THAT(backup.output, AllOf(HasSubstr("monday"), HasSubstr("2024-06-01 12:00")));
  ASSERT_TRUE(Dismiss(12).ok());
  const Outcome running = OnFiles("restore --backup=monday");
  EXPECT_EQ(running.exit_code, 1);
  EXPECT_THAT(running.output, HasSubstr("is in use"));
  server_->Stop();
  const Outcome restore = OnFiles("restore --backup=monday");
  EXPECT_EQ(restore.exit_code, 0) << restore.output;
  EXPECT_THAT(restore.output,
              AllOf(HasSubstr("replays 1 entries of the rights log behind its entry 2"), HasSubstr("Lost: "),
                    HasSubstr("posts upserted since"), HasSubstr("data/db.before-restore-")));
  ASSERT_TRUE(server_->Restart().ok());
  EXPECT_EQ(DismissalCount(), 2u);
}

TEST_F(StoreCommandsTest, WhatIsMissingIsAskedFor) {
  EXPECT_THAT(Call("backup").output, HasSubstr("Give --name"));
  EXPECT_THAT(OnFiles("restore").output, HasSubstr("Give --backup"));
  EXPECT_THAT(RunBauta("restore --backup=monday").output, HasSubstr("Give --config"));
  EXPECT_THAT(OnFiles("restore --backup=monday").output, HasSubstr("is in use"));
  server_->Stop();
  const Outcome absent = OnFiles("restore --backup=monday");
  EXPECT_EQ(absent.exit_code, 1);
  EXPECT_THAT(absent.output, HasSubstr("monday: no such backup"));
  EXPECT_THAT(OnFiles("wind-down").output, HasSubstr("--destroy_keys"));
}

TEST_F(StoreCommandsTest, AStoreIsWoundDown) {
  ASSERT_TRUE(Dismiss(11).ok());
  const Outcome early = OnFiles("wind-down --destroy_keys");
  EXPECT_EQ(early.exit_code, 1);
  EXPECT_THAT(early.output, HasSubstr("is in use"));
  const Outcome stop = Call("stop-collecting");
  EXPECT_EQ(stop.exit_code, 0) << stop.output;
  EXPECT_THAT(stop.output, HasSubstr("for good"));
  server_->Stop();
  const Outcome end = OnFiles("wind-down --destroy_keys");
  EXPECT_EQ(end.exit_code, 0) << end.output;
  const absl::Status start = server_->Restart();
  EXPECT_THAT(std::string(start.message()), HasSubstr("keys/destroyed: the store was wound down"));
  EXPECT_EQ(OnFiles("wind-down --destroy_keys").exit_code, 0) << "it can be run again";
  EXPECT_EQ(Audit().exit_code, 0) << "the audit goes on";
}

TEST_F(StoreCommandsTest, KeysOfAStoreThatCollectsAreNotDestroyed) {
  ASSERT_TRUE(Dismiss(11).ok());
  server_->Stop();
  const Outcome end = OnFiles("wind-down --destroy_keys");
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_THAT(end.output, HasSubstr("has not stopped collecting"));
  ASSERT_TRUE(server_->Restart().ok());
  EXPECT_EQ(DismissalCount(), 1u);
}

TEST_F(StoreCommandsTest, TheReportIsPrintedWithThePromises) {
  ASSERT_TRUE(Dismiss(11).ok());
  const Outcome report = Call("privacy-report");
  EXPECT_EQ(report.exit_code, 0) << report.output;
  EXPECT_THAT(report.output,
              AllOf(HasSubstr("subjects (multiples of 50)"), HasSubstr("not checked since the start"),
                    HasSubstr("epoch 1"), HasSubstr("Erasure destroys a key"),
                    HasSubstr("privacy/subject_keys.cc"), Not(HasSubstr("`"))));
  const Outcome json = Call("privacy-report --json");
  EXPECT_EQ(json.exit_code, 0);
  EXPECT_THAT(json.output, AllOf(HasSubstr("\"region\":\"test\""), HasSubstr("\"log_sequence\":\"1\"")));
  EXPECT_EQ(json.output.find('\n'), json.output.size() - 1) << "one document on one line";
}

TEST_F(StoreCommandsTest, EveryPromiseOfThePageIsInTheProgram) {
  std::vector<std::string> promises;
  for (const Promise& promise : Promises()) {
    promises.push_back(promise.promise);
    EXPECT_THAT(promise.enforced_in, HasSubstr("/")) << promise.promise << ": the file that enforces it";
  }
  EXPECT_THAT(promises, AllOf(Contains("Only codes are kept"), Contains("Models forget"),
                              Not(Contains("promise")), Not(Contains(HasSubstr("---")))));
  EXPECT_GT(promises.size(), 15u);
}

// ---- with people in the store

class PeoplesStoreCommandsTest : public CommandTest {
 protected:
  PeoplesStoreCommandsTest()
      : CommandTest({.more_config = "", .more_store_config = "backup_directory: 'backups'"}) {}
};

TEST_F(PeoplesStoreCommandsTest, TheIdentityKeyIsRotatedOnceAtATimeAndPeopleStayWhoTheyAre) {
  Printed("backup --name=before");
  EXPECT_THAT(Printed("rotate-identity-key"), AllOf(HasSubstr("every subject to identity key 2"),
                                                    HasSubstr("bauta_identity_rotation_running")));
  for (const WrongUse& meanwhile : {WrongUse{"rotate-identity-key", 1, "a rotation to epoch 2 is running"},
                                    {"backup --name=meanwhile", 1, "FAILED_PRECONDITION"},
                                    {"privacy-report", 1, "FAILED_PRECONDITION"}}) {
    ExpectWrong(meanwhile);
  }
  const auto expect_reader = [&] {
    EXPECT_THAT(Printed("export --account=reader"), HasSubstr("SIGNAL_KIND_CLICK"));
    EXPECT_THAT(Printed("consent --account=reader"), HasSubstr("personalize 20"));
  };
  expect_reader();
  server().clock().Advance(absl::Seconds(2));
  server().RunDueTasks();
  EXPECT_THAT(Printed("privacy-report"), HasSubstr("epoch 2"));
  expect_reader();
  EXPECT_EQ(Printed("rotate-identity-key --json"), "{\"to_epoch\":3}\n");

  server().clock().Advance(absl::Seconds(2));
  server().RunDueTasks();
  Write("server.conf", server().config_text());
  server().Stop();
  const Outcome restore = Run(absl::StrCat("restore --backup=before --config=", Path("server.conf")));
  EXPECT_EQ(restore.exit_code, 1);
  EXPECT_THAT(restore.output, HasSubstr("identity"));
}

TEST_F(PeoplesStoreCommandsTest, OnceCollectingHasStoppedPeopleStillGetWhatIsTheirs) {
  EXPECT_EQ(Printed("stop-collecting --json"), "{}\n");
  EXPECT_THAT(Printed("stop-collecting"), HasSubstr("for good"));
  ExpectWrong({"consent --account=reader --grant=ads", 1, "FAILED_PRECONDITION"});
  EXPECT_THAT(Printed(absl::StrCat("import --events=", Path("events.csv"))), HasSubstr("not_collecting: 4"));
  EXPECT_THAT(Printed("privacy-report"), HasSubstr("no, stopped for good"));
  EXPECT_THAT(Printed("export --account=reader"), HasSubstr("SIGNAL_KIND_CLICK"));
  EXPECT_THAT(Printed("consent --account=reader --withdraw=all"), HasSubstr("personalize - no"));
  Printed("erase --account=reader");
}

TEST_F(PeoplesStoreCommandsTest, TheStoreIsTheOperators) {
  const struct {
    const char* command;
    const char* role;
  } cases[] = {{"backup --name=mine", "privacy"},
               {"rotate-identity-key", "privacy"},
               {"stop-collecting", "privacy"},
               {"privacy-report", "feed"}};
  for (const auto& one : cases) {
    const Outcome refused = RunAs(one.role, one.command);
    EXPECT_EQ(refused.exit_code, 1) << one.command;
    EXPECT_THAT(refused.output, HasSubstr("the token has no role that may call it")) << one.command;
  }
  EXPECT_THAT(Printed("privacy-report"), AllOf(HasSubstr("epoch 1"), HasSubstr("collecting yes")));
  EXPECT_FALSE(fs::exists(Path("backups/mine")));
}

TEST_F(PeoplesStoreCommandsTest, WrongUseIsNamed) {
  for (const WrongUse& wrong : {WrongUse{"backup monday", 2, "nothing but flags may follow, got monday"},
                                {"backup --name=../monday", 2, "backup_id"},
                                {"restore monday", 2, "nothing but flags may follow"},
                                {"restore --backup=monday --config=/nowhere.conf", 1, "/nowhere.conf"},
                                {"wind-down --destroy_keys", 2, "Give --config"},
                                {"wind-down --destroy_keys --config=/nowhere.conf", 1, "/nowhere.conf"},
                                {"audit", 2, "verify expected"},
                                {"audit verify", 2, "Give --dir"},
                                {"audit verify --dir=/nowhere", 1, "/nowhere"}}) {
    ExpectWrong(wrong);
  }
  Printed("backup --name=monday");
  ExpectWrong({"backup --name=monday", 1, "monday"});
}

// ---- audit verify

// The log as a list of entries' bytes, behind its header.
std::vector<std::string> Entries(const std::string& log) {
  std::vector<std::string> entries;
  for (size_t at = kRightsLogFileHeaderSize; at < log.size();) {
    const auto size = DecodeEntrySize(std::string_view(log).substr(at, kRightsEntryHeaderSize));
    if (!size.ok()) break;
    entries.push_back(log.substr(at, *size));
    at += *size;
  }
  return entries;
}

TEST_F(StoreCommandsTest, TheAuditFindsAChangedDroppedReorderedOrCutEntry) {
  for (uint64_t post = 1; post <= 5; ++post) ASSERT_TRUE(Dismiss(post).ok());
  EXPECT_EQ(Audit().exit_code, 0) << "beside the running server";
  server_->Stop();
  const std::string path = server_->store_directory() + "/rights.log.1";
  const std::string whole = Read(path);
  const std::string header = whole.substr(0, kRightsLogFileHeaderSize);
  const std::vector<std::string> entries = Entries(whole);
  ASSERT_EQ(entries.size(), 5u);
  const auto join = [&](const std::vector<size_t>& order) {
    std::string log = header;
    for (size_t i : order) log += entries[i];
    return log;
  };
  ASSERT_EQ(join({0, 1, 2, 3, 4}), whole);
  std::string changed = whole;
  changed[header.size() + entries[0].size() + 80] ^= 1;
  std::string of_the_header = whole;
  of_the_header[header.size() + entries[0].size() + 8] ^= 1;
  const struct {
    const char* what;
    std::string log;
    const char* message;
  } cases[] = {
      {"a changed payload", changed, "entry 2"},
      {"a changed header", of_the_header, "entry 2"},
      {"a dropped entry", join({0, 1, 3, 4}), "entry 3"},
      {"a repeated entry", join({0, 1, 1, 2, 3, 4}), "entry 3"},
      {"two entries in another order", join({0, 2, 1, 3, 4}), "entry 2"},
      {"the last entry dropped", join({0, 1, 2, 3}), "is behind its head"},
      {"the last entry cut", whole.substr(0, whole.size() - 5), "is behind its head"},
      {"all of it gone", header, "is behind its head"},
  };
  for (const auto& one : cases) {
    Write(path, one.log);
    const Outcome audit = Audit();
    EXPECT_EQ(audit.exit_code, 1) << one.what << ": " << audit.output;
    EXPECT_THAT(audit.output, AllOf(HasSubstr("rights.log.1"), HasSubstr(one.message))) << one.what;
    EXPECT_EQ(Read(path), one.log) << "an audit changes nothing";
  }
  Write(path, whole);
  const Outcome audit = Audit();
  EXPECT_EQ(audit.exit_code, 0);
  EXPECT_THAT(audit.output, AllOf(HasSubstr("The chain is whole: 5 entries"), HasSubstr("subject-state")));
}

}  // namespace
}  // namespace bauta::testing
