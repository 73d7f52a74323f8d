// What InteractionService promises, on the real store, through a reopening where it says "durable".
#include "service/interaction_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "service/validation_interaction.h"
#include "tests/service/calls.h"

namespace bauta::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class InteractionHandlerTest : public ::testing::Test {
 protected:
  InteractionHandlerTest() {
    EXPECT_TRUE(calls_
                    .Upsert({PostOf(1, "ann", {10, 11}, now() - absl::Hours(2)),
                             PostOf(2, "ann", {10}, now() - absl::Hours(3)),
                             PostOf(3, "bob", {12}, now() - absl::Hours(4)),
                             PostOf(4, "cid", {}, now() - absl::Hours(5))})
                    .ok());
  }

  absl::Time now() const { return server_->clock().Now(); }
  void Advance(absl::Duration by) { server_->clock().Advance(by); }
  void AgreeToPersonalize(const v1::Subject& subject) {
    ASSERT_TRUE(calls_.Grant(subject, {v1::PURPOSE_PERSONALIZE}).ok());
  }

  std::unique_ptr<TestServer> server_ = TestServer::Start();
  Calls calls_{*server_};
  const v1::Subject reader_ = Account("reader");
  const std::vector<uint64_t> all_ = {1, 2, 3, 4};
};

TEST_F(InteractionHandlerTest, NothingIsKeptOfWhoNeverAgreed) {
  EXPECT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_CLICK, 1, now())), "REFUSED NOT_PERMITTED");
  EXPECT_TRUE(calls_.Export(reader_).Empty());
}

TEST_F(InteractionHandlerTest, AnEventFromBeforeTheConsentIsRefused) {
  AgreeToPersonalize(reader_);
  EXPECT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_CLICK, 1, now() - absl::Seconds(1))),
            "REFUSED BEFORE_CONSENT");
  EXPECT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_CLICK, 1, now())), "ACCEPTED");
}

TEST_F(InteractionHandlerTest, ARetryChangesNothing) {
  AgreeToPersonalize(reader_);
  const std::vector<v1::Interaction> batch = {
      Event(reader_, v1::SIGNAL_KIND_CLICK, 1, now()), Event(reader_, v1::SIGNAL_KIND_DWELL, 1, now()),
      Event(reader_, v1::SIGNAL_KIND_LIKE, 1, now()), Event(reader_, v1::SIGNAL_KIND_IMPRESSION, 1, now()),
      Search(reader_, 10, now())};
  EXPECT_THAT(Shorts(*calls_.Record(batch)), Each(std::string("ACCEPTED")));
  const Exported once = calls_.Export(reader_);
  EXPECT_THAT(Shorts(*calls_.Record(batch)), Each(std::string("ACCEPTED UNCHANGED")));
  const Exported twice = calls_.Export(reader_);
  EXPECT_THAT(twice.interactions, SizeIs(4));
  EXPECT_EQ(once.interactions.size(), twice.interactions.size());
  EXPECT_THAT(twice.impressions, SizeIs(1));
}

TEST_F(InteractionHandlerTest, OfDwellsWithinAnHourTheLongestIsKept) {
  AgreeToPersonalize(reader_);
  v1::Interaction dwell = Event(reader_, v1::SIGNAL_KIND_DWELL, 1, now());
  for (uint32_t millis : {3000u, 9000u, 4000u}) {
    dwell.set_strength(millis);
    calls_.RecordOne(dwell);
  }
  const Exported exported = calls_.Export(reader_);
  ASSERT_THAT(exported.interactions, SizeIs(1));
  EXPECT_EQ(exported.interactions[0].strength(), 9000u);
}

TEST_F(InteractionHandlerTest, ALikeTakenBackIsGone) {
  AgreeToPersonalize(reader_);
  v1::Interaction like = Event(reader_, v1::SIGNAL_KIND_LIKE, 1, now());
  EXPECT_EQ(calls_.RecordOne(like), "ACCEPTED");
  like.set_taken_back(true);
  EXPECT_EQ(calls_.RecordOne(like), "ACCEPTED");
  EXPECT_THAT(calls_.Export(reader_).interactions, IsEmpty());
}

