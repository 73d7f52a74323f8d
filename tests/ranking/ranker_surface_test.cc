// What a surface may be beside a feed in order of score: a slot for advertisements, a place without sensitive
// posts, one with a daily bound or with quiet hours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "ranking/daily_bounds.h"
#include "tests/ranking/ranker_fixture.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr SurfaceId kHere(9), kElsewhere(8);

class RankerSurfaceTest : public RankerTest {
 protected:
  RankerSurfaceTest() { surface_.id = kHere; }

  // Every fifth post is paid.
  static bool IsPaid(PostId id) { return id.value() % 5 == 0; }
  void PayForSome() {
    for (Post& post : world_.posts) {
      post.advertisement = IsPaid(post.id);
      Upsert(post);
    }
  }
  std::vector<Interaction> RandomClicks(std::mt19937_64& dice) const {
    std::vector<Interaction> clicks;
    for (uint64_t count = dice() % 40; count > 0; --count) {
      clicks.push_back(Click(PostId(1 + dice() % world_.posts.size()), static_cast<int64_t>(dice() % 20)));
      clicks.back().surface = kHere;
    }
    return clicks;
  }
  SubjectView RandomHistory(std::mt19937_64& dice, bool permitted) const {
    std::vector<Impression> impressions;
    for (uint64_t count = dice() % 40; count > 0; --count) {
      impressions.push_back({PostFingerprint::Of(PostId(1 + dice() % world_.posts.size())), kHere, Now()});
    }
    std::vector<Dismissal> lessons;
    if (dice() % 2 == 0) lessons.push_back(X(DismissalReason::kNotInterested, world_.post(1 + dice() % 200)));
    std::vector<PostState> states;
    if (dice() % 2 == 0) states.push_back({PostId(1 + dice() % 200), SignalKind::kLike, kHere, Now()});
    return Built(SubjectViewBuilder()
                     .Interactions(RandomClicks(dice))
                     .Impressions(impressions)
                     .Lessons(lessons)
                     .States(states)
                     .TasteOrdersAdvertisements(permitted));
  }
  // Everything that a feed and its explanations say.
  std::string Everything(const SubjectView& view) {
    std::string all;
    const auto add = [&all](const auto& value) {
      all.append(reinterpret_cast<const char*>(&value), sizeof(value));
    };
    for (const RankedFeed& feed : {Find(view, {.limit = 100, .seed = 5}), RankAll(view)}) {
      for (const ScoredPost& post : feed.posts) {
        for (const float term : {post.score, post.terms.taste, post.terms.fatigue, post.terms.exploration}) {
          add(term);
        }
        add(post.post);
      }
      for (uint32_t count : feed.trace.removed) add(count);
    }
    for (uint64_t id : {5, 10, 200}) {
      const Explanation why = Why(view, PostId(id));
      add(why.post.score);
      add(why.prior_share);
      add(why.shares.size());
    }
    return all;
  }
};

TEST_F(RankerSurfaceTest, PaidPostsHaveSurfacesOfTheirOwnAndAreOnNoOther) {
  PayForSome();
  for (const bool paid : {false, true}) {
    surface_.advertisements = paid;
    for (const RankedFeed& feed : {Find(Nobody(), {.limit = 500}), RankAll(Nobody())}) {
      EXPECT_EQ(feed.posts.size(), paid ? 44u : 176u);
      for (const ScoredPost& post : feed.posts) EXPECT_EQ(IsPaid(post.post), paid);
    }
    EXPECT_EQ(Removed(RankAll(Nobody()), RemovalReason::kAdvertisement), paid ? 176u : 44u);
    EXPECT_EQ(Why(Nobody(), PostId(paid ? 1 : 5)).removed, RemovalReason::kAdvertisement);
    EXPECT_EQ(Why(Nobody(), PostId(paid ? 5 : 1)).removed, std::nullopt);
  }
}

TEST_F(RankerSurfaceTest, AnAdvertisementThatIsTakenBackLeavesItsSurface) {
  PayForSome();
  surface_.advertisements = true;
  posts_->Remove(PostId(5));
  Post organic = world_.post(10);
  organic.advertisement = false;
  Upsert(organic);
  const RankedFeed feed = Find(Nobody(), {.limit = 500});
  EXPECT_EQ(feed.posts.size(), 42u);
  EXPECT_EQ(posts_->Advertisements().size(), 42u);
  EXPECT_EQ(In(feed, PostId(5)), nullptr);
  EXPECT_EQ(In(feed, PostId(10)), nullptr);
}

