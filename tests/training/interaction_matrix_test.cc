#include "training/interaction_matrix.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bauta {
namespace {

constexpr Hour kNow(480'000);

Post PostWithId(uint64_t id) {
  Post post;
  post.id = PostId(id);
  return post;
}

Interaction Act(uint64_t post, SignalKind kind, Hour hour, uint32_t strength = 0) {
  return {PostId(post), TopicId(), kind, SurfaceId(1), strength, hour};
}

Impression Shown(uint64_t post, Hour hour) { return {PostFingerprint::Of(PostId(post)), SurfaceId(1), hour}; }

MatrixOptions Options() {
  MatrixOptions options;
  options.signals = DefaultSignalModel();
  options.until = kNow;
  return options;
}

InteractionMatrices Build(LearnableRow row, const MatrixOptions& options = Options()) {
  return BuildMatrices(TrainingSet({PostWithId(1), PostWithId(2), PostWithId(3)}, {std::move(row)}), options);
}

TEST(InteractionMatrixTest, SignalsOnOnePostAreOneObservation) {
  LearnableRow row;
  row.interactions = {Act(2, SignalKind::kClick, kNow.Plus(-1)), Act(2, SignalKind::kReport, kNow.Plus(-1))};
  row.states = {{PostId(2), SignalKind::kLike, SurfaceId(1), kNow.Plus(-1)}};
  const InteractionMatrices matrices = Build(row);
  ASSERT_EQ(matrices.acts.rows(), 1u);
  ASSERT_EQ(matrices.acts.entries.size(), 1u);
  const float decay = std::exp2(-1 / Options().signals.half_life_hours);
  EXPECT_EQ(matrices.acts.entries[0].column, 1u);
  EXPECT_NEAR(matrices.acts.entries[0].confidence, 3 * decay, 1e-5);       // Click 1, like 1, report 1.
  EXPECT_NEAR(matrices.acts.entries[0].target, (1 + 1 - 1) / 3.0f, 1e-5);  // Report −1.
}

TEST(InteractionMatrixTest, OlderSignalsCountLess) {
  LearnableRow row;
  row.interactions = {
      Act(1, SignalKind::kClick, kNow.Plus(-static_cast<int64_t>(Options().signals.half_life_hours)))};
  EXPECT_NEAR(Build(row).acts.entries[0].confidence, 0.5f, 1e-5);
}

TEST(InteractionMatrixTest, NothingFromTheHourOnIsSeen) {
  LearnableRow row;
  row.interactions = {Act(1, SignalKind::kClick, kNow)};
  row.states = {{PostId(1), SignalKind::kLike, SurfaceId(1), kNow.Plus(3)}};
  row.impressions = {Shown(1, kNow)};
  const InteractionMatrices matrices = Build(row);
  EXPECT_EQ(matrices.acts.rows(), 0u);
  EXPECT_TRUE(matrices.exposures.entries.empty());
}

TEST(InteractionMatrixTest, BeingShownInVainCountsAgainstThePostAlone) {
  LearnableRow row;
  row.impressions = {Shown(1, kNow.Plus(-1)), Shown(2, kNow.Plus(-1))};
  row.interactions = {Act(2, SignalKind::kClick, kNow.Plus(-1))};
  const InteractionMatrices matrices = Build(row);
  ASSERT_EQ(matrices.acts.entries.size(), 1u);
  EXPECT_EQ(matrices.acts.entries[0].column, 1u);
  ASSERT_EQ(matrices.exposures.entries.size(), 2u);
  EXPECT_EQ(matrices.exposures.entries[0].target, 0);
  EXPECT_NEAR(matrices.exposures.entries[0].confidence, 1, 1e-3);
  EXPECT_EQ(matrices.exposures.entries[1].target, 1);
}

TEST(InteractionMatrixTest, AShortDwellIsHavingBeenShown) {
  LearnableRow row;
  row.interactions = {Act(1, SignalKind::kDwell, kNow.Plus(-1), 300)};
  const InteractionMatrices matrices = Build(row);
  ASSERT_EQ(matrices.exposures.entries.size(), 1u);
  EXPECT_LT(matrices.exposures.entries[0].target, 0.02f);
  EXPECT_GT(matrices.exposures.entries[0].confidence, 0.9f);
}

TEST(InteractionMatrixTest, AnAnswerWithoutAKnownExposureCountsLessForTheRate) {
  LearnableRow row;
  row.interactions = {Act(1, SignalKind::kClick, kNow.Plus(-1))};
  EXPECT_NEAR(Build(row).exposures.entries[0].confidence, Options().unseen_share, 1e-3);
  EXPECT_NEAR(Build(row).acts.entries[0].confidence, 1, 1e-2);
}

TEST(InteractionMatrixTest, AnXCountsAgainstItsPost) {
  LearnableRow row;
  Dismissal lesson;
  lesson.reason = DismissalReason::kNotInterested;
  lesson.post = PostId(3);
  lesson.hour = kNow.Plus(-5);
  row.lessons = {lesson};
  const InteractionMatrices matrices = Build(row);
  ASSERT_EQ(matrices.acts.entries.size(), 1u);
  EXPECT_EQ(matrices.acts.entries[0].column, 2u);
  EXPECT_EQ(matrices.acts.entries[0].target, Options().signals.dismissal_target);
}

TEST(InteractionMatrixTest, UnknownPostsAndSubjectsWithoutEntriesAreLeftOut) {
  LearnableRow unknown, known;
  unknown.interactions = {Act(99, SignalKind::kClick, kNow.Plus(-1))};
  known.interactions = {Act(1, SignalKind::kClick, kNow.Plus(-1))};
  const TrainingSet set({PostWithId(1)}, {unknown, known});
  const InteractionMatrices matrices = BuildMatrices(set, Options());
  ASSERT_EQ(matrices.rows.size(), 1u);
  EXPECT_EQ(set.rows()[matrices.rows[0]], known);
}

TEST(CsrMatrixTest, TransposingTwiceChangesNothing) {
  CsrMatrix matrix;
  matrix.columns = 4;
  matrix.entries = {{0, 1, 1}, {3, 2, -1}, {1, 3, 0}, {3, 4, 1}};
  matrix.offsets = {0, 2, 2, 4};
  const CsrMatrix turned = Transpose(matrix);
  EXPECT_EQ(turned.rows(), 4u);
  EXPECT_EQ(turned.row(3).size(), 2u);
  const CsrMatrix back = Transpose(turned);
  EXPECT_EQ(back.entries, matrix.entries);
  EXPECT_EQ(back.offsets, matrix.offsets);
}

}  // namespace
}  // namespace bauta
