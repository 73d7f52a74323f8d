// What the trainer gets to see: what may be learned from, whole, and nobody's name.
#include "service/training_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/service/calls.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr uint64_t kSensitiveTopic = 666;

class TrainingHandlerTest : public ::testing::Test {
 protected:
  absl::Time now() const { return server_->clock().Now(); }
  void Advance(absl::Duration by) { server_->clock().Advance(by); }
  // From the next whole hour on.
  void AgreeToLearn(const v1::Subject& subject) {
    ASSERT_TRUE(calls_.Grant(subject, {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN}).ok());
  }
  std::vector<uint64_t> PostIds(const Trained& trained) {
    std::vector<uint64_t> ids;
    for (const v1::TrainingPost& post : trained.posts) ids.push_back(post.post_id());
    return ids;
  }

  std::unique_ptr<TestServer> server_ =
      TestServer::Start({.more_config = "sensitive_topic: 666", .more_store_config = kFreshConsentsCount});
  Calls calls_{*server_};
};

TEST_F(TrainingHandlerTest, AnEmptyStoreGivesHeaderAndTrailer) {
  const Trained trained = calls_.Train();
  EXPECT_THAT(trained.parts, ElementsAre(v1::StreamRowsResponse::kHeader, v1::StreamRowsResponse::kTrailer));
  EXPECT_EQ(trained.header.schema_version(), 1u);
  EXPECT_EQ(trained.header.region(), "test");
  EXPECT_EQ(trained.header.start_time().seconds(), absl::ToUnixSeconds(now()));
  EXPECT_THAT(trained.header.signal_kinds(), SizeIs(12));
  EXPECT_EQ(trained.trailer.row_count(), 0u);
}

TEST_F(TrainingHandlerTest, OnlyLearnableHistoriesAreInTheStream) {
  const v1::Subject learner = Account("learner");
  const v1::Subject private_reader = Account("private");
  const v1::Subject withdrawn = Account("withdrawn");
  AgreeToLearn(learner);
  ASSERT_TRUE(calls_.Grant(private_reader, {v1::PURPOSE_PERSONALIZE}).ok());
  AgreeToLearn(withdrawn);
  Advance(absl::Minutes(30));
  // Before the whole hour from which `learn` holds.
  Advance(absl::Hours(1));
  for (const v1::Subject& subject : {learner, private_reader, withdrawn}) {
    ASSERT_EQ(calls_.RecordOne(Event(subject, v1::SIGNAL_KIND_CLICK, 1, now())), "ACCEPTED");
  }
  ASSERT_TRUE(calls_.Withdraw(withdrawn, {v1::PURPOSE_LEARN}).ok());
  const Trained trained = calls_.Train();
  ASSERT_THAT(trained.rows, SizeIs(1));
  EXPECT_THAT(trained.rows[0].post_ids(), ElementsAre(1));
  EXPECT_THAT(trained.rows[0].kinds(), ElementsAre(v1::SIGNAL_KIND_CLICK));
  EXPECT_EQ(trained.rows[0].hours(0), absl::ToUnixSeconds(now()) / 3600);
}

// With the age that a server has where nothing else is configured: a day.
class ConsentAgeTest : public ::testing::Test {
 protected:
  absl::Time now() const { return server_->clock().Now(); }
  void Click(uint64_t post, absl::Time time) {
    ASSERT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_CLICK, post, time)), "ACCEPTED");
  }
  void Click(uint64_t post) { Click(post, now()); }
  // To just before the consent of so long ago is a day old, and on to it.
  void ExpectNothingUntilItIsADayOld(absl::Duration age) {
    EXPECT_THAT(calls_.Train().rows, IsEmpty());
    server_->clock().Advance(absl::Hours(24) - age - absl::Nanoseconds(1));
    EXPECT_THAT(calls_.Train().rows, IsEmpty());
    server_->clock().Advance(absl::Nanoseconds(1));
    EXPECT_THAT(calls_.Train().rows, SizeIs(1));
  }

  std::unique_ptr<TestServer> server_ = TestServer::Start();
  Calls calls_{*server_};
  const v1::Subject reader_ = Account("reader");
};