TEST_F(RankerSurfaceTest, WithoutAdsNoHistoryMovesAnAdvertisement) {
  PayForSome();
  surface_.advertisements = true;
  surface_.explore_share = 0.3f;
  surface_.seen_window = absl::Hours(48);
  surface_.posts_per_day_max = 30;
  const std::string generic = Everything(Nobody());
  EXPECT_FALSE(Find(Nobody()).posts.empty());
  for (const ScoredPost& post : Find(Nobody()).posts) EXPECT_EQ(post.terms.taste, 0);
  std::mt19937_64 dice(3);
  int moved_with_ads = 0;
  for (int i = 0; i < 40; ++i) {
    SCOPED_TRACE(i);
    std::mt19937_64 again = dice;
    ASSERT_EQ(Everything(RandomHistory(dice, false)), generic);
    moved_with_ads += Everything(RandomHistory(again, true)) != generic;
  }
  EXPECT_GT(moved_with_ads, 30);
}

TEST_F(RankerSurfaceTest, WithAdsTasteOrdersThem) {
  PayForSome();
  surface_.advertisements = true;
  const auto share = [&](const RankedFeed& feed) {
    return std::count_if(feed.posts.begin(), feed.posts.begin() + 8,
                         [&](const ScoredPost& post) { return HasTopic(post.post, TopicId(2)); });
  };
  const auto view = [&](bool permitted) {
    return Built(SubjectViewBuilder()
                     .Interactions(ClicksOnTopic(TopicId(2), 15))
                     .TasteOrdersAdvertisements(permitted));
  };
  EXPECT_GT(share(Find(view(true))), share(Find(view(false))));
}

TEST_F(RankerSurfaceTest, TheXOnAnAdvertisementHidesItsAdvertiserThereAndLeavesTheOrganicFeedAlone) {
  Post advertisement = world_.post(5), another = world_.post(6), organic = world_.post(7);
  for (Post* post : {&advertisement, &another, &organic}) {
    post->author = AuthorNumber(901);
    post->advertisement = post != &organic;
    Upsert(*post);
  }
  const SubjectView view =
      Built(SubjectViewBuilder().Dismissals({X(DismissalReason::kAdvertisement, advertisement)}));
  EXPECT_NE(In(RankAll(view), organic.id), nullptr);
  EXPECT_EQ(Why(view, organic.id).removed, std::nullopt);
  EXPECT_EQ(Why(view, organic.id).post.terms.dismissal, 0);
  surface_.advertisements = true;
  EXPECT_THAT(Ids(RankAll(view)), IsEmpty());
  EXPECT_THAT(Ids(Find(view)), IsEmpty());
  EXPECT_EQ(Why(view, another.id).removed, RemovalReason::kDismissed);
  EXPECT_EQ(RankAll(Nobody()).posts.size(), 2u);
}

TEST_F(RankerSurfaceTest, SensitivePostsAreLeftOutWhereTheSurfaceSaysSo) {
  Post post = world_.post(7);
  post.sensitive = true;
  Upsert(post);
  EXPECT_NE(In(RankAll(Nobody()), post.id), nullptr);
  surface_.leave_out_sensitive = true;
  EXPECT_EQ(In(Find(Nobody(), {.limit = 500}), post.id), nullptr);
  EXPECT_EQ(Why(Nobody(), post.id).removed, RemovalReason::kFiltered);
  EXPECT_EQ(Removed(RankAll(Nobody()), RemovalReason::kFiltered), 1u);
}

TEST_F(RankerSurfaceTest, TheFeedIsCutToWhatIsLeftOfTheDay) {
  surface_.posts_per_day_max = 5;
  // Three posts on this surface within the day; the rest is on another, too old, or one of the three again.
  SubjectViewBuilder builder;
  builder.Impressions({{PostFingerprint::Of(PostId(1)), kHere, Now()},
                       {PostFingerprint::Of(PostId(2)), kHere, Now().Plus(-24)},
                       {PostFingerprint::Of(PostId(3)), kHere, Now().Plus(-25)},
                       {PostFingerprint::Of(PostId(4)), kElsewhere, Now()}});
  Interaction click = Click(PostId(2)), other = Click(PostId(6));
  click.surface = other.surface = kHere;
  builder.Interactions({click, other});
  const SubjectView view = std::move(builder).Build();
  for (const RankedFeed& feed : {Find(view, {.limit = 50}), RankAll(view)}) {
    EXPECT_EQ(feed.posts.size(), 2u);
    EXPECT_EQ(Removed(feed, RemovalReason::kFrequencyCap), feed.trace.candidates - 2);
  }
  EXPECT_EQ(Why(view, PostId(9)).removed, std::nullopt);
  // The posts of the earlier pages count, those among them that are in the history too once.
  const PostFingerprint shown[] = {PostFingerprint::Of(PostId(1)), PostFingerprint::Of(PostId(20))};
  EXPECT_EQ(Find(view, {.limit = 50, .shown = shown}).posts.size(), 1u);
  // Seeds are no way around it.
  const PostId seeds[] = {PostId(7)};
  EXPECT_EQ(Find(view, {.limit = 50, .seeds = seeds}).posts.size(), 2u);
  surface_.posts_per_day_max = 3;
  EXPECT_THAT(Ids(Find(view)), IsEmpty());
  EXPECT_EQ(Why(view, PostId(9)).removed, RemovalReason::kFrequencyCap);
  surface_.posts_per_day_max.reset();
  EXPECT_EQ(Find(view, {.limit = 50}).posts.size(), 50u);
}

