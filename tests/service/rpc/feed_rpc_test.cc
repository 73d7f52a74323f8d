// Feeds and models through the real server: what only the wire can show.
#include "service/rpc/feed_rpc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bauta/v1/feed_service.grpc.pb.h"
#include "bauta/v1/interaction_service.grpc.pb.h"
#include "bauta/v1/model_service.grpc.pb.h"
#include "bauta/v1/subject_service.grpc.pb.h"
#include "tests/testing/model_builder.h"
#include "tests/testing/test_server.h"

namespace bauta {
namespace {

using testing::Account;
using ::testing::HasSubstr;
using testing::MakeWorld;
using testing::TestServer;
using testing::World;

class FeedRpcTest : public ::testing::Test {
 protected:
  FeedRpcTest()
      : world_(MakeWorld({.now = server_->clock().Now()})), feed_(server_->Stub<v1::FeedService>()) {
    EXPECT_TRUE(server_->backend().serving().UpsertPosts(world_.posts).ok());
  }

  v1::RankPostsRequest Request(const std::string& account) const {
    v1::RankPostsRequest request;
    *request.mutable_visit()->mutable_subject() = Account(account);
    for (const Post& post : world_.posts) request.add_post_ids(post.id.value());
    request.set_limit(10);
    return request;
  }

  // What a client sees of a call, but for the time that it took.
  std::string Seen(const v1::RankPostsRequest& request) {
    const auto context = server_->ContextOf(Role::kFeed);
    v1::RankPostsResponse response;
    const grpc::Status status = feed_->RankPosts(context.get(), request, &response);
    std::string seen =
        std::to_string(status.error_code()) + status.error_message() + response.SerializeAsString();
    for (const auto& [key, value] : context->GetServerInitialMetadata()) {
      seen += std::string(key.data(), key.size()) + "=" + std::string(value.data(), value.size()) + ";";
    }
    for (const auto& [key, value] : context->GetServerTrailingMetadata()) {
      seen += std::string(key.data(), key.size()) + "=" + std::string(value.data(), value.size()) + ";";
    }
    return seen;
  }

  std::unique_ptr<TestServer> server_ = TestServer::Start();
  const World world_;
  std::unique_ptr<v1::FeedService::Stub> feed_;
};

TEST_F(FeedRpcTest, RanksPagesAndExplains) {
  v1::RankPostsResponse ranked;
  ASSERT_TRUE(feed_->RankPosts(server_->ContextOf(Role::kFeed).get(), Request("anna"), &ranked).ok());
  EXPECT_EQ(ranked.feed().post_ids_size(), 10);

  v1::GetFeedRequest feed_request;
  *feed_request.mutable_visit()->mutable_subject() = Account("anna");
  v1::GetFeedResponse page;
  ASSERT_TRUE(feed_->GetFeed(server_->ContextOf(Role::kFeed).get(), feed_request, &page).ok());
  EXPECT_EQ(page.feed().post_ids_size(), 20);
  feed_request.set_page_token(page.next_page_token());
  ASSERT_TRUE(feed_->GetFeed(server_->ContextOf(Role::kFeed).get(), feed_request, &page).ok());

  v1::ExplainPostRequest explain_request;
  *explain_request.mutable_visit()->mutable_subject() = Account("anna");
  explain_request.set_post_id(ranked.feed().post_ids(0));
  v1::ExplainPostResponse explanation;
  ASSERT_TRUE(feed_->ExplainPost(server_->ContextOf(Role::kFeed).get(), explain_request, &explanation).ok());
  EXPECT_FLOAT_EQ(explanation.score(), ranked.feed().scores(0));
}

TEST_F(FeedRpcTest, AnExplanationNamesHistoryWithARightsTokenForThatSubjectOnly) {
  v1::ExplainPostRequest request;
  *request.mutable_visit()->mutable_subject() = Account("anna");
  request.set_post_id(1);
  request.set_name_history(true);
  v1::ExplainPostResponse response;
  EXPECT_EQ(feed_->ExplainPost(server_->ContextOf(Role::kFeed).get(), request, &response).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  const std::string others = server_->RightsToken(Account("ben"), RightsGroup::kExplain);
  EXPECT_EQ(
      feed_->ExplainPost(server_->ContextOf(Role::kFeed, others).get(), request, &response).error_code(),
      grpc::StatusCode::PERMISSION_DENIED);
  const std::string own = server_->RightsToken(Account("anna"), RightsGroup::kExplain);
  EXPECT_TRUE(feed_->ExplainPost(server_->ContextOf(Role::kFeed, own).get(), request, &response).ok());
}

TEST_F(FeedRpcTest, RefusalsReachTheCallerWithTheirField) {
  v1::RankPostsRequest request = Request("anna");
  request.set_limit(0);
  v1::RankPostsResponse response;
  const grpc::Status status = feed_->RankPosts(server_->ContextOf(Role::kFeed).get(), request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("limit"));
}

TEST_F(FeedRpcTest, WhoWithdrewLooksToTheClientLikeWhoNeverCame) {
  const std::string never = Seen(Request("anna"));
  const auto subjects = server_->Stub<v1::SubjectService>();
  const auto update = [&](const v1::UpdateConsentRequest& request) {
    const std::string rights = server_->RightsToken(Account("anna"), RightsGroup::kConsent);
    v1::UpdateConsentResponse response;
    return subjects->UpdateConsent(server_->ContextOf(Role::kPrivacy, rights).get(), request, &response);
  };
  v1::UpdateConsentRequest consent;
  *consent.mutable_subject() = Account("anna");
  consent.add_grant_purposes(v1::PURPOSE_PERSONALIZE);
  consent.set_policy_version(1);
  ASSERT_TRUE(update(consent).ok());

  v1::RecordInteractionsRequest clicks;
  for (uint64_t id = 3; id < 30; id += 3) {
    v1::Interaction& click = *clicks.add_interactions();
    *click.mutable_subject() = Account("anna");
    click.set_post_id(id);
    click.set_kind(v1::SIGNAL_KIND_CLICK);
    click.mutable_event_time()->set_seconds(absl::ToUnixSeconds(server_->clock().Now()));
  }
  v1::RecordInteractionsResponse recorded;
  ASSERT_TRUE(server_->Stub<v1::InteractionService>()
                  ->RecordInteractions(server_->ContextOf(Role::kIngest).get(), clicks, &recorded)
                  .ok());
  for (const v1::ItemResult& result : recorded.results())
    EXPECT_EQ(result.status(), v1::ITEM_STATUS_ACCEPTED);

  consent.clear_grant_purposes();
  consent.add_withdraw_purposes(v1::PURPOSE_PERSONALIZE);
  ASSERT_TRUE(update(consent).ok());
  EXPECT_EQ(Seen(Request("anna")), never);
}

TEST_F(FeedRpcTest, ModelsAreListedAndActivatedByTheOperator) {
  const auto models = server_->Stub<v1::ModelService>();
  v1::ListModelsResponse list;
  EXPECT_EQ(models->ListModels(server_->ContextOf(Role::kFeed).get(), {}, &list).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  ASSERT_TRUE(models->ListModels(server_->ContextOf(Role::kOperator).get(), {}, &list).ok());
  EXPECT_EQ(list.models_size(), 0);
  v1::ActivateModelRequest request;
  request.set_model_version("m1");
  v1::ActivateModelResponse response;
  EXPECT_EQ(models->ActivateModel(server_->ContextOf(Role::kOperator).get(), request, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace bauta
