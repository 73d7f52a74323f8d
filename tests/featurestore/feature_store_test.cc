#include "featurestore/store/feature_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <vector>

#include "featurestore/store/subject_row_codec.h"
#include "privacy/random_source.h"
#include "rocksdb/perf_context.h"
#include "rocksdb/perf_level.h"
#include "tests/featurestore/sealed_rows.h"
#include "tests/testing/store_fixture.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr PurposeSet kPersonalize = {Purpose::kPersonalize};

class FeatureStoreTest : public ::testing::Test {
 protected:
  FeatureStoreTest() { fixture_.Open(); }
  StoreFixture fixture_;
};

TEST_F(FeatureStoreTest, NobodyIsKnownAtFirst) {
  const SubjectView view = fixture_.View(1);
  EXPECT_THAT(view.interactions(), IsEmpty());
  EXPECT_THAT(view.relations(), IsEmpty());
  EXPECT_FALSE(view.place());
  EXPECT_FALSE(view.degraded());
}

// Filters know that a row is not there; without this the time of a call would tell as well.
TEST_F(FeatureStoreTest, ARowThatIsNotThereCostsTheReadOfAnother) {
  rocksdb::SetPerfLevel(rocksdb::kEnableCount);
  rocksdb::get_perf_context()->Reset();
  fixture_.View(1);
  EXPECT_GT(rocksdb::get_perf_context()->get_read_bytes, 0u);
  EXPECT_EQ(rocksdb::get_perf_context()->multiget_read_bytes, 0u);
  rocksdb::SetPerfLevel(rocksdb::kDisable);
}

TEST_F(FeatureStoreTest, ARowThatIsNotThereCostsTheUnsealingOfAnother) {
  fixture_.Close();
  const auto keys = OpenSubjectKeys(fixture_.keys_directory());
  ASSERT_TRUE(keys.ok()) << keys.status();
  SubjectRowCodec codec({}, **keys, SystemRandom());
  EXPECT_EQ(codec.OpenHead(StoredCode(), nullptr).status().code(), absl::StatusCode::kDataLoss)
      << "there is nothing to unseal yet";
  ASSERT_TRUE(codec.MakeDecoy().ok());
  const auto head = codec.OpenHead(StoredCode(), nullptr);
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_FALSE(head->exists());
}

TEST_F(FeatureStoreTest, RecordsUnderPersonalizeAlone) {
  EXPECT_EQ(fixture_.Record(1, fixture_.Event(7, SignalKind::kClick)), RecordOutcome::kNoConsent);
  fixture_.TurnOn(1, kPersonalize);
  EXPECT_EQ(fixture_.Record(1, fixture_.Event(7, SignalKind::kClick)), RecordOutcome::kRecorded);
  EXPECT_THAT(fixture_.View(1).interactions(), SizeIs(1));
}

TEST_F(FeatureStoreTest, HistoryAndInstructionsSurviveAReopening) {
  fixture_.TurnOn(1, kPersonalize);
  for (uint64_t post = 1; post <= 30; ++post) {
    EXPECT_EQ(fixture_.Record(1, fixture_.Event(post, SignalKind::kClick)), RecordOutcome::kRecorded);
    fixture_.clock().Advance(absl::Minutes(10));
  }
  fixture_.Reopen();
  const SubjectView view = fixture_.View(1);
  ASSERT_THAT(view.interactions(), SizeIs(30));
  for (uint64_t i = 0; i < 30; ++i) EXPECT_EQ(view.interactions()[i].post, PostId(i + 1));
}

TEST_F(FeatureStoreTest, PostsSurviveAReopening) {
  ASSERT_TRUE(
      fixture_.store()
          .UpsertPosts(std::vector<Post>{StoreFixture::MakePost(3, 1, {5, 6}), StoreFixture::MakePost(2, 1)})
          .ok());
  fixture_.Reopen();
  std::vector<PostId> ids;
  ASSERT_TRUE(fixture_.store()
                  .ForEachPost([&](const Post& post) {
                    ids.push_back(post.id);
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_THAT(ids, ElementsAre(PostId(2), PostId(3)));
  const auto post = fixture_.store().ReadPost(PostId(3));
  ASSERT_TRUE(post.ok() && post->has_value());
  EXPECT_THAT((*post)->topics, ElementsAre(TopicId(5), TopicId(6)));
}

}  // namespace
}  // namespace bauta::testing