TEST_F(RankerSurfaceTest, ABoundBelowThePageLeavesTheBestPosts) {
  const std::vector<PostId> all = Ids(Find(Nobody(), {.limit = 20}));
  surface_.posts_per_day_max = 3;
  EXPECT_THAT(Ids(Find(Nobody(), {.limit = 20})), ElementsAre(all[0], all[1], all[2]));
}

TEST_F(RankerSurfaceTest, InQuietHoursEverythingIsRemovedWithThatReason) {
  surface_.quiet_hours = QuietHours{.from = 0, .until = 23};
  const absl::CivilSecond noon(2025, 6, 17, 12, 0, 0);
  world_.now = absl::FromCivil(noon, absl::UTCTimeZone());
  for (const RankedFeed& feed : {Find(Nobody(), {.limit = 50}), RankAll(Nobody())}) {
    EXPECT_THAT(feed.posts, IsEmpty());
    EXPECT_EQ(Removed(feed, RemovalReason::kQuietHours), feed.trace.candidates);
    EXPECT_GT(feed.trace.candidates, 0u);
  }
  EXPECT_EQ(Why(Nobody(), PostId(9)).removed, RemovalReason::kQuietHours);
  const FeedRequest late{.limit = 50, .utc_offset_minutes = 11 * 60};  // 23:00 there.
  EXPECT_EQ(Find(Nobody(), late).posts.size(), 50u);
  EXPECT_EQ(Why(Nobody(), PostId(9), late).removed, std::nullopt);
}

struct ClockCase {
  QuietHours hours;
  int utc_hour, utc_minute;
  std::optional<float> longitude;
  std::optional<int> offset_minutes;
  bool quiet;
};

TEST(DailyBoundsTest, QuietHoursAreTheViewersOwn) {
  const QuietHours night{.from = 22, .until = 7}, siesta{.from = 13, .until = 15};
  const ClockCase cases[] = {
      {night, 21, 59, {}, {}, false},
      {night, 22, 0, {}, {}, true},
      {night, 0, 0, {}, {}, true},
      {night, 6, 59, {}, {}, true},
      {night, 7, 0, {}, {}, false},
      {siesta, 12, 59, {}, {}, false},
      {siesta, 13, 0, {}, {}, true},
      {siesta, 15, 0, {}, {}, false},
      {night, 21, 0, 13.4f, {}, true},  // Berlin's sun: an hour ahead.
      {night, 21, 0, 7.4f, {}, false},  // Rounded to UTC.
      {night, 3, 0, -74.0f, {}, true},  // New York, five behind: 22:00.
      {night, 2, 59, -74.0f, {}, false},
      {night, 21, 0, 13.4f, 0, false},  // What the caller says stands before the place.
      {night, 16, 30, {}, 330, true},   // India: 22:00.
      {night, 16, 29, {}, 330, false},
      {night, 1, 0, {}, -840, false},  // 11:00 of the day before.
      {night, 23, 0, {}, 840, false},  // 13:00 of the day after.
  };
  for (const ClockCase& c : cases) {
    SurfaceRules surface;
    surface.quiet_hours = c.hours;
    std::optional<Place> place;
    if (c.longitude) place = Place{.city = City(1), .region = {}, .country = {}, .longitude = *c.longitude};
    const absl::Time now =
        absl::FromCivil(absl::CivilSecond(2025, 6, 15, c.utc_hour, c.utc_minute, 0), absl::UTCTimeZone());
    EXPECT_EQ(IsQuiet(surface, place, c.offset_minutes, now), c.quiet)
        << c.hours.from << " " << c.utc_hour << ":" << c.utc_minute;
  }
  EXPECT_FALSE(IsQuiet(SurfaceRules(), std::nullopt, std::nullopt, absl::UnixEpoch()));
}

}  // namespace
}  // namespace bauta::testing
