// Interactions, subjects, posts and training through the real server: that each method is reached under its
// own role and right, and that an acknowledged call is read by the next one, whichever service it is of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "bauta/v1/feed_service.grpc.pb.h"
#include "bauta/v1/interaction_service.grpc.pb.h"
#include "bauta/v1/post_service.grpc.pb.h"
#include "bauta/v1/subject_service.grpc.pb.h"
#include "bauta/v1/training_service.grpc.pb.h"
#include "tests/service/calls.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class SubjectServicesRpcTest : public ::testing::Test {
 protected:
  SubjectServicesRpcTest() {
    Connect();
    v1::UpsertPostsRequest request;
    for (uint64_t id = 1; id <= 3; ++id) {
      *request.add_posts() = PostOf(id, id == 3 ? "bob" : "ann", {10}, server_->clock().Now());
    }
    v1::UpsertPostsResponse response;
    EXPECT_TRUE(posts_->UpsertPosts(server_->ContextOf(Role::kCatalogue).get(), request, &response).ok());
    EXPECT_THAT(Shorts(response), ElementsAre("ACCEPTED", "ACCEPTED", "ACCEPTED"));
  }

  void Connect() {
    feed_ = server_->Stub<v1::FeedService>();
    interactions_ = server_->Stub<v1::InteractionService>();
    subjects_ = server_->Stub<v1::SubjectService>();
    posts_ = server_->Stub<v1::PostService>();
    training_ = server_->Stub<v1::TrainingService>();
  }

  std::unique_ptr<grpc::ClientContext> Rights(RightsGroup group) const {
    return server_->ContextOf(Role::kPrivacy, server_->RightsToken(reader_, group));
  }
  std::vector<uint64_t> Rank() {
    v1::RankPostsRequest request;
    *request.mutable_visit()->mutable_subject() = reader_;
    for (uint64_t id = 1; id <= 3; ++id) request.add_post_ids(id);
    v1::RankPostsResponse response;
    const grpc::Status status = feed_->RankPosts(server_->ContextOf(Role::kFeed).get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return {response.feed().post_ids().begin(), response.feed().post_ids().end()};
  }
  grpc::Status Dismiss(uint64_t post, v1::DismissReason reason) {
    v1::DismissPostRequest request;
    *request.mutable_subject() = reader_;
    request.set_post_id(post);
    request.set_reason(reason);
    v1::DismissPostResponse response;
    return interactions_->DismissPost(server_->ContextOf(Role::kFeed).get(), request, &response);
  }
  void Grant(const std::vector<v1::Purpose>& purposes) {
    v1::UpdateConsentRequest request;
    *request.mutable_subject() = reader_;
    for (v1::Purpose purpose : purposes) request.add_grant_purposes(purpose);
    request.set_policy_version(1);
    v1::UpdateConsentResponse response;
    const grpc::Status status =
        subjects_->UpdateConsent(Rights(RightsGroup::kConsent).get(), request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    ASSERT_EQ(response.consent().purposes_size(), static_cast<int>(purposes.size()));
  }
  std::vector<std::string> RecordClick(uint64_t post) {
    v1::RecordInteractionsRequest request;
    *request.add_interactions() = Event(reader_, v1::SIGNAL_KIND_CLICK, post, server_->clock().Now());
    v1::RecordInteractionsResponse response;
    const grpc::Status status =
        interactions_->RecordInteractions(server_->ContextOf(Role::kIngest).get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return Shorts(response);
  }
  // The numbers of the parts, in order.
  std::vector<int> Export(grpc::Status* status) {
    v1::ExportSubjectRequest request;
    *request.mutable_subject() = reader_;
    const auto context = Rights(RightsGroup::kExport);
    const auto stream = subjects_->ExportSubject(context.get(), request);
    std::vector<int> parts;
    v1::ExportSubjectResponse part;
    while (stream->Read(&part)) parts.push_back(part.part_case());
    *status = stream->Finish();
    return parts;
  }

  std::unique_ptr<TestServer> server_ =
      TestServer::Start({.more_config = "", .more_store_config = kFreshConsentsCount});
  const v1::Subject reader_ = Account("planted-account-id");
  std::unique_ptr<v1::FeedService::Stub> feed_;
  std::unique_ptr<v1::InteractionService::Stub> interactions_;
  std::unique_ptr<v1::SubjectService::Stub> subjects_;
  std::unique_ptr<v1::PostService::Stub> posts_;
  std::unique_ptr<v1::TrainingService::Stub> training_;
};

TEST_F(SubjectServicesRpcTest, AnXIsObeyedByTheNextRequestUndoneByTheNextAndSurvivesTheServer) {
  ASSERT_THAT(Rank(), UnorderedElementsAre(1, 2, 3));
  ASSERT_TRUE(Dismiss(1, v1::DISMISS_REASON_BLOCK_AUTHOR).ok());
  EXPECT_THAT(Rank(), ElementsAre(3));
  ASSERT_TRUE(server_->Restart().ok());
  Connect();
  EXPECT_THAT(Rank(), ElementsAre(3));

  v1::ListDismissalsRequest list;
  *list.mutable_subject() = reader_;
  v1::ListDismissalsResponse listed;
  ASSERT_TRUE(interactions_->ListDismissals(server_->ContextOf(Role::kIngest).get(), list, &listed).ok());
  EXPECT_EQ(listed.dismissals_size(), 1);
  v1::UndoDismissalRequest undo;
  *undo.mutable_subject() = reader_;
  undo.set_post_id(1);
  v1::UndoDismissalResponse undone;
  ASSERT_TRUE(interactions_->UndoDismissal(server_->ContextOf(Role::kFeed).get(), undo, &undone).ok());
  EXPECT_EQ(undone.undone_count(), 1u);
  EXPECT_THAT(Rank(), UnorderedElementsAre(1, 2, 3));
}

TEST_F(SubjectServicesRpcTest, ReasonsRelationsAndAuthorCodesAreReached) {
  v1::ListReasonsRequest reasons;
  reasons.set_post_id(1);
  v1::ListReasonsResponse offered;
  ASSERT_TRUE(interactions_->ListReasons(server_->ContextOf(Role::kFeed).get(), reasons, &offered).ok());
  EXPECT_EQ(offered.options_size(), 8);

  v1::UpdateRelationsRequest update;
  *update.mutable_subject() = reader_;
  *update.add_changes() = RelationTo(v1::RELATION_KIND_BLOCK, "bob");
  v1::UpdateRelationsResponse updated;
  ASSERT_TRUE(subjects_->UpdateRelations(server_->ContextOf(Role::kFeed).get(), update, &updated).ok());
  EXPECT_THAT(Rank(), UnorderedElementsAre(1, 2));
  v1::ListRelationsRequest list;
  *list.mutable_subject() = reader_;
  v1::ListRelationsResponse listed;
  ASSERT_TRUE(subjects_->ListRelations(server_->ContextOf(Role::kIngest).get(), list, &listed).ok());
  ASSERT_EQ(listed.relations_size(), 1);

  v1::GetAuthorCodesRequest codes;
  codes.add_author_ids("bob");
  v1::GetAuthorCodesResponse given;
  ASSERT_TRUE(posts_->GetAuthorCodes(server_->ContextOf(Role::kFeed).get(), codes, &given).ok());
  EXPECT_EQ(given.author_codes(0), listed.relations(0).author().author_code());
}

TEST_F(SubjectServicesRpcTest, ALifeFromConsentToErasure) {
  EXPECT_THAT(RecordClick(1), ElementsAre("REFUSED NOT_PERMITTED"));
  Grant({v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN});
  server_->clock().Advance(absl::Hours(1));
  EXPECT_THAT(RecordClick(1), ElementsAre("ACCEPTED"));

  v1::GetConsentRequest get;
  *get.mutable_subject() = reader_;
  v1::GetConsentResponse got;
  ASSERT_TRUE(subjects_->GetConsent(Rights(RightsGroup::kConsent).get(), get, &got).ok());
  EXPECT_EQ(got.consent().purposes_size(), 2);
  grpc::Status status;
  EXPECT_THAT(Export(&status),
              ElementsAre(v1::ExportSubjectResponse::kHeader, v1::ExportSubjectResponse::kConsent,
                          v1::ExportSubjectResponse::kObservations, v1::ExportSubjectResponse::kInteractions,
                          v1::ExportSubjectResponse::kChoices, v1::ExportSubjectResponse::kTrailer));
  EXPECT_TRUE(status.ok());

  const auto context = server_->ContextOf(Role::kTrainer);
  const auto stream = training_->StreamRows(context.get(), v1::StreamRowsRequest());
  std::vector<int> parts;
  v1::StreamRowsResponse part;
  while (stream->Read(&part)) parts.push_back(part.part_case());
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_THAT(parts, ElementsAre(v1::StreamRowsResponse::kHeader, v1::StreamRowsResponse::kPosts,
                                 v1::StreamRowsResponse::kRows, v1::StreamRowsResponse::kTrailer));

  v1::EraseSubjectRequest erase;
  *erase.mutable_subject() = reader_;
  v1::EraseSubjectResponse erased;
  ASSERT_TRUE(subjects_->EraseSubject(Rights(RightsGroup::kErase).get(), erase, &erased).ok());
  EXPECT_GT(erased.receipt().log_sequence(), 0u);
  EXPECT_EQ(Export(&status).size(), 5u);
  EXPECT_TRUE(status.ok());
  EXPECT_THAT(RecordClick(1), ElementsAre("REFUSED NOT_PERMITTED"));
}

TEST_F(SubjectServicesRpcTest, ABackfillNeedsThePrivacyRoleAndNoToken) {
  v1::BatchUpdateConsentsRequest request;
  v1::PastConsent& consent = *request.add_consents();
  *consent.mutable_subject() = reader_;
  consent.add_grant_purposes(v1::PURPOSE_PERSONALIZE);
  consent.set_policy_version(1);
  *consent.mutable_since_time() = At(server_->clock().Now() - absl::Hours(48));
  v1::BatchUpdateConsentsResponse response;
  EXPECT_EQ(subjects_->BatchUpdateConsents(server_->ContextOf(Role::kIngest).get(), request, &response)
                .error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  ASSERT_TRUE(
      subjects_->BatchUpdateConsents(server_->ContextOf(Role::kPrivacy).get(), request, &response).ok());
  EXPECT_THAT(Shorts(response), ElementsAre("ACCEPTED"));
}

TEST_F(SubjectServicesRpcTest, ARemovedPostAndASuspendedAuthorAreGoneOnTheNextRequest) {
  v1::RemovePostsRequest remove;
  remove.add_removals()->set_post_id(2);
  remove.mutable_removals(0)->set_version(1);
  v1::RemovePostsResponse removed;
  ASSERT_TRUE(posts_->RemovePosts(server_->ContextOf(Role::kCatalogue).get(), remove, &removed).ok());
  EXPECT_THAT(Shorts(removed), ElementsAre("ACCEPTED"));
  EXPECT_THAT(Rank(), UnorderedElementsAre(1, 3));
  v1::SuspendAuthorsRequest suspend;
  *suspend.add_suspensions()->mutable_author() = Author("bob");
  v1::SuspendAuthorsResponse suspended;
  ASSERT_TRUE(posts_->SuspendAuthors(server_->ContextOf(Role::kCatalogue).get(), suspend, &suspended).ok());
  EXPECT_THAT(Rank(), ElementsAre(1));
}

TEST_F(SubjectServicesRpcTest, ARightsCallWithoutItsTokenDoesNothing) {
  v1::EraseSubjectRequest request;
  *request.mutable_subject() = reader_;
  v1::EraseSubjectResponse response;
  ASSERT_TRUE(Dismiss(1, v1::DISMISS_REASON_NOT_INTERESTED).ok());
  const auto code = [&](const std::unique_ptr<grpc::ClientContext>& context) {
    const grpc::Status status = subjects_->EraseSubject(context.get(), request, &response);
    EXPECT_THAT(status.error_message(), Not(::testing::HasSubstr("planted-account-id")));
    return status.error_code();
  };
  EXPECT_EQ(code(server_->ContextOf(Role::kPrivacy)), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(code(Rights(RightsGroup::kExport)), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(
      code(server_->ContextOf(Role::kPrivacy, server_->RightsToken(Account("another"), RightsGroup::kErase))),
      grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(code(server_->ContextOf(Role::kOperator, server_->RightsToken(reader_, RightsGroup::kErase))),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(Rank(), UnorderedElementsAre(2, 3));
  EXPECT_EQ(code(Rights(RightsGroup::kErase)), grpc::StatusCode::OK);
  EXPECT_THAT(Rank(), UnorderedElementsAre(1, 2, 3));
}

TEST_F(SubjectServicesRpcTest, ABadBatchIsAnsweredItemByItemAndTheServerKeepsServing) {
  Grant({v1::PURPOSE_PERSONALIZE});
  v1::RecordInteractionsRequest request;
  *request.add_interactions() =
      Event(Account(std::string(257, 'z')), v1::SIGNAL_KIND_CLICK, 1, absl::UnixEpoch());
  *request.add_interactions() = Event(reader_, static_cast<v1::SignalKind>(77), 1, server_->clock().Now());
  *request.add_interactions() = Event(reader_, v1::SIGNAL_KIND_CLICK, 1, server_->clock().Now());
  v1::RecordInteractionsResponse response;
  ASSERT_TRUE(
      interactions_->RecordInteractions(server_->ContextOf(Role::kIngest).get(), request, &response).ok());
  EXPECT_THAT(Shorts(response), ElementsAre("REFUSED INVALID", "REFUSED INVALID", "ACCEPTED"));
  EXPECT_THAT(RecordClick(2), ElementsAre("ACCEPTED"));
}

}  // namespace
}  // namespace bauta::testing