TEST_F(InteractionHandlerTest, OneBatchServesManySubjectsInItsOrder) {
  const v1::Subject other = Device("reader");
  AgreeToPersonalize(reader_);
  AgreeToPersonalize(other);
  v1::Interaction taken_back = Event(other, v1::SIGNAL_KIND_LIKE, 2, now());
  taken_back.set_taken_back(true);
  const auto response = calls_.Record({Event(reader_, v1::SIGNAL_KIND_CLICK, 1, now()),
                                       Event(other, v1::SIGNAL_KIND_LIKE, 2, now()),
                                       Event(External("reader"), v1::SIGNAL_KIND_CLICK, 3, now()), taken_back,
                                       Event(reader_, v1::SIGNAL_KIND_VIEW, 4, now())});
  EXPECT_THAT(Shorts(*response),
              ElementsAre("ACCEPTED", "ACCEPTED", "REFUSED NOT_PERMITTED", "ACCEPTED", "ACCEPTED"));
  EXPECT_THAT(calls_.Export(reader_).interactions, SizeIs(2));
  EXPECT_THAT(calls_.Export(other).interactions, IsEmpty());
}

TEST_F(InteractionHandlerTest, OwnPostsAreRefusedAndUnknownOnesTriedAgain) {
  AgreeToPersonalize(reader_);
  const auto by_ann = [&](uint64_t post) {
    v1::Interaction event = Event(reader_, v1::SIGNAL_KIND_CLICK, post, now());
    *event.mutable_self_author() = Author("ann");
    return event;
  };
  v1::Interaction by_code = Event(reader_, v1::SIGNAL_KIND_CLICK, 2, now());
  by_code.mutable_self_author()->set_author_code(calls_.AuthorCodeOf("ann"));
  // In one batch, so that what one item says of its author does not reach the next.
  const auto response =
      calls_.Record({by_ann(1), Event(reader_, v1::SIGNAL_KIND_CLICK, 1, now()), by_ann(3), by_ann(99),
                     Event(reader_, v1::SIGNAL_KIND_CLICK, 98, now()), by_code});
  EXPECT_THAT(Shorts(*response), ElementsAre("REFUSED OWN_POST", "ACCEPTED", "ACCEPTED",
                                             "RETRYABLE POST_UNKNOWN", "ACCEPTED", "REFUSED OWN_POST"));
  ASSERT_TRUE(calls_.Upsert({PostOf(99, "bob", {}, now())}).ok());
  EXPECT_EQ(calls_.RecordOne(by_ann(99)), "ACCEPTED");
}

struct BadEvent {
  const char* name;
  std::function<void(v1::Interaction&, absl::Time now)> spoil;
  const char* result;
  const char* message;
};

