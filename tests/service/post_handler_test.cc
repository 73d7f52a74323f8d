// What PostService promises, on the real store and in the feeds that are ranked from it.
#include "service/post_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "service/validation_post.h"
#include "tests/service/calls.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class PostHandlerTest : public ::testing::Test {
 protected:
  absl::Time now() const { return server_->clock().Now(); }
  v1::AuthorSuspension Suspension(const std::string& author, absl::Time until) {
    v1::AuthorSuspension suspension;
    *suspension.mutable_author() = Author(author);
    if (until != absl::InfiniteFuture()) *suspension.mutable_until_time() = At(until);
    return suspension;
  }
  v1::Post Version(v1::Post post, uint64_t version) {
    post.set_version(version);
    return post;
  }

  std::unique_ptr<TestServer> server_ = TestServer::Start({.more_config = "content_dimension: 3"});
  Calls calls_{*server_};
  const v1::Subject reader_ = Account("reader");
};

TEST_F(PostHandlerTest, ANewPostIsRankableAndARemovedOneGoneOnTheNextRequest) {
  EXPECT_THAT(calls_.Rank(reader_, {1, 2}), IsEmpty());
  EXPECT_THAT(Shorts(*calls_.Upsert({PostOf(1, "ann", {10}, now()), PostOf(2, "bob", {}, now())})),
              ElementsAre("ACCEPTED", "ACCEPTED"));
  EXPECT_THAT(calls_.Rank(reader_, {1, 2}), UnorderedElementsAre(1, 2));
  EXPECT_THAT(Shorts(*calls_.Remove({{1, 1}})), ElementsAre("ACCEPTED"));
  EXPECT_THAT(calls_.Rank(reader_, {1, 2}), ElementsAre(2));
  ASSERT_TRUE(server_->Restart().ok());
  EXPECT_THAT(calls_.Rank(reader_, {1, 2}), ElementsAre(2));
}

TEST_F(PostHandlerTest, AReplayOfALowerVersionBringsNothingBack) {
  const v1::Post post = PostOf(1, "ann", {}, now());
  ASSERT_TRUE(calls_.Upsert({Version(post, 5)}).ok());
  EXPECT_THAT(Shorts(*calls_.Upsert({Version(post, 5), Version(post, 4)})),
              ElementsAre("ACCEPTED", "REFUSED STALE_VERSION"));
  EXPECT_THAT(Shorts(*calls_.Remove({{1, 4}})), ElementsAre("REFUSED STALE_VERSION"));
  EXPECT_THAT(calls_.Rank(reader_, {1}), SizeIs(1));
  EXPECT_THAT(Shorts(*calls_.Remove({{1, 7}, {1, 7}})), ElementsAre("ACCEPTED", "ACCEPTED"));
  EXPECT_THAT(Shorts(*calls_.Upsert({Version(post, 7)})), ElementsAre("REFUSED STALE_VERSION"));
  EXPECT_THAT(calls_.Rank(reader_, {1}), IsEmpty());
  ASSERT_TRUE(server_->Restart().ok());
  EXPECT_THAT(Shorts(*calls_.Upsert({Version(post, 6)})), ElementsAre("REFUSED STALE_VERSION"));
  EXPECT_THAT(Shorts(*calls_.Upsert({Version(post, 8)})), ElementsAre("ACCEPTED"));
  EXPECT_THAT(calls_.Rank(reader_, {1}), SizeIs(1));
}

TEST_F(PostHandlerTest, ARemovalOfAPostNotKnownYetHoldsWhenItArrives) {
  EXPECT_THAT(Shorts(*calls_.Remove({{1, 3}})), ElementsAre("ACCEPTED"));
  EXPECT_THAT(Shorts(*calls_.Upsert({Version(PostOf(1, "ann", {}, now()), 3)})),
              ElementsAre("REFUSED STALE_VERSION"));
}

TEST_F(PostHandlerTest, WithinABatchTheItemsAreAppliedInOrder) {
  const v1::Post post = PostOf(1, "ann", {}, now());
  EXPECT_THAT(Shorts(*calls_.Upsert({Version(post, 1), Version(post, 3), Version(post, 2)})),
              ElementsAre("ACCEPTED", "ACCEPTED", "REFUSED STALE_VERSION"));
}

