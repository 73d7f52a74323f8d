// Baselines against what a hand can work out.
#include "tools/eval/feed_baselines.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tools/eval/interaction_split.h"

namespace bauta::testing {
namespace {

Post MakePost(uint64_t id, uint8_t author, std::vector<TopicId> topics) {
  Post post;
  post.id = PostId(id);
  CodeBytes code{};
  code[0] = author;
  post.author = AuthorCode(code);
  post.topics = std::move(topics);
  return post;
}

void Show(LearnableRow& row, uint64_t post, uint32_t hour, bool answered) {
  row.impressions.push_back({PostFingerprint::Of(PostId(post)), SurfaceId(), Hour(hour)});
  if (answered) {
    row.interactions.push_back({PostId(post), TopicId(), SignalKind::kClick, SurfaceId(), 0, Hour(hour)});
  }
}

double Shrunk(double answered, double shown, double towards, double strength) {
  return (answered + strength * towards) / (shown + strength);
}

// Posts 1 and 2 of one author on topic 7, post 3 of another without topics. Twenty readers see post 1 in hour
// 10, five of them answer; five see post 3 in hour 20, none answers.
TrainingSet TwoHours() {
  std::vector<LearnableRow> rows;
  for (uint64_t reader = 0; reader < 20; ++reader) {
    LearnableRow row;
    Show(row, 1, 10, reader < 5);
    if (reader < 5) Show(row, 3, 20, false);
    rows.push_back(row);
  }
  return TrainingSet({MakePost(1, 1, {TopicId(7)}), MakePost(2, 1, {TopicId(7)}), MakePost(3, 2, {})}, rows);
}

TEST(AnswerRatesTest, ARateIsShrunkTowardsAuthorTopicsAndEverybody) {
  const TrainingSet set = TwoHours();
  AnswerRates rates(set);
  rates.AdvanceTo(Hour(11));
  const double everybody = Shrunk(5, 20, 0.5, 2);
  const double of_topic = Shrunk(5, 20, everybody, 20);
  const double of_author = Shrunk(5, 20, of_topic, 10);
  EXPECT_NEAR(rates.RateOf(set.Find(PostId(1))), Shrunk(5, 20, of_author, 10), 1e-6);
  EXPECT_NEAR(rates.RateOf(set.Find(PostId(2))), of_author, 1e-6) << "never shown: what its author's are";
  EXPECT_NEAR(rates.RateOf(set.Find(PostId(3))), everybody, 1e-6) << "nothing known: everybody's";
}

TEST(AnswerRatesTest, OnlyStrictlyEarlierHoursCount) {
  const TrainingSet set = TwoHours();
  AnswerRates rates(set);
  const uint32_t post = set.Find(PostId(3));
  rates.AdvanceTo(Hour(10));
  EXPECT_FLOAT_EQ(rates.RateOf(post), 0.5f) << "nothing happened before hour 10";
  rates.AdvanceTo(Hour(20));
  const float before = rates.RateOf(post);
  rates.AdvanceTo(Hour(11));  // There is no way back.
  EXPECT_EQ(rates.RateOf(post), before);
  rates.AdvanceTo(Hour(21));
  EXPECT_LT(rates.RateOf(post), before) << "five saw it in hour 20 and left it";
}

TEST(AnswerRatesTest, AnAnswerInAnotherHourIsNotOfThatImpression) {
  LearnableRow row;
  Show(row, 1, 10, false);
  row.interactions.push_back({PostId(1), TopicId(), SignalKind::kClick, SurfaceId(), 0, Hour(12)});
  const TrainingSet set({MakePost(1, 1, {})}, {row});
  AnswerRates rates(set);
  rates.AdvanceTo(Hour(100));
  EXPECT_LT(rates.RateOf(0), 0.5f);
}

TEST(ItemKnnTest, ScoreIsTheSumOfShrunkCosines) {
  // Posts 0 and 1 together twice, 0 and 2 once; post 3 with nobody.
  const ItemKnn knn(ToMatrix({{0, 1}, {0, 1, 2}, {1}, {3}}, 5));
  const auto cosine = [](float together, float a, float b) { return together / (std::sqrt(a * b) + 10); };
  EXPECT_FLOAT_EQ(knn.Score(0, std::vector<uint32_t>{1}), cosine(2, 2, 3));
  EXPECT_FLOAT_EQ(knn.Score(0, std::vector<uint32_t>{1, 2}), cosine(2, 2, 3) + cosine(1, 2, 1));
  EXPECT_FLOAT_EQ(knn.Score(1, std::vector<uint32_t>{0}), cosine(2, 2, 3)) << "it is symmetric";
  for (const uint32_t post : {0u, 4u}) {
    EXPECT_EQ(knn.Score(post, std::vector<uint32_t>{3}), 0) << post;
    EXPECT_EQ(knn.Score(post, std::vector<uint32_t>{}), 0) << post;
  }
}

}  // namespace
}  // namespace bauta::testing
