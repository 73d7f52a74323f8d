// StoreService through the real server: the report of what is kept, backups, the end of collecting.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bauta/v1/store_service.grpc.pb.h"
#include "featurestore/store/rights_log.h"
#include "service/convert_time.h"
#include "tests/service/calls.h"
#include "tests/testing/test_server.h"

namespace bauta::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TestServer::Options WithBackups() {
  TestServer::Options options;
  options.more_store_config = "backup_directory: 'backups'";
  return options;
}

class StoreServiceTest : public ::testing::Test {
 protected:
  using Stub = v1::StoreService::Stub;

  template <class Request, class Response>
  grpc::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response& response) {
    const auto stub = server_->Stub<v1::StoreService>();
    return ((*stub).*method)(server_->ContextOf(Role::kOperator).get(), request, &response);
  }
  v1::GetPrivacyReportResponse Report() {
    v1::GetPrivacyReportResponse report;
    const grpc::Status status = Call(&Stub::GetPrivacyReport, v1::GetPrivacyReportRequest(), report);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return report;
  }
  grpc::Status Backup(const std::string& id) {
    v1::CreateBackupRequest request;
    request.set_backup_id(id);
    v1::CreateBackupResponse response;
    return Call(&Stub::CreateBackup, request, response);
  }
  void StopCollecting() {
    v1::StopCollectingResponse response;
    const grpc::Status status = Call(&Stub::StopCollecting, v1::StopCollectingRequest(), response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  void RecordFor(const std::string& name, int subjects, v1::SignalKind kind, int posts) {
    for (int i = 0; i < subjects; ++i) {
      for (int post = 1; post <= posts; ++post) {
        ASSERT_EQ(calls_.RecordOne(
                      Event(Account(absl::StrCat(name, i)), kind, static_cast<uint64_t>(post), calls_.now())),
                  "ACCEPTED");
      }
    }
  }
  std::string MetricOf(const std::string& name) {
    for (const MetricSample& sample : server_->backend().Samples()) {
      if (sample.name == name) return absl::StrCat(sample.value);
    }
    return "absent";
  }

  std::unique_ptr<TestServer> server_ = TestServer::Start(WithBackups());
  Calls calls_{*server_};
};

// The rows of a kind by the days of their age's upper bound; 0: older.
std::map<uint32_t, uint64_t> RowsOf(const v1::GetPrivacyReportResponse& report, v1::SignalKind kind) {
  std::map<uint32_t, uint64_t> rows;
  for (const v1::AgeCount& age : report.signal_kinds(kind - 1).ages()) {
    if (age.row_count() > 0) rows[age.days_max()] = age.row_count();
  }
  return rows;
}

TEST_F(StoreServiceTest, AnEmptyStoresReportSaysNothingOfAnybody) {
  const v1::GetPrivacyReportResponse report = Report();
  EXPECT_EQ(report.region(), "test");
  EXPECT_EQ(report.crowd_min(), 50u);
  EXPECT_TRUE(report.collecting());
  EXPECT_EQ(report.subject_count(), 0u);
  EXPECT_EQ(report.policy_versions_size(), 0);
  EXPECT_EQ(report.signal_kinds_size(), 12);
  EXPECT_EQ(report.log_sequence(), 0u);
  EXPECT_EQ(report.log_bytes(), 64u) << "the header of its file";
  EXPECT_EQ(report.identity_epoch(), 1u);
  EXPECT_EQ(FromProto(report.report_time()), calls_.now());
  EXPECT_EQ(FromProto(report.wrap_key_time()), calls_.now()) << "made with the store";
  EXPECT_GT(report.identity_key_time().seconds(), 0);
  EXPECT_FALSE(report.has_audit_check());
  EXPECT_FALSE(report.has_model_train_begin_time());
}

TEST_F(StoreServiceTest, TheReportCountsByKindAgeAndPolicyAndRoundsDown) {
  // 135 readers of 2 clicks 10 days ago; 60 of them with a like of today; 40 with 3 shares of today.
  for (int i = 0; i < 135; ++i) {
    ASSERT_TRUE(
        calls_.Grant(Account(absl::StrCat("reader", i)), {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN}).ok());
  }
  RecordFor("reader", 135, v1::SIGNAL_KIND_CLICK, 2);
  server_->clock().Advance(absl::Hours(240));
  RecordFor("reader", 60, v1::SIGNAL_KIND_LIKE, 1);
  RecordFor("reader", 40, v1::SIGNAL_KIND_SHARE, 3);
  // 71 who never agreed and used an X; 52 minors; 49 who agreed and withdrew; 63 erased.
  for (int i = 0; i < 71; ++i) {
    ASSERT_TRUE(
        calls_.Relate(Account(absl::StrCat("blocker", i)), {RelationTo(v1::RELATION_KIND_BLOCK, "an author")})
            .ok());
  }
  for (int i = 0; i < 52; ++i) {
    const absl::Status marked = server_->backend().store().UpdateInstructions(
        CodeAccess::MakePseudonym(CodeBytes{77, static_cast<uint8_t>(i)}), {"mark-minor"},
        [](HeadInstructions& instructions) {
          instructions.consent.minor = true;
          return absl::OkStatus();
        });
    ASSERT_TRUE(marked.ok()) << marked;
  }
  for (int i = 0; i < 49; ++i) {
    const v1::Subject subject = Account(absl::StrCat("withdrawn", i));
    ASSERT_TRUE(calls_.Grant(subject, {v1::PURPOSE_PERSONALIZE}).ok());
    ASSERT_EQ(calls_.RecordOne(Event(subject, v1::SIGNAL_KIND_VIEW, 1, calls_.now())), "ACCEPTED");
    ASSERT_TRUE(calls_.Withdraw(subject, {v1::PURPOSE_PERSONALIZE}).ok());
  }
  for (int i = 0; i < 63; ++i) calls_.Erase(Account(absl::StrCat("erased", i)));
  ASSERT_TRUE(calls_.Upsert({PostOf(1, "an author", {}, calls_.now())}).ok());

  const v1::GetPrivacyReportResponse report = Report();
  EXPECT_EQ(report.subject_count(), 300u) << "of 135 + 71 + 52 + 49 = 307";
  EXPECT_EQ(report.history_count(), 100u) << "of 135";
  EXPECT_EQ(report.minor_count(), 50u) << "of 52";
  EXPECT_EQ(report.erasure_mark_count(), 50u) << "of 63";
  EXPECT_EQ(report.post_count(), 1u);
  EXPECT_FALSE(report.incomplete());
  EXPECT_EQ(RowsOf(report, v1::SIGNAL_KIND_CLICK), (std::map<uint32_t, uint64_t>{{30, 250}})) << "of 270";
  EXPECT_EQ(RowsOf(report, v1::SIGNAL_KIND_LIKE), (std::map<uint32_t, uint64_t>{{1, 50}})) << "of 60";
  EXPECT_TRUE(RowsOf(report, v1::SIGNAL_KIND_SHARE).empty()) << "120 rows, but of 40 subjects";
  EXPECT_TRUE(RowsOf(report, v1::SIGNAL_KIND_VIEW).empty()) << "withdrawn";
  EXPECT_EQ(report.signal_kinds(v1::SIGNAL_KIND_CLICK - 1).retention_days(), 180u);
  ASSERT_EQ(report.policy_versions_size(), 2);
  const v1::PolicyVersionCount& none = report.policy_versions(0);
  EXPECT_EQ(none.policy_version(), 0u);
  EXPECT_EQ(none.subject_count(), 100u) << "of 71 + 52";
  const v1::PolicyVersionCount& first = report.policy_versions(1);
  EXPECT_EQ(first.policy_version(), 1u);
  EXPECT_EQ(first.subject_count(), 150u) << "of 135 + 49";
  std::vector<uint64_t> grants;
  for (const v1::PurposeCount& purpose : first.purposes()) grants.push_back(purpose.subject_count());
  EXPECT_THAT(grants, ElementsAre(100, 100, 0, 0, 0)) << "of 135 and 135";
  EXPECT_EQ(report.log_sequence(), 135u + 71 + 52 + 2 * 49 + 63);
}

TEST_F(StoreServiceTest, RowsMoveToOlderAgesAndAreGoneWithTheirRetention) {
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(calls_.Grant(Account(absl::StrCat("reader", i)), {v1::PURPOSE_PERSONALIZE}).ok());
  }
  RecordFor("reader", 50, v1::SIGNAL_KIND_CLICK, 1);
  const std::vector<std::pair<int, uint32_t>> ages = {{0, 1},   {1, 7},    {6, 7},    {7, 30},
                                                      {30, 90}, {90, 180}, {179, 180}};
  const absl::Time begin = calls_.now();
  for (const auto& [days, days_max] : ages) {
    server_->clock().Advance(begin + absl::Hours(24 * days) - calls_.now());
    EXPECT_EQ(RowsOf(Report(), v1::SIGNAL_KIND_CLICK), (std::map<uint32_t, uint64_t>{{days_max, 50}}))
        << "after " << days << " days";
  }
  server_->clock().Advance(absl::Hours(48));
  EXPECT_TRUE(RowsOf(Report(), v1::SIGNAL_KIND_CLICK).empty());
}

