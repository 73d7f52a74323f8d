// Scoring allocates nothing: a call on ten times the candidates takes no more memory from the heap.
#include <gtest/gtest.h>

#include "tests/service/allocation_counter.h"
#include "tests/service/feed_fixture.h"

namespace bauta {
namespace {

using testing::FeedWorld;

size_t AllocationsOf(FeedWorld& world, const v1::RankPostsRequest& request) {
  v1::RankPostsResponse response;
  const size_t before = testing::Allocations();
  EXPECT_EQ(world.handler().RankPosts(Principal(), request, response), absl::OkStatus());
  const size_t taken = testing::Allocations() - before;
  EXPECT_EQ(response.feed().post_ids_size(), 50);
  return taken;
}

TEST(RankPostsAllocationTest, DoesNotGrowWithTheCandidates) {
  if (!testing::CountsAllocations()) GTEST_SKIP() << "allocations are the sanitizer's";
  testing::WorldOptions options;
  options.learned_posts = 3000;
  FeedWorld world(options);
  world.AgreeTo("anna", {Purpose::kPersonalize});
  std::vector<SignalEvent> clicks;
  for (uint64_t id = 3; id <= 300; id += 3) clicks.push_back(world.Click(id));
  world.Record("anna", clicks);

  const v1::RankPostsRequest many = world.RankRequest("anna");
  v1::RankPostsRequest few = many;
  few.mutable_post_ids()->Truncate(many.post_ids_size() / 10);
  ASSERT_GT(few.post_ids_size(), 200);
  // The thread's scratch grows once, for either call.
  AllocationsOf(world, many);
  AllocationsOf(world, few);
  EXPECT_LE(AllocationsOf(world, many), AllocationsOf(world, few));
  RecordProperty("allocations", static_cast<int>(AllocationsOf(world, many)));
}

}  // namespace
}  // namespace bauta
