// What a feed call may ask for beside whose feed it is: filters, seeds, and an answer by a deadline.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/service/feed_fixture.h"

namespace bauta {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FeedWorld;
using ::testing::HasSubstr;
using testing::Ids;
using ::testing::IsEmpty;
using ::testing::Not;

std::string Bytes(const AuthorCode& code) { return std::string(code.view()); }

TEST(GetFeedFilterTest, EveryFieldNarrowsAndTheTraceCounts) {
  FeedWorld world;
  Post icelandic = world.world().post(17);
  icelandic.version = 2;
  icelandic.language = *Language::Parse("is");
  ASSERT_TRUE(world.serving().UpsertPosts({&icelandic, 1}).ok());
  world.Follow("anna", {RelationKind::kFollowAuthor, testing::AuthorNumber(3), TopicId()});
  struct Case {
    const char* name;
    std::function<void(v1::PostFilter&)> narrow;
    std::function<bool(const Post&)> passes;
  };
  const auto carries = [](const Post& post, uint64_t topic) {
    return std::find(post.topics.begin(), post.topics.end(), TopicId(topic)) != post.topics.end();
  };
  const Case cases[] = {
      {"topics", [](auto& f) { f.add_any_topic_ids(4); }, [&](const Post& p) { return carries(p, 4); }},
      {"no topics", [](auto& f) { f.add_none_topic_ids(4); }, [&](const Post& p) { return !carries(p, 4); }},
      {"language", [](auto& f) { f.add_any_languages("is-IS"); },
       [&](const Post& p) { return p.id == icelandic.id; }},
      {"no language", [](auto& f) { f.add_none_languages("is"); },
       [&](const Post& p) { return p.id != icelandic.id; }},
      {"authors", [](auto& f) { f.add_any_authors()->set_author_code(Bytes(testing::AuthorNumber(6))); },
       [](const Post& p) { return p.author == testing::AuthorNumber(6); }},
      {"no authors", [](auto& f) { f.add_none_authors()->set_author_code(Bytes(testing::AuthorNumber(6))); },
       [](const Post& p) { return p.author != testing::AuthorNumber(6); }},
      {"unknown author", [](auto& f) { f.add_any_authors()->set_author_id("nobody"); },
       [](const Post&) { return false; }},
      {"followed", [](auto& f) { f.set_followed_only(true); },
       [](const Post& p) { return p.author == testing::AuthorNumber(3); }},
      {"age", [](auto& f) { f.set_post_hours_max(10); }, [](const Post& p) { return p.id.value() <= 20; }},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.name);
    v1::GetFeedRequest request = world.FeedRequest("anna", 100);
    test.narrow(*request.mutable_filter());
    size_t expected = 0, found = 0;
    for (const Post& post : world.world().posts) expected += test.passes(post);
    for (const v1::GetFeedResponse& page : world.Pages(request, 10)) {
      for (uint64_t id : page.feed().post_ids()) {
        EXPECT_TRUE(test.passes(world.world().post(id))) << id;
        ++found;
      }
    }
    EXPECT_EQ(found, expected);
  }
  v1::GetFeedRequest request = world.FeedRequest("anna", 100);
  request.mutable_filter()->add_none_topic_ids(4);
  const auto reply = world.Feed(request);
  ASSERT_EQ(reply->feed().trace().removed_size(), 1);
  EXPECT_EQ(reply->feed().trace().removed(0).reason(), v1::REMOVAL_REASON_FILTERED);
}

