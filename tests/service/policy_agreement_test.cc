// A version of the privacy policy that has to be agreed to anew: until it is, what was done is kept and used
// by nobody; from then on everything goes on as it was. On the real store.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bauta/v1/feed_service.pb.h"
#include "tests/service/calls.h"
#include "tests/service/small_model.h"
#include "tests/testing/model_builder.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kPolicies[] = R"(
    policy { number: 1 adds: PERSONALIZE adds: LEARN adds: CROWD }
    policy { number: 2 effective_from: "2024-06-02T12:00:00Z" adds: ADS agree_anew: true })";
constexpr uint64_t kTopic = 10;

class PolicyAgreementTest : public ::testing::Test {
 protected:
  PolicyAgreementTest() {
    EXPECT_TRUE(calls_
                    .Upsert({PostOf(1, "ann", {kTopic}, now()), PostOf(2, "bob", {20}, now()),
                             PostOf(3, "ann", {kTopic}, now()), PostOf(4, "cid", {20}, now())})
                    .ok());
    EXPECT_TRUE(calls_.Grant(reader_, {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN}).ok());
    Advance(absl::Hours(1));
    EXPECT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_CLICK, 1, now())), "ACCEPTED");
    EXPECT_TRUE(calls_.Dismiss(reader_, 4, v1::DISMISS_REASON_NOT_INTERESTED).ok());
    const auto committed = [] { return absl::OkStatus(); };
    EXPECT_TRUE(
        server_->backend().serving().Activate(MakeSnapshot(SmallModel("small", now())), committed).ok());
  }
  absl::Time now() const { return server_->clock().Now(); }
  void Advance(absl::Duration by) { server_->clock().Advance(by); }

  std::vector<float> Tastes(const v1::Subject& subject) {
    v1::RankPostsRequest request;
    *request.mutable_visit()->mutable_subject() = subject;
    for (const uint64_t post : {1, 2, 3}) request.add_post_ids(post);
    request.set_include_score_terms(true);
    v1::RankPostsResponse response;
    EXPECT_TRUE(server_->backend().feed().RankPosts(Principal(), request, response).ok());
    std::vector<float> tastes(3);
    for (int i = 0; i < response.feed().post_ids_size(); ++i) {
      tastes[response.feed().post_ids(i) - 1] = response.feed().score_terms().taste(i);
    }
    return tastes;
  }
  std::vector<v1::Purpose> Effective() {
    std::vector<v1::Purpose> effective;
    const v1::Consent consent = calls_.Consent(reader_);
    for (const v1::PurposeConsent& purpose : consent.purposes()) {
      if (purpose.effective()) effective.push_back(purpose.purpose());
    }
    return effective;
  }
  std::vector<uint64_t> Clicked() {
    std::vector<uint64_t> posts;
    for (const v1::StoredInteraction& act : calls_.Export(reader_).interactions) {
      posts.push_back(act.post_id());
    }
    return posts;
  }
  std::vector<uint64_t> Learned() {
    std::vector<uint64_t> posts;
    for (const v1::TrainingRow& row : calls_.Train().rows) {
      posts.insert(posts.end(), row.post_ids().begin(), row.post_ids().end());
    }
    return posts;
  }
  absl::StatusOr<v1::Consent> Agree(const std::vector<v1::Purpose>& granted) {
    v1::UpdateConsentRequest request;
    *request.mutable_subject() = reader_;
    for (const v1::Purpose purpose : granted) request.add_grant_purposes(purpose);
    request.set_policy_version(2);
    return calls_.UpdateConsent(request);
  }
  // What is used of the reader is what is used of nobody; what the reader asked for is obeyed.
  void ExpectNothingIsUsed() {
    EXPECT_THAT(Effective(), IsEmpty());
    EXPECT_EQ(Tastes(reader_), Tastes(AnonymousSubject()));
    EXPECT_THAT(calls_.Tags(reader_).profile_tags(), IsEmpty());
    EXPECT_THAT(Learned(), IsEmpty());
    EXPECT_THAT(calls_.Rank(reader_, {4}), IsEmpty()) << "an X is an instruction";
  }

  std::unique_ptr<TestServer> server_ =
      TestServer::Start({.more_config = kPolicies, .more_store_config = kFreshConsentsCount});
  Calls calls_{*server_};
  const v1::Subject reader_ = Account("reader");
};

