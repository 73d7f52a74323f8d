// The real server from its start to its stop.
#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bauta/v1/feed_service.grpc.pb.h"
#include "bauta/v1/interaction_service.grpc.pb.h"
#include "bauta/v1/post_service.grpc.pb.h"
#include "bauta/v1/subject_service.grpc.pb.h"
#include "tests/service/raw_call.h"
#include "tests/testing/gated_file_system.h"
#include "tests/testing/test_server.h"

namespace bauta::testing {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void PutPost(TestServer& server, uint64_t id) {
  v1::UpsertPostsRequest request;
  v1::Post& post = *request.add_posts();
  post.set_post_id(id);
  post.mutable_author()->set_author_id("an-author");
  post.add_topic_ids(7);
  post.set_kind(v1::POST_KIND_TEXT);
  post.set_review_state(v1::REVIEW_STATE_APPROVED);
  post.set_audience(v1::AUDIENCE_EVERYONE);
  post.set_version(1);
  const int64_t seconds = absl::ToUnixSeconds(server.clock().Now()) - 60;
  post.mutable_create_time()->set_seconds(seconds);
  post.mutable_publish_time()->set_seconds(seconds);
  v1::UpsertPostsResponse response;
  const grpc::Status status = server.Stub<v1::PostService>()->UpsertPosts(
      server.ContextOf(Role::kCatalogue).get(), request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.results(0).status(), v1::ITEM_STATUS_ACCEPTED) << response.results(0).message();
}

std::vector<uint64_t> Rank(TestServer& server, const std::vector<uint64_t>& posts,
                           grpc::Status* status = nullptr) {
  v1::RankPostsRequest request;
  *request.mutable_visit()->mutable_subject() = Account("somebody");
  for (uint64_t post : posts) request.add_post_ids(post);
  v1::RankPostsResponse response;
  const grpc::Status result =
      server.Stub<v1::FeedService>()->RankPosts(server.ContextOf(Role::kFeed).get(), request, &response);
  if (status != nullptr) *status = result;
  return {response.feed().post_ids().begin(), response.feed().post_ids().end()};
}

grpc::Status Dismiss(TestServer& server, uint64_t post) {
  v1::DismissPostRequest request;
  *request.mutable_subject() = Account("somebody");
  request.set_post_id(post);
  request.set_reason(v1::DISMISS_REASON_NOT_INTERESTED);
  v1::DismissPostResponse response;
  return server.Stub<v1::InteractionService>()->DismissPost(server.ContextOf(Role::kFeed).get(), request,
                                                            &response);
}

TEST(ServerLifeTest, APostIsRankedOnTheNextRequestAndGoneAfterAnX) {
  const auto server = TestServer::Start();
  EXPECT_THAT(Rank(*server, {11, 12}), IsEmpty());
  PutPost(*server, 11);
  EXPECT_THAT(Rank(*server, {11, 12}), ElementsAre(11));
  ASSERT_TRUE(Dismiss(*server, 11).ok());
  EXPECT_THAT(Rank(*server, {11, 12}), IsEmpty());
}

TEST(ServerLifeTest, WhatWasAcknowledgedSurvivesARestart) {
  const auto server = TestServer::Start();
  PutPost(*server, 11);
  PutPost(*server, 12);
  ASSERT_TRUE(Dismiss(*server, 11).ok());
  ASSERT_TRUE(server->Restart().ok());
  EXPECT_THAT(Rank(*server, {11, 12}), ElementsAre(12));
}

// The X waits for its sync while the server is told to stop.
TEST(ServerLifeTest, ACallInFlightIsAnsweredBeforeTheServerStops) {
  GatedFileSystem files;
  TestServer::Options options;
  options.files = &files;
  const auto server = TestServer::Start(options);
  PutPost(*server, 11);
  files.Close();
  std::future<grpc::Status> dismissal = std::async(std::launch::async, [&] { return Dismiss(*server, 11); });
  files.AwaitWaiter();
  std::future<void> stopped = std::async(std::launch::async, [&] { server->server().Stop(); });
  // New calls are refused from then on, while the old one still waits.
  grpc::Status status;
  do Rank(*server, {11}, &status);
  while (status.ok());
  // The second is what gRPC says to a call that arrives in the very moment.
  EXPECT_THAT(status.error_code(), AnyOf(grpc::StatusCode::UNAVAILABLE, grpc::StatusCode::CANCELLED));
  files.Open();
  const grpc::Status dismissed = dismissal.get();
  EXPECT_TRUE(dismissed.ok()) << dismissed.error_message();
  stopped.get();
  ASSERT_TRUE(server->Restart().ok());
  EXPECT_THAT(Rank(*server, {11}), IsEmpty()) << "it was acknowledged";
}

TEST(ServerLifeTest, ABodyOverTheLimitIsRefusedAndTheServerServesOn) {
  TestServer::Options options;
  options.more_config = "limits { message_bytes: 65536 }";
  const auto server = TestServer::Start(options);
  PutPost(*server, 11);
  grpc::Status status;
  Rank(*server, std::vector<uint64_t>(10'000, 11), &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(Rank(*server, {11}), ElementsAre(11));
}

TEST(ServerLifeTest, HealthSaysServingForEveryService) {
  const auto server = TestServer::Start();
  const std::string serving("\x08\x01", 2);
  std::vector<std::string> services = {""};
  for (const MethodAccess& access : AllMethods()) services.emplace_back(access.service);
  for (const std::string& service : services) {
    grpc::ClientContext context;
    const std::string request =
        service.empty() ? ""
                        : absl::StrCat("\x0a", std::string(1, static_cast<char>(service.size())), service);
    const RawReply reply = CallRaw(server->channel(), context, "/grpc.health.v1.Health/Check", request);
    ASSERT_TRUE(reply.status.ok()) << service << ": " << reply.status.error_message();
    EXPECT_THAT(reply.messages, ElementsAre(serving)) << service;
  }
  grpc::ClientContext context;
  EXPECT_EQ(
      CallRaw(server->channel(), context, "/grpc.health.v1.Health/Check", "\x0a\x04none").status.error_code(),
      grpc::StatusCode::NOT_FOUND);
}

TEST(ServerLifeTest, ReflectionListsEveryService) {
  const auto server = TestServer::Start();
  grpc::ClientContext context;
  const RawReply reply =
      CallRaw(server->channel(), context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
              "\x3a\x01*");
  ASSERT_TRUE(reply.status.ok()) << reply.status.error_message();
  ASSERT_EQ(reply.messages.size(), 1u);
  for (const MethodAccess& access : AllMethods()) {
    EXPECT_THAT(reply.messages[0], HasSubstr(std::string(access.service)));
  }
}

TEST(ServerLifeTest, UpkeepRunsDailyAndReleasesEveryTenSeconds) {
  const auto server = TestServer::Start();
  const std::vector<PeriodicTask*> tasks = server->backend().tasks();
  ASSERT_EQ(tasks.size(), 3u);
  PeriodicTask& release = *tasks[0];
  PeriodicTask& upkeep = *tasks[1];
  server->RunDueTasks();
  EXPECT_EQ(release.runs(), 1u);
  EXPECT_EQ(upkeep.runs(), 0u);
  server->clock().Advance(absl::Seconds(10));
  server->RunDueTasks();
  EXPECT_EQ(release.runs(), 2u);
  server->clock().Advance(absl::Minutes(10));
  server->RunDueTasks();
  EXPECT_EQ(upkeep.runs(), 1u);
  server->clock().Advance(absl::Hours(24));
  server->RunDueTasks();
  EXPECT_EQ(upkeep.runs(), 2u);
  EXPECT_EQ(release.failures() + upkeep.failures(), 0u);
}

TEST(ServerLifeTest, AWrapKeyDoesNotOutliveADay) {
  const auto server = TestServer::Start();
  ASSERT_TRUE(Dismiss(*server, 11).ok());
  const auto keys = [&] { return *PosixFileSystem().List(server->store_directory() + "/keys"); };
  EXPECT_THAT(keys(), AllOf(::testing::Contains("wrap.1"), ::testing::Contains("subjects.1")));
  server->clock().Advance(absl::Hours(24));
  server->RunDueTasks();
  EXPECT_THAT(keys(), AllOf(::testing::Not(::testing::Contains("wrap.1")), ::testing::Contains("wrap.2"),
                            ::testing::Not(::testing::Contains("subjects.1"))));
}

}  // namespace
}  // namespace bauta::testing
