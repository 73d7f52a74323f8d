// What SubjectService promises of relations and consent, on the real store.
#include "service/subject_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "service/validation_subject.h"
#include "tests/service/calls.h"
#include "tests/testing/faulty_file_system.h"

namespace bauta::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr absl::Duration kDay = absl::Hours(24);

class SubjectHandlerTest : public ::testing::Test {
 protected:
  absl::Time now() const { return server_->clock().Now(); }
  void Advance(absl::Duration by) { server_->clock().Advance(by); }

  // What is on, by the purposes' numbers.
  std::vector<int> Granted(const v1::Subject& subject) {
    std::vector<int> granted;
    const v1::Consent consent = calls_.Consent(subject);
    for (const v1::PurposeConsent& purpose : consent.purposes()) granted.push_back(purpose.purpose());
    return granted;
  }
  v1::PastConsent Past(const v1::Subject& subject, absl::Time since,
                       const std::vector<v1::Purpose>& purposes = {v1::PURPOSE_PERSONALIZE}) {
    v1::PastConsent consent;
    *consent.mutable_subject() = subject;
    for (v1::Purpose purpose : purposes) consent.add_grant_purposes(purpose);
    consent.set_policy_version(1);
    *consent.mutable_since_time() = At(since);
    return consent;
  }
  std::string BackfillOne(const v1::PastConsent& consent) {
    const auto response = calls_.Backfill({consent});
    EXPECT_TRUE(response.ok()) << response.status();
    return Short(response->results(0));
  }

  std::unique_ptr<TestServer> server_ = TestServer::Start();
  Calls calls_{*server_};
  const v1::Subject reader_ = Account("reader");
};

TEST_F(SubjectHandlerTest, RelationsAreKeptListedAndObeyedAtOnce) {
  ASSERT_TRUE(calls_.Upsert({PostOf(1, "ann", {10}, now()), PostOf(2, "bob", {11}, now())}).ok());
  const auto response = calls_.Relate(
      reader_, {RelationTo(v1::RELATION_KIND_FOLLOW, "ann"), RelationToTopic(v1::RELATION_KIND_BLOCK, 11),
                RelationToTopic(v1::RELATION_KIND_MUTE, 12), RelationTo(v1::RELATION_KIND_FOLLOW, "ann")});
  EXPECT_THAT(Shorts(*response), ElementsAre("ACCEPTED", "ACCEPTED", "ACCEPTED", "ACCEPTED UNCHANGED"));
  EXPECT_THAT(calls_.Rank(reader_, {1, 2}), ElementsAre(1));

  ASSERT_TRUE(server_->Restart().ok());
  const std::vector<v1::Relation> relations = calls_.Relations(reader_);
  ASSERT_THAT(relations, SizeIs(3));
  EXPECT_EQ(relations[0].kind(), v1::RELATION_KIND_FOLLOW);
  EXPECT_EQ(relations[0].author().author_code(), calls_.AuthorCodeOf("ann"));
  EXPECT_EQ(relations[1].kind(), v1::RELATION_KIND_BLOCK);
  EXPECT_EQ(relations[1].topic_id(), 11u);
  EXPECT_EQ(relations[2].kind(), v1::RELATION_KIND_MUTE);
  EXPECT_THAT(calls_.Relations(Account("another")), IsEmpty());
}

TEST_F(SubjectHandlerTest, AFollowTakesBackABlockAndTheOtherWayRound) {
  v1::RelationChange unfollow = RelationTo(v1::RELATION_KIND_FOLLOW, "ann");
  ASSERT_TRUE(calls_.Relate(reader_, {RelationTo(v1::RELATION_KIND_BLOCK, "ann"), unfollow}).ok());
  ASSERT_THAT(calls_.Relations(reader_), SizeIs(1));
  EXPECT_EQ(calls_.Relations(reader_)[0].kind(), v1::RELATION_KIND_FOLLOW);
  unfollow.set_taken_back(true);
  EXPECT_THAT(Shorts(*calls_.Relate(reader_, {unfollow, unfollow})),
              ElementsAre("ACCEPTED", "ACCEPTED UNCHANGED"));
  EXPECT_THAT(calls_.Relations(reader_), IsEmpty());
}

