// Single deletions, deleted tags, and erasures of authors: gone for good, an older database put back
// included.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "featurestore/store/engine.h"
#include "featurestore/store/post_codec.h"
#include "privacy/subject_keys.h"
#include "tests/featurestore/store_on_disk.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr uint32_t kReader = 1;
constexpr uint32_t kErasedAuthor = 77;

class StoreCorrectionsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    FeatureStore::Options options = store_.Options();
    options.crowd_age_min = absl::ZeroDuration();
    ASSERT_TRUE(store_.Open(options).ok());
  }

  void Agree(PurposeSet purposes) {
    const auto edit = [&](HeadInstructions& head) {
      head.consent = Apply(head.consent, {.turn_on = purposes, .policy_version = 1}, store_.clock().Now());
      return absl::OkStatus();
    };
    ASSERT_TRUE(store_->UpdateInstructions(SubjectNumber(kReader), {.what = "test"}, edit).ok());
  }
  SignalEvent Event(uint64_t post, SignalKind kind) {
    return {.post = PostId(post),
            .topic = {},
            .kind = kind,
            .surface = SurfaceId(1),
            .strength = 5,
            .taken_back = false,
            .time = store_.clock().Now()};
  }
  void Record(const std::vector<SignalEvent>& events) {
    const auto outcomes = store_->Record(SubjectNumber(kReader), events, std::nullopt);
    ASSERT_TRUE(outcomes.ok()) << outcomes.status();
    for (RecordOutcome outcome : *outcomes) ASSERT_EQ(outcome, RecordOutcome::kRecorded);
  }
  size_t Delete(const std::vector<InteractionDeletion>& deletions) {
    const auto deleted = store_->DeleteInteractions(SubjectNumber(kReader), deletions);
    EXPECT_TRUE(deleted.ok()) << deleted.status();
    return deleted.value_or(0);
  }
  SubjectRecord Kept() {
    const auto record = store_->Export(SubjectNumber(kReader));
    EXPECT_TRUE(record.ok()) << record.status();
    return *record;
  }
  std::vector<SlotRef> LiveKeys() {
    const auto keys =
        SubjectKeys::Open(PosixFileSystem(), SystemRandom(), {.directory = store_.keys(), .file_number = 1});
    EXPECT_TRUE(keys.ok()) << keys.status();
    return (*keys)->LiveSlots();
  }
  Post PostBy(uint32_t author, uint64_t id, uint64_t version = 1, std::vector<TopicId> topics = {}) {
    Post post;
    post.id = PostId(id);
    post.version = version;
    post.author = AuthorNumber(author);
    post.topics = std::move(topics);
    post.review = ReviewState::kApproved;
    return post;
  }
  std::vector<UpsertOutcome> Upsert(const std::vector<Post>& posts) {
    const auto outcomes = store_->UpsertPosts(posts);
    EXPECT_TRUE(outcomes.ok()) << outcomes.status();
    return *outcomes;
  }
  // Live rows, of every family but the sealed ones, that hold the author's code; the store is closed.
  size_t RowsWith(uint32_t author) {
    const std::string code(AuthorNumber(author).view());
    const auto engine = Engine::Open(store_.db(), false);
    EXPECT_TRUE(engine.ok()) << engine.status();
    size_t rows = 0;
    for (size_t i = 0; i < Engine::kFamilyCount; ++i) {
      const std::unique_ptr<rocksdb::Iterator> at((*engine)->db().NewIterator(
          rocksdb::ReadOptions(), (*engine)->family(static_cast<Engine::Family>(i))));
      for (at->SeekToFirst(); at->Valid(); at->Next()) {
        const std::string row = at->key().ToString() + "|" + at->value().ToString();
        rows += row.find(code) != std::string::npos ? 1 : 0;
      }
      EXPECT_TRUE(at->status().ok());
    }
    return rows;
  }

  TemporaryFolder folder_;
  StoreOnDisk store_{folder_.path() + "/store"};
};

