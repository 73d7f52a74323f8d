// What SubjectService promises of what is inferred: it can be seen, corrected and deleted, and stays so; and
// PostService of an erased author. On the real store.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "featurestore/records/head.h"
#include "service/validation_subject.h"
#include "tests/service/calls.h"
#include "tests/service/small_model.h"
#include "tests/testing/faulty_file_system.h"
#include "tests/testing/model_builder.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr uint64_t kSensitive = 666;

class SubjectCorrectionsTest : public ::testing::Test {
 protected:
  SubjectCorrectionsTest() {
    EXPECT_TRUE(calls_
                    .Upsert({PostOf(1, "ann", {10}, now()), PostOf(2, "bob", {20}, now()),
                             PostOf(3, "ann", {10}, now()), PostOf(4, "cid", {20}, now()),
                             PostOf(5, "cid", {10, kSensitive}, now()), PostOf(6, "cid", {20, 30}, now())})
                    .ok());
    EXPECT_TRUE(calls_.Grant(reader_, {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN}).ok());
    server_->clock().Advance(absl::Hours(1));
  }
  absl::Time now() const { return server_->clock().Now(); }
  void Click(uint64_t post) {
    ASSERT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_CLICK, post, now())), "ACCEPTED");
  }
  void Serve() {
    const auto committed = [] { return absl::OkStatus(); };
    ASSERT_TRUE(
        server_->backend().serving().Activate(MakeSnapshot(SmallModel("small", now())), committed).ok());
  }
  std::vector<uint64_t> TagTopics() {
    std::vector<uint64_t> topics;
    const v1::ListProfileTagsResponse tags = calls_.Tags(reader_);
    for (const v1::ProfileTag& tag : tags.profile_tags()) topics.push_back(tag.topic_id());
    return topics;
  }
  std::vector<uint64_t> DeletedTopics() {
    const v1::ListProfileTagsResponse tags = calls_.Tags(reader_);
    return {tags.deleted_topic_ids().begin(), tags.deleted_topic_ids().end()};
  }
  v1::InteractionDeletion OfPost(uint64_t post, const std::vector<v1::SignalKind>& kinds = {}) {
    v1::InteractionDeletion deletion;
    deletion.set_post_id(post);
    for (v1::SignalKind kind : kinds) deletion.add_kinds(kind);
    return deletion;
  }
  v1::InteractionDeletion OfTopic(uint64_t topic) {
    v1::InteractionDeletion deletion;
    deletion.set_topic_id(topic);
    return deletion;
  }

  std::unique_ptr<TestServer> server_ =
      TestServer::Start({.more_config = "sensitive_topic: 666", .more_store_config = kFreshConsentsCount});
  Calls calls_{*server_};
  const v1::Subject reader_ = Account("reader");
};

TEST_F(SubjectCorrectionsTest, TagsAreTheSharesOfWhatWasDoneWithAndWithoutAModel) {
  EXPECT_EQ(calls_.Tags(reader_).ByteSizeLong(), 0u);
  Click(1);
  Click(3);
  Click(6);
  ASSERT_EQ(calls_.RecordOne(Search(reader_, 40, now())), "ACCEPTED");
  for (int i = 0; i < 2; ++i) {
    const v1::ListProfileTagsResponse tags = calls_.Tags(reader_);
    ASSERT_EQ(tags.profile_tags_size(), 4);
    EXPECT_EQ(tags.profile_tags(0).topic_id(), 10u);
    EXPECT_FLOAT_EQ(tags.profile_tags(0).share(), 0.5f);
    EXPECT_EQ(tags.profile_tags(0).act_count(), 2u);
    EXPECT_FLOAT_EQ(tags.profile_tags(1).share(), 0.25f);
    EXPECT_THAT(TagTopics(), ElementsAre(10, 20, 30, 40));
    Serve();
  }
  ASSERT_TRUE(calls_.Withdraw(reader_, {v1::PURPOSE_PERSONALIZE}).ok());
  EXPECT_EQ(calls_.Tags(reader_).ByteSizeLong(), 0u);
}

TEST_F(SubjectCorrectionsTest, ADeletedTagStaysDeletedUntilTheSubjectDeclaresIt) {
  Click(1);
  Click(2);
  ASSERT_TRUE(calls_.DeleteTag(reader_, 10).ok());
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(TagTopics(), ElementsAre(20));
    EXPECT_THAT(DeletedTopics(), ElementsAre(10));
    EXPECT_THAT(calls_.Export(reader_).choices.deleted_topic_ids(), ElementsAre(10));
    Click(i == 0 ? 3 : 5);  // New acts on it bring it back no more than old ones.
    ASSERT_TRUE(server_->Restart().ok());
  }
  EXPECT_TRUE(calls_.DeleteTag(reader_, 10).ok()) << "deleted already";
  v1::Preferences preferences;
  preferences.add_languages("en");
  ASSERT_TRUE(calls_.Prefer(reader_, preferences).ok());
  EXPECT_THAT(DeletedTopics(), ElementsAre(10));
  preferences.add_declared_topic_ids(10);
  ASSERT_TRUE(calls_.Prefer(reader_, preferences).ok());
  EXPECT_THAT(DeletedTopics(), IsEmpty());
  EXPECT_THAT(TagTopics(), ElementsAre(10, 20));
  // Deleted while it is declared: only a new declaration takes that back.
  ASSERT_TRUE(calls_.DeleteTag(reader_, 10).ok());
  ASSERT_TRUE(calls_.Prefer(reader_, preferences).ok());
  EXPECT_THAT(DeletedTopics(), ElementsAre(10));
}