TEST_F(PostHandlerTest, ASuspendedAuthorIsInNoFeedUntilThen) {
  ASSERT_TRUE(calls_.Upsert({PostOf(1, "ann", {}, now()), PostOf(2, "bob", {}, now())}).ok());
  ASSERT_THAT(Shorts(*calls_.Suspend({Suspension("ann", now() + absl::Hours(2))})), ElementsAre("ACCEPTED"));
  EXPECT_THAT(calls_.Rank(reader_, {1, 2}), ElementsAre(2));
  ASSERT_TRUE(server_->Restart().ok());
  EXPECT_THAT(calls_.Rank(reader_, {1, 2}), ElementsAre(2));
  server_->clock().Advance(absl::Hours(3));
  EXPECT_THAT(calls_.Rank(reader_, {1, 2}), UnorderedElementsAre(1, 2));
}

TEST_F(PostHandlerTest, ASuspensionForGoodHoldsUntilItIsLifted) {
  ASSERT_TRUE(calls_.Upsert({PostOf(1, "ann", {}, now())}).ok());
  ASSERT_TRUE(calls_.Suspend({Suspension("ann", absl::InfiniteFuture())}).ok());
  server_->clock().Advance(absl::Hours(24 * 3650));
  EXPECT_THAT(calls_.Rank(reader_, {1}), IsEmpty());
  ASSERT_TRUE(server_->Restart().ok());
  EXPECT_THAT(calls_.Rank(reader_, {1}), IsEmpty());
  ASSERT_TRUE(calls_.Suspend({Suspension("ann", now() - absl::Seconds(1))}).ok());
  EXPECT_THAT(calls_.Rank(reader_, {1}), SizeIs(1));
}

TEST_F(PostHandlerTest, OfTwoSuspensionsOfAnAuthorTheLaterHolds) {
  ASSERT_TRUE(calls_.Upsert({PostOf(1, "ann", {}, now())}).ok());
  v1::AuthorSuspension nobody;
  EXPECT_THAT(Shorts(*calls_.Suspend({Suspension("ann", absl::InfiniteFuture()), nobody,
                                      Suspension("ann", now() - absl::Hours(1))})),
              ElementsAre("ACCEPTED", "REFUSED INVALID", "ACCEPTED"));
  EXPECT_THAT(calls_.Rank(reader_, {1}), SizeIs(1));
}

TEST_F(PostHandlerTest, AnAuthorHasOneCodeAndPostsCanBeGivenByIt) {
  const std::string code = calls_.AuthorCodeOf("ann");
  EXPECT_THAT(code, SizeIs(16));
  EXPECT_NE(code, calls_.AuthorCodeOf("bob"));
  v1::Post post = PostOf(1, "", {}, now());
  post.mutable_author()->set_author_code(code);
  ASSERT_THAT(Shorts(*calls_.Upsert({post})), ElementsAre("ACCEPTED"));
  ASSERT_TRUE(calls_.Suspend({Suspension("ann", absl::InfiniteFuture())}).ok());
  EXPECT_THAT(calls_.Rank(reader_, {1}), IsEmpty());
  ASSERT_TRUE(server_->Restart().ok());
  EXPECT_EQ(calls_.AuthorCodeOf("ann"), code);
}

