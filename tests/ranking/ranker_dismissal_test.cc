// The X: obeyed by the very next call, for each reason as its rule says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ranking/ranker_fixture.h"

namespace bauta::testing {
namespace {

class RankerDismissalTest : public RankerTest {
 protected:
  static SubjectView Switched(std::vector<Dismissal> dismissals) {  // Every switch off: nothing is taught.
    return Built(SubjectViewBuilder().Dismissals(std::move(dismissals)));
  }
  const Post& post_ = world_.post(5);
};

TEST_F(RankerDismissalTest, EveryReasonHidesItsPostAtOnce) {
  for (const DismissalRule& rule : AllDismissalRules()) {
    const SubjectView view = Switched({X(rule.reason, post_)});
    const RankedFeed ranked = RankAll(view);
    EXPECT_EQ(In(ranked, post_.id), nullptr) << static_cast<int>(rule.reason);
    EXPECT_GE(Removed(ranked, RemovalReason::kDismissed), 1u);
    EXPECT_EQ(In(Find(view, {.limit = 500}), post_.id), nullptr);
    EXPECT_EQ(Why(view, post_.id).removed, RemovalReason::kDismissed);
    surface_.chronological = true;
    EXPECT_EQ(In(Find(view, {.limit = 500}), post_.id), nullptr);
    surface_.chronological = false;
  }
}

TEST_F(RankerDismissalTest, NotInterestedHidesThePostAlone) {
  const RankedFeed before = RankAll(Nobody()),
                   after = RankAll(Switched({X(DismissalReason::kNotInterested, post_)}));
  EXPECT_EQ(after.posts.size(), before.posts.size() - 1);
}

TEST_F(RankerDismissalTest, AuthorReasonsHideTheAuthor) {
  for (const DismissalReason reason : {DismissalReason::kLessAuthor, DismissalReason::kBlockAuthor}) {
    for (const ScoredPost& post : RankAll(Switched({X(reason, post_)})).posts) {
      EXPECT_NE(world_.post(post.post.value()).author, post_.author);
    }
  }
}

TEST_F(RankerDismissalTest, TopicReasonsHideTheTopics) {
  for (const DismissalReason reason : {DismissalReason::kLessTopic, DismissalReason::kBlockTopic}) {
    for (const ScoredPost& post : RankAll(Switched({X(reason, post_)})).posts) {
      for (TopicId topic : post_.topics) EXPECT_FALSE(HasTopic(post.post, topic));
    }
  }
}

TEST_F(RankerDismissalTest, AnXMadeBeforeThePostWasKnownLearnsItsAuthorAndTopics) {
  Dismissal author = X(DismissalReason::kBlockAuthor, post_), topic = X(DismissalReason::kBlockTopic, post_);
  author.author = AuthorCode();
  topic.author = AuthorCode();
  topic.topics.clear();
  for (const ScoredPost& post : RankAll(Switched({author, topic})).posts) {
    EXPECT_NE(world_.post(post.post.value()).author, post_.author);
    for (TopicId t : post_.topics) EXPECT_FALSE(HasTopic(post.post, t));
  }
}

TEST_F(RankerDismissalTest, ALessenedAuthorRisesBack) {
  const auto other = std::find_if(world_.posts.begin(), world_.posts.end(), [&](const Post& p) {
    return p.author == post_.author && p.id != post_.id;
  });
  const auto dismissal_after_days = [&](int64_t days) {
    return Why(Switched({X(DismissalReason::kLessAuthor, post_, 24 * days)}), other->id);
  };
  EXPECT_EQ(dismissal_after_days(13).removed, RemovalReason::kDismissed);
  float last = -1e9f;
  for (const int64_t days : {15, 60, 120, 150}) {
    const Explanation why = dismissal_after_days(days);
    EXPECT_EQ(why.removed, std::nullopt);
    EXPECT_LT(why.post.terms.dismissal, 0);
    EXPECT_GT(why.post.terms.dismissal, last);
    last = why.post.terms.dismissal;
  }
  EXPECT_EQ(dismissal_after_days(155).post.terms.dismissal, 0);
}

TEST_F(RankerDismissalTest, ALessenedTopicRisesBack) {
  const auto other = std::find_if(world_.posts.begin(), world_.posts.end(), [&](const Post& p) {
    return HasTopic(p.id, post_.topics[0]) && p.id != post_.id;
  });
  EXPECT_EQ(Why(Switched({X(DismissalReason::kLessTopic, post_, 24 * 13)}), other->id).removed,
            RemovalReason::kDismissed);
  EXPECT_LT(Why(Switched({X(DismissalReason::kLessTopic, post_, 24 * 60)}), other->id).post.terms.dismissal,
            0);
  EXPECT_EQ(Why(Switched({X(DismissalReason::kLessTopic, post_, 24 * 155)}), other->id).post.terms.dismissal,
            0);
}

TEST_F(RankerDismissalTest, AnOffensivePostsAuthorSinksButIsNotHidden) {
  const SubjectView view = Switched({X(DismissalReason::kOffensive, post_)});
  size_t of_author = 0;
  for (const ScoredPost& post : RankAll(view).posts) {
    const bool same = world_.post(post.post.value()).author == post_.author;
    of_author += same;
    EXPECT_EQ(post.terms.dismissal < 0, same);
  }
  EXPECT_GT(of_author, 0u);
  const std::vector<PostId> best = Ids(Find(view, {.limit = 50}));
  for (PostId id : best) EXPECT_NE(world_.post(id.value()).author, post_.author);
}

TEST_F(RankerDismissalTest, SeenTooOftenSinksThePostsLikeForAWeek) {
  // The like: the same author and topics, so nearly the same prior.
  Post like = post_, unlike = post_;
  like.id = PostId(6001);
  unlike.id = PostId(6002);
  Post seen = post_;
  seen.id = PostId(6000);
  const auto elsewhere = std::find_if(world_.posts.begin(), world_.posts.end(), [&](const Post& p) {
    return p.author != post_.author && !HasTopic(p.id, post_.topics[0]) && !HasTopic(post_.id, p.topics[0]);
  });
  unlike.author = elsewhere->author;
  unlike.topics = {elsewhere->topics[0]};
  for (const Post& post : {like, unlike, seen}) Upsert(post);
  const SubjectView now = Switched({X(DismissalReason::kSeenTooOften, seen)});
  const float sunk = Why(now, like.id).post.terms.dismissal;
  EXPECT_LT(sunk, 0);
  EXPECT_GT(Why(now, unlike.id).post.terms.dismissal, sunk);
  const SubjectView later = Switched({X(DismissalReason::kSeenTooOften, seen, 24 * 8)});
  EXPECT_EQ(Why(later, like.id).post.terms.dismissal, 0);
  EXPECT_EQ(Why(later, seen.id).removed, std::nullopt);
}

TEST_F(RankerDismissalTest, NotFromMyCityTurnsLocalityOffForTheTopic) {
  Post local = post_;
  local.id = PostId(6001);
  local.city = City(1);
  Post other = local;
  other.id = PostId(6002);
  other.topics = {TopicId(902)};
  Upsert(local);
  Upsert(other);
  const auto at_home = [](std::vector<Dismissal> dismissals) {
    return Built(SubjectViewBuilder().Dismissals(std::move(dismissals)).At(PlaceOfCity(City(1))));
  };
  EXPECT_GT(Why(at_home({}), local.id).post.terms.locality, 0);
  const SubjectView view = at_home({X(DismissalReason::kNotFromMyCity, post_)});
  EXPECT_EQ(Why(view, local.id).post.terms.locality, 0);
  EXPECT_EQ(Why(view, local.id).removed, std::nullopt);
  EXPECT_GT(Why(view, other.id).post.terms.locality, 0);
}

TEST_F(RankerDismissalTest, AnAdvertisersOrganicPostsStay) {
  Post ad = post_;
  ad.id = PostId(6001);
  ad.advertisement = true;
  Upsert(ad);
  const RankedFeed before = RankAll(Nobody()),
                   after = RankAll(Switched({X(DismissalReason::kAdvertisement, ad)}));
  EXPECT_EQ(Ids(before), Ids(after));
}

TEST_F(RankerDismissalTest, ALessonSinksTheLikeOfIt) {
  for (const DismissalReason reason :
       {DismissalReason::kNotInterested, DismissalReason::kLessAuthor, DismissalReason::kBlockAuthor,
        DismissalReason::kLessTopic, DismissalReason::kBlockTopic, DismissalReason::kOffensive}) {
    Post like = post_;
    like.id = PostId(6001);
    Upsert(like);
    const Dismissal x = X(reason, post_);
    const SubjectView taught = Built(SubjectViewBuilder().Dismissals({x}).Lessons({x}));
    const Explanation why = Why(taught, like.id);
    EXPECT_LT(why.post.terms.taste, Why(Switched({x}), like.id).post.terms.taste - 0.05f)
        << static_cast<int>(reason);
    ASSERT_EQ(why.shares.size(), 1u);
    EXPECT_EQ(why.shares[0].origin, TasteShare::Origin::kDismissal);
    EXPECT_LT(why.shares[0].share, 0);
  }
}

TEST_F(RankerDismissalTest, WhatTeachesNoDislikeLeavesTheTaste) {
  for (const DismissalReason reason :
       {DismissalReason::kSeenTooOften, DismissalReason::kNotFromMyCity, DismissalReason::kAdvertisement}) {
    const Dismissal x = X(reason, post_);
    const SubjectView view = Built(SubjectViewBuilder().Dismissals({x}).Lessons({x}));
    EXPECT_EQ(Why(view, PostId(9)).post.terms.taste, Why(Nobody(), PostId(9)).post.terms.taste);
  }
}

TEST_F(RankerDismissalTest, AnXOnAnUnlearnedAuthorTeachesByItsPost) {
  Post post = post_;
  post.author = AuthorNumber(20);  // The world's author without a column.
  Upsert(post);
  const Dismissal x = X(DismissalReason::kLessAuthor, post);
  const SubjectView taught = Built(SubjectViewBuilder().Dismissals({x}).Lessons({x}));
  EXPECT_LT(Why(taught, post.id).post.terms.taste, Why(Switched({x}), post.id).post.terms.taste);
}

}  // namespace
}  // namespace bauta::testing
