// What identifies a person is planted in every call that takes it, good calls and bad, and then looked for in
// every byte that the server left: files, log, metrics, error texts, replies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bauta/v1/feed_service.grpc.pb.h"
#include "bauta/v1/interaction_service.grpc.pb.h"
#include "bauta/v1/post_service.grpc.pb.h"
#include "bauta/v1/subject_service.grpc.pb.h"
#include "bauta/v1/training_service.grpc.pb.h"
#include "tests/service/http_get.h"
#include "tests/testing/byte_scanner.h"
#include "tests/testing/mmdb_writer.h"
#include "tests/testing/test_server.h"

namespace bauta::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kAccount[] = "canary-account-31415926";
constexpr char kDevice[] = "canary-device-27182818";
constexpr char kExternal[] = "canary-external-16180339";
constexpr char kAuthor[] = "canary-author-14142135";
// Its four bytes alone would be found by chance in sealed files, so only its text is looked for; of the
// longer one both.
constexpr char kIpv4[] = "192.0.2.213";
constexpr char kIpv6[] = "2001:db8:5eed:c0de::1234";
constexpr uint8_t kIpv6Bytes[16] = {0x20, 0x01, 0x0d, 0xb8, 0x5e, 0xed, 0xc0, 0xde,
                                    0,    0,    0,    0,    0,    0,    0x12, 0x34};
// Public, and so kept in the clear: finding it shows that the scan reaches what the database keeps.
constexpr uint64_t kPublicTopic = 0x1badcafe2badbabe;

class LeakTest : public ::testing::Test {
 protected:
  LeakTest() {
    scanner_.Plant("account", kAccount);
    scanner_.Plant("device", kDevice);
    scanner_.Plant("external code", kExternal);
    scanner_.Plant("author", kAuthor);
    scanner_.Plant("IPv4 address", kIpv4);
    scanner_.Plant("IPv6 address", kIpv6);
    scanner_.Plant("IPv6 address's bytes",
                   std::string(reinterpret_cast<const char*>(kIpv6Bytes), sizeof(kIpv6Bytes)));
    for (const Role role : kAllRoles)
      scanner_.Plant(absl::StrCat("token of ", RoleName(role)), TestServer::TokenOf(role));

    MmdbWriter ipv4(4);
    ipv4.Insert("192.0.2.0/24", DbIpRow("Altdorf", "DE", "Bavaria", 49.4f, 11.35f));
    MmdbWriter ipv6(6);
    ipv6.Insert("2001:db8::/32", DbIpRow("Altdorf", "DE", "Bavaria", 49.4f, 11.35f));
    geography_.Write("ipv4.mmdb", ipv4.Write());
    geography_.Write("ipv6.mmdb", ipv6.Write());
    TestServer::Options options;
    options.more_config = absl::StrCat("metrics { address: '127.0.0.1:0' } geography { city_database_ipv4: '",
                                       geography_.Join("ipv4.mmdb"), "' city_database_ipv6: '",
                                       geography_.Join("ipv6.mmdb"), "' }");
    options.more_store_config = kFreshConsentsCount;
    server_ = TestServer::Start(options);
  }

  template <class Stub, class Request, class Response>
  grpc::Status Call(const std::unique_ptr<Stub>& stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*), Role role,
                    const Request& request, const std::string& rights_token = "") {
    Response response;
    const auto context = server_->ContextOf(role, rights_token);
    const grpc::Status status = ((*stub).*method)(context.get(), request, &response);
    absl::StrAppend(&replies_, status.error_message(), "\n", status.error_details(), "\n",
                    response.DebugString(), "\n", response.SerializeAsString(), "\n");
    return status;
  }
  std::string Rights(const v1::Subject& subject, RightsGroup group) {
    std::string token = server_->RightsToken(subject, group);
    scanner_.Plant("rights token", token.substr(token.size() - 32));  // Of the signature.
    return token;
  }

  void Catalogue();
  void Live(const v1::Subject& subject, const char* ip_address);
  void GoWrong(const v1::Subject& subject);
  void StreamRows();

  ByteScanner scanner_;
  TemporaryDirectory geography_;
  std::unique_ptr<TestServer> server_;
  std::string replies_;
};