TEST_F(StoreServiceTest, TheReportUnsealsNoHistoryWithoutPersonalize) {
  for (int i = 0; i < 3; ++i) {
    const v1::Subject subject = Account(absl::StrCat("withdrawn", i));
    ASSERT_TRUE(calls_.Grant(subject, {v1::PURPOSE_PERSONALIZE}).ok());
    if (i == 0) continue;
    ASSERT_TRUE(calls_.Withdraw(subject, {v1::PURPOSE_PERSONALIZE}).ok());
  }
  const uint64_t before = server_->backend().store().statistics().histories_unsealed;
  Report();
  EXPECT_EQ(server_->backend().store().statistics().histories_unsealed - before, 1u);
}

TEST_F(StoreServiceTest, TheDailyUpkeepChecksTheRightsLogAndTellsOfDamage) {
  ASSERT_TRUE(calls_.Grant(Account("reader"), {v1::PURPOSE_PERSONALIZE}).ok());
  ASSERT_TRUE(calls_.Grant(Account("another"), {v1::PURPOSE_PERSONALIZE}).ok());
  EXPECT_EQ(MetricOf("bauta_rights_log_whole"), "absent");
  server_->clock().Advance(absl::Hours(25));
  server_->RunDueTasks();
  v1::GetPrivacyReportResponse report = Report();
  EXPECT_TRUE(report.audit_check().whole());
  EXPECT_EQ(report.audit_check().entry_count(), 2u);
  EXPECT_EQ(FromProto(report.audit_check().check_time()), calls_.now());
  EXPECT_EQ(MetricOf("bauta_rights_log_whole"), "1");

  const std::string path = RightsLogPath(server_->store_directory(), 1);
  std::fstream log(path, std::ios::in | std::ios::out | std::ios::binary);
  log.seekp(200);
  log.put('\x55');
  log.close();
  server_->clock().Advance(absl::Hours(25));
  ::testing::internal::CaptureStderr();
  server_->RunDueTasks();
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("the rights log failed its check"), HasSubstr("entry 1")));
  report = Report();
  EXPECT_FALSE(report.audit_check().whole());
  EXPECT_EQ(report.audit_check().entry_count(), 0u);
  EXPECT_EQ(FromProto(report.audit_check().check_time()), calls_.now());
  EXPECT_EQ(MetricOf("bauta_rights_log_whole"), "0");
}