TEST_F(SubjectCorrectionsTest, ADeletedTagTeachesNothingInFeedsExplanationsAndTraining) {
  Serve();
  Click(1);
  Click(3);
  Click(2);
  const std::vector<uint64_t> posts = {1, 2, 3, 4};
  const std::vector<uint64_t> before = calls_.Rank(reader_, posts);
  EXPECT_THAT(std::vector<uint64_t>(before.begin(), before.begin() + 2), UnorderedElementsAre(1, 3));
  ASSERT_TRUE(calls_.DeleteTag(reader_, 10).ok());
  const std::vector<uint64_t> after = calls_.Rank(reader_, posts);
  EXPECT_THAT(std::vector<uint64_t>(after.begin(), after.begin() + 2), UnorderedElementsAre(2, 4));

  v1::ExplainPostRequest request;
  *request.mutable_visit()->mutable_subject() = reader_;
  request.set_post_id(4);
  request.set_name_history(true);
  v1::ExplainPostResponse explained;
  calls_.principal().proven_rights = RightsGroup::kExplain;
  ASSERT_TRUE(server_->backend().feed().ExplainPost(calls_.principal(), request, explained).ok());
  ASSERT_EQ(explained.taste_shares_size(), 1);
  EXPECT_EQ(explained.taste_shares(0).interaction().post_id(), 2u);

  const Trained trained = calls_.Train();
  ASSERT_THAT(trained.rows, SizeIs(1));
  EXPECT_THAT(trained.rows[0].post_ids(), ElementsAre(2));
}

TEST_F(SubjectCorrectionsTest, WhoReadsOnlySensitiveTopicsHasNoTagsAndAnEmptyTaste) {
  Serve();
  Click(5);
  ASSERT_EQ(calls_.RecordOne(Search(reader_, kSensitive, now())), "ACCEPTED");
  EXPECT_THAT(TagTopics(), IsEmpty());
  EXPECT_EQ(calls_.DeleteTag(reader_, kSensitive).code(), absl::StatusCode::kNotFound);
  v1::RankPostsRequest request;
  request.mutable_visit()->mutable_subject()->mutable_anonymous();
  for (uint64_t post : {1, 2, 3, 4, 5}) request.add_post_ids(post);
  request.set_include_score_terms(true);
  const auto taste = [&](const v1::Subject& subject) {
    *request.mutable_visit()->mutable_subject() = subject;
    v1::RankPostsResponse response;
    EXPECT_TRUE(server_->backend().feed().RankPosts(Principal(), request, response).ok());
    const auto& terms = response.feed().score_terms().taste();
    return std::vector<float>(terms.begin(), terms.end());
  };
  EXPECT_EQ(taste(reader_), taste(AnonymousSubject()));
  EXPECT_THAT(calls_.Train().rows, IsEmpty());
  Click(1);
  EXPECT_NE(taste(reader_), taste(AnonymousSubject())) << "the control";
}