TEST_F(SubjectHandlerTest, ABadRelationLosesNoOther) {
  v1::RelationChange no_target;
  no_target.mutable_relation()->set_kind(v1::RELATION_KIND_FOLLOW);
  v1::RelationChange short_code = no_target;
  short_code.mutable_relation()->mutable_author()->set_author_code("short");
  const auto response =
      calls_.Relate(reader_, {no_target, RelationTo(v1::RELATION_KIND_UNSPECIFIED, "planted-author"),
                              RelationTo(static_cast<v1::RelationKind>(4), "planted-author"),
                              RelationTo(v1::RELATION_KIND_BLOCK, ""),
                              RelationTo(v1::RELATION_KIND_BLOCK, std::string(257, 'z')), short_code,
                              RelationToTopic(v1::RELATION_KIND_MUTE, 0), v1::RelationChange(),
                              RelationToTopic(v1::RELATION_KIND_MUTE, 7)});
  ASSERT_TRUE(response.ok()) << response.status();
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(Short(response->results(i)), "REFUSED INVALID") << i;
    EXPECT_THAT(response->results(i).message(), HasSubstr("changes[" + std::to_string(i) + "].relation"));
    EXPECT_THAT(response->results(i).message(), Not(HasSubstr("planted-author")));
  }
  EXPECT_EQ(Short(response->results(8)), "ACCEPTED");
  EXPECT_THAT(calls_.Relations(reader_), SizeIs(1));
}

