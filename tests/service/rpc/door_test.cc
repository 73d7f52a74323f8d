#include "service/rpc/door.h"

#include <gmock/gmock.h>
#include <google/protobuf/any.pb.h>
#include <google/protobuf/duration.pb.h>
#include <grpc/support/log.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "bauta/v1/interaction_service.grpc.pb.h"
#include "bauta/v1/subject_service.grpc.pb.h"
#include "service/rpc/quiet_logs.h"
#include "service/rpc/unary_call.h"

namespace bauta::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSecret[] = "a-secret";

// Stands in for the handlers: does whatever the test says.
class FakeInteractions final : public v1::InteractionService::Service {
 public:
  explicit FakeInteractions(Door& door) : door_(door) {}
  grpc::Status ListReasons(grpc::ServerContext* context, const v1::ListReasonsRequest* request,
                           v1::ListReasonsResponse* response) override {
    return RunUnary(door_, *context, Method::kListReasons, *request, *response,
                    [&](const Principal& principal) { return behaviour(principal, *response); });
  }
  std::function<absl::Status(const Principal&, v1::ListReasonsResponse&)> behaviour =
      [](const Principal&, v1::ListReasonsResponse&) { return absl::OkStatus(); };

 private:
  Door& door_;
};

class FakeSubjects final : public v1::SubjectService::Service {
 public:
  explicit FakeSubjects(Door& door) : door_(door) {}
  grpc::Status ExportSubject(grpc::ServerContext* context, const v1::ExportSubjectRequest* request,
                             grpc::ServerWriter<v1::ExportSubjectResponse>* writer) override {
    return RunServerStream(door_, *context, Method::kExportSubject, *request, *writer,
                           [&](const Principal&, StreamSink<v1::ExportSubjectResponse> sink) -> absl::Status {
                             for (int i = 0; i < 3; ++i) {
                               if (absl::Status status = sink({}); !status.ok()) return status;
                             }
                             return absl::OkStatus();
                           });
  }

 private:
  Door& door_;
};

class DoorTest : public ::testing::Test {
 protected:
  static Authenticator MakeAuthenticator() {
    const std::string hash = absl::BytesToHexString(ToAbsl(View(Sha256(std::string_view(kSecret)))));
    return *Authenticator::Parse(hash + " feed,privacy test");
  }

  void SetUp() override {
    grpc::ServerBuilder builder;
    builder.RegisterService(&interactions_);
    builder.RegisterService(&subjects_);
    server_ = builder.BuildAndStart();
    channel_ = server_->InProcessChannel({});
    stub_ = v1::InteractionService::NewStub(channel_);
  }

  static std::unique_ptr<grpc::ClientContext> Context() {
    auto context = std::make_unique<grpc::ClientContext>();
    context->AddMetadata("authorization", absl::StrCat("Bearer ", kSecret));
    return context;
  }
  grpc::Status Call(grpc::ClientContext& context) {
    v1::ListReasonsResponse response;
    return stub_->ListReasons(&context, {}, &response);
  }
  grpc::Status Call() { return Call(*Context()); }
  uint64_t Counted(absl::StatusCode code) const {
    return metrics_.Read(Method::kListReasons).by_code[static_cast<size_t>(code)];
  }

  SimulatedClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  const Authenticator authenticator_ = MakeAuthenticator();
  RightsVerifier rights_{{.issuers = {}, .start_time = clock_.Now()}};
  Metrics metrics_;
  Door door_{{.calls_in_flight_max = 2,
              .default_deadline = absl::Seconds(2),
              .retry_delay = absl::Milliseconds(1500)},
             authenticator_,
             rights_,
             metrics_,
             clock_};
  FakeInteractions interactions_{door_};
  FakeSubjects subjects_{door_};
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::InteractionService::Stub> stub_;
};

TEST_F(DoorTest, AdmitsWhoMayAndCountsTheCall) {
  std::string name;
  interactions_.behaviour = [&](const Principal& principal, v1::ListReasonsResponse&) {
    name = principal.name;
    return absl::OkStatus();
  };
  EXPECT_TRUE(Call().ok());
  EXPECT_EQ(name, "test");
  EXPECT_EQ(Counted(absl::StatusCode::kOk), 1u);
  EXPECT_EQ(door_.calls_in_flight(), 0);
}