TEST_F(StoreServiceTest, ABackupIsWrittenOnceAndAudited) {
  ASSERT_TRUE(calls_.Grant(Account("reader"), {v1::PURPOSE_PERSONALIZE}).ok());
  v1::CreateBackupRequest request;
  request.set_backup_id("monday-1");
  v1::CreateBackupResponse response;
  const grpc::Status status = Call(&Stub::CreateBackup, request, response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.log_sequence(), 2u) << "the consent, and the entry of the backup itself";
  EXPECT_EQ(FromProto(response.backup_time()), calls_.now());
  EXPECT_TRUE(std::filesystem::exists(server_->directory() + "/backups/monday-1/manifest"));
  EXPECT_EQ(Backup("monday-1").error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(Report().log_sequence(), 2u) << "what was refused is not in the log";
}

TEST_F(StoreServiceTest, ABackupWithoutAGoodNameOrFolderIsRefused) {
  for (const char* id : {"", ".", "a/b", "../x", "ümlaut", "a b"}) {
    const grpc::Status status = Backup(id);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << id;
    EXPECT_THAT(status.error_message(), HasSubstr("backup_id: 1 to 64 letters")) << id;
  }
  server_ = TestServer::Start();
  const grpc::Status status = Backup("monday");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("store.backup_directory"));
}