void LeakTest::Catalogue() {
  const auto posts = server_->Stub<v1::PostService>();
  v1::UpsertPostsRequest upsert;
  for (uint64_t id = 1; id <= 3; ++id) {
    v1::Post& post = *upsert.add_posts();
    post.set_post_id(id);
    post.mutable_author()->set_author_id(id == 3 ? "somebody" : kAuthor);
    post.add_topic_ids(kPublicTopic);
    post.mutable_create_time()->set_seconds(absl::ToUnixSeconds(server_->clock().Now()) - 3600);
    post.set_review_state(v1::REVIEW_STATE_APPROVED);
    post.set_version(1);
  }
  ASSERT_TRUE(Call(posts, &v1::PostService::Stub::UpsertPosts, Role::kCatalogue, upsert).ok());
  v1::GetAuthorCodesRequest codes;
  codes.add_author_ids(kAuthor);
  ASSERT_TRUE(Call(posts, &v1::PostService::Stub::GetAuthorCodes, Role::kCatalogue, codes).ok());
  v1::SuspendAuthorsRequest suspend;
  suspend.add_suspensions()->mutable_author()->set_author_id(kAuthor);
  suspend.mutable_suspensions(0)->mutable_until_time()->set_seconds(
      absl::ToUnixSeconds(server_->clock().Now()) + 60);
  ASSERT_TRUE(Call(posts, &v1::PostService::Stub::SuspendAuthors, Role::kCatalogue, suspend).ok());
}

// Everything that a person can do, with success.
void LeakTest::Live(const v1::Subject& subject, const char* ip_address) {
  const auto subjects = server_->Stub<v1::SubjectService>();
  const auto interactions = server_->Stub<v1::InteractionService>();
  const auto feed = server_->Stub<v1::FeedService>();
  v1::UpdateConsentRequest consent;
  *consent.mutable_subject() = subject;
  for (const auto purpose :
       {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN, v1::PURPOSE_CROWD, v1::PURPOSE_LOCATE}) {
    consent.add_grant_purposes(purpose);
  }
  consent.set_policy_version(1);
  ASSERT_TRUE(Call(subjects, &v1::SubjectService::Stub::UpdateConsent, Role::kPrivacy, consent,
                   Rights(subject, RightsGroup::kConsent))
                  .ok());
  v1::UpdateRelationsRequest relations;
  *relations.mutable_subject() = subject;
  v1::Relation& follow = *relations.add_changes()->mutable_relation();
  follow.set_kind(v1::RELATION_KIND_FOLLOW);
  follow.mutable_author()->set_author_id(kAuthor);
  ASSERT_TRUE(Call(subjects, &v1::SubjectService::Stub::UpdateRelations, Role::kFeed, relations).ok());

  server_->clock().Advance(absl::Hours(2));
  v1::RecordInteractionsRequest events;
  for (uint64_t id = 1; id <= 3; ++id) {
    v1::Interaction& event = *events.add_interactions();
    *event.mutable_subject() = subject;
    event.set_post_id(id);
    event.set_kind(v1::SIGNAL_KIND_CLICK);
    event.mutable_event_time()->set_seconds(absl::ToUnixSeconds(server_->clock().Now()));
    event.mutable_self_author()->set_author_id(kAuthor);
  }
  ASSERT_TRUE(
      Call(interactions, &v1::InteractionService::Stub::RecordInteractions, Role::kIngest, events).ok());
  v1::DismissPostRequest dismissal;
  *dismissal.mutable_subject() = subject;
  dismissal.set_post_id(2);
  dismissal.set_reason(v1::DISMISS_REASON_LESS_OF_AUTHOR);
  ASSERT_TRUE(Call(interactions, &v1::InteractionService::Stub::DismissPost, Role::kFeed, dismissal).ok());

  v1::GetFeedRequest page;
  *page.mutable_visit()->mutable_subject() = subject;
  page.mutable_visit()->set_ip_address(ip_address);
  page.mutable_visit()->mutable_self_author()->set_author_id(kAuthor);
  ASSERT_TRUE(Call(feed, &v1::FeedService::Stub::GetFeed, Role::kFeed, page).ok());
  v1::ExplainPostRequest why;
  *why.mutable_visit() = page.visit();
  why.set_post_id(3);
  why.set_name_history(true);
  ASSERT_TRUE(Call(feed, &v1::FeedService::Stub::ExplainPost, Role::kFeed, why,
                   Rights(subject, RightsGroup::kExplain))
                  .ok());
}

