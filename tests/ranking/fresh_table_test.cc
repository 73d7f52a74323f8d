#include "ranking/fresh_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "ranking/crowd_lift.h"
#include "tests/testing/model_builder.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint32_t kCrowd = 50;

class FreshTableTest : public ::testing::Test {
 protected:
  FreshTableTest() {
    // Two authors, each with posts of one topic of their own.
    for (uint64_t id = 1; id <= 8; ++id) {
      Post post = world_.post(id);
      post.author = AuthorNumber(id <= 4 ? 1 : 2);
      post.topics = {TopicId(id <= 4 ? 1 : 2)};
      posts_->Upsert(post, std::nullopt);
    }
  }

  std::shared_ptr<const FreshTable> Release(const CrowdCounts& counts, FreshTable::Options options = {}) {
    options.crowd_min = kCrowd;
    return FreshTable::Create(counts, *posts_, PlaceOfCity, now_, options);
  }
  void AddCity(CrowdCounts& counts, uint64_t post, uint32_t city, uint32_t subjects, int64_t age = 1) {
    counts.by_city.push_back({PostId(post), City(city), now_.Plus(-age), subjects});
    std::sort(counts.by_city.begin(), counts.by_city.end());
  }

  World world_ = MakeWorld();
  std::unique_ptr<LivePosts> posts_ = MakeLivePosts(world_, MakeSnapshot(world_.parameters));
  Hour now_ = Hour::Floor(world_.now);
};

TEST_F(FreshTableTest, RoundsDownToMultiplesOfKAndSuppressesFewer) {
  CrowdCounts counts;
  const uint32_t subjects[] = {1, 49, 50, 99, 100, 1234};
  for (uint64_t i = 0; i < 6; ++i) counts.by_post.push_back({PostId(i + 1), now_, subjects[i]});
  const auto table = Release(counts);
  const uint32_t expected[] = {0, 0, 50, 50, 100, 1200};
  for (uint64_t i = 0; i < 6; ++i) EXPECT_EQ(table->Popularity(PostId(i + 1)), expected[i]);
  EXPECT_THAT(table->popular(), ElementsAre(PopularPost{PostId(6), 1200}, PopularPost{PostId(5), 100},
                                            PopularPost{PostId(3), 50}, PopularPost{PostId(4), 50}));
}

TEST_F(FreshTableTest, CountsOnlyTheWindow) {
  CrowdCounts counts;
  counts.by_post = {{PostId(1), now_.Plus(-24), 500},
                    {PostId(1), now_.Plus(-23), 50},
                    {PostId(1), now_, 50},
                    {PostId(1), now_.Plus(1), 500}};
  EXPECT_EQ(Release(counts)->Popularity(PostId(1)), 100u);
}

TEST_F(FreshTableTest, OverALongerWindowKIsHeldAgainstOneStretch) {
  CrowdCounts counts;
  for (int64_t day = 0; day < 4; ++day) counts.by_post.push_back({PostId(1), now_.Plus(-24 * day), 40});
  std::sort(counts.by_post.begin(), counts.by_post.end());
  // 160 visits, but no more than 40 subjects are sure.
  EXPECT_EQ(Release(counts, {.popularity_window_hours = 24 * 7})->Popularity(PostId(1)), 0u);
  counts.by_post.back().subjects = 60;
  EXPECT_EQ(Release(counts, {.popularity_window_hours = 24 * 7})->Popularity(PostId(1)), 150u);
}