TEST(GetFeedFilterTest, WhatIsNotAllowedIsRefusedWithItsField) {
  FeedWorld world;
  const std::string secret(300, 'q');
  struct Case {
    const char* complaint;
    std::function<void(v1::GetFeedRequest&)> change;
  };
  const auto times = [](int count, auto add) {
    for (int i = 0; i < count; ++i) add();
  };
  const Case cases[] = {
      {"filter.any_topic_ids: at most 50",
       [&](auto& r) { times(51, [&] { r.mutable_filter()->add_any_topic_ids(1); }); }},
      {"filter.none_topic_ids[0]", [](auto& r) { r.mutable_filter()->add_none_topic_ids(0); }},
      {"filter.any_languages: at most 20",
       [&](auto& r) { times(21, [&] { r.mutable_filter()->add_any_languages("de"); }); }},
      {"filter.any_languages[0]: a BCP 47", [](auto& r) { r.mutable_filter()->add_any_languages("!"); }},
      {"filter.none_languages[1]",
       [](auto& r) {
         r.mutable_filter()->add_none_languages("de");
         r.mutable_filter()->add_none_languages("");
       }},
      {"filter.any_authors: at most 50",
       [&](auto& r) { times(51, [&] { r.mutable_filter()->add_any_authors()->set_author_id("a"); }); }},
      {"filter.any_authors[0].author_id",
       [&](auto& r) { r.mutable_filter()->add_any_authors()->set_author_id(secret); }},
      {"filter.none_authors[0]", [](auto& r) { r.mutable_filter()->add_none_authors(); }},
      {"filter.post_hours_max: 1 to 87600", [](auto& r) { r.mutable_filter()->set_post_hours_max(0); }},
      {"filter.post_hours_max", [](auto& r) { r.mutable_filter()->set_post_hours_max(87'601); }},
      {"seed_post_ids: at most 10",
       [](auto& r) {
         for (uint64_t id = 1; id <= 11; ++id) r.add_seed_post_ids(id);
       }},
      {"seed_post_ids[0]", [](auto& r) { r.add_seed_post_ids(0); }},
      {"seed_post_ids: distinct",
       [](auto& r) {
         r.add_seed_post_ids(4);
         r.add_seed_post_ids(4);
       }},
      {"visit.utc_offset_minutes: -840 to 840",
       [](auto& r) { r.mutable_visit()->set_utc_offset_minutes(841); }},
      {"visit.utc_offset_minutes", [](auto& r) { r.mutable_visit()->set_utc_offset_minutes(-841); }},
  };
  for (const Case& test : cases) {
    v1::GetFeedRequest request = world.FeedRequest("anna", 10);
    test.change(request);
    const absl::Status status = world.Feed(request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << test.complaint;
    EXPECT_THAT(std::string(status.message()), HasSubstr(test.complaint));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("qqq")));
  }
}

TEST(GetFeedFilterTest, AnotherFilterOtherSeedsAndAnotherClockAreAnotherFeed) {
  FeedWorld world;
  v1::GetFeedRequest request = world.FeedRequest("anna", 20);
  request.mutable_filter()->add_none_topic_ids(4);
  request.add_seed_post_ids(7);
  request.mutable_visit()->set_utc_offset_minutes(60);
  request.set_page_token(world.Feed(request)->next_page_token());
  EXPECT_TRUE(world.Feed(request).ok());
  const std::function<void(v1::GetFeedRequest&)> changes[] = {
      [](auto& r) { r.clear_filter(); },
      [](auto& r) { r.mutable_filter()->add_none_topic_ids(5); },
      [](auto& r) { r.mutable_filter()->add_any_topic_ids(5); },
      [](auto& r) { r.mutable_filter()->add_any_languages("de"); },
      [](auto& r) { r.mutable_filter()->add_none_languages("de"); },
      [](auto& r) { r.mutable_filter()->add_any_authors()->set_author_id("a"); },
      [](auto& r) { r.mutable_filter()->add_none_authors()->set_author_id("a"); },
      [](auto& r) { r.mutable_filter()->set_followed_only(true); },
      [](auto& r) { r.mutable_filter()->set_post_hours_max(24); },
      [](auto& r) { r.clear_seed_post_ids(); },
      [](auto& r) { r.add_seed_post_ids(8); },
      [](auto& r) { r.mutable_visit()->clear_utc_offset_minutes(); },
      [](auto& r) { r.set_include_score_terms(true); },
  };
  for (const auto& change : changes) {
    v1::GetFeedRequest changed = request;
    change(changed);
    EXPECT_EQ(world.Feed(changed).status().code(), absl::StatusCode::kInvalidArgument)
        << changed.ShortDebugString();
  }
}

TEST(SeedPostsTest, TheyStandInForTheHistoryAndAreNotInTheFeed) {
  FeedWorld world;
  world.AgreeTo("anna", {Purpose::kPersonalize});
  const v1::GetFeedRequest plain = world.FeedRequest("anna", 50);
  v1::GetFeedRequest related = plain, unknown = plain;
  for (uint64_t id : {7, 19, 33}) related.add_seed_post_ids(id);
  unknown.add_seed_post_ids(777'777);
  const std::string generic = world.Feed(plain)->feed().SerializeAsString();
  const auto before = world.Feed(related);
  world.Record("anna", {world.Click(3), world.Click(8), world.Click(21)});
  EXPECT_NE(world.Feed(plain)->feed().SerializeAsString(), generic);
  const auto after = world.Feed(related);
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->SerializeAsString(), before->SerializeAsString());
  EXPECT_NE(Ids(after->feed()), Ids(world.Feed(unknown)->feed()));
  for (const v1::GetFeedResponse& page : world.Pages(related, 10)) {
    for (uint64_t seed : related.seed_post_ids()) EXPECT_THAT(Ids(page.feed()), Not(Contains(seed)));
  }
  // No known seed: what a subject without a history gets.
  const auto nothing = world.Feed(unknown);
  v1::GetFeedRequest other = unknown;
  other.mutable_visit()->mutable_subject()->set_account_id("ben");
  EXPECT_THAT(nothing->feed().scores(), ::testing::ElementsAreArray(world.Feed(other)->feed().scores()));
}

TEST(DeadlineTest, AReplyThatWasCutShortSaysSoAndOneThatWasNotIsTheSameAsEver) {
  testing::WorldOptions options;
  options.learned_posts = 3000;
  options.dimension = 4;
  FeedWorld world(options);
  const v1::RankPostsRequest request = world.RankRequest("anna");
  Principal principal;
  principal.deadline = world.clock().Now() + absl::Seconds(1);  // The clock stands still.
  v1::RankPostsResponse unhurried;
  ASSERT_EQ(world.handler().RankPosts(principal, request, unhurried), absl::OkStatus());
  EXPECT_EQ(unhurried.SerializeAsString(), world.Rank(request)->SerializeAsString());

  principal.deadline = world.clock().Now();
  v1::RankPostsResponse cut;
  ASSERT_EQ(world.handler().RankPosts(principal, request, cut), absl::OkStatus());
  EXPECT_THAT(cut.feed().degraded(), ElementsAre(v1::DEGRADED_REASON_CUT_SHORT));
  EXPECT_EQ(cut.feed().post_ids_size(), 50);
  EXPECT_EQ(cut.feed().trace().candidate_count(), 1024u);
  EXPECT_FALSE(cut.feed().end_of_feed());
  EXPECT_EQ(world.metrics().ReadDegraded(v1::DEGRADED_REASON_CUT_SHORT), 1u);

  v1::GetFeedResponse page;
  ASSERT_EQ(world.handler().GetFeed(principal, world.FeedRequest("anna", 20), page), absl::OkStatus());
  EXPECT_THAT(page.feed().degraded(), ElementsAre(v1::DEGRADED_REASON_CUT_SHORT));
  EXPECT_EQ(page.feed().post_ids_size(), 20);
  EXPECT_NE(page.next_page_token(), "");
}

TEST(DeadlineTest, PagingEndsWhereTheFiltersLeaveNothingHoweverLongTheSourcesLook) {
  testing::WorldOptions options;
  options.learned_posts = 6000;
  options.dimension = 4;
  FeedWorld world(options, false);
  for (uint64_t author = 1; author <= 20; ++author) {
    world.Follow("anna", {RelationKind::kBlockAuthor, testing::AuthorNumber(author), TopicId()});
  }
  v1::GetFeedRequest request = world.FeedRequest("anna", 20);
  request.mutable_visit()->set_surface("following");
  world.Follow("anna", {RelationKind::kFollowTopic, AuthorCode(), TopicId(5)});
  const std::vector<v1::GetFeedResponse> pages = world.Pages(request, 3);
  ASSERT_EQ(pages.size(), 1u);
  EXPECT_THAT(Ids(pages[0].feed()), IsEmpty());
  EXPECT_TRUE(pages[0].feed().end_of_feed());
}

}  // namespace
}  // namespace bauta