TEST_F(SubjectHandlerTest, RelationsHaveALimitAndACallToo) {
  EXPECT_EQ(calls_.Relate(reader_, {}).status().code(), absl::StatusCode::kInvalidArgument);
  std::vector<v1::RelationChange> changes;
  for (uint64_t topic = 1; topic <= kRelationChangesMax; ++topic) {
    changes.push_back(RelationToTopic(v1::RELATION_KIND_FOLLOW, topic));
  }
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(Shorts(*calls_.Relate(reader_, changes)), Each(std::string("ACCEPTED")));
    for (v1::RelationChange& change : changes) {
      change.mutable_relation()->set_topic_id(change.relation().topic_id() + kRelationChangesMax);
    }
  }
  v1::RelationChange unfollow = RelationToTopic(v1::RELATION_KIND_FOLLOW, 1);
  unfollow.set_taken_back(true);
  const v1::RelationChange one_more = RelationToTopic(v1::RELATION_KIND_FOLLOW, 9999);
  EXPECT_THAT(Shorts(*calls_.Relate(reader_, {one_more, unfollow, one_more})),
              ElementsAre("REFUSED LIMIT_REACHED", "ACCEPTED", "ACCEPTED"));
  EXPECT_THAT(calls_.Relations(reader_), SizeIs(kRelationsMax));
  changes.push_back(one_more);
  EXPECT_EQ(calls_.Relate(reader_, changes).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(SubjectHandlerTest, ASubjectWhoNeverAgreedPermitsNothing) {
  const v1::Consent consent = calls_.Consent(reader_);
  EXPECT_THAT(consent.purposes(), IsEmpty());
  EXPECT_THAT(consent.excluded_kinds(), IsEmpty());
  EXPECT_EQ(consent.policy_version(), 0u);
}

TEST_F(SubjectHandlerTest, EachPurposeHoldsFromWhenItWasGrantedAndTheTrainersFromTheNextHour) {
  Advance(absl::Minutes(10));
  const absl::Time granted = now();
  ASSERT_TRUE(calls_.Grant(reader_, {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN}).ok());
  Advance(kDay);
  const auto consent = calls_.Grant(reader_, {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_ADS});
  ASSERT_EQ(consent->purposes_size(), 3);
  EXPECT_EQ(consent->purposes(0).since_time().seconds(), absl::ToUnixSeconds(granted));
  EXPECT_EQ(consent->purposes(1).purpose(), v1::PURPOSE_LEARN);
  EXPECT_EQ(consent->purposes(1).since_time().seconds(), absl::ToUnixSeconds(granted + absl::Minutes(50)));
  EXPECT_EQ(consent->purposes(2).since_time().seconds(), absl::ToUnixSeconds(now()));
  EXPECT_EQ(consent->policy_version(), 1u);
  ASSERT_TRUE(server_->Restart().ok());
  EXPECT_EQ(calls_.Consent(reader_).SerializeAsString(), consent->SerializeAsString());
}

TEST_F(SubjectHandlerTest, WithoutPersonalizeTheTrainersPurposesHaveNoEffect) {
  const auto consent = calls_.Grant(reader_, {v1::PURPOSE_LEARN, v1::PURPOSE_LOCATE});
  ASSERT_EQ(consent->purposes_size(), 2);
  EXPECT_FALSE(consent->purposes(0).effective());
  EXPECT_TRUE(consent->purposes(1).effective());
  const auto both = calls_.Grant(reader_, {v1::PURPOSE_PERSONALIZE});
  EXPECT_TRUE(both->purposes(1).effective());
}

TEST_F(SubjectHandlerTest, WithdrawingDeletesTheHistoryAtOnceAndALaterGrantDoesNotBringItBack) {
  ASSERT_TRUE(calls_.Grant(reader_, {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN}).ok());
  const v1::Interaction click = Event(reader_, v1::SIGNAL_KIND_CLICK, 1, now());
  ASSERT_EQ(calls_.RecordOne(click), "ACCEPTED");
  ASSERT_TRUE(calls_.Dismiss(reader_, 5, v1::DISMISS_REASON_NOT_INTERESTED).ok());
  Advance(absl::Hours(1));
  ASSERT_TRUE(calls_.Withdraw(reader_, {v1::PURPOSE_PERSONALIZE}).ok());
  EXPECT_THAT(calls_.Export(reader_).interactions, IsEmpty());
  EXPECT_THAT(calls_.Export(reader_).dismissals, SizeIs(1));
  EXPECT_THAT(Granted(reader_), ElementsAre(v1::PURPOSE_LEARN));
  EXPECT_EQ(calls_.RecordOne(click), "REFUSED NOT_PERMITTED");
  ASSERT_TRUE(calls_.Grant(reader_, {v1::PURPOSE_PERSONALIZE}).ok());
  EXPECT_EQ(calls_.RecordOne(click), "REFUSED BEFORE_CONSENT");
  ASSERT_TRUE(server_->Restart().ok());
  EXPECT_THAT(calls_.Export(reader_).interactions, IsEmpty());
}

TEST_F(SubjectHandlerTest, AnExcludedKindIsDeletedAndRefusedUntilReadmitted) {
  ASSERT_TRUE(calls_.Grant(reader_, {v1::PURPOSE_PERSONALIZE}).ok());
  ASSERT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_DWELL, 1, now())), "ACCEPTED");
  ASSERT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_CLICK, 1, now())), "ACCEPTED");
  v1::UpdateConsentRequest request;
  *request.mutable_subject() = reader_;
  request.add_exclude_kinds(v1::SIGNAL_KIND_DWELL);
  request.add_exclude_kinds(v1::SIGNAL_KIND_SEARCH);
  EXPECT_THAT(calls_.UpdateConsent(request)->excluded_kinds(),
              ElementsAre(v1::SIGNAL_KIND_DWELL, v1::SIGNAL_KIND_SEARCH));
  const Exported exported = calls_.Export(reader_);
  ASSERT_THAT(exported.interactions, SizeIs(1));
  EXPECT_EQ(exported.interactions[0].kind(), v1::SIGNAL_KIND_CLICK);
  EXPECT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_DWELL, 2, now())), "REFUSED NOT_PERMITTED");
  request.clear_exclude_kinds();
  request.add_readmit_kinds(v1::SIGNAL_KIND_DWELL);
  EXPECT_THAT(calls_.UpdateConsent(request)->excluded_kinds(), ElementsAre(v1::SIGNAL_KIND_SEARCH));
  EXPECT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_DWELL, 2, now())), "ACCEPTED");
  EXPECT_EQ(calls_.RecordOne(Search(reader_, 7, now())), "REFUSED NOT_PERMITTED");
}

