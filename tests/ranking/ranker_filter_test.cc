// What is left out, and that each removal is counted under its reason.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <numeric>

#include "tests/ranking/ranker_fixture.h"

namespace bauta::testing {
namespace {

struct FilterCase {
  const char* name;
  RemovalReason reason;
  std::function<void(Post&, SubjectViewBuilder&, FeedRequest&, SurfaceRules&)> arrange;
};
void PrintTo(const FilterCase& c, std::ostream* out) { *out << c.name; }

class RankerFilterTest : public RankerTest, public ::testing::WithParamInterface<FilterCase> {};

const CountryCode kGermany = *CountryCode::Parse("DE");
const PostId kExcluded[] = {PostId(7)};
const PostFingerprint kShown[] = {PostFingerprint::Of(PostId(7))};

// One post of the world is changed, or the viewer or the request; it alone must be removed, and so counted.
TEST_P(RankerFilterTest, RemovesAndCounts) {
  Post post = world_.post(7);
  post.topics = {TopicId(901)};
  post.author = AuthorNumber(901);
  SubjectViewBuilder builder;
  FeedRequest request{.limit = 500};
  GetParam().arrange(post, builder, request, surface_);
  Upsert(post);
  const SubjectView view = std::move(builder).Build();

  const RankedFeed feed = RankAll(view, request);
  EXPECT_EQ(In(feed, post.id), nullptr);
  EXPECT_GE(Removed(feed, GetParam().reason), 1u);
  EXPECT_EQ(feed.trace.candidates,
            feed.posts.size() + std::accumulate(feed.trace.removed.begin(), feed.trace.removed.end(), 0u));
  EXPECT_EQ(Why(view, post.id, request).removed, GetParam().reason);
  EXPECT_EQ(In(Find(view, request), post.id), nullptr);
}

INSTANTIATE_TEST_SUITE_P(
    Reasons, RankerFilterTest,
    ::testing::Values(
        FilterCase{"pending", RemovalReason::kNotApproved,
                   [](Post& p, auto&, auto&, auto&) { p.review = ReviewState::kPending; }},
        FilterCase{"rejected", RemovalReason::kNotApproved,
                   [](Post& p, auto&, auto&, auto&) { p.review = ReviewState::kRejected; }},
        FilterCase{"not yet published", RemovalReason::kNotPublished,
                   [](Post& p, auto&, auto&, auto&) { p.publish_time += absl::Hours(1000); }},
        FilterCase{"expired", RemovalReason::kNotPublished,
                   [](Post& p, auto&, auto&, auto&) { p.expire_time = WorldOptions().now; }},
        FilterCase{"another country", RemovalReason::kNotInCountry,
                   [](Post& p, SubjectViewBuilder& view, auto&, auto&) {
                     p.allowed_countries = {kGermany};
                     view.At(PlaceOfCity(City(5)));
                   }},
        FilterCase{"denied country", RemovalReason::kNotInCountry,
                   [](Post& p, SubjectViewBuilder& view, auto&, auto&) {
                     p.denied_countries = {kGermany};
                     view.At(PlaceOfCity(City(1)));
                   }},
        FilterCase{"for followers", RemovalReason::kNotInCountry,
                   [](Post& p, auto&, auto&, auto&) { p.audience = Audience::kFollowers; }},
        FilterCase{"for adults", RemovalReason::kNotInCountry,
                   [](Post& p, SubjectViewBuilder& view, auto&, auto&) {
                     p.audience = Audience::kAdults;
                     view.Minor(true);
                   }},
        FilterCase{"sensitive", RemovalReason::kNotInCountry,
                   [](Post& p, SubjectViewBuilder& view, auto&, auto&) {
                     p.sensitive = true;
                     view.Minor(true);
                   }},
        FilterCase{"advertisement", RemovalReason::kAdvertisement,
                   [](Post& p, auto&, auto&, auto&) { p.advertisement = true; }},
        FilterCase{"own post", RemovalReason::kOwnPost,
                   [](Post& p, auto&, FeedRequest& request, auto&) { request.self_author = p.author; }},
        FilterCase{"blocked author", RemovalReason::kBlocked,
                   [](Post& p, SubjectViewBuilder& view, auto&, auto&) {
                     view.Relations({{RelationKind::kBlockAuthor, p.author, {}}});
                   }},
        FilterCase{"muted author", RemovalReason::kBlocked,
                   [](Post& p, SubjectViewBuilder& view, auto&, auto&) {
                     view.Relations({{RelationKind::kMuteAuthor, p.author, {}}});
                   }},
        FilterCase{"blocked topic", RemovalReason::kBlocked,
                   [](Post& p, SubjectViewBuilder& view, auto&, auto&) {
                     view.Relations({{RelationKind::kBlockTopic, {}, p.topics[0]}});
                   }},
        FilterCase{"muted topic", RemovalReason::kBlocked,
                   [](Post& p, SubjectViewBuilder& view, auto&, auto&) {
                     view.Relations({{RelationKind::kMuteTopic, {}, p.topics[0]}});
                   }},
        FilterCase{"excluded", RemovalReason::kAlreadyShown,
                   [](Post&, auto&, FeedRequest& request, auto&) { request.exclude = kExcluded; }},
        FilterCase{"on an earlier page", RemovalReason::kAlreadyShown,
                   [](Post&, auto&, FeedRequest& request, auto&) { request.shown = kShown; }},
        FilterCase{
            "seen within the window", RemovalReason::kAlreadyShown,
            [](Post& p, SubjectViewBuilder& view, auto&, SurfaceRules& surface) {
              surface.seen_window = absl::Hours(24);
              view.Impressions({{PostFingerprint::Of(p.id), {}, Hour::Floor(WorldOptions().now).Plus(-23)}});
            }},
        FilterCase{"liked within the window", RemovalReason::kAlreadyShown,
                   [](Post& p, SubjectViewBuilder& view, auto&, SurfaceRules& surface) {
                     surface.seen_window = absl::Hours(24);
                     view.States({{p.id, SignalKind::kLike, {}, Hour::Floor(WorldOptions().now)}});
                   }},
        FilterCase{"another language", RemovalReason::kFiltered,
                   [](Post& p, SubjectViewBuilder& view, auto&, auto&) {
                     p.language = *Language::Parse("pt");
                     Preferences preferences;
                     preferences.languages = {*Language::Parse("de"), *Language::Parse("fr")};
                     view.SetPreferences(preferences);
                   }},
        FilterCase{"another region on a local surface", RemovalReason::kFiltered,
                   [](Post& p, SubjectViewBuilder& view, auto&, SurfaceRules& surface) {
                     p.city = City(5);
                     surface.same_region_only = true;
                     view.At(PlaceOfCity(City(1)));
                   }},
        FilterCase{"nobody followed", RemovalReason::kFiltered,
                   [](Post&, auto&, auto&, SurfaceRules& surface) { surface.followed_only = true; }}));

class RankerFilterRulesTest : public RankerTest {};

TEST_F(RankerFilterRulesTest, SuspendedAuthorsPostsAreOutUntilTheTime) {
  const AuthorCode author = world_.post(7).author;
  posts_->SuspendAuthor(author, world_.now + absl::Seconds(1));
  EXPECT_GT(Removed(RankAll(Nobody()), RemovalReason::kAuthorSuspended), 0u);
  for (const ScoredPost& post : Find(Nobody()).posts)
    EXPECT_NE(world_.post(post.post.value()).author, author);
  posts_->SuspendAuthor(author, world_.now);
  EXPECT_EQ(Removed(RankAll(Nobody()), RemovalReason::kAuthorSuspended), 0u);
}

TEST_F(RankerFilterRulesTest, UnknownPostsAndDuplicatesAreCounted) {
  const RankedFeed feed =
      Rank(Nobody(), {PostId(1), PostId(2), PostId(1), PostId(99'999), PostId(1), PostId(88'888)});
  EXPECT_EQ(feed.posts.size(), 2u);
  EXPECT_EQ(feed.trace.candidates, 6u);
  EXPECT_EQ(Removed(feed, RemovalReason::kDuplicate), 2u);
  EXPECT_EQ(Removed(feed, RemovalReason::kUnknownPost), 2u);
}

TEST_F(RankerFilterRulesTest, TheFirstReasonCounts) {
  Post post = world_.post(7);
  post.review = ReviewState::kPending;
  post.advertisement = true;
  Upsert(post);
  const RankedFeed feed = Rank(Nobody(), {post.id}, {.limit = 5, .exclude = kExcluded});
  EXPECT_EQ(Removed(feed, RemovalReason::kNotApproved), 1u);
  EXPECT_EQ(Removed(feed, RemovalReason::kAdvertisement), 0u);
  EXPECT_EQ(Removed(feed, RemovalReason::kAlreadyShown), 0u);
}

TEST_F(RankerFilterRulesTest, ARemovedPostIsGoneAndANewOneThereOnTheNextCall) {
  posts_->Remove(PostId(1));
  EXPECT_EQ(In(RankAll(Nobody()), PostId(1)), nullptr);
  EXPECT_EQ(In(Find(Nobody(), {.limit = 500}), PostId(1)), nullptr);
  Post fresh = world_.post(2);
  fresh.id = PostId(5000);
  fresh.publish_time = world_.now;
  Upsert(fresh);
  EXPECT_NE(In(Rank(Nobody(), {fresh.id}), fresh.id), nullptr);
  EXPECT_NE(In(Find(Nobody(), {.limit = 500}), fresh.id), nullptr);
}

TEST_F(RankerFilterRulesTest, AMuteDoesNotHoldOnFollowing) {
  surface_.chronological = surface_.followed_only = true;
  const AuthorCode author = world_.post(7).author;
  const auto view = [&](RelationKind kind) {
    return Built(SubjectViewBuilder().Relations(
        {{RelationKind::kFollowTopic, {}, world_.post(7).topics[0]}, {kind, author, {}}}));
  };
  EXPECT_NE(In(RankAll(view(RelationKind::kMuteAuthor)), PostId(7)), nullptr);
  EXPECT_EQ(In(RankAll(view(RelationKind::kBlockAuthor)), PostId(7)), nullptr);
}

TEST_F(RankerFilterRulesTest, FollowersSeeWhatIsForFollowersAndAdultsWhatIsForAdults) {
  Post post = world_.post(7);
  post.audience = Audience::kFollowers;
  Upsert(post);
  const SubjectView follower =
      Built(SubjectViewBuilder().Relations({{RelationKind::kFollowAuthor, post.author, {}}}));
  EXPECT_NE(In(RankAll(follower), post.id), nullptr);
  post.audience = Audience::kAdults;
  post.sensitive = true;
  Upsert(post);
  EXPECT_NE(In(RankAll(Nobody()), post.id), nullptr);
}

TEST_F(RankerFilterRulesTest, WhatWasSeenBeforeTheWindowComesBack) {
  surface_.seen_window = absl::Hours(24);
  const SubjectView view =
      Built(SubjectViewBuilder().Impressions({{PostFingerprint::Of(PostId(7)), {}, Now().Plus(-25)}}));
  EXPECT_NE(In(RankAll(view), PostId(7)), nullptr);
}

TEST_F(RankerFilterRulesTest, WithoutAPlaceALocalFeedIsNotEmpty) {
  surface_.same_region_only = true;
  EXPECT_FALSE(Find(Nobody()).posts.empty());
}

TEST_F(RankerFilterRulesTest, ALocalFeedHoldsPostsOfTheRegionAlone) {
  surface_.same_region_only = true;
  const RankedFeed feed = Find(Built(SubjectViewBuilder().At(PlaceOfCity(City(1)))), {.limit = 500});
  EXPECT_GT(feed.posts.size(), 10u);
  for (const ScoredPost& post : feed.posts) {
    ASSERT_TRUE(world_.post(post.post.value()).city.has_value());
    EXPECT_EQ(PlaceOfCity(*world_.post(post.post.value()).city)->region, Region(10));
  }
}

}  // namespace
}  // namespace bauta::testing