TEST_F(PostHandlerTest, CodesAreGivenForOneToAThousandIdsOfOneTo256Bytes) {
  const auto status_of = [&](const std::vector<std::string>& ids) {
    v1::GetAuthorCodesRequest request;
    for (const std::string& id : ids) request.add_author_ids(id);
    return server_->backend().post().GetAuthorCodes(Principal(), request).status();
  };
  EXPECT_EQ(status_of({}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status_of({"ann", ""}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status_of(std::vector<std::string>(kAuthorIdsMax, "ann")), absl::OkStatus());
  EXPECT_EQ(status_of(std::vector<std::string>(kAuthorIdsMax + 1, "ann")).code(),
            absl::StatusCode::kInvalidArgument);
  const absl::Status long_id = status_of({std::string(257, 'z')});
  EXPECT_THAT(std::string(long_id.message()),
              HasSubstr("author_ids[0]: 1 to 256 bytes allowed, 257 bytes sent"));
  EXPECT_THAT(std::string(long_id.message()), Not(HasSubstr("zzz")));
}

TEST_F(PostHandlerTest, ABadPostLosesNoOther) {
  struct Case {
    const char* field;
    std::function<void(v1::Post&)> spoil;
  };
  const absl::Time created = now();
  const std::vector<Case> cases = {
      {"post_id", [](auto& p) { p.set_post_id(0); }},
      {"post_id", [](auto& p) { p.set_post_id(std::numeric_limits<uint64_t>::max()); }},
      {"author", [](auto& p) { p.clear_author(); }},
      {"author.author_id", [](auto& p) { p.mutable_author()->set_author_id(std::string(257, 'z')); }},
      {"author.author_code", [](auto& p) { p.mutable_author()->set_author_code("short"); }},
      {"author.author_code", [](auto& p) { p.mutable_author()->set_author_code(std::string(16, '\0')); }},
      {"topic_ids[0]", [](auto& p) { p.add_topic_ids(0); }},
      {"topic_ids[1]",
       [](auto& p) {
         p.add_topic_ids(3);
         p.add_topic_ids(3);
       }},
      {"topic_ids",
       [](auto& p) {
         for (uint64_t topic = 1; topic <= 17; ++topic) p.add_topic_ids(topic);
       }},
      {"kind", [](auto& p) { p.set_kind(static_cast<v1::PostKind>(7)); }},
      {"language", [](auto& p) { p.set_language("q"); }},
      {"language", [](auto& p) { p.set_language("de-" + std::string(33, 'x')); }},
      {"country", [](auto& p) { p.set_country("de"); }},
      {"country", [](auto& p) { p.set_country("DEU"); }},
      {"create_time", [](auto& p) { p.clear_create_time(); }},
      {"create_time", [&](auto& p) { *p.mutable_create_time() = At(created + absl::Hours(1)); }},
      {"create_time.seconds", [](auto& p) { p.mutable_create_time()->set_seconds(int64_t{1} << 60); }},
      {"expire_time", [&](auto& p) { *p.mutable_expire_time() = At(created); }},
      {"audience", [](auto& p) { p.set_audience(static_cast<v1::Audience>(4)); }},
      {"allowed_countries[0]", [](auto& p) { p.add_allowed_countries("d1"); }},
      {"denied_countries",
       [](auto& p) {
         for (int i = 0; i < 251; ++i) p.add_denied_countries("DE");
       }},
      {"review_state", [](auto& p) { p.clear_review_state(); }},
      {"review_state", [](auto& p) { p.set_review_state(static_cast<v1::ReviewState>(4)); }},
      {"content_vector", [](auto& p) { p.add_content_vector(1); }},
      {"content_vector[2]",
       [](auto& p) {
         for (float x : {1.f, 2.f, std::numeric_limits<float>::quiet_NaN()}) p.add_content_vector(x);
       }},
      {"version", [](auto& p) { p.clear_version(); }},
      {"version", [](auto& p) { p.set_version(std::numeric_limits<uint64_t>::max()); }},
  };
  std::vector<v1::Post> batch;
  for (const Case& bad : cases) {
    batch.push_back(PostOf(2 * batch.size() + 2, "planted-author", {}, created));
    bad.spoil(batch.back());
    batch.push_back(PostOf(2 * batch.size() + 2, "planted-author", {}, created));
  }
  const auto response = calls_.Upsert(batch);
  ASSERT_TRUE(response.ok()) << response.status();
  for (size_t i = 0; i < cases.size(); ++i) {
    const v1::ItemResult& result = response->results(static_cast<int>(2 * i));
    EXPECT_EQ(Short(result), "REFUSED INVALID") << cases[i].field;
    EXPECT_THAT(result.message(), HasSubstr("posts[" + std::to_string(2 * i) + "]." + cases[i].field + ": "));
    EXPECT_THAT(result.message(), Not(HasSubstr("planted-author")));
    EXPECT_THAT(result.message(), Not(HasSubstr("zzz")));
    EXPECT_EQ(Short(response->results(static_cast<int>(2 * i + 1))), "ACCEPTED") << cases[i].field;
  }
}

TEST_F(PostHandlerTest, EveryFieldOfAPostArrives) {
  v1::Post post = PostOf(1, "ann", {7, 3}, now());
  post.set_kind(v1::POST_KIND_VIDEO);
  post.set_language("zh-Hant");
  post.set_country("TW");
  post.set_city_id(42);
  *post.mutable_publish_time() = At(now() + absl::Hours(1));
  *post.mutable_expire_time() = At(now() + absl::Hours(2));
  post.set_audience(v1::AUDIENCE_FOLLOWERS);
  post.add_allowed_countries("TW");
  post.add_denied_countries("JP");
  post.set_review_state(v1::REVIEW_STATE_REJECTED);
  post.set_sensitive(true);
  post.set_advertisement(true);
  for (float x : {0.5f, -1.f, 2.f}) post.add_content_vector(x);
  post.set_version(9);
  ASSERT_THAT(Shorts(*calls_.Upsert({post})), ElementsAre("ACCEPTED"));
  ASSERT_TRUE(server_->Restart().ok());
  const auto kept = server_->backend().store().ReadPost(PostId(1));
  ASSERT_TRUE(kept.ok() && kept->has_value());
  const Post& read = **kept;
  EXPECT_EQ(read.version, 9u);
  EXPECT_EQ(std::string(read.author.view()), calls_.AuthorCodeOf("ann"));
  EXPECT_THAT(read.topics, ElementsAre(TopicId(7), TopicId(3)));
  EXPECT_EQ(read.kind, PostKind::kVideo);
  EXPECT_EQ(read.language.ToString(), "zh");
  EXPECT_EQ(read.country, CountryCode::Parse("TW"));
  EXPECT_EQ(read.city, City(42));
  EXPECT_EQ(read.create_time, now());
  EXPECT_EQ(read.publish_time, now() + absl::Hours(1));
  EXPECT_EQ(read.expire_time, now() + absl::Hours(2));
  EXPECT_EQ(read.audience, Audience::kFollowers);
  EXPECT_THAT(read.allowed_countries, ElementsAre(*CountryCode::Parse("TW")));
  EXPECT_THAT(read.denied_countries, ElementsAre(*CountryCode::Parse("JP")));
  EXPECT_EQ(read.review, ReviewState::kRejected);
  EXPECT_TRUE(read.sensitive);
  EXPECT_TRUE(read.advertisement);
  EXPECT_THAT(read.content, ElementsAre(0.5f, -1.f, 2.f));
}

TEST_F(PostHandlerTest, WhatIsLeftOutHasItsDefault) {
  ASSERT_TRUE(calls_.Upsert({PostOf(1, "ann", {}, now())}).ok());
  const Post read = **server_->backend().store().ReadPost(PostId(1));
  EXPECT_EQ(read.publish_time, read.create_time);
  EXPECT_EQ(read.expire_time, absl::InfiniteFuture());
  EXPECT_EQ(read.audience, Audience::kEverybody);
  EXPECT_EQ(read.kind, PostKind::kUnspecified);
  EXPECT_EQ(read.city, std::nullopt);
  EXPECT_EQ(read.country, std::nullopt);
}

TEST_F(PostHandlerTest, ListsHaveOneToAThousandItems) {
  const auto bad = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(calls_.Upsert({}).status().code(), bad);
  EXPECT_EQ(calls_.Remove({}).status().code(), bad);
  EXPECT_EQ(calls_.Suspend({}).status().code(), bad);
  EXPECT_EQ(calls_.Upsert(std::vector<v1::Post>(1001, PostOf(1, "ann", {}, now()))).status().code(), bad);
  EXPECT_EQ(calls_.Remove(std::vector<std::pair<uint64_t, uint64_t>>(1001, {1, 1})).status().code(), bad);
  EXPECT_EQ(calls_.Suspend(std::vector<v1::AuthorSuspension>(1001)).status().code(), bad);
}

TEST_F(PostHandlerTest, ABadRemovalLosesNoOther) {
  ASSERT_TRUE(calls_.Upsert({PostOf(1, "ann", {}, now())}).ok());
  EXPECT_THAT(Shorts(*calls_.Remove({{0, 1}, {1, 0}, {1, uint64_t{1} << 63}, {1, 1}})),
              ElementsAre("REFUSED INVALID", "REFUSED INVALID", "REFUSED INVALID", "ACCEPTED"));
  EXPECT_THAT(calls_.Rank(reader_, {1}), IsEmpty());
}

}  // namespace
}  // namespace bauta::testing