TEST_F(SubjectHandlerTest, AConsentChangeThatMakesNoSenseChangesNothing) {
  struct Case {
    const char* name;
    std::function<void(v1::UpdateConsentRequest&)> spoil;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"no version", [](auto& r) { r.clear_policy_version(); }, "policy_version: required"},
      {"unknown version", [](auto& r) { r.set_policy_version(7); }, "policy_version"},
      {"unknown purpose", [](auto& r) { r.add_grant_purposes(static_cast<v1::Purpose>(6)); },
       "grant_purposes[1]"},
      {"unspecified purpose", [](auto& r) { r.add_withdraw_purposes(v1::PURPOSE_UNSPECIFIED); },
       "withdraw_purposes[0]"},
      {"both ways", [](auto& r) { r.add_withdraw_purposes(v1::PURPOSE_PERSONALIZE); },
       "withdraw_purposes[0]: purposes that grant_purposes does not name allowed, PURPOSE_PERSONALIZE sent"},
      {"six purposes",
       [](auto& r) {
         for (int i = 0; i < 5; ++i) r.add_grant_purposes(v1::PURPOSE_LEARN);
       },
       "grant_purposes: at most 5 elements allowed, 6 sent"},
      {"unknown kind", [](auto& r) { r.add_exclude_kinds(static_cast<v1::SignalKind>(99)); },
       "exclude_kinds[0]"},
      {"kind both ways",
       [](auto& r) {
         r.add_exclude_kinds(v1::SIGNAL_KIND_CLICK);
         r.add_readmit_kinds(v1::SIGNAL_KIND_CLICK);
       },
       "readmit_kinds[0]"},
      {"thirteen kinds",
       [](auto& r) {
         for (int i = 0; i < 13; ++i) r.add_exclude_kinds(v1::SIGNAL_KIND_CLICK);
       },
       "exclude_kinds: at most 12 elements allowed, 13 sent"},
      {"nobody", [](auto& r) { r.clear_subject(); }, "subject: required"},
      {"anonymous", [](auto& r) { r.mutable_subject()->mutable_anonymous(); }, "anonymous sent"},
  };
  for (const Case& bad : cases) {
    v1::UpdateConsentRequest request;
    *request.mutable_subject() = reader_;
    request.add_grant_purposes(v1::PURPOSE_PERSONALIZE);
    request.set_policy_version(1);
    bad.spoil(request);
    const absl::Status status = calls_.UpdateConsent(request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad.name;
    EXPECT_THAT(std::string(status.message()), HasSubstr(bad.message)) << bad.name;
  }
  EXPECT_TRUE(calls_.Export(reader_).Empty());
}