TEST_F(SubjectCorrectionsTest, ATagThatIsNotThereIsNotFoundAndChangesNothing) {
  Click(1);
  for (const uint64_t topic : {uint64_t{20}, uint64_t{99'999}}) {
    const absl::Status status = calls_.DeleteTag(reader_, topic);
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
    EXPECT_THAT(std::string(status.message()), HasSubstr("topic_id"));
  }
  EXPECT_EQ(calls_.DeleteTag(reader_, 0).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(calls_.DeleteTag(Account("never-seen"), 10).code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(calls_.Export(Account("never-seen")).Empty());
  EXPECT_THAT(DeletedTopics(), IsEmpty());
}

TEST_F(SubjectCorrectionsTest, DeletedTagsHaveALimit) {
  std::vector<v1::Interaction> searches;
  for (uint64_t topic = 1; topic <= kDeletedTagsMax; ++topic) {
    searches.push_back(Search(reader_, 1000 + topic, now()));
  }
  ASSERT_TRUE(calls_.Record(searches).ok());
  EXPECT_THAT(TagTopics(), SizeIs(500));
  for (uint64_t topic = kDeletedTagsMax; topic >= 1; --topic) {
    ASSERT_TRUE(calls_.DeleteTag(reader_, 1000 + topic).ok());
  }
  Click(1);
  EXPECT_EQ(calls_.DeleteTag(reader_, 10).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(calls_.DeleteTag(reader_, 1001).ok());
  const std::vector<uint64_t> deleted = DeletedTopics();
  EXPECT_THAT(deleted, SizeIs(kDeletedTagsMax));
  EXPECT_TRUE(std::is_sorted(deleted.begin(), deleted.end()));
}

TEST_F(SubjectCorrectionsTest, SingleInteractionsAreDeletedAndTheFeedForgetsThem) {
  Serve();
  Click(1);
  Click(2);
  Click(4);
  ASSERT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_IMPRESSION, 2, now())), "ACCEPTED");
  ASSERT_EQ(calls_.RecordOne(Search(reader_, 40, now())), "ACCEPTED");
  EXPECT_EQ(calls_.Delete(reader_, {OfPost(2, {v1::SIGNAL_KIND_LIKE}), OfTopic(41)}).value(), 0u);
  EXPECT_EQ(calls_.Delete(reader_, {OfPost(2), OfPost(4), OfTopic(40)}).value(), 4u);
  const Exported exported = calls_.Export(reader_);
  ASSERT_THAT(exported.interactions, SizeIs(1));
  EXPECT_EQ(exported.interactions[0].post_id(), 1u);
  EXPECT_THAT(exported.impressions, IsEmpty());
  EXPECT_THAT(TagTopics(), ElementsAre(10));
  const std::vector<uint64_t> ranked = calls_.Rank(reader_, {1, 2, 3, 4});
  EXPECT_THAT(std::vector<uint64_t>(ranked.begin(), ranked.begin() + 2), UnorderedElementsAre(1, 3));
  EXPECT_EQ(calls_.Delete(reader_, {OfPost(2)}).value(), 0u);
  EXPECT_EQ(calls_.Delete(Account("never-seen"), {OfPost(2)}).value(), 0u);
}

TEST_F(SubjectCorrectionsTest, ABadDeletionDeletesNothing) {
  Click(1);
  v1::InteractionDeletion both = OfPost(1), neither;
  both.set_topic_id(10);
  const std::vector<std::pair<std::vector<v1::InteractionDeletion>, const char*>> cases = {
      {{}, "deletions: 1 to 1000 elements allowed, 0 sent"},
      {std::vector<v1::InteractionDeletion>(kDeletionsMax + 1, OfPost(1)),
       "deletions: 1 to 1000 elements allowed, 1001 sent"},
      {{OfPost(1), both}, "deletions[1]: exactly one of post_id and topic_id allowed, both sent"},
      {{OfPost(1), neither}, "deletions[1]: exactly one of post_id and topic_id allowed, none sent"},
      {{OfPost(uint64_t{1} << 63)}, "deletions[0].post_id"},
      {{OfTopic(uint64_t{1} << 63)}, "deletions[0].topic_id"},
      {{OfPost(1, {static_cast<v1::SignalKind>(99)})}, "deletions[0].kinds[0]"},
      {{OfPost(1, std::vector<v1::SignalKind>(13, v1::SIGNAL_KIND_LIKE))}, "deletions[0].kinds: at most 12"},
  };
  for (const auto& [deletions, message] : cases) {
    const absl::Status status = calls_.Delete(reader_, deletions).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << message;
    EXPECT_THAT(std::string(status.message()), HasSubstr(message));
  }
  EXPECT_THAT(calls_.Export(reader_).interactions, SizeIs(1));
}

TEST_F(SubjectCorrectionsTest, AnErasedAuthorsPostsLeaveTheNextFeedAndAReplayBringsNoneBack) {
  for (const bool served : {false, true}) {
    if (served) Serve();
    const v1::Post post = [&] {
      v1::Post made = PostOf(served ? 8 : 7, "eve", {10}, now());
      made.set_version(5);
      return made;
    }();
    ASSERT_TRUE(calls_.Upsert({post}).ok());
    ASSERT_THAT(calls_.Rank(reader_, {2, post.post_id()}), SizeIs(2));
    const auto erased = calls_.EraseAuthor(Author("eve"));
    ASSERT_TRUE(erased.ok()) << erased.status();
    EXPECT_EQ(erased->removed_post_count(), 1u);
    EXPECT_EQ(erased->erase_time().seconds(), absl::ToUnixSeconds(now()));
    EXPECT_GT(erased->log_sequence(), 0u);
    EXPECT_THAT(calls_.Rank(reader_, {2, post.post_id()}), ElementsAre(2));
    EXPECT_THAT(Shorts(*calls_.Upsert({post})), ElementsAre("REFUSED STALE_VERSION"));
    EXPECT_THAT(calls_.Rank(reader_, {2, post.post_id()}), ElementsAre(2));
  }
  ASSERT_TRUE(server_->Restart().ok());
  EXPECT_THAT(calls_.Rank(reader_, {2, 7, 8}), ElementsAre(2));
  EXPECT_EQ(calls_.EraseAuthor(v1::AuthorRef()).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace bauta::testing