TEST_F(ConsentAgeTest, AFreshConsentTeachesNothingUntilItIsOldAndGivenAnewItIsFresh) {
  const std::vector<v1::Purpose> both = {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN};
  ASSERT_TRUE(calls_.Grant(reader_, both).ok());
  server_->clock().Advance(absl::Hours(1));
  Click(1);
  ASSERT_TRUE(calls_.Dismiss(reader_, 2, v1::DISMISS_REASON_NOT_INTERESTED).ok());
  ExpectNothingUntilItIsADayOld(absl::Hours(1));
  EXPECT_THAT(calls_.Train().rows[0].post_ids(), ElementsAre(1))
      << "what it did when it was fresh counts then";
  for (const v1::Purpose purpose : both) {
    ASSERT_TRUE(calls_.Withdraw(reader_, {purpose}).ok());
    ASSERT_TRUE(calls_.Grant(reader_, {purpose}).ok());
    Click(3);
    ExpectNothingUntilItIsADayOld(absl::ZeroDuration());
  }
}

TEST_F(ConsentAgeTest, AClaimedTimeMakesNoConsentOlder) {
  v1::PastConsent consent;
  *consent.mutable_subject() = reader_;
  consent.add_grant_purposes(v1::PURPOSE_PERSONALIZE);
  consent.add_grant_purposes(v1::PURPOSE_LEARN);
  consent.set_policy_version(1);
  *consent.mutable_since_time() = At(now() - absl::Hours(24 * 30));
  ASSERT_THAT(Shorts(*calls_.Backfill({consent})), ElementsAre("ACCEPTED"));
  Click(1, now() - absl::Hours(24 * 20));
  server_->clock().Advance(absl::Hours(1));
  ASSERT_TRUE(server_->Restart().ok());
  // Told once more, it is no older and no younger.
  ASSERT_THAT(Shorts(*calls_.Backfill({consent})), ElementsAre("ACCEPTED UNCHANGED"));
  const v1::Consent told = calls_.Export(reader_).consent;
  for (const v1::PurposeConsent& purpose : told.purposes()) {
    EXPECT_EQ(purpose.since_time().seconds(), consent.since_time().seconds());
    EXPECT_EQ(purpose.record_time().seconds(), absl::ToUnixSeconds(now() - absl::Hours(1)));
  }
  ExpectNothingUntilItIsADayOld(absl::Hours(1));
  EXPECT_THAT(calls_.Train().rows[0].post_ids(), ElementsAre(1));
}

TEST_F(TrainingHandlerTest, ARowIsColumnsOldestFirstWithStatesSearchesImpressionsAndLessons) {
  ASSERT_TRUE(calls_.Upsert({PostOf(1, "ann", {10}, now()), PostOf(2, "ann", {10}, now())}).ok());
  const v1::Subject reader = Account("reader");
  AgreeToLearn(reader);
  Advance(absl::Hours(1));
  v1::Interaction dwell = Event(reader, v1::SIGNAL_KIND_DWELL, 2, now());
  dwell.set_strength(7000);
  const auto response = calls_.Record(
      {Event(reader, v1::SIGNAL_KIND_LIKE, 1, now()), Event(reader, v1::SIGNAL_KIND_IMPRESSION, 2, now())});
  ASSERT_THAT(Shorts(*response), ElementsAre("ACCEPTED", "ACCEPTED"));
  Advance(absl::Hours(1));
  *dwell.mutable_event_time() = At(now());
  ASSERT_EQ(calls_.RecordOne(dwell), "ACCEPTED");
  ASSERT_EQ(calls_.RecordOne(Search(reader, 10, now())), "ACCEPTED");
  ASSERT_TRUE(calls_.Dismiss(reader, 2, v1::DISMISS_REASON_LESS_OF_AUTHOR).ok());
  ASSERT_TRUE(calls_.Dismiss(reader, 2, v1::DISMISS_REASON_SEEN_TOO_OFTEN).ok());  // Teaches nothing.

  const Trained trained = calls_.Train();
  ASSERT_THAT(trained.rows, SizeIs(1));
  const v1::TrainingRow& row = trained.rows[0];
  EXPECT_THAT(row.post_ids(), ElementsAre(1, 2));
  EXPECT_THAT(row.kinds(), ElementsAre(v1::SIGNAL_KIND_LIKE, v1::SIGNAL_KIND_DWELL));
  EXPECT_THAT(row.strengths(), ElementsAre(0, 7000));
  EXPECT_EQ(row.hours(1) - row.hours(0), 1u);
  EXPECT_THAT(row.searched_topic_ids(), ElementsAre(10));
  EXPECT_THAT(row.searched_hours(), SizeIs(1));
  EXPECT_THAT(row.impression_fingerprints(), ElementsAre(PostFingerprint::Of(PostId(2)).value()));
  EXPECT_THAT(row.impression_hours(), SizeIs(1));
  ASSERT_THAT(row.dismissals(), SizeIs(1));
  EXPECT_EQ(row.dismissals(0).reason(), v1::DISMISS_REASON_LESS_OF_AUTHOR);
  EXPECT_EQ(row.dismissals(0).author_code(), calls_.AuthorCodeOf("ann"));
  EXPECT_EQ(row.dismissals(0).repeat_count(), 1u);
  EXPECT_EQ(trained.trailer.interaction_count(), 3u);
  EXPECT_EQ(trained.trailer.impression_count(), 1u);
  EXPECT_EQ(trained.trailer.dismissal_count(), 1u);
}

