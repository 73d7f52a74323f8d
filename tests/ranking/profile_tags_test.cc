// Which topics a subject is inferred to like, and that a deleted or a sensitive one teaches nothing.
#include "ranking/profile_tags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <span>
#include <vector>

#include "featurestore/records/subject_view_builder.h"
#include "tests/ranking/ranker_fixture.h"

namespace bauta::testing {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Ne;
using ::testing::Not;

class ProfileTagsTest : public RankerTest {
 protected:
  void MakeSensitive(const std::vector<TopicId>& topics) {
    posts_ = std::make_unique<LivePosts>(snapshot_, world_.posts.size(), topics);
    for (const Post& post : world_.posts) Upsert(post);
  }
  bool Carries(PostId post, TopicId topic) const { return HasTopic(post, topic); }

  Interaction Search(TopicId topic) const {
    Interaction search = Click(PostId());
    search.kind = SignalKind::kSearch;
    search.topic = topic;
    return search;
  }
  // Everything of every kind: clicks, a like, a search and X's over all topics.
  struct Life {
    std::vector<Interaction> interactions;
    std::vector<PostState> states;
    std::vector<Dismissal> lessons;
  };
  Life LongLife() const {
    Life life;
    for (const Post& post : world_.posts) {
      if (post.id.value() % 3 == 0) life.interactions.push_back(Click(post.id));
      if (post.id.value() % 7 == 0) life.states.push_back({post.id, SignalKind::kLike, SurfaceId(1), Now()});
      if (post.id.value() % 11 == 0) life.lessons.push_back(X(DismissalReason::kNotInterested, post));
      if (post.id.value() % 13 == 0) life.lessons.push_back(X(DismissalReason::kLessAuthor, post));
    }
    for (uint64_t topic = 1; topic <= 4; ++topic) life.interactions.push_back(Search(TopicId(topic)));
    return life;
  }
  Life Without(const Life& life, TopicId topic) const {
    Life rest = life;
    std::erase_if(rest.interactions, [&](const Interaction& act) {
      return act.kind == SignalKind::kSearch ? act.topic == topic : Carries(act.post, topic);
    });
    std::erase_if(rest.states, [&](const PostState& state) { return Carries(state.post, topic); });
    std::erase_if(rest.lessons, [&](const Dismissal& x) { return Carries(x.post, topic); });
    return rest;
  }
  static SubjectView ViewOf(const Life& life, std::vector<TopicId> deleted_tags = {}) {
    SubjectViewBuilder builder;
    builder.Interactions(life.interactions).States(life.states).Lessons(life.lessons);
    builder.DeletedTags(std::move(deleted_tags));
    return Built(builder);
  }
  std::vector<ProfileTag> Tags(const SubjectView& view) const {
    return FindProfileTags(EvenSignals(), *posts_, view, Now());
  }
  // Which posts, in which order, with what taste.
  std::vector<std::pair<PostId, float>> Tasted(const SubjectView& view) {
    std::vector<std::pair<PostId, float>> tasted;
    for (const ScoredPost& post : RankAll(view).posts) tasted.emplace_back(post.post, post.terms.taste);
    return tasted;
  }
};

TEST_F(ProfileTagsTest, AShareIsTheConfidenceOfItsActsOverThatOfAll) {
  Post one = world_.post(1), two = world_.post(2), bare = world_.post(3);
  one.topics = {TopicId(50)};
  two.topics = {TopicId(50), TopicId(51)};
  bare.topics = {};
  for (const Post& post : {one, two, bare}) Upsert(post);
  Life life;
  life.interactions = {Click(one.id, 0), Click(two.id, 0), Click(bare.id, 0)};
  life.interactions.push_back(Search(TopicId(52)));
  life.interactions.back().hour = Now();
  Interaction report = Click(one.id, 0);
  report.kind = SignalKind::kReport;  // Against the post: no liking.
  life.interactions.push_back(report);
  life.interactions.push_back(Click(PostId(987'654), 0));  // Nobody knows it.
  const std::vector<ProfileTag> tags = Tags(ViewOf(life));
  ASSERT_EQ(tags.size(), 3u);
  EXPECT_EQ(tags[0].topic, TopicId(50));
  EXPECT_FLOAT_EQ(tags[0].share, 0.5f);
  EXPECT_EQ(tags[0].acts, 2u);
  EXPECT_EQ(tags[1].topic, TopicId(51));
  EXPECT_FLOAT_EQ(tags[1].share, 0.25f);
  EXPECT_EQ(tags[2].topic, TopicId(52));
  EXPECT_EQ(tags[2].acts, 1u);
}

TEST_F(ProfileTagsTest, AnOlderActCountsLess) {
  Life life;
  Post fresh = world_.post(1), old = world_.post(2);
  fresh.topics = {TopicId(50)};
  old.topics = {TopicId(51)};
  Upsert(fresh);
  Upsert(old);
  life.interactions = {Click(fresh.id, 0), Click(old.id, 24 * 14)};
  const std::vector<ProfileTag> tags = Tags(ViewOf(life));
  ASSERT_EQ(tags.size(), 2u);
  EXPECT_FLOAT_EQ(tags[0].share, 2.0f / 3);
  EXPECT_FLOAT_EQ(tags[1].share, 1.0f / 3);
}

TEST_F(ProfileTagsTest, NobodyHasNone) { EXPECT_THAT(Tags(Nobody()), IsEmpty()); }

TEST_F(ProfileTagsTest, ADeletedTagTeachesAsIfNothingOfItHadBeenDone) {
  const Life life = LongLife();
  for (uint64_t number = 1; number <= 4; ++number) {
    const TopicId topic(number);
    ASSERT_THAT(Tags(ViewOf(life)), Contains(Field(&ProfileTag::topic, topic)));
    const SubjectView deleted = ViewOf(life, {topic}), never = ViewOf(Without(life, topic));
    EXPECT_EQ(Tasted(deleted), Tasted(never)) << number;
    EXPECT_NE(Tasted(deleted), Tasted(ViewOf(life))) << number;
    EXPECT_THAT(Tags(deleted), Each(Field(&ProfileTag::topic, Ne(topic))));
    EXPECT_FLOAT_EQ(Tags(deleted)[0].share, Tags(never)[0].share);
    // No share of an explanation is of an act on it.
    for (const TasteShare& share : Why(deleted, PostId(5)).shares) {
      const PostId post = share.origin == TasteShare::Origin::kInteraction
                              ? life.interactions[share.index].post
                          : share.origin == TasteShare::Origin::kState ? life.states[share.index].post
                                                                       : life.lessons[share.index].post;
      EXPECT_FALSE(post != PostId() && Carries(post, topic));
    }
  }
}

// The model knows a post's vector longer than the catalogue knows what it was about.
TEST_F(ProfileTagsTest, ADeletedTagDoesNotComeBackWithAPostThatLeftTheCatalogue) {
  Life life;
  life.interactions = ClicksOnTopic(TopicId(1), 5);
  const PostId gone = life.interactions.front().post;
  posts_->Remove(gone);
  ASSERT_NE(snapshot_->posts().Find(gone), nullptr);
  const SubjectView kept = ViewOf(life), deleted = ViewOf(life, {TopicId(1)});
  EXPECT_NE(Tasted(kept), Tasted(Nobody()));
  EXPECT_EQ(Tasted(deleted), Tasted(Nobody()));
}

TEST_F(ProfileTagsTest, WhoReadsOnlySensitiveTopicsHasAnEmptyTasteAndNoTags) {
  const TopicId sensitive(2);
  Life life = LongLife();
  Life only = life;
  std::erase_if(only.interactions, [&](const Interaction& act) {
    return act.kind == SignalKind::kSearch ? act.topic != sensitive : !Carries(act.post, sensitive);
  });
  std::erase_if(only.states, [&](const PostState& state) { return !Carries(state.post, sensitive); });
  std::erase_if(only.lessons, [&](const Dismissal& x) { return !Carries(x.post, sensitive); });
  ASSERT_GT(only.interactions.size() + only.states.size() + only.lessons.size(), 10u);
  Preferences declared;
  declared.declared_topics = {sensitive};
  SubjectViewBuilder builder;
  builder.Interactions(only.interactions).States(only.states).Lessons(only.lessons).SetPreferences(declared);
  const SubjectView view = Built(builder);
  EXPECT_NE(Tasted(view), Tasted(Nobody())) << "the control: nothing is sensitive yet";

  MakeSensitive({sensitive, TopicId(400)});
  EXPECT_EQ(Tasted(view), Tasted(Nobody()));
  EXPECT_THAT(Tags(view), IsEmpty());
  EXPECT_THAT(Why(view, PostId(5)).shares, IsEmpty());
  EXPECT_EQ(Tasted(ViewOf(life)), Tasted(ViewOf(Without(life, sensitive))));
  EXPECT_THAT(Tags(ViewOf(life)), Each(Field(&ProfileTag::topic, Ne(sensitive))));
}

TEST_F(ProfileTagsTest, ASensitiveSeedTeachesNothing) {
  const TopicId sensitive(2);
  std::vector<PostId> seeds, others;
  for (const Post& post : world_.posts) {
    (Carries(post.id, sensitive) ? seeds : others).push_back(post.id);
  }
  ASSERT_GE(seeds.size(), 5u);
  seeds.resize(5);
  others.resize(5);
  std::vector<PostId> mixed = seeds;
  mixed.insert(mixed.end(), others.begin(), others.end());
  const auto tasted = [&](std::span<const PostId> named) {
    std::map<PostId, float> posts;
    for (const ScoredPost& post : Find(Nobody(), {.limit = 500, .seeds = named}).posts) {
      posts.emplace(post.post, post.terms.taste);
    }
    for (PostId seed : mixed) posts.erase(seed);  // Not in the feed that they are the seeds of.
    return posts;
  };
  const auto of_nobody = tasted({});
  EXPECT_NE(tasted(seeds), of_nobody) << "the control: nothing is sensitive yet";
  EXPECT_NE(tasted(mixed), tasted(others));

  MakeSensitive({sensitive});
  EXPECT_EQ(tasted(seeds), of_nobody);
  EXPECT_EQ(tasted(mixed), tasted(others));
  EXPECT_NE(tasted(others), of_nobody);
}

}  // namespace
}  // namespace bauta::testing