const std::vector<BadEvent>& BadEvents() {
  static const auto& events = *new std::vector<BadEvent>{
      {"no subject", [](v1::Interaction& e, absl::Time) { e.clear_subject(); }, "REFUSED INVALID", "subject"},
      {"anonymous", [](v1::Interaction& e, absl::Time) { e.mutable_subject()->mutable_anonymous(); },
       "REFUSED INVALID", "anonymous sent"},
      {"id of 0 bytes", [](v1::Interaction& e, absl::Time) { e.mutable_subject()->set_account_id(""); },
       "REFUSED INVALID", "account_id: 1 to 256 bytes allowed, 0 bytes sent"},
      {"id of 257 bytes",
       [](v1::Interaction& e, absl::Time) { e.mutable_subject()->set_device_id(std::string(257, 'z')); },
       "REFUSED INVALID", "device_id: 1 to 256 bytes allowed, 257 bytes sent"},
      {"no kind", [](v1::Interaction& e, absl::Time) { e.clear_kind(); }, "REFUSED INVALID", "kind"},
      {"unknown kind", [](v1::Interaction& e, absl::Time) { e.set_kind(static_cast<v1::SignalKind>(13)); },
       "REFUSED INVALID", "13 sent"},
      {"no post", [](v1::Interaction& e, absl::Time) { e.clear_target(); }, "REFUSED INVALID", "post_id"},
      {"post 0", [](v1::Interaction& e, absl::Time) { e.set_post_id(0); }, "REFUSED INVALID", "post_id"},
      {"post above 2^63 - 1", [](v1::Interaction& e, absl::Time) { e.set_post_id(uint64_t{1} << 63); },
       "REFUSED INVALID", "post_id"},
      {"a topic clicked", [](v1::Interaction& e, absl::Time) { e.set_topic_id(10); }, "REFUSED INVALID",
       "topic_id sent"},
      {"a post searched", [](v1::Interaction& e, absl::Time) { e.set_kind(v1::SIGNAL_KIND_SEARCH); },
       "REFUSED INVALID", "topic_id"},
      {"strength of a click", [](v1::Interaction& e, absl::Time) { e.set_strength(5); }, "REFUSED INVALID",
       "strength"},
      {"dwell without strength", [](v1::Interaction& e, absl::Time) { e.set_kind(v1::SIGNAL_KIND_DWELL); },
       "REFUSED INVALID", "strength: 1 to 86400000 allowed, 0 sent"},
      {"dwell of two days",
       [](v1::Interaction& e, absl::Time) {
         e.set_kind(v1::SIGNAL_KIND_DWELL);
         e.set_strength(172'800'000);
       },
       "REFUSED INVALID", "strength"},
      {"no time", [](v1::Interaction& e, absl::Time) { e.clear_event_time(); }, "REFUSED INVALID",
       "event_time: required"},
      {"no such nanosecond", [](v1::Interaction& e, absl::Time) { e.mutable_event_time()->set_nanos(-1); },
       "REFUSED INVALID", "event_time.nanos"},
      {"the year 2100",
       [](v1::Interaction& e, absl::Time) {
         *e.mutable_event_time() = At(absl::FromCivil(absl::CivilYear(2100), absl::UTCTimeZone()));
       },
       "REFUSED IN_FUTURE", "event_time: until 2024-06-01T12:05:00"},
      {"five minutes and a second ahead",
       [](v1::Interaction& e, absl::Time now) {
         *e.mutable_event_time() = At(now + absl::Minutes(5) + absl::Seconds(1));
       },
       "REFUSED IN_FUTURE", "event_time"},
      {"unknown surface", [](v1::Interaction& e, absl::Time) { e.set_surface("attic"); }, "REFUSED INVALID",
       "surface: home, following, local allowed, \"attic\" sent"},
      {"a click taken back", [](v1::Interaction& e, absl::Time) { e.set_taken_back(true); },
       "REFUSED INVALID", "taken_back"},
      {"an author without id", [](v1::Interaction& e, absl::Time) { e.mutable_self_author(); },
       "REFUSED INVALID", "self_author"},
      {"an author code of 15 bytes",
       [](v1::Interaction& e, absl::Time) { e.mutable_self_author()->set_author_code(std::string(15, 'c')); },
       "REFUSED INVALID", "author_code: 16 to 16 bytes allowed, 15 bytes sent"},
  };
  return events;
}