TEST_F(PolicyAgreementTest, PurposesHoldAgainWithTheirHistoryOnceTheVersionIsAgreedTo) {
  const std::vector<float> before = Tastes(reader_);
  EXPECT_NE(before, Tastes(AnonymousSubject())) << "the control";
  EXPECT_THAT(Learned(), ElementsAre(1));
  const v1::Consent given = calls_.Consent(reader_);

  // To the hour at which the version comes into force, and on into the time without an agreement.
  Advance(absl::Hours(22));
  EXPECT_THAT(Effective(), ElementsAre(v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN));
  for (const int hours : {1, 5}) {
    Advance(absl::Hours(hours));
    ExpectNothingIsUsed();
    EXPECT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_CLICK, 2, now())), "REFUSED NOT_PERMITTED");
    EXPECT_THAT(Clicked(), ElementsAre(1)) << "it is kept, and in the export";
  }
  ASSERT_TRUE(server_->Restart().ok());
  EXPECT_THAT(Clicked(), ElementsAre(1));

  const auto anew = Agree({});
  ASSERT_TRUE(anew.ok()) << anew.status();
  EXPECT_EQ(anew->policy_version(), 2u);
  EXPECT_THAT(Effective(), ElementsAre(v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN));
  ASSERT_EQ(anew->purposes_size(), given.purposes_size());
  for (int i = 0; i < given.purposes_size(); ++i) {
    EXPECT_EQ(anew->purposes(i).since_time().seconds(), given.purposes(i).since_time().seconds());
  }
  EXPECT_THAT(calls_.Tags(reader_).profile_tags(), SizeIs(1));
  EXPECT_THAT(Learned(), ElementsAre(1));
  const absl::Time begin = absl::FromUnixSeconds(given.purposes(0).since_time().seconds());
  EXPECT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_CLICK, 3, begin - absl::Seconds(1))),
            "REFUSED BEFORE_CONSENT");
  EXPECT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_CLICK, 3, now())), "ACCEPTED");
  EXPECT_THAT(Clicked(), ElementsAre(1, 3));
  EXPECT_THAT(Learned(), ElementsAre(1, 3));
}

TEST_F(PolicyAgreementTest, TheTasteIsThatOfTheHistoryAgain) {
  Advance(absl::Hours(23));
  ExpectNothingIsUsed();
  ASSERT_TRUE(Agree({v1::PURPOSE_PERSONALIZE}).ok());
  const std::vector<float> tastes = Tastes(reader_), generic = Tastes(AnonymousSubject());
  EXPECT_GT(tastes[2] - generic[2], tastes[1] - generic[1]) << "post 3 is of the topic that was clicked";
}

TEST_F(PolicyAgreementTest, AgreeingWidensNothingBeyondWhatIsNamed) {
  Advance(absl::Hours(23));
  ASSERT_TRUE(Agree({}).ok());
  EXPECT_THAT(Effective(), ElementsAre(v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN));
  ASSERT_TRUE(Agree({v1::PURPOSE_ADS}).ok());
  EXPECT_THAT(Effective(), ElementsAre(v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN, v1::PURPOSE_ADS));
}

TEST_F(PolicyAgreementTest, WhatIsWithdrawnInTheMeantimeIsGone) {
  Advance(absl::Hours(23));
  ASSERT_TRUE(calls_.Withdraw(reader_, {v1::PURPOSE_PERSONALIZE}).ok());
  EXPECT_THAT(Clicked(), IsEmpty());
  ASSERT_TRUE(Agree({v1::PURPOSE_PERSONALIZE}).ok());
  EXPECT_THAT(Clicked(), IsEmpty());
  EXPECT_THAT(calls_.Tags(reader_).profile_tags(), IsEmpty());
  EXPECT_THAT(Learned(), IsEmpty());
}

}  // namespace
}  // namespace bauta::testing