TEST_F(StoreCorrectionsTest, DeletedInteractionsAreGoneWithTheirKeyAndTheRestStays) {
  Agree({Purpose::kPersonalize});
  SignalEvent search = Event(0, SignalKind::kSearch);
  search.topic = TopicId(9);
  Record({Event(1, SignalKind::kClick), Event(1, SignalKind::kDwell), Event(1, SignalKind::kLike),
          Event(1, SignalKind::kImpression), Event(2, SignalKind::kClick), Event(2, SignalKind::kDwell),
          Event(2, SignalKind::kImpression), Event(9, SignalKind::kClick), search});
  store_.Close();
  const std::vector<SlotRef> keys = LiveKeys();
  const std::string older_db = folder_.path() + "/older-db";
  CopyFolder(store_.db(), older_db);
  ASSERT_TRUE(store_.Open().ok());

  // Post 1 whole, of post 2 the dwell, and the search of topic 9; the click on post 9 is another thing.
  EXPECT_EQ(Delete({{.post = PostId(1), .topic = {}, .kinds = {}},
                    {.post = PostId(2), .topic = {}, .kinds = {SignalKind::kDwell, SignalKind::kLike}},
                    {.post = {}, .topic = TopicId(9), .kinds = {}},
                    {.post = PostId(555), .topic = {}, .kinds = {}}}),
            6u);
  for (int i = 0; i < 2; ++i) {
    const SubjectRecord kept = Kept();
    EXPECT_THAT(kept.interactions, SizeIs(2));
    for (const Interaction& row : kept.interactions) EXPECT_EQ(row.kind, SignalKind::kClick);
    EXPECT_THAT(kept.states, IsEmpty());
    ASSERT_THAT(kept.impressions, SizeIs(1));
    EXPECT_EQ(kept.impressions[0].post, PostFingerprint::Of(PostId(2)));
    store_.Close();
    ASSERT_TRUE(store_.Open().ok());
  }
  Record({Event(3, SignalKind::kClick)});
  EXPECT_THAT(Kept().interactions, SizeIs(3));
  store_.Close();
  const std::vector<SlotRef> keys_after = LiveKeys();
  EXPECT_EQ(keys_after.size(), keys.size());
  EXPECT_NE(keys_after, keys) << "the history lies under another key";

  // The older copy's history is under a key that is gone.
  ReplaceFolder(older_db, store_.db());
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_GT(store_->recovery().entries_replayed, 0u);
  const SubjectRecord restored = Kept();
  EXPECT_THAT(restored.interactions, IsEmpty());
  EXPECT_THAT(restored.impressions, IsEmpty());
  EXPECT_TRUE(restored.head.instructions.consent.IsOn(Purpose::kPersonalize));
}

TEST_F(StoreCorrectionsTest, ADeletionOfNothingChangesNothing) {
  EXPECT_EQ(Delete({{.post = PostId(1), .topic = {}, .kinds = {}}}), 0u);
  EXPECT_TRUE(IsUnknown(*store_, kReader));
  Agree({Purpose::kPersonalize});
  Record({Event(1, SignalKind::kClick)});
  const uint64_t entries = store_->statistics().log_entries;
  EXPECT_EQ(Delete({{.post = PostId(2), .topic = {}, .kinds = {}},
                    {.post = PostId(1), .topic = {}, .kinds = {SignalKind::kLike}},
                    {.post = {}, .topic = TopicId(1), .kinds = {}}}),
            0u);
  EXPECT_EQ(store_->statistics().log_entries, entries);
  EXPECT_THAT(Kept().interactions, SizeIs(1));
  EXPECT_EQ(Delete({{.post = PostId(1), .topic = {}, .kinds = {}}}), 1u);
  EXPECT_EQ(store_->statistics().log_entries, entries + 1);
}

TEST_F(StoreCorrectionsTest, ADeletedTagsActsAreInNoLearnableRow) {
  Agree({Purpose::kPersonalize, Purpose::kLearn});
  Upsert({PostBy(1, 1, 1, {TopicId(10)}), PostBy(1, 2, 1, {TopicId(20)}),
          PostBy(1, 3, 1, {TopicId(20), TopicId(10)}), PostBy(1, 4, 1, {TopicId(10)})});
  store_.clock().Advance(absl::Hours(2));
  SignalEvent search = Event(0, SignalKind::kSearch), other_search = search;
  search.topic = TopicId(10);
  other_search.topic = TopicId(20);
  Record({Event(1, SignalKind::kClick), Event(2, SignalKind::kClick), Event(3, SignalKind::kClick),
          Event(3, SignalKind::kLike), Event(2, SignalKind::kLike), Event(1, SignalKind::kImpression),
          Event(4, SignalKind::kImpression), Event(2, SignalKind::kImpression), Event(99, SignalKind::kClick),
          search, other_search});
  const auto edit = [&](const auto& change) {
    ASSERT_TRUE(store_
                    ->UpdateInstructions(SubjectNumber(kReader), {.what = "test"},
                                         [&](HeadInstructions& head) { return change(head); })
                    .ok());
  };
  const Hour hour = Hour::Floor(store_.clock().Now());
  edit([&](HeadInstructions& head) {
    for (const uint64_t post : {1, 2}) {
      BAUTA_RETURN_IF_ERROR(AddDismissal(head, {.reason = DismissalReason::kNotInterested,
                                                .post = PostId(post),
                                                .author = AuthorNumber(1),
                                                .topics = {},
                                                .hour = hour}));
    }
    return absl::OkStatus();
  });
  const auto row = [&] {
    std::vector<LearnableRow> rows;
    EXPECT_TRUE(store_
                    ->ForEachLearnableRow({.what = "test"},
                                          [&](LearnableRow one) {
                                            rows.push_back(std::move(one));
                                            return absl::OkStatus();
                                          })
                    .ok());
    EXPECT_THAT(rows, SizeIs(1));
    return rows.empty() ? LearnableRow() : rows.front();
  };
  const LearnableRow whole = row();
  EXPECT_THAT(whole.interactions, SizeIs(6));
  EXPECT_THAT(whole.states, SizeIs(2));
  EXPECT_THAT(whole.impressions, SizeIs(3));
  EXPECT_THAT(whole.lessons, SizeIs(2));

  edit([](HeadInstructions& head) { return AddDeletedTag(head, TopicId(10)); });
  const LearnableRow rest = row();
  ASSERT_THAT(rest.interactions, SizeIs(2)) << "the click on post 2 and the search of topic 20";
  for (const Interaction& act : rest.interactions) {
    EXPECT_TRUE(act.post == PostId(2) || act.topic == TopicId(20));
  }
  ASSERT_THAT(rest.states, SizeIs(1));
  EXPECT_EQ(rest.states[0].post, PostId(2));
  ASSERT_THAT(rest.impressions, SizeIs(1));
  EXPECT_EQ(rest.impressions[0].post, PostFingerprint::Of(PostId(2)));
  ASSERT_THAT(rest.lessons, SizeIs(1));
  EXPECT_EQ(rest.lessons[0].post, PostId(2));
  EXPECT_THAT(Kept().interactions, SizeIs(6)) << "what was done is kept, it only teaches nothing";

  // Declared by the subject itself, the topic teaches again.
  edit([](HeadInstructions& head) {
    SetPreferences(head, {.languages = {}, .chosen_city = {}, .declared_topics = {TopicId(10)}});
    return absl::OkStatus();
  });
  EXPECT_EQ(row(), whole);
}

