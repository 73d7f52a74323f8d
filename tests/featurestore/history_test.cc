#include "featurestore/store/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "bauta/storage/v1/history.pb.h"
#include "featurestore/store/history_codec.h"

namespace bauta {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Interaction Row(uint64_t post, SignalKind kind, uint32_t hour, uint32_t strength = 0) {
  return {.post = PostId(post),
          .topic = {},
          .kind = kind,
          .surface = SurfaceId(1),
          .strength = strength,
          .hour = Hour(hour)};
}
PostState State(uint64_t post, uint32_t hour, SignalKind kind = SignalKind::kLike) {
  return {.post = PostId(post), .kind = kind, .surface = SurfaceId(1), .hour = Hour(hour)};
}
Impression Seen(uint32_t post, uint32_t hour) {
  return {.post = PostFingerprint(post), .surface = SurfaceId(1), .hour = Hour(hour)};
}

TEST(HistoryTest, EqualRowsAreOneAndDwellKeepsTheLongest) {
  History history;
  AddInteraction(history, Row(1, SignalKind::kDwell, 5, 10));
  AddInteraction(history, Row(1, SignalKind::kDwell, 5, 30));
  AddInteraction(history, Row(1, SignalKind::kDwell, 5, 20));
  AddInteraction(history, Row(1, SignalKind::kClick, 5));
  AddInteraction(history, Row(1, SignalKind::kDwell, 6, 1));
  EXPECT_THAT(history.interactions, SizeIs(3));
  EXPECT_EQ(FindInteraction(history.interactions, Row(1, SignalKind::kDwell, 5))->strength, 30u);
}

TEST(HistoryTest, LateRowsTakeTheirPlaceByHour) {
  History history;
  for (uint32_t hour : {5u, 2u, 9u, 7u}) AddInteraction(history, Row(hour, SignalKind::kClick, hour));
  std::vector<uint32_t> hours;
  for (const Interaction& row : history.interactions) hours.push_back(row.hour.value());
  EXPECT_THAT(hours, ElementsAre(2, 5, 7, 9));
}

TEST(HistoryTest, TakenBackIsGone) {
  History history;
  TurnOn(history, State(1, 5));
  TurnOn(history, State(1, 5, SignalKind::kFavorite));
  TakeBack(history, State(1, 6));
  EXPECT_EQ(FindState(history.states, PostId(1), SignalKind::kLike), nullptr);
  EXPECT_NE(FindState(history.states, PostId(1), SignalKind::kFavorite), nullptr);
  Fold(history, 10, Retention(), {}, Hour(7));
  EXPECT_THAT(history.states, SizeIs(1));
  EXPECT_THAT(history.taken_back, IsEmpty()) << "folding leaves no trace of what was taken back";
}

TEST(HistoryTest, TheNewestRowsAreKept) {
  History history;
  for (uint32_t i = 0; i < 3000; ++i) {
    AddInteraction(history, Row(i + 1, SignalKind::kClick, i));
    TurnOn(history, State(i + 1, i));
    AddImpression(history, Seen(i, i));
  }
  EXPECT_TRUE(Trim(history, 100));
  EXPECT_THAT(history.interactions, SizeIs(100));
  EXPECT_EQ(history.interactions.front().hour, Hour(2900));
  EXPECT_THAT(history.states, SizeIs(kStatesMax));
  EXPECT_EQ(history.states.front().hour, Hour(1000));
  EXPECT_THAT(history.impressions, SizeIs(kImpressionsMax));
  EXPECT_EQ(history.impressions.front().hour, Hour(2000));
  EXPECT_FALSE(Trim(history, 100));
}

TEST(HistoryTest, EachKindExpiresByItsOwnAge) {
  const Retention retention;
  History history;
  AddImpression(history, Seen(1, 1000));
  AddInteraction(history, Row(1, SignalKind::kClick, 1000));
  AddInteraction(history, Row(1, SignalKind::kSearch, 1000));
  TurnOn(history, State(1, 1000));
  const struct {
    SignalKind kind;
    size_t left;
  } steps[] = {{SignalKind::kImpression, 3},
               {SignalKind::kSearch, 2},
               {SignalKind::kClick, 1},
               {SignalKind::kLike, 0}};
  for (const auto& step : steps) {
    const Hour last = Hour(1000 + retention.AgeHoursMax(step.kind));
    EXPECT_EQ(FirstExpiry(history, retention), last.Plus(1));
    DropExpired(history, retention, {}, last);
    EXPECT_EQ(history.interactions.size() + history.states.size() + history.impressions.size(),
              step.left + 1);
    DropExpired(history, retention, {}, last.Plus(1));
    EXPECT_EQ(history.interactions.size() + history.states.size() + history.impressions.size(), step.left);
  }
  EXPECT_EQ(FirstExpiry(history, retention), Hour(UINT32_MAX));
}

TEST(HistoryTest, ExcludedKindsAreDropped) {
  History history;
  AddInteraction(history, Row(1, SignalKind::kClick, 10));
  AddImpression(history, Seen(1, 10));
  TurnOn(history, State(1, 10));
  EXPECT_FALSE(AnyOfKinds(history, {SignalKind::kShare}));
  EXPECT_TRUE(AnyOfKinds(history, {SignalKind::kLike}));
  DropExpired(history, Retention(), {SignalKind::kLike, SignalKind::kImpression}, Hour(10));
  EXPECT_THAT(history.interactions, SizeIs(1));
  EXPECT_THAT(history.states, IsEmpty());
  EXPECT_THAT(history.impressions, IsEmpty());
}

// A history that grew frame by frame is the one that grew row by row.
TEST(HistoryTest, FramesAddUpToTheRows) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    std::mt19937_64 random(seed);
    const auto below = [&](uint32_t end) {
      return std::uniform_int_distribution<uint32_t>(0, end - 1)(random);
    };
    History whole;
    History joined;
    for (int frame = 0; frame < 6; ++frame) {
      History added;
      for (uint32_t i = 0, rows = below(12); i < rows; ++i) {
        const uint32_t post = 1 + below(6);
        const uint32_t hour = 100 + below(8);
        for (History* const history : {&whole, &added}) {
          if (i % 4 == 0) AddImpression(*history, Seen(post, hour));
          if (i % 4 == 1) AddInteraction(*history, Row(post, SignalKind::kDwell, hour, post * hour % 7));
          if (i % 4 == 2) TurnOn(*history, State(post, hour));
          if (i % 4 == 3) TakeBack(*history, State(post, hour));
        }
      }
      AddFrame(joined, std::move(added));
    }
    ASSERT_EQ(joined.interactions, whole.interactions) << seed;
    ASSERT_EQ(joined.impressions, whole.impressions) << seed;
    const auto by_post = [](const PostState& a, const PostState& b) { return a < b; };
    std::sort(joined.states.begin(), joined.states.end(), by_post);
    std::sort(whole.states.begin(), whole.states.end(), by_post);
    ASSERT_EQ(joined.states, whole.states) << seed;
  }
}