TEST_F(InteractionHandlerTest, OneBadItemOfAnyKindLosesNoOther) {
  AgreeToPersonalize(reader_);
  std::vector<v1::Interaction> batch;
  for (const BadEvent& bad : BadEvents()) {
    batch.push_back(Event(reader_, v1::SIGNAL_KIND_CLICK, 1000 + batch.size(), now()));
    batch.push_back(Event(Account("planted-account-id"), v1::SIGNAL_KIND_CLICK, 1, now()));
    bad.spoil(batch.back(), now());
  }
  const auto response = calls_.Record(batch);
  ASSERT_TRUE(response.ok()) << response.status();
  for (size_t i = 0; i < BadEvents().size(); ++i) {
    const BadEvent& bad = BadEvents()[i];
    const v1::ItemResult& result = response->results(static_cast<int>(2 * i + 1));
    EXPECT_EQ(Short(response->results(static_cast<int>(2 * i))), "ACCEPTED") << bad.name;
    EXPECT_EQ(Short(result), bad.result) << bad.name;
    EXPECT_THAT(result.message(), HasSubstr(bad.message)) << bad.name;
    EXPECT_THAT(result.message(), HasSubstr("interactions[" + std::to_string(2 * i + 1) + "]")) << bad.name;
    EXPECT_THAT(result.message(), Not(HasSubstr("planted-account-id"))) << bad.name;
    EXPECT_THAT(result.message(), Not(HasSubstr("zzz"))) << bad.name;
  }
  EXPECT_THAT(calls_.Export(reader_).interactions, SizeIs(BadEvents().size()));
}

TEST_F(InteractionHandlerTest, ABatchHasOneToAThousandItems) {
  EXPECT_EQ(calls_.Record({}).status().code(), absl::StatusCode::kInvalidArgument);
  const std::vector<v1::Interaction> batch(kInteractionsMax + 1,
                                           Event(reader_, v1::SIGNAL_KIND_CLICK, 1, now()));
  const absl::Status status = calls_.Record(batch).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("interactions: 1 to 1000 elements allowed, 1001 sent"));
}

TEST_F(InteractionHandlerTest, AnEventOlderThanItsKindIsKeptIsRefused) {
  v1::PastConsent consent;
  *consent.mutable_subject() = reader_;
  consent.add_grant_purposes(v1::PURPOSE_PERSONALIZE);
  consent.set_policy_version(1);
  *consent.mutable_since_time() = At(now() - absl::Hours(24 * 300));
  ASSERT_THAT(Shorts(*calls_.Backfill({consent})), ElementsAre("ACCEPTED"));
  const absl::Time old = now() - absl::Hours(24 * 200);
  EXPECT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_CLICK, 1, old)), "REFUSED TOO_OLD");
  EXPECT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_LIKE, 1, old)), "ACCEPTED");
}

TEST_F(InteractionHandlerTest, AnXIsObeyedByTheNextRequestAndAfterAReopening) {
  ASSERT_THAT(calls_.Rank(reader_, all_), UnorderedElementsAre(1, 2, 3, 4));
  ASSERT_TRUE(calls_.Dismiss(reader_, 3, v1::DISMISS_REASON_NOT_INTERESTED).ok());
  EXPECT_THAT(calls_.Rank(reader_, all_), UnorderedElementsAre(1, 2, 4));
  ASSERT_TRUE(calls_.Dismiss(reader_, 1, v1::DISMISS_REASON_BLOCK_AUTHOR).ok());
  EXPECT_THAT(calls_.Rank(reader_, all_), ElementsAre(4));
  ASSERT_TRUE(server_->Restart().ok());
  EXPECT_THAT(calls_.Rank(reader_, all_), ElementsAre(4));
  EXPECT_THAT(calls_.Rank(Account("another"), all_), SizeIs(4));
}

TEST_F(InteractionHandlerTest, AnXOfATopicCanNameSomeOfThePostsTopics) {
  const auto some = calls_.Dismiss(reader_, 1, v1::DISMISS_REASON_BLOCK_TOPIC, {11});
  ASSERT_TRUE(some.ok()) << some.status();
  EXPECT_THAT(some->topic_ids(), ElementsAre(11));
  EXPECT_THAT(calls_.Rank(reader_, all_), UnorderedElementsAre(2, 3, 4));
  const auto all = calls_.Dismiss(reader_, 1, v1::DISMISS_REASON_BLOCK_TOPIC);
  EXPECT_THAT(all->topic_ids(), ElementsAre(10, 11));
  EXPECT_THAT(calls_.Rank(reader_, all_), UnorderedElementsAre(3, 4));
}