TEST_F(TrainingHandlerTest, RemovedSuspendedAndSensitivePostsAreNotInTheStream) {
  ASSERT_TRUE(calls_
                  .Upsert({PostOf(5, "ann", {10, 11}, now()), PostOf(1, "bob", {}, now()),
                           PostOf(2, "cid", {}, now()), PostOf(3, "ann", {10, kSensitiveTopic}, now()),
                           PostOf(4, "dan", {}, now())})
                  .ok());
  ASSERT_TRUE(calls_.Remove({{1, 1}}).ok());
  v1::AuthorSuspension suspension;
  *suspension.mutable_author() = Author("cid");
  v1::AuthorSuspension lifted;
  *lifted.mutable_author() = Author("dan");
  *lifted.mutable_until_time() = At(now() - absl::Hours(1));
  ASSERT_TRUE(calls_.Suspend({suspension, lifted}).ok());
  const Trained trained = calls_.Train();
  EXPECT_THAT(PostIds(trained), ElementsAre(4, 5));
  EXPECT_EQ(trained.trailer.post_count(), 2u);
  EXPECT_EQ(trained.posts[1].author_code(), calls_.AuthorCodeOf("ann"));
  EXPECT_THAT(trained.posts[1].topic_ids(), ElementsAre(10, 11));
  EXPECT_EQ(trained.posts[1].create_hour(), absl::ToUnixSeconds(now()) / 3600);
}

TEST_F(TrainingHandlerTest, WhoReadsOnlyOfSensitiveTopicsHasNoRow) {
  ASSERT_TRUE(calls_.Upsert({PostOf(3, "ann", {kSensitiveTopic}, now())}).ok());
  const v1::Subject reader = Account("reader");
  AgreeToLearn(reader);
  Advance(absl::Hours(1));
  ASSERT_TRUE(
      calls_
          .Record({Event(reader, v1::SIGNAL_KIND_CLICK, 3, now()),
                   Event(reader, v1::SIGNAL_KIND_LIKE, 3, now()), Search(reader, kSensitiveTopic, now())})
          .ok());
  ASSERT_TRUE(calls_.Dismiss(reader, 3, v1::DISMISS_REASON_LESS_OF_TOPIC).ok());
  EXPECT_THAT(calls_.Train().rows, IsEmpty());
  // The control: one act on anything else, and there is a row that holds it alone.
  ASSERT_EQ(calls_.RecordOne(Event(reader, v1::SIGNAL_KIND_CLICK, 4, now())), "ACCEPTED");
  const Trained trained = calls_.Train();
  ASSERT_THAT(trained.rows, SizeIs(1));
  EXPECT_THAT(trained.rows[0].post_ids(), ElementsAre(4));
  EXPECT_THAT(trained.rows[0].searched_topic_ids(), IsEmpty());
  EXPECT_THAT(trained.rows[0].dismissals(), IsEmpty());
}