History Sample() {
  History history;
  AddInteraction(history, Row(1, SignalKind::kClick, 1000));
  AddInteraction(history, Row(kIdMax, SignalKind::kDwell, 1001, kDwellMillisecondsMax));
  AddInteraction(history, Row(3, SignalKind::kDwell, 1001, 0));
  Interaction search = Row(0, SignalKind::kSearch, 1002);
  search.topic = TopicId(77);
  AddInteraction(history, search);
  TurnOn(history, State(5, 900));
  TakeBack(history, State(6, 1100, SignalKind::kFavorite));
  AddImpression(history, Seen(0xFFFFFFFF, 1003));
  return history;
}

TEST(HistoryCodecTest, ComesBackAsItWas) {
  const auto decoded = DecodeHistory(EncodeHistory(Sample()));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, Sample());
  EXPECT_EQ(*DecodeHistory(EncodeHistory(History())), History());
}

TEST(HistoryCodecTest, IsTheMessageOfTheProto) {
  storage::v1::HistoryFrame frame;
  ASSERT_TRUE(frame.ParseFromString(EncodeHistory(Sample())));
  EXPECT_EQ(frame.base_hour(), 900u);
  EXPECT_EQ(frame.interactions().target_ids_size(), 4);
  EXPECT_THAT(frame.interactions().dwell_millis(), ElementsAre(0u, kDwellMillisecondsMax));
  EXPECT_THAT(frame.states().post_ids(), ElementsAre(5, 6));
  EXPECT_EQ(frame.states().taken_back(), std::string("\0\1", 2));
}

TEST(HistoryCodecTest, SkipsFieldsOfALaterVersion) {
  const std::string later = EncodeHistory(Sample()) + std::string("\xa2\x06\x03xyz\xa8\x06\x05", 9);
  const auto decoded = DecodeHistory(later);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, Sample());
}

TEST(HistoryCodecTest, DamagedBytesAreAnErrorOrAHistoryNeverACrash) {
  const std::string good = EncodeHistory(Sample());
  for (size_t size = 1; size < good.size(); ++size) (void)DecodeHistory(good.substr(0, size)).ok();
  size_t refused = 0;
  for (size_t i = 0; i < good.size() * 8; ++i) {
    std::string bad = good;
    bad[i / 8] = static_cast<char>(bad[i / 8] ^ 1 << i % 8);
    refused += DecodeHistory(bad).ok() ? 0 : 1;
  }
  EXPECT_GT(refused, good.size());
}

TEST(HistoryCodecTest, DaysSpanAllRows) {
  const DayRange days = DaysOf(Sample());
  EXPECT_EQ(days.oldest, 900u / 24);
  EXPECT_EQ(days.newest, 1100u / 24);
  EXPECT_EQ(DaysOf(History()).oldest, UINT32_MAX);
}

}  // namespace
}  // namespace bauta