TEST_F(InteractionHandlerTest, ARetryOfAnXIsOneXAndARepeatLengthensIt) {
  const auto first = calls_.Dismiss(reader_, 1, v1::DISMISS_REASON_LESS_OF_AUTHOR);
  EXPECT_EQ(first->repeat_count(), 1u);
  EXPECT_EQ(first->author_code(), calls_.AuthorCodeOf("ann"));
  EXPECT_EQ(first->expire_time().seconds() - first->dismiss_time().seconds(), 154 * 24 * 3600);
  EXPECT_EQ(calls_.Dismiss(reader_, 1, v1::DISMISS_REASON_LESS_OF_AUTHOR)->repeat_count(), 1u);
  Advance(absl::Hours(1));
  const auto again = calls_.Dismiss(reader_, 2, v1::DISMISS_REASON_LESS_OF_AUTHOR);
  EXPECT_EQ(again->repeat_count(), 2u);
  EXPECT_EQ(again->expire_time().seconds() - again->dismiss_time().seconds(), 2 * 154 * 24 * 3600);
  EXPECT_THAT(calls_.Dismissals(reader_), SizeIs(1));
}

TEST_F(InteractionHandlerTest, AnXOnTheSameTopicsIsTheSameXInWhateverOrderTheyAreNamed) {
  ASSERT_TRUE(calls_.Upsert({PostOf(5, "eve", {11, 10}, now())}).ok());
  ASSERT_TRUE(calls_.Dismiss(reader_, 1, v1::DISMISS_REASON_LESS_OF_TOPIC).ok());
  EXPECT_EQ(calls_.Dismiss(reader_, 5, v1::DISMISS_REASON_LESS_OF_TOPIC)->repeat_count(), 2u);
  EXPECT_EQ(calls_.Dismiss(reader_, 5, v1::DISMISS_REASON_LESS_OF_TOPIC, {11, 10, 11})->repeat_count(), 2u);
  EXPECT_THAT(calls_.Dismissals(reader_), SizeIs(1));
}

TEST_F(InteractionHandlerTest, DismissalsAreListedNewestFirstAndUndone) {
  ASSERT_TRUE(calls_.Dismiss(reader_, 1, v1::DISMISS_REASON_NOT_INTERESTED).ok());
  Advance(absl::Hours(1));
  ASSERT_TRUE(calls_.Dismiss(reader_, 3, v1::DISMISS_REASON_OFFENSIVE).ok());
  ASSERT_TRUE(calls_.Dismiss(reader_, 3, v1::DISMISS_REASON_BLOCK_AUTHOR).ok());
  std::vector<uint64_t> posts;
  for (const v1::Dismissal& dismissal : calls_.Dismissals(reader_)) posts.push_back(dismissal.post_id());
  EXPECT_THAT(posts, ElementsAre(3, 3, 1));

  EXPECT_EQ(*calls_.Undo(reader_, 3, v1::DISMISS_REASON_OFFENSIVE), 1u);
  EXPECT_THAT(calls_.Rank(reader_, all_), UnorderedElementsAre(2, 4));
  EXPECT_EQ(*calls_.Undo(reader_, 3), 1u);
  EXPECT_EQ(*calls_.Undo(reader_, 3), 0u);
  EXPECT_THAT(calls_.Rank(reader_, all_), UnorderedElementsAre(2, 3, 4));
  EXPECT_EQ(*calls_.Undo(Account("never seen"), 3), 0u);
  EXPECT_TRUE(calls_.Export(Account("never seen")).Empty());
}