TEST_F(StoreServiceTest, ARotationIsBegunOnceAndEverybodyIsServedThroughIt) {
  const v1::Subject reader = Account("reader");
  ASSERT_TRUE(calls_
                  .Upsert({PostOf(1, "an author", {7}, calls_.now() - absl::Hours(1)),
                           PostOf(2, "an author", {7}, calls_.now() - absl::Hours(1))})
                  .ok());
  ASSERT_TRUE(calls_.Grant(reader, {v1::PURPOSE_PERSONALIZE}).ok());
  ASSERT_EQ(calls_.RecordOne(Event(reader, v1::SIGNAL_KIND_CLICK, 1, calls_.now())), "ACCEPTED");
  ASSERT_TRUE(calls_.Dismiss(reader, 2, v1::DISMISS_REASON_NOT_INTERESTED).ok());

  v1::RotateIdentityKeyResponse response;
  grpc::Status status = Call(&Stub::RotateIdentityKey, v1::RotateIdentityKeyRequest(), response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.to_epoch(), 2u);
  EXPECT_EQ(MetricOf("bauta_identity_rotation_running"), "1");
  status = Call(&Stub::RotateIdentityKey, v1::RotateIdentityKeyRequest(), response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("a rotation to epoch 2 is running"));
  EXPECT_EQ(Backup("meanwhile").error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  v1::GetPrivacyReportResponse report;
  EXPECT_EQ(Call(&Stub::GetPrivacyReport, v1::GetPrivacyReportRequest(), report).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(calls_.Rank(reader, {1, 2}), ElementsAre(1));
  EXPECT_THAT(calls_.Export(reader).interactions, ::testing::SizeIs(1));

  server_->clock().Advance(absl::Seconds(1));
  server_->RunDueTasks();
  EXPECT_EQ(MetricOf("bauta_identity_rotation_running"), "0");
  EXPECT_EQ(Report().identity_epoch(), 2u);
  EXPECT_TRUE(Backup("afterwards").ok());
  const auto expect_served = [&] {
    EXPECT_THAT(calls_.Rank(reader, {1, 2}), ElementsAre(1));
    EXPECT_THAT(calls_.Export(reader).interactions, ::testing::SizeIs(1));
  };
  expect_served();
  ASSERT_TRUE(server_->Restart().ok());
  expect_served();
  calls_.Erase(reader);
  EXPECT_TRUE(calls_.Export(reader).Empty());
}

TEST_F(StoreServiceTest, AfterTheStopNothingIsTakenInAndPeopleGetWhatIsTheirs) {
  const v1::Subject reader = Account("reader");
  const v1::Subject other = Account("other");
  ASSERT_TRUE(calls_
                  .Upsert({PostOf(1, "an author", {7}, calls_.now() - absl::Hours(1)),
                           PostOf(2, "an author", {7}, calls_.now() - absl::Hours(1))})
                  .ok());
  ASSERT_TRUE(calls_.Grant(reader, {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN}).ok());
  ASSERT_TRUE(calls_.Grant(other, {v1::PURPOSE_PERSONALIZE}).ok());
  ASSERT_EQ(calls_.RecordOne(Event(reader, v1::SIGNAL_KIND_CLICK, 1, calls_.now())), "ACCEPTED");
  StopCollecting();
  StopCollecting();
  EXPECT_FALSE(Report().collecting());
  EXPECT_EQ(MetricOf("bauta_collecting"), "0");

  const auto expect_stopped = [&] {
    EXPECT_EQ(calls_.RecordOne(Event(reader, v1::SIGNAL_KIND_CLICK, 2, calls_.now())),
              "REFUSED NOT_COLLECTING");
    EXPECT_EQ(calls_.Grant(reader, {v1::PURPOSE_CROWD}).status().code(),
              absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(calls_.Grant(Account("new"), {v1::PURPOSE_PERSONALIZE}).status().code(),
              absl::StatusCode::kFailedPrecondition);
    v1::PastConsent past;
    *past.mutable_subject() = Account("new");
    past.add_grant_purposes(v1::PURPOSE_PERSONALIZE);
    past.set_policy_version(1);
    *past.mutable_since_time() = At(calls_.now() - absl::Hours(1));
    EXPECT_EQ(calls_.Backfill({past}).status().code(), absl::StatusCode::kFailedPrecondition);
    const auto rows = server_->backend().training().StreamRows(
        Principal(), v1::StreamRowsRequest(), [](const v1::StreamRowsResponse&) { return absl::OkStatus(); });
    EXPECT_EQ(rows.code(), absl::StatusCode::kFailedPrecondition);
  };
  expect_stopped();
  EXPECT_THAT(calls_.Rank(reader, {1, 2}), ::testing::SizeIs(2)) << "feeds go on";
  ASSERT_TRUE(calls_.Dismiss(reader, 2, v1::DISMISS_REASON_NOT_INTERESTED).ok());
  EXPECT_THAT(calls_.Rank(reader, {1, 2}), ElementsAre(1)) << "and X's";
  EXPECT_THAT(calls_.Export(reader).interactions, ::testing::SizeIs(1)) << "and exports";
  ASSERT_TRUE(calls_.Withdraw(reader, {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN}).ok());
  EXPECT_TRUE(calls_.Export(reader).interactions.empty()) << "and withdrawals";
  calls_.Erase(other);
  EXPECT_TRUE(calls_.Export(other).Empty()) << "and erasures";

  ASSERT_TRUE(server_->Restart().ok());
  expect_stopped();
  EXPECT_THAT(calls_.Rank(reader, {1, 2}), ElementsAre(1));
}

}  // namespace
}  // namespace bauta::testing
