#include "ranking/fresh_vector.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <vector>

#include "ranking/vector_kernels.h"
#include "tests/ranking/ranker_fixture.h"

namespace bauta::testing {
namespace {

class FreshVectorTest : public RankerTest {
 protected:
  PostRow Row() const { return posts_->Find(kFresh); }
  std::span<const float> VectorOf(PostId post) const {
    return {posts_->VectorOf(posts_->Find(post)), snapshot_->stride()};
  }
  std::vector<float> PriorOf(PostId post) const { return {VectorOf(post).begin(), VectorOf(post).end()}; }

  // Somebody who likes the topic and has clicked the fresh post, each of them a little another one.
  SubjectView Reader(TopicId topic, size_t number) const {
    std::vector<Interaction> clicks = ClicksOnTopic(topic, 12);
    clicks.erase(clicks.begin() + static_cast<ptrdiff_t>(number % clicks.size()));
    clicks.push_back(Click(kFresh));
    SubjectViewBuilder builder;
    return Built(builder.Interactions(std::move(clicks)));
  }
  std::vector<SubjectView> Readers(size_t count, TopicId topic = TopicId(2)) const {
    std::vector<SubjectView> readers;
    for (size_t i = 0; i < count; ++i) readers.push_back(Reader(topic, i));
    return readers;
  }
  // Empty where the prior stays.
  std::vector<float> Solve(const std::vector<SubjectView>& readers, GateRule rule = {}) {
    std::vector<float> vector(snapshot_->stride());
    if (!solver_.Solve(*posts_, Row(), readers, Now(), rule, vector)) {
      EXPECT_EQ(vector, PriorOf(kFresh));
      return {};
    }
    return vector;
  }
  float Score(const SubjectView& view, std::span<const float> vector) {
    TasteProblem taste;
    taste.Collect(*snapshot_, *posts_, view, Now());
    return ActiveVectorKernels().dot(taste.Solve(*snapshot_).data(), vector.data(), vector.size());
  }