TEST_F(InteractionHandlerTest, AnXThatMakesNoSenseIsRefusedAndLeavesNothing) {
  struct Case {
    const char* name;
    uint64_t post;
    v1::DismissReason reason;
    std::vector<uint64_t> topics;
    absl::StatusCode code;
  };
  const std::vector<Case> cases = {
      {"no reason", 1, v1::DISMISS_REASON_UNSPECIFIED, {}, absl::StatusCode::kInvalidArgument},
      {"unknown reason", 1, static_cast<v1::DismissReason>(10), {}, absl::StatusCode::kInvalidArgument},
      {"no post", 0, v1::DISMISS_REASON_OFFENSIVE, {}, absl::StatusCode::kInvalidArgument},
      {"topics of a post's X", 1, v1::DISMISS_REASON_OFFENSIVE, {10}, absl::StatusCode::kInvalidArgument},
      {"a topic of another post",
       1,
       v1::DISMISS_REASON_LESS_OF_TOPIC,
       {12},
       absl::StatusCode::kInvalidArgument},
      {"seventeen topics", 1, v1::DISMISS_REASON_LESS_OF_TOPIC, std::vector<uint64_t>(17, 10),
       absl::StatusCode::kInvalidArgument},
      {"no topics to block", 4, v1::DISMISS_REASON_BLOCK_TOPIC, {}, absl::StatusCode::kInvalidArgument},
      {"no advertisement", 1, v1::DISMISS_REASON_ADVERTISEMENT, {}, absl::StatusCode::kInvalidArgument},
      {"author of an unknown post", 77, v1::DISMISS_REASON_BLOCK_AUTHOR, {}, absl::StatusCode::kNotFound},
      {"topics of an unknown post", 77, v1::DISMISS_REASON_LESS_OF_TOPIC, {}, absl::StatusCode::kNotFound},
  };
  for (const Case& bad : cases) {
    EXPECT_EQ(calls_.Dismiss(reader_, bad.post, bad.reason, bad.topics).status().code(), bad.code)
        << bad.name;
  }
  EXPECT_EQ(calls_.Dismiss(AnonymousSubject(), 1, v1::DISMISS_REASON_OFFENSIVE).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(calls_.Export(reader_).Empty());
}

TEST_F(InteractionHandlerTest, AnXOnAPostNotKnownYetHoldsWhenItArrives) {
  ASSERT_TRUE(calls_.Dismiss(reader_, 5, v1::DISMISS_REASON_NOT_INTERESTED).ok());
  ASSERT_TRUE(calls_.Upsert({PostOf(5, "eve", {}, now())}).ok());
  EXPECT_THAT(calls_.Rank(reader_, {4, 5}), ElementsAre(4));
}

TEST_F(InteractionHandlerTest, ReasonsAreThoseThatMakeSenseForThePost) {
  v1::Post advertisement = PostOf(6, "shop", {10}, now());
  advertisement.set_advertisement(true);
  ASSERT_TRUE(calls_.Upsert({advertisement}).ok());
  const auto numbers = [&](uint64_t post) {
    std::vector<int> reasons;
    const auto options = calls_.Reasons(post);
    for (const v1::ReasonOption& option : options.value()) reasons.push_back(option.reason());
    return reasons;
  };
  EXPECT_THAT(numbers(1), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_THAT(numbers(4), ElementsAre(1, 2, 3, 6, 8));
  EXPECT_THAT(numbers(6), ElementsAre(1, 6, 8, 9));
  const v1::ReasonOption less_of_author = calls_.Reasons(1)->at(1);
  EXPECT_EQ(less_of_author.scope(), v1::DISMISS_SCOPE_AUTHOR);
  EXPECT_EQ(less_of_author.hidden_duration().seconds(), 14 * 24 * 3600);
  EXPECT_EQ(less_of_author.rising_duration().seconds(), 140 * 24 * 3600);
  EXPECT_TRUE(less_of_author.teaches_dislike());
  EXPECT_FALSE(calls_.Reasons(1)->at(0).has_hidden_duration());
  EXPECT_EQ(calls_.Reasons(77).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(calls_.Reasons(0).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(InteractionHandlerTest, WorkThatComesAfterTheDeadlineIsNotDone) {
  AgreeToPersonalize(reader_);
  calls_.principal().deadline = now() - absl::Seconds(1);
  EXPECT_EQ(calls_.Record({Event(reader_, v1::SIGNAL_KIND_CLICK, 1, now())}).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(calls_.Export(reader_).interactions, IsEmpty());
}

}  // namespace
}  // namespace bauta::testing