TEST(SubjectHandlerPolicyTest, OnlyAVersionInForceCanBeAgreedToAndOnlyForWhatItHas) {
  const auto server = TestServer::Start({.more_config = R"(
      policy { number: 1 adds: PERSONALIZE }
      policy { number: 2 effective_from: "2024-05-01T00:00:00Z" adds: LEARN }
      policy { number: 3 effective_from: "2024-06-02T00:00:00Z" adds: ADS agree_anew: true })"});
  Calls calls(*server);
  const v1::Subject reader = Account("reader");
  const auto agree = [&](uint32_t version, v1::Purpose purpose) {
    v1::UpdateConsentRequest request;
    *request.mutable_subject() = reader;
    request.add_grant_purposes(purpose);
    request.set_policy_version(version);
    return calls.UpdateConsent(request).status().code();
  };
  EXPECT_EQ(agree(1, v1::PURPOSE_LEARN), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(agree(3, v1::PURPOSE_ADS), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(agree(1, v1::PURPOSE_PERSONALIZE), absl::StatusCode::kOk);
  EXPECT_EQ(agree(2, v1::PURPOSE_LEARN), absl::StatusCode::kOk);
  EXPECT_TRUE(calls.Consent(reader).purposes(0).effective());

  // From the next version on, which demands to be agreed to anew, the older consent covers nothing.
  server->clock().Advance(absl::Hours(12));
  EXPECT_FALSE(calls.Consent(reader).purposes(0).effective());
  EXPECT_EQ(calls.RecordOne(Event(reader, v1::SIGNAL_KIND_CLICK, 1, calls.now())), "REFUSED NOT_PERMITTED");
  EXPECT_EQ(agree(2, v1::PURPOSE_PERSONALIZE), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(agree(3, v1::PURPOSE_PERSONALIZE), absl::StatusCode::kOk);
  EXPECT_EQ(calls.RecordOne(Event(reader, v1::SIGNAL_KIND_CLICK, 1, calls.now())), "ACCEPTED");
}

TEST_F(SubjectHandlerTest, ABackfilledConsentAdmitsEventsFromItsTimeOn) {
  const absl::Time since = now() - 30 * kDay;
  EXPECT_EQ(BackfillOne(Past(reader_, since, {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN})), "ACCEPTED");
  EXPECT_EQ(BackfillOne(Past(reader_, since, {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN})),
            "ACCEPTED UNCHANGED");
  EXPECT_THAT(Granted(reader_), ElementsAre(v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN));
  EXPECT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_CLICK, 1, since + kDay)), "ACCEPTED");
  EXPECT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_CLICK, 1, since - absl::Hours(1))),
            "REFUSED BEFORE_CONSENT");
}

TEST_F(SubjectHandlerTest, AnEarlierBackfilledConsentExtendsALaterOneAndALaterOneNarrowsNothing) {
  ASSERT_TRUE(calls_.Grant(reader_, {v1::PURPOSE_PERSONALIZE}).ok());
  const absl::Time earlier = now() - 10 * kDay;
  EXPECT_EQ(BackfillOne(Past(reader_, earlier)), "ACCEPTED");
  EXPECT_EQ(BackfillOne(Past(reader_, earlier + kDay)), "ACCEPTED UNCHANGED");
  EXPECT_EQ(calls_.Consent(reader_).purposes(0).since_time().seconds(), absl::ToUnixSeconds(earlier));
}

TEST_F(SubjectHandlerTest, ABackfillReachesBackBeforeNoErasureNoWithdrawalAndNoAge) {
  EXPECT_EQ(BackfillOne(Past(reader_, now() - 396 * kDay)), "REFUSED BACKFILL_TOO_EARLY");
  const absl::Time before = now() - kDay;
  calls_.Erase(reader_);
  EXPECT_EQ(BackfillOne(Past(reader_, before)), "REFUSED BACKFILL_TOO_EARLY");
  Advance(kDay);
  EXPECT_EQ(BackfillOne(Past(reader_, now() - absl::Hours(1))), "ACCEPTED");

  const v1::Subject other = Account("other");
  ASSERT_TRUE(calls_.Grant(other, {v1::PURPOSE_PERSONALIZE}).ok());
  ASSERT_TRUE(calls_.Withdraw(other, {v1::PURPOSE_PERSONALIZE}).ok());
  EXPECT_EQ(BackfillOne(Past(other, now() - kDay)), "REFUSED BACKFILL_TOO_EARLY");
  ASSERT_TRUE(server_->Restart().ok());
  EXPECT_EQ(BackfillOne(Past(other, now() - kDay)), "REFUSED BACKFILL_TOO_EARLY");
  EXPECT_THAT(Granted(other), IsEmpty());
  Advance(kDay);
  EXPECT_EQ(BackfillOne(Past(other, now() - absl::Hours(1))), "ACCEPTED");
}

