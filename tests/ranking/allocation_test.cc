// A call allocates its reply and nothing else, once the scratch has grown. A program of its own, because it
// counts every allocation.
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <new>

#include "tests/ranking/ranker_fixture.h"

namespace {
size_t allocations = 0;
}  // namespace

// Not inlined, or the compiler takes the pair for a mismatch.
__attribute__((noinline)) void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
__attribute__((noinline)) void operator delete(void* memory) noexcept { std::free(memory); }
__attribute__((noinline)) void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace bauta::testing {
namespace {

class AllocationTest : public RankerTest {
 protected:
  size_t AllocationsOf(const std::function<RankedFeed()>& call) {
    const size_t before = allocations;
    const RankedFeed feed = call();
    EXPECT_FALSE(feed.posts.empty());
    return allocations - before;
  }
};

TEST_F(AllocationTest, RankingAllocatesOnlyItsReply) {
  surface_.explore_share = 0.1f;
  const Dismissal x = X(DismissalReason::kSeenTooOften, world_.post(3));
  const SubjectView view = Built(SubjectViewBuilder()
                                     .Interactions(ClicksOnTopic(TopicId(1), 20))
                                     .Relations({{RelationKind::kFollowAuthor, world_.post(9).author, {}}})
                                     .Impressions({{PostFingerprint::Of(PostId(4)), {}, Now()}})
                                     .Dismissals({x})
                                     .At(PlaceOfCity(City(1))));
  const std::vector<PostId> many = AllIds(), few(many.begin(), many.begin() + 10);
  const RankingContext context = Context();
  const FeedRequest request{.limit = 20};
  const auto rank = [&](const std::vector<PostId>& candidates) {
    return [&] { return RankCandidates(context, view, request, candidates, {}, scratch_); };
  };
  const auto find = [&] { return FindFeed(context, view, request, scratch_); };
  AllocationsOf(rank(many));
  AllocationsOf(find);
  // In any order of sizes.
  EXPECT_LE(AllocationsOf(rank(few)), 1u);
  EXPECT_LE(AllocationsOf(rank(many)), 1u);
  EXPECT_LE(AllocationsOf(find), 1u);
  EXPECT_LE(AllocationsOf(rank(few)), 1u);
}

}  // namespace
}  // namespace bauta::testing
