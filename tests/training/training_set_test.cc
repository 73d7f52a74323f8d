#include "training/training_set.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/training/planted_world.h"
#include "training/random.h"

namespace bauta {
namespace {

using testing::MakePlantedWorld;
using testing::PlantedWorld;

TEST(TrainingSetTest, OrderOfRowsEventsAndPostsDoesNotMatter) {
  PlantedWorld world = MakePlantedWorld({.subjects = 40});
  const TrainingSet straight(world.posts, world.rows);
  std::reverse(world.rows.begin(), world.rows.end());
  std::reverse(world.posts.begin(), world.posts.end());
  for (LearnableRow& row : world.rows) {
    std::reverse(row.interactions.begin(), row.interactions.end());
    std::reverse(row.impressions.begin(), row.impressions.end());
  }
  const TrainingSet reversed(world.posts, world.rows);
  EXPECT_EQ(straight.rows(), reversed.rows());
  EXPECT_EQ(straight.ids(), reversed.ids());
}

TEST(TrainingSetTest, RowsAreNotInTheOrderInWhichTheyCame) {
  const PlantedWorld world = MakePlantedWorld({.subjects = 40});
  const TrainingSet set(world.posts, world.rows);
  ASSERT_EQ(set.rows().size(), 40u);
  EXPECT_FALSE(std::equal(set.rows().begin(), set.rows().end(), world.rows.begin()));
}

TEST(TrainingSetTest, EveryFieldOfARowChangesItsHash) {
  LearnableRow row;
  row.interactions.push_back({PostId(1), TopicId(), SignalKind::kClick, SurfaceId(1), 0, Hour(5)});
  row.states.push_back({PostId(2), SignalKind::kLike, SurfaceId(1), Hour(5)});
  row.impressions.push_back({PostFingerprint(3), SurfaceId(1), Hour(5)});
  Dismissal lesson;
  lesson.reason = DismissalReason::kLessTopic;
  lesson.post = PostId(4);
  lesson.topics = {TopicId(7)};
  row.lessons.push_back(lesson);
  const uint64_t hash = ContentHash(row);
  const auto changed = [&](auto change) {
    LearnableRow other = row;
    change(other);
    return ContentHash(other) != hash;
  };
  EXPECT_TRUE(changed([](LearnableRow& r) { r.interactions[0].post = PostId(9); }));
  EXPECT_TRUE(changed([](LearnableRow& r) { r.interactions[0].kind = SignalKind::kView; }));
  EXPECT_TRUE(changed([](LearnableRow& r) { r.interactions[0].strength = 1; }));
  EXPECT_TRUE(changed([](LearnableRow& r) { r.interactions[0].hour = Hour(6); }));
  EXPECT_TRUE(changed([](LearnableRow& r) { r.interactions[0].surface = SurfaceId(2); }));
  EXPECT_TRUE(changed([](LearnableRow& r) { r.states[0].hour = Hour(6); }));
  EXPECT_TRUE(changed([](LearnableRow& r) { r.states[0].kind = SignalKind::kFavorite; }));
  EXPECT_TRUE(changed([](LearnableRow& r) { r.impressions[0].post = PostFingerprint(4); }));
  EXPECT_TRUE(changed([](LearnableRow& r) { r.lessons[0].repeats = 2; }));
  EXPECT_TRUE(changed([](LearnableRow& r) { r.lessons[0].topics = {TopicId(8)}; }));
  EXPECT_TRUE(changed([](LearnableRow& r) { r.lessons.clear(); }));
}

TEST(TrainingSetTest, KnowsPostsByIdAndByFingerprint) {
  PlantedWorld world = MakePlantedWorld({.subjects = 1});
  const TrainingSet set(world.posts, world.rows);
  EXPECT_EQ(set.Find(PostId(3)), 2u);
  EXPECT_EQ(set.Find(PostFingerprint::Of(PostId(3))), 2u);
  EXPECT_EQ(set.Find(PostId(1'000'000)), kNoPost);
}

TEST(TrainingSetTest, AFingerprintOfTwoPostsIsOfNone) {
  // Found by search: birthdays among 32 bits come early.
  std::vector<Post> posts;
  absl::flat_hash_map<uint32_t, uint64_t> seen;
  for (uint64_t id = 1; posts.empty(); ++id) {
    const auto [found, is_new] = seen.emplace(PostFingerprint::Of(PostId(id)).value(), id);
    if (is_new) continue;
    for (const uint64_t both : {found->second, id}) {
      Post post;
      post.id = PostId(both);
      posts.push_back(post);
    }
  }
  const TrainingSet set(posts, {});
  EXPECT_EQ(set.Find(PostFingerprint::Of(posts[0].id)), kNoPost);
  EXPECT_NE(set.Find(posts[0].id), kNoPost);
}

TEST(TrainingSetTest, EmptyRowsAreLeftOut) {
  const TrainingSet set({}, {LearnableRow(), LearnableRow()});
  EXPECT_TRUE(set.rows().empty());
  EXPECT_FALSE(set.first_hour());
}

}  // namespace
}  // namespace bauta