TEST_F(TrainingHandlerTest, PartsStayBelowTheirLimitsAndRowsAreNumbered) {
  std::vector<v1::Post> posts;
  for (uint64_t id = 1; id <= 2500; ++id) posts.push_back(PostOf(id, "ann", {1, 2, 3}, now()));
  for (size_t begin = 0; begin < posts.size(); begin += 500) {
    ASSERT_TRUE(calls_
                    .Upsert({posts.begin() + static_cast<std::ptrdiff_t>(begin),
                             posts.begin() + static_cast<std::ptrdiff_t>(begin + 500)})
                    .ok());
  }
  constexpr int kSubjects = 120;
  constexpr uint64_t kActs = 900;
  for (int i = 0; i < kSubjects; ++i) AgreeToLearn(Account("reader-" + std::to_string(i)));
  Advance(absl::Hours(1));
  for (int i = 0; i < kSubjects; ++i) {
    std::vector<v1::Interaction> acts;
    for (uint64_t post = 1; post <= kActs; ++post) {
      acts.push_back(Event(Account("reader-" + std::to_string(i)), v1::SIGNAL_KIND_CLICK, post, now()));
    }
    ASSERT_TRUE(calls_.Record(acts).ok());
  }
  const Trained trained = calls_.Train();
  EXPECT_LE(trained.bytes_max, kTrainingPartBytesMax);
  EXPECT_GT(trained.bytes_max, kTrainingPartBytesMax / 2);
  EXPECT_TRUE(std::is_sorted(trained.parts.begin(), trained.parts.end()));
  EXPECT_EQ(std::count(trained.parts.begin(), trained.parts.end(), v1::StreamRowsResponse::kPosts), 3);
  EXPECT_GT(std::count(trained.parts.begin(), trained.parts.end(), v1::StreamRowsResponse::kRows), 1);
  EXPECT_EQ(trained.trailer.post_count(), trained.posts.size());
  EXPECT_EQ(trained.trailer.row_count(), trained.rows.size());
  EXPECT_EQ(trained.trailer.interaction_count(), kSubjects * kActs);
  for (size_t i = 0; i < trained.rows.size(); ++i) EXPECT_EQ(trained.rows[i].row_number(), i);
}

TEST_F(TrainingHandlerTest, NoCodeOfASubjectLeaves) {
  const v1::Subject reader = Account("planted-account-id");
  AgreeToLearn(reader);
  Advance(absl::Hours(1));
  ASSERT_EQ(calls_.RecordOne(Event(reader, v1::SIGNAL_KIND_CLICK, 1, now())), "ACCEPTED");
  std::string bytes;
  const auto sink = [&](const v1::StreamRowsResponse& part) {
    bytes += part.SerializeAsString();
    return absl::OkStatus();
  };
  ASSERT_TRUE(server_->backend().training().StreamRows(Principal(), v1::StreamRowsRequest(), sink).ok());
  EXPECT_EQ(bytes.find("planted-account-id"), std::string::npos);
  // Every field of a row is a number, a list of numbers, or an X; an X's bytes are an author's code.
  const google::protobuf::Descriptor& row = *v1::TrainingRow::descriptor();
  for (int i = 0; i < row.field_count(); ++i) {
    EXPECT_NE(row.field(i)->cpp_type(), google::protobuf::FieldDescriptor::CPPTYPE_STRING);
  }
}

TEST_F(TrainingHandlerTest, AStreamIsInTheRightsLogBeforeItsFirstMessage) {
  const uint64_t before = server_->backend().store().statistics().log_entries;
  uint64_t at_first_message = 0;
  const auto sink = [&](const v1::StreamRowsResponse&) {
    at_first_message = server_->backend().store().statistics().log_entries;
    return absl::CancelledError("gone");
  };
  EXPECT_EQ(server_->backend().training().StreamRows(Principal(), v1::StreamRowsRequest(), sink).code(),
            absl::StatusCode::kCancelled);
  EXPECT_GT(at_first_message, before);
}

TEST_F(TrainingHandlerTest, AStreamThatItsDeadlineOvertakesHasNoTrailer) {
  calls_.principal().deadline = now() - absl::Seconds(1);
  const auto sink = [](const v1::StreamRowsResponse&) { return absl::OkStatus(); };
  EXPECT_EQ(
      server_->backend().training().StreamRows(calls_.principal(), v1::StreamRowsRequest(), sink).code(),
      absl::StatusCode::kDeadlineExceeded);
}

}  // namespace
}  // namespace bauta::testing