TEST_F(DoorTest, NoTokenNoHandler) {
  interactions_.behaviour = [](const Principal&, v1::ListReasonsResponse&) -> absl::Status {
    ADD_FAILURE() << "the handler ran";
    return absl::OkStatus();
  };
  grpc::ClientContext none, wrong, two;
  wrong.AddMetadata("authorization", "Bearer wrong");
  two.AddMetadata("authorization", "Bearer wrong");
  two.AddMetadata("authorization", absl::StrCat("Bearer ", kSecret));
  for (grpc::ClientContext* context : {&none, &wrong, &two}) {
    EXPECT_EQ(Call(*context).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  }
  EXPECT_EQ(Counted(absl::StatusCode::kUnauthenticated), 3u);
}

TEST_F(DoorTest, EveryStatusOfAHandlerReachesTheCaller) {
  for (int code = 1; code <= 16; ++code) {
    interactions_.behaviour = [&](const Principal&, v1::ListReasonsResponse&) {
      return absl::Status(static_cast<absl::StatusCode>(code), "why");
    };
    const grpc::Status status = Call();
    EXPECT_EQ(static_cast<int>(status.error_code()), code);
    EXPECT_EQ(Counted(static_cast<absl::StatusCode>(code)), 1u);
  }
}

TEST_F(DoorTest, WhatTheServerFailedAtIsNotToldToCallers) {
  for (const absl::StatusCode code :
       {absl::StatusCode::kInternal, absl::StatusCode::kUnknown, absl::StatusCode::kDataLoss}) {
    interactions_.behaviour = [&](const Principal&, v1::ListReasonsResponse&) {
      return absl::Status(code, "/var/lib/bauta/db: corrupt block");
    };
    const grpc::Status status = Call();
    EXPECT_EQ(static_cast<int>(status.error_code()), static_cast<int>(code));
    EXPECT_THAT(status.error_message(), Not(HasSubstr("/var")));
  }
}

// google.rpc.Status and RetryInfo, read by hand as they are written by hand.
TEST_F(DoorTest, ExhaustionSaysWhenToTryAgain) {
  interactions_.behaviour = [](const Principal&, v1::ListReasonsResponse&) {
    return absl::ResourceExhaustedError("too much");
  };
  const grpc::Status status = Call();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  const std::string details = status.error_details();
  const std::string head = std::string("\x08\x08\x12\x08", 4) + "too much";
  ASSERT_EQ(details.substr(0, head.size()), head);
  ASSERT_EQ(details[head.size()], '\x1a');
  google::protobuf::Any any;
  ASSERT_TRUE(any.ParseFromString(details.substr(head.size() + 2)));
  EXPECT_EQ(any.type_url(), "type.googleapis.com/google.rpc.RetryInfo");
  ASSERT_EQ(any.value()[0], '\x0a');
  google::protobuf::Duration delay;
  ASSERT_TRUE(delay.ParseFromString(any.value().substr(2)));
  EXPECT_EQ(delay.seconds(), 1);
  EXPECT_EQ(delay.nanos(), 500'000'000);
}

TEST_F(DoorTest, CallsAboveTheLimitAreShedBeforeAnyWork) {
  std::mutex mutex;
  std::condition_variable changed;
  int inside = 0;
  bool open = false;
  interactions_.behaviour = [&](const Principal&, v1::ListReasonsResponse&) {
    std::unique_lock<std::mutex> lock(mutex);
    ++inside;
    changed.notify_all();
    changed.wait(lock, [&] { return open || inside > 2; });
    return absl::OkStatus();
  };
  std::future<grpc::Status> first = std::async(std::launch::async, [&] { return Call(); });
  std::future<grpc::Status> second = std::async(std::launch::async, [&] { return Call(); });
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return inside == 2; });
  }
  EXPECT_EQ(door_.calls_in_flight(), 2);
  const grpc::Status shed = Call();
  EXPECT_EQ(shed.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_FALSE(shed.error_details().empty());
  // Also for one who could not get in at all: not even the token was looked at.
  grpc::ClientContext stranger;
  EXPECT_EQ(Call(stranger).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  {
    std::lock_guard<std::mutex> lock(mutex);
    EXPECT_EQ(inside, 2);
    open = true;
    changed.notify_all();
  }
  EXPECT_TRUE(first.get().ok());
  EXPECT_TRUE(second.get().ok());
  EXPECT_TRUE(Call().ok()) << "there is room again";
}

TEST_F(DoorTest, ACallWithoutDeadlineGetsTheDefault) {
  absl::Duration left;
  interactions_.behaviour = [&](const Principal& principal, v1::ListReasonsResponse&) {
    left = principal.deadline - clock_.Now();
    return absl::OkStatus();
  };
  EXPECT_TRUE(Call().ok());
  EXPECT_EQ(left, absl::Seconds(2));
}

TEST_F(DoorTest, ACallersOwnDeadlineHolds) {
  absl::Duration left;
  interactions_.behaviour = [&](const Principal& principal, v1::ListReasonsResponse&) {
    left = principal.deadline - clock_.Now();
    return absl::OkStatus();
  };
  const auto context = Context();
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::hours(20));
  EXPECT_TRUE(Call(*context).ok());
  EXPECT_GT(left, absl::Hours(19));
  EXPECT_LT(left, absl::Hours(21));  // On the wire it is rounded up.
}

TEST_F(DoorTest, AReplyAfterTheDeadlineIsNone) {
  interactions_.behaviour = [&](const Principal&, v1::ListReasonsResponse&) {
    clock_.Advance(absl::Seconds(3));
    return absl::OkStatus();
  };
  EXPECT_EQ(Call().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(Counted(absl::StatusCode::kDeadlineExceeded), 1u);
}

TEST_F(DoorTest, AStreamIsHeldAtTheSameDoor) {
  const auto subjects = v1::SubjectService::NewStub(channel_);
  v1::ExportSubjectRequest request;
  request.mutable_subject()->set_account_id("somebody");
  const auto context = Context();
  const auto reader = subjects->ExportSubject(context.get(), request);
  v1::ExportSubjectResponse part;
  EXPECT_FALSE(reader->Read(&part)) << "no rights token was shown";
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(door_.streams_in_flight(), 0);
}

TEST_F(DoorTest, ARightsCallWithoutSubjectIsInvalid) {
  const auto subjects = v1::SubjectService::NewStub(channel_);
  const auto context = Context();
  context->AddMetadata(kRightsTokenMetadata, "whatever");
  const auto reader = subjects->ExportSubject(context.get(), {});
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(QuietLogsTest, WhatGrpcReportsIsNotQuoted) {
  QuietGrpcLogs();
  ::testing::internal::CaptureStderr();
  gpr_log(GPR_ERROR, "a peer sent CANARY-17");
  gpr_log(GPR_INFO, "CANARY-18");
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("door_test.cc"));
  EXPECT_THAT(log, Not(HasSubstr("CANARY")));
}

}  // namespace
}  // namespace bauta::testing