// The same ids where calls are refused, for every error text to be looked through.
void LeakTest::GoWrong(const v1::Subject& subject) {
  const auto subjects = server_->Stub<v1::SubjectService>();
  const auto interactions = server_->Stub<v1::InteractionService>();
  const auto feed = server_->Stub<v1::FeedService>();
  v1::EraseSubjectRequest erase;
  *erase.mutable_subject() = subject;
  EXPECT_FALSE(Call(subjects, &v1::SubjectService::Stub::EraseSubject, Role::kPrivacy, erase).ok());
  EXPECT_FALSE(Call(subjects, &v1::SubjectService::Stub::EraseSubject, Role::kFeed, erase).ok());
  EXPECT_FALSE(Call(subjects, &v1::SubjectService::Stub::EraseSubject, Role::kPrivacy, erase,
                    Rights(subject, RightsGroup::kExport))
                   .ok());
  v1::RankPostsRequest rank;
  *rank.mutable_visit()->mutable_subject() = subject;
  rank.mutable_visit()->set_ip_address(absl::StrCat(kIpv4, "/", kIpv6));
  rank.add_post_ids(1);
  EXPECT_FALSE(Call(feed, &v1::FeedService::Stub::RankPosts, Role::kFeed, rank).ok());
  rank.mutable_visit()->clear_ip_address();
  rank.mutable_visit()->mutable_subject()->set_account_id(absl::StrCat(kAccount, std::string(300, 'x')));
  EXPECT_FALSE(Call(feed, &v1::FeedService::Stub::RankPosts, Role::kFeed, rank).ok());
  v1::RecordInteractionsRequest events;
  v1::Interaction& event = *events.add_interactions();
  *event.mutable_subject() = subject;
  event.set_post_id(0);
  event.set_kind(v1::SIGNAL_KIND_CLICK);
  event.mutable_self_author()->set_author_id(absl::StrCat(kAuthor, std::string(300, 'x')));
  EXPECT_TRUE(
      Call(interactions, &v1::InteractionService::Stub::RecordInteractions, Role::kIngest, events).ok());
}

void LeakTest::StreamRows() {
  const auto context = server_->ContextOf(Role::kTrainer);
  const auto reader =
      server_->Stub<v1::TrainingService>()->StreamRows(context.get(), v1::StreamRowsRequest());
  size_t rows = 0;
  for (v1::StreamRowsResponse part; reader->Read(&part);) {
    absl::StrAppend(&replies_, part.DebugString(), part.SerializeAsString());
    rows += static_cast<size_t>(part.rows().rows_size());
  }
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(rows, 3u);
}

TEST_F(LeakTest, NothingThatIdentifiesIsLeftInAnyByte) {
  ::testing::internal::CaptureStderr();
  Catalogue();
  v1::Subject external;
  external.set_external_code(kExternal);
  for (const auto& [subject, ip_address] :
       {std::pair{Account(kAccount), kIpv4}, std::pair{Device(kDevice), kIpv6}, std::pair{external, kIpv4}}) {
    Live(subject, ip_address);
    GoWrong(subject);
  }
  StreamRows();
  server_->clock().Advance(absl::Hours(25));
  server_->RunDueTasks();
  const std::string metrics = GetMetrics(server_->server().metrics_port());
  ASSERT_THAT(metrics, HasSubstr("bauta_calls_total"));

  ByteScanner control;
  uint64_t topic = kPublicTopic;
  control.Plant("public topic", std::string(reinterpret_cast<const char*>(&topic), sizeof(topic)));
  EXPECT_THAT(control.FindInFiles(server_->store_directory() + "/db"), Not(IsEmpty()))
      << "the scan sees nothing";

  EXPECT_THAT(scanner_.FindInFiles(server_->store_directory()), IsEmpty()) << "while it runs";
  EXPECT_THAT(scanner_.Find(metrics), IsEmpty()) << "in the metrics";
  EXPECT_THAT(scanner_.Find(replies_), IsEmpty()) << "in replies and error texts";
  ASSERT_TRUE(server_->Restart().ok());
  EXPECT_THAT(scanner_.FindInFiles(server_->store_directory()), IsEmpty()) << "after a restart";
  server_->Stop();
  EXPECT_THAT(scanner_.FindInFiles(server_->directory()), IsEmpty())
      << "after the end, tokens and configuration included";
  EXPECT_THAT(scanner_.Find(::testing::internal::GetCapturedStderr()), IsEmpty()) << "in the log";
}

TEST_F(LeakTest, TheScanFindsEveryFormThatItLooksFor) {
  std::ofstream(server_->store_directory() + "/db/control", std::ios::binary) << scanner_.AllForms();
  EXPECT_THAT(scanner_.FindInFiles(server_->store_directory()), SizeIs(scanner_.forms()));
  EXPECT_THAT(scanner_.Find(std::string("x") + kAuthor), Contains(HasSubstr("author as raw bytes")));
}

}  // namespace
}  // namespace bauta::testing