TEST_F(SubjectHandlerTest, ABadConsentOfABatchLosesNoOther) {
  std::vector<v1::PastConsent> batch;
  const auto add_bad = [&](const std::function<void(v1::PastConsent&)>& spoil) {
    batch.push_back(Past(Account("planted-account-id"), now() - kDay));
    spoil(batch.back());
  };
  add_bad([](auto& c) { c.clear_subject(); });
  add_bad([](auto& c) { c.mutable_subject()->mutable_anonymous(); });
  add_bad([](auto& c) { c.mutable_subject()->set_account_id(std::string(257, 'z')); });
  add_bad([](auto& c) { c.clear_grant_purposes(); });
  add_bad([](auto& c) { c.add_grant_purposes(static_cast<v1::Purpose>(17)); });
  add_bad([](auto& c) { c.clear_policy_version(); });
  add_bad([](auto& c) { c.set_policy_version(2); });
  add_bad([](auto& c) { c.clear_since_time(); });
  add_bad([&](auto& c) { *c.mutable_since_time() = At(now() + absl::Seconds(1)); });
  const size_t bad = batch.size();
  for (int i = 0; i < 100; ++i) batch.push_back(Past(Account("reader-" + std::to_string(i)), now() - kDay));
  const auto response = calls_.Backfill(batch);
  ASSERT_TRUE(response.ok()) << response.status();
  for (size_t i = 0; i < batch.size(); ++i) {
    const v1::ItemResult& result = response->results(static_cast<int>(i));
    EXPECT_EQ(Short(result), i < bad ? "REFUSED INVALID" : "ACCEPTED") << i;
    EXPECT_THAT(result.message(), Not(HasSubstr("planted-account-id")));
  }
  EXPECT_THAT(Granted(Account("reader-99")), ElementsAre(v1::PURPOSE_PERSONALIZE));
  EXPECT_EQ(calls_.Backfill({}).status().code(), absl::StatusCode::kInvalidArgument);
  batch.assign(kPastConsentsMax + 1, Past(reader_, now() - kDay));
  EXPECT_EQ(calls_.Backfill(batch).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(SubjectHandlerDiskTest, OnAFullDiskABatchIsAnsweredItemByItemAndNothingAcknowledgedIsLost) {
  FaultyFileSystem files;
  TestServer::Options options;
  options.files = &files;
  const auto server = TestServer::Start(options);
  Calls calls(*server);
  const v1::Subject reader = Account("reader");
  ASSERT_TRUE(calls.Grant(reader, {v1::PURPOSE_PERSONALIZE}).ok());
  v1::PastConsent consent;
  *consent.mutable_subject() = Account("other");
  consent.add_grant_purposes(v1::PURPOSE_PERSONALIZE);
  consent.set_policy_version(1);
  *consent.mutable_since_time() = At(calls.now() - kDay);
  v1::PastConsent bad = consent;
  bad.clear_policy_version();

  files.SetCapacity(0);
  EXPECT_THAT(Shorts(*calls.Backfill({bad, consent})),
              ElementsAre("REFUSED INVALID", "RETRYABLE UNAVAILABLE"));
  EXPECT_EQ(calls.Dismiss(reader, 1, v1::DISMISS_REASON_NOT_INTERESTED).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(calls.Withdraw(reader, {v1::PURPOSE_PERSONALIZE}).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_THAT(calls.Consent(reader).purposes(), SizeIs(1));
  EXPECT_THAT(calls.Consent(Account("other")).purposes(), IsEmpty());
  files.LiftFaults();
  EXPECT_THAT(Shorts(*calls.Backfill({bad, consent})), ElementsAre("REFUSED INVALID", "ACCEPTED"));
  EXPECT_TRUE(calls.Dismiss(reader, 1, v1::DISMISS_REASON_NOT_INTERESTED).ok());
  EXPECT_THAT(calls.Dismissals(reader), SizeIs(1));
}

TEST_F(SubjectHandlerTest, WhatADeadlineOvertakesIsTriedAgain) {
  calls_.principal().deadline = now() - absl::Seconds(1);
  EXPECT_EQ(BackfillOne(Past(reader_, now() - kDay)), "RETRYABLE UNAVAILABLE");
  EXPECT_THAT(Granted(reader_), IsEmpty());
}

}  // namespace
}  // namespace bauta::testing