TEST_F(StoreCorrectionsTest, AnErasedAuthorLeavesMarksThatNameNobody) {
  Upsert({PostBy(kErasedAuthor, 1, 5), PostBy(kErasedAuthor, 2, 7), PostBy(8, 3, 1)});
  const AuthorSuspension suspension = {.author = AuthorNumber(kErasedAuthor),
                                       .until = absl::InfiniteFuture()};
  ASSERT_TRUE(store_->SuspendAuthors({&suspension, 1}).ok());
  store_.Close();
  EXPECT_EQ(RowsWith(kErasedAuthor), 3u) << "the control";
  ASSERT_TRUE(store_.Open().ok());
  const auto erasure = store_->EraseAuthor(AuthorNumber(kErasedAuthor));
  ASSERT_TRUE(erasure.ok()) << erasure.status();
  EXPECT_EQ(erasure->removed_posts, 2u);
  EXPECT_EQ(erasure->erase_time, store_.clock().Now());
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(PostIsLive(*store_, 1));
    EXPECT_FALSE(PostIsLive(*store_, 2));
    EXPECT_TRUE(PostIsLive(*store_, 3));
    EXPECT_THAT(store_->Suspensions(), IsEmpty());
    store_.Close();
    EXPECT_EQ(RowsWith(kErasedAuthor), 0u);
    ASSERT_TRUE(store_.Open().ok());
  }
  // Old versions stay gone, whoever they are by; a newer one is a new beginning.
  EXPECT_THAT(Upsert({PostBy(kErasedAuthor, 1, 4), PostBy(kErasedAuthor, 1, 5), PostBy(8, 2, 7),
                      PostBy(kErasedAuthor, 2, 8)}),
              ElementsAre(UpsertOutcome::kStaleVersion, UpsertOutcome::kStaleVersion,
                          UpsertOutcome::kStaleVersion, UpsertOutcome::kStored));
  const auto again = store_->EraseAuthor(AuthorNumber(kErasedAuthor));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->removed_posts, 1u);
  EXPECT_GT(again->log_sequence, erasure->log_sequence);
}

TEST_F(StoreCorrectionsTest, AnOlderDatabaseDoesNotBringAnErasedAuthorBack) {
  // Post 2 goes to another author before the erasure: the older database still has it as the erased one's.
  Upsert({PostBy(kErasedAuthor, 1, 5), PostBy(kErasedAuthor, 2, 1), PostBy(8, 3, 1)});
  const AuthorSuspension suspension = {.author = AuthorNumber(kErasedAuthor),
                                       .until = absl::InfiniteFuture()};
  ASSERT_TRUE(store_->SuspendAuthors({&suspension, 1}).ok());
  store_.Close();
  const std::string older_db = folder_.path() + "/older-db";
  CopyFolder(store_.db(), older_db);
  ASSERT_TRUE(store_.Open().ok());
  Upsert({PostBy(kErasedAuthor, 1, 9), PostBy(8, 2, 2)});
  ASSERT_TRUE(store_->EraseAuthor(AuthorNumber(kErasedAuthor)).ok());
  store_.Close();

  ReplaceFolder(older_db, store_.db());
  ASSERT_EQ(RowsWith(kErasedAuthor), 3u) << "the control: it is all there again";
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_FALSE(PostIsLive(*store_, 1));
  EXPECT_FALSE(PostIsLive(*store_, 2));
  EXPECT_TRUE(PostIsLive(*store_, 3));
  EXPECT_THAT(store_->Suspensions(), IsEmpty());
  EXPECT_THAT(Upsert({PostBy(kErasedAuthor, 1, 9), PostBy(8, 2, 2)}),
              ElementsAre(UpsertOutcome::kStaleVersion, UpsertOutcome::kStored));
  store_.Close();
  EXPECT_EQ(RowsWith(kErasedAuthor), 0u);
}

}  // namespace
}  // namespace bauta::testing