TEST_F(FreshTableTest, LeavesOutPostsThatAreNotLive) {
  CrowdCounts counts;
  counts.by_post = {{PostId(99'999), now_, 500}};
  AddCity(counts, 99'999, 1, 500);
  const auto table = Release(counts);
  EXPECT_THAT(table->popular(), IsEmpty());
  EXPECT_EQ(table->AtCity(City(1)), nullptr);
}

TEST_F(FreshTableTest, OneSubjectMovesAReleaseByNothingOrOneStep) {
  std::mt19937_64 engine(7);
  for (int round = 0; round < 200; ++round) {
    CrowdCounts counts;
    for (uint64_t id = 1; id <= 8; ++id) {
      for (int64_t age : {20, 3}) {
        counts.by_post.push_back({PostId(id), now_.Plus(-age), static_cast<uint32_t>(engine() % 200)});
      }
    }
    CrowdCounts one_more = counts;
    one_more.by_post[engine() % one_more.by_post.size()].subjects += 1;
    const auto before = Release(counts), after = Release(one_more);
    size_t moved = 0;
    for (uint64_t id = 1; id <= 8; ++id) {
      const uint32_t a = before->Popularity(PostId(id)), b = after->Popularity(PostId(id));
      EXPECT_TRUE(a == b || b == a + kCrowd) << a << " → " << b;
      moved += a != b;
    }
    EXPECT_LE(moved, 1u);
  }
}

TEST_F(FreshTableTest, ATopicReadMoreInACityHasALiftThere) {
  CrowdCounts counts;
  AddCity(counts, 1, 1, 400);  // Topic 1 in city 1,
  AddCity(counts, 5, 3, 400);  // topic 2 in city 3.
  AddCity(counts, 1, 3, 100);
  AddCity(counts, 5, 1, 100);
  const auto table = Release(counts);
  const PlaceLifts* city = table->AtCity(City(1));
  ASSERT_NE(city, nullptr);
  EXPECT_GT(*city->topics.Find(TopicId(1)), 0.3f);
  EXPECT_LT(*city->topics.Find(TopicId(2)), -0.3f);
  EXPECT_GT(*city->authors.Find(AuthorNumber(1)), 0.3f);
  EXPECT_TRUE(city->posts.empty());  // A post by region only.
  EXPECT_GT(*table->AtRegion(Region(10))->posts.Find(PostId(1)), 0.3f);
  EXPECT_THAT(city->popular, ElementsAre(PopularPost{PostId(1), 400}, PopularPost{PostId(5), 100}));
}

TEST_F(FreshTableTest, FewerThanKInACityLiftNothingThere) {
  CrowdCounts counts;
  AddCity(counts, 1, 1, 49);
  AddCity(counts, 5, 1, 400);
  AddCity(counts, 1, 3, 400);
  AddCity(counts, 5, 3, 400);
  CrowdCounts without = counts;
  std::erase_if(without.by_city,
                [](const auto& row) { return row.post == PostId(1) && row.city == City(1); });
  const auto table = Release(counts), less = Release(without);
  // The same release, whether 49 read it there or none.
  EXPECT_EQ(table->AtCity(City(1))->topics, less->AtCity(City(1))->topics);
  EXPECT_EQ(table->AtCity(City(1))->authors, less->AtCity(City(1))->authors);
  EXPECT_EQ(table->AtRegion(Region(10))->posts, less->AtRegion(Region(10))->posts);
}

TEST_F(FreshTableTest, ManyPostsOfFewReadersDoNotMakeACrowd) {
  CrowdCounts counts;
  for (uint64_t id = 1; id <= 4; ++id) AddCity(counts, id, 1, 30);  // 120 readings, perhaps of 30 subjects.
  AddCity(counts, 1, 3, 400);
  AddCity(counts, 5, 1, 100);
  const auto table = Release(counts);
  const PlaceLifts* city = table->AtCity(City(1));
  const float* lift = city->authors.Find(AuthorNumber(1));
  EXPECT_TRUE(lift == nullptr || *lift <= 0);
}

TEST_F(FreshTableTest, ACityWithoutNewsOfItsOwnHasItsRegions) {
  CrowdCounts counts;
  AddCity(counts, 1, 1, 400);
  AddCity(counts, 5, 3, 400);
  AddCity(counts, 5, 1, 100);
  AddCity(counts, 1, 3, 100);
  const auto table = Release(counts);
  EXPECT_EQ(table->AtCity(City(2)), nullptr);                              // Nobody read anything there,
  EXPECT_GT(*table->AtRegion(Region(10))->topics.Find(TopicId(1)), 0.3f);  // but in its region.
}

TEST_F(FreshTableTest, WhatAPlaceKnowsTheLargerOnesKnowToo) {
  std::mt19937_64 engine(17);
  size_t known = 0;
  for (int round = 0; round < 50; ++round) {
    CrowdCounts counts;
    for (uint64_t id = 1; id <= 220; ++id) {
      for (uint32_t city = 1; city <= 6; ++city) {
        if (engine() % 4 != 0) continue;
        const auto subjects =
            static_cast<uint32_t>(engine() % 4 == 0 ? 1 + engine() % 2000 : 1 + engine() % 60);
        counts.by_city.push_back(
            {PostId(id), City(city), now_.Plus(-static_cast<int64_t>(engine() % 48)), subjects});
      }
    }
    const auto table = Release(counts);
    const auto check = [&](const auto& small, const auto& large) {
      small.ForEachKey([&](uint64_t key, float) {
        ++known;
        EXPECT_NE(large.FindKey(key), nullptr);
      });
    };
    for (uint32_t city = 1; city <= 6; ++city) {
      const Place place = *PlaceOfCity(City(city));
      const PlaceLifts *in_city = table->AtCity(place.city), *in_region = table->AtRegion(place.region),
                       *in_country = table->AtCountry(place.country);
      ASSERT_TRUE(in_city != nullptr && in_region != nullptr && in_country != nullptr);
      check(in_city->authors, in_region->authors);
      check(in_city->topics, in_region->topics);
      check(in_region->posts, in_country->posts);
      check(in_region->authors, in_country->authors);
      check(in_region->topics, in_country->topics);
    }
  }
  EXPECT_GT(known, 1000u);
}

TEST_F(FreshTableTest, EqualCountsGiveEqualReleases) {
  CrowdCounts counts;
  for (uint64_t id = 1; id <= 8; ++id) {
    for (uint32_t city = 1; city <= 6; ++city)
      AddCity(counts, id, city, static_cast<uint32_t>(37 * id + 91 * city));
  }
  const auto a = Release(counts), b = Release(counts);
  for (uint32_t city = 1; city <= 6; ++city) {
    ASSERT_NE(a->AtCity(City(city)), nullptr);
    EXPECT_EQ(a->AtCity(City(city))->topics, b->AtCity(City(city))->topics);
    EXPECT_EQ(a->AtCity(City(city))->authors, b->AtCity(City(city))->authors);
  }
}

TEST(CrowdLiftTest, RoundingAloneNeverMakesALift) {
  // As many as expected, up to rounding: no lift.
  EXPECT_DOUBLE_EQ(ShrunkRatio({100, 500, 1000, 4750}, kCrowd, 100, 1), 1);
  for (uint64_t true_count : {100, 120, 149}) {
    const uint64_t rounded = true_count / kCrowd * kCrowd;
    // 1,000 of 10,000 read here; 9 × true_count read it elsewhere.
    const PlaceCounts counts{rounded, rounded + 9 * true_count, 1000, 10'000};
    EXPECT_DOUBLE_EQ(ShrunkRatio(counts, kCrowd, 100, 1), 1) << true_count;
  }
}

TEST(CrowdLiftTest, ShrinksTowardsTheLargerPlace) {
  const PlaceCounts counts{200, 1000, 1000, 10'000};
  const double expected = ExpectedHere(counts);
  const double own = 200 / expected;
  double last = own;
  for (const double shrinkage : {1.0, 10.0, 100.0, 1000.0}) {
    const double ratio = ShrunkRatio(counts, kCrowd, shrinkage, 1);
    EXPECT_LT(ratio, last);
    EXPECT_GT(ratio, 1);
    last = ratio;
  }
  EXPECT_GT(ShrunkRatio(counts, kCrowd, 100, 1.5), ShrunkRatio(counts, kCrowd, 100, 1));
}

TEST(CrowdLiftTest, WithoutAnElsewhereNothingIsKnown) {
  EXPECT_DOUBLE_EQ(ShrunkRatio({500, 500, 1000, 1000}, kCrowd, 100, 1), 1);
  EXPECT_TRUE(std::isfinite(ShrunkRatio({500, 500, 1000, 9000}, kCrowd, 100, 1)));
}

}  // namespace
}  // namespace bauta::testing