  static constexpr PostId kFresh{205};  // Not in the model.
  FreshVectorSolver solver_;
};

TEST_F(FreshVectorTest, MovesTowardsWhatItsReadersLike) {
  const std::vector<float> moved = Solve(Readers(60));
  ASSERT_FALSE(moved.empty());
  SubjectViewBuilder like, unlike;
  const SubjectView other = Built(like.Interactions(ClicksOnTopic(TopicId(2), 8)));
  const SubjectView stranger = Built(unlike.Interactions(ClicksOnTopic(TopicId(5), 8)));
  const float gain = Score(other, moved) - Score(other, PriorOf(kFresh));
  EXPECT_GT(gain, 0.05f);
  EXPECT_GT(gain, Score(stranger, moved) - Score(stranger, PriorOf(kFresh)));
}

TEST_F(FreshVectorTest, StaysAtThePriorBelowFifty) {
  EXPECT_TRUE(Solve(Readers(49)).empty());
  EXPECT_FALSE(Solve(Readers(50)).empty());
  // Ten of sixty have done nothing that has a weight.
  std::vector<SubjectView> readers = Readers(60);
  for (size_t i = 0; i < 11; ++i) {
    SubjectViewBuilder builder;
    readers[i] = Built(builder.Interactions(ClicksOnTopic(TopicId(2), 5)));
  }
  EXPECT_TRUE(Solve(readers).empty());
}

TEST_F(FreshVectorTest, WhoDeletedATagOfThePostDoesNotMoveIt) {
  std::vector<SubjectView> readers = Readers(60);
  const TopicId topic = world_.post(kFresh.value()).topics.front();
  for (size_t i = 0; i < 11; ++i) {
    std::vector<Interaction> clicks = {Click(kFresh)};
    SubjectViewBuilder builder, deleted;
    readers[i] = Built(builder.Interactions(clicks));
    ASSERT_FALSE(Solve(readers).empty()) << "the control";
    readers[i] = Built(deleted.Interactions(clicks).DeletedTags({topic}));
  }
  EXPECT_TRUE(Solve(readers).empty());
}

TEST_F(FreshVectorTest, AsManyDirectionsAsTheRoundedNumberOfReadersAllows) {
  Rebuild({.dimension = 32});
  for (const auto& [readers, directions] :
       std::vector<std::pair<size_t, size_t>>{{50, 6}, {99, 6}, {100, 12}}) {
    const std::vector<float> moved = Solve(Readers(readers));
    const std::vector<float> prior = PriorOf(kFresh);
    ASSERT_FALSE(moved.empty());
    for (size_t i = 0; i < moved.size(); ++i) {
      if (i < directions) {
        EXPECT_NE(moved[i], prior[i]) << readers << " readers, coordinate " << i;
      } else {
        EXPECT_EQ(std::bit_cast<uint32_t>(moved[i]), std::bit_cast<uint32_t>(prior[i]));
      }
    }
  }
}

TEST_F(FreshVectorTest, AnEarlierVectorIsNoPartOfIt) {
  const std::vector<float> first = Solve(Readers(60));
  ASSERT_TRUE(posts_->MoveVector(kFresh, std::vector<float>(snapshot_->stride(), 3.0f)));
  EXPECT_EQ(Solve(Readers(60)), first);
  // Nor is that of another post that the readers have read.
  ASSERT_TRUE(posts_->MoveVector(PostId(206), std::vector<float>(snapshot_->stride(), 3.0f)));
  std::vector<SubjectView> readers;
  for (size_t i = 0; i < 60; ++i) {
    SubjectViewBuilder builder;
    readers.push_back(Built(builder.Interactions({Click(PostId(206), 2), Click(kFresh)})));
  }
  const std::vector<float> with = Solve(readers);
  posts_->RestoreVector(PostId(206));
  EXPECT_EQ(Solve(readers), with);
}

TEST_F(FreshVectorTest, WithoutACrowdInTheModelNothingMoves) {
  world_.parameters.crowd_size = 0;
  snapshot_ = MakeSnapshot(world_.parameters);
  posts_ = MakeLivePosts(world_, snapshot_);
  EXPECT_TRUE(Solve(Readers(60)).empty());
}

TEST_F(FreshVectorTest, AMovedVectorIsServedUntilItIsRestored) {
  const std::vector<float> prior = PriorOf(kFresh);
  const std::vector<float> vector = Solve(Readers(60));
  const SubjectView view = Reader(TopicId(2), 0);
  const RankedFeed before = RankAll(view);
  ASSERT_TRUE(posts_->MoveVector(kFresh, vector));
  EXPECT_EQ(PriorOf(kFresh), vector);
  EXPECT_TRUE(posts_->At(Row()).moved);
  EXPECT_TRUE(std::equal(prior.begin(), prior.end(), posts_->SnapshotVectorOf(Row())));
  EXPECT_GT(In(RankAll(view), kFresh)->terms.taste, In(before, kFresh)->terms.taste);
  posts_->RestoreVector(kFresh);
  EXPECT_EQ(PriorOf(kFresh), prior);
  EXPECT_FALSE(posts_->At(Row()).moved);
  EXPECT_EQ(In(RankAll(view), kFresh)->terms.taste, In(before, kFresh)->terms.taste);
}

TEST_F(FreshVectorTest, UpsertsAndRemovalsTakeAMovedVectorOut) {
  const std::vector<float> prior = PriorOf(kFresh);
  const std::vector<float> vector(snapshot_->stride(), 2.0f);
  ASSERT_TRUE(posts_->MoveVector(kFresh, vector));
  Upsert(world_.post(kFresh.value()));
  EXPECT_EQ(PriorOf(kFresh), prior);
  ASSERT_TRUE(posts_->MoveVector(kFresh, vector));
  ASSERT_TRUE(posts_->Remove(kFresh));
  EXPECT_FALSE(posts_->MoveVector(kFresh, vector));
  Post next = world_.post(kFresh.value());  // Takes the row that became free.
  next.id = PostId(9'000);
  Upsert(next);
  EXPECT_EQ(PriorOf(next.id), prior);
  EXPECT_TRUE(std::equal(prior.begin(), prior.end(), posts_->SnapshotVectorOf(posts_->Find(next.id))));
}

TEST_F(FreshVectorTest, APostThatTheModelHasLearnedIsNotMoved) {
  EXPECT_FALSE(posts_->MoveVector(PostId(7), std::vector<float>(snapshot_->stride(), 2.0f)));
  EXPECT_FALSE(posts_->At(posts_->Find(PostId(7))).moved);
}

}  // namespace
}  // namespace bauta::testing
