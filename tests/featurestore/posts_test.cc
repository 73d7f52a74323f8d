// The catalogue: versions, removals that stay, suspensions that end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "featurestore/store/feature_store.h"
#include "tests/testing/store_fixture.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PostsTest : public ::testing::Test {
 protected:
  PostsTest() { fixture_.Open(); }

  UpsertOutcome Upsert(uint64_t id, uint64_t version, uint32_t author = 1) {
    const auto outcomes =
        fixture_.store().UpsertPosts(std::vector<Post>{StoreFixture::MakePost(id, author, {}, version)});
    EXPECT_TRUE(outcomes.ok()) << outcomes.status();
    return outcomes->front();
  }
  void Remove(uint64_t id, uint64_t version) {
    ASSERT_TRUE(fixture_.store().RemovePosts(std::vector<PostRemoval>{{PostId(id), version}}).ok());
  }
  bool IsLive(uint64_t id) { return fixture_.store().ReadPost(PostId(id))->has_value(); }

  StoreFixture fixture_;
};

TEST_F(PostsTest, ALowerVersionIsIgnored) {
  EXPECT_EQ(Upsert(1, 5, 1), UpsertOutcome::kStored);
  EXPECT_EQ(Upsert(1, 4, 2), UpsertOutcome::kStaleVersion);
  EXPECT_EQ((*fixture_.store().ReadPost(PostId(1)))->author, StoreFixture::Author(1));
  EXPECT_EQ(Upsert(1, 5, 2), UpsertOutcome::kStored) << "the same version again is a retry";
  EXPECT_EQ(Upsert(1, 6, 3), UpsertOutcome::kStored);
  fixture_.Reopen();
  EXPECT_EQ((*fixture_.store().ReadPost(PostId(1)))->author, StoreFixture::Author(3));
}

TEST_F(PostsTest, WithinABatchTheHighestVersionWins) {
  const auto outcomes = fixture_.store().UpsertPosts(std::vector<Post>{StoreFixture::MakePost(1, 1, {}, 2),
                                                                       StoreFixture::MakePost(1, 2, {}, 1),
                                                                       StoreFixture::MakePost(1, 3, {}, 3)});
  ASSERT_TRUE(outcomes.ok());
  EXPECT_THAT(*outcomes,
              ElementsAre(UpsertOutcome::kStored, UpsertOutcome::kStaleVersion, UpsertOutcome::kStored));
  EXPECT_EQ((*fixture_.store().ReadPost(PostId(1)))->author, StoreFixture::Author(3));
}

TEST_F(PostsTest, AReplayBringsNoRemovedPostBack) {
  Upsert(1, 5);
  Remove(1, 5);
  Remove(2, 9);  // Never heard of.
  for (int turn = 0; turn < 2; ++turn) {
    EXPECT_FALSE(IsLive(1));
    EXPECT_EQ(Upsert(1, 5), UpsertOutcome::kStaleVersion);
    EXPECT_EQ(Upsert(2, 9), UpsertOutcome::kStaleVersion);
    EXPECT_FALSE(IsLive(1) || IsLive(2));
    fixture_.Reopen();
  }
  EXPECT_EQ(Upsert(1, 6), UpsertOutcome::kStored);
  EXPECT_EQ(Upsert(2, 10), UpsertOutcome::kStored);
  EXPECT_TRUE(IsLive(1) && IsLive(2));
}

TEST_F(PostsTest, AnOldRemovalDoesNotTakeANewerVersionOut) {
  Upsert(1, 7);
  Remove(1, 6);
  EXPECT_TRUE(IsLive(1));
  Remove(1, UINT64_MAX);
  EXPECT_FALSE(IsLive(1));
  EXPECT_EQ(Upsert(1, UINT64_MAX), UpsertOutcome::kStaleVersion);
}

TEST_F(PostsTest, SuspensionsEndAndAreLifted) {
  const absl::Time now = fixture_.clock().Now();
  ASSERT_TRUE(
      fixture_.store()
          .SuspendAuthors(std::vector<AuthorSuspension>{{StoreFixture::Author(1), now + absl::Hours(1)},
                                                        {StoreFixture::Author(2), absl::InfiniteFuture()}})
          .ok());
  fixture_.Reopen();
  ASSERT_THAT(fixture_.store().Suspensions(), SizeIs(2));
  fixture_.clock().Advance(absl::Hours(1));
  ASSERT_THAT(fixture_.store().Suspensions(), SizeIs(1));
  EXPECT_EQ(fixture_.store().Suspensions()[0].author, StoreFixture::Author(2));
  EXPECT_EQ(fixture_.store().Suspensions()[0].until, absl::InfiniteFuture());
  ASSERT_TRUE(
      fixture_.store().SuspendAuthors(std::vector<AuthorSuspension>{{StoreFixture::Author(2), now}}).ok());
  EXPECT_THAT(fixture_.store().Suspensions(), IsEmpty());
  fixture_.Reopen();
  EXPECT_THAT(fixture_.store().Suspensions(), IsEmpty());
}

// More than are read or decoded at once.
TEST_F(PostsTest, ManyPostsAreLoadedAndWalkedInOrder) {
  constexpr uint64_t kPosts = 10'000;
  std::vector<Post> posts;
  for (uint64_t id = 1; id <= kPosts; ++id) {
    posts.push_back(StoreFixture::MakePost(id, static_cast<uint32_t>(id % 100), {}, 1));
  }
  ASSERT_TRUE(fixture_.store().UpsertPosts(posts).ok());
  std::vector<PostRemoval> removals;
  for (uint64_t id = 3; id <= kPosts; id += 3) removals.push_back({PostId(id), 1});
  ASSERT_TRUE(fixture_.store().RemovePosts(removals).ok());
  for (int turn = 0; turn < 2; ++turn) {
    std::vector<uint64_t> walked;
    ASSERT_TRUE(fixture_.store()
                    .ForEachPost([&](const Post& post) {
                      EXPECT_EQ(post.author,
                                StoreFixture::Author(static_cast<uint32_t>(post.id.value() % 100)));
                      walked.push_back(post.id.value());
                      return absl::OkStatus();
                    })
                    .ok());
    ASSERT_THAT(walked, SizeIs(kPosts - kPosts / 3));
    EXPECT_TRUE(std::is_sorted(walked.begin(), walked.end()));
    EXPECT_TRUE(std::none_of(walked.begin(), walked.end(), [](uint64_t id) { return id % 3 == 0; }));
    fixture_.Reopen();
  }
}

TEST_F(PostsTest, AVisitorsErrorEndsTheWalk) {
  for (uint64_t id = 1; id <= 5; ++id) Upsert(id, 1);
  int visited = 0;
  const absl::Status status = fixture_.store().ForEachPost(
      [&](const Post&) { return ++visited == 3 ? absl::CancelledError("enough") : absl::OkStatus(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(visited, 3);
}

}  // namespace
}  // namespace bauta::testing
