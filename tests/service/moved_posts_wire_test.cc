// The whole way over the real socket: a post comes, is read, and a release later ranks higher for others who
// like what its readers like.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "bauta/v1/interaction_service.pb.h"
#include "bauta/v1/post_service.pb.h"
#include "bauta/v1/subject_service.pb.h"
#include "tests/service/calls.h"
#include "tests/service/served_world.h"

namespace bauta::testing {
namespace {

constexpr uint64_t kNewPost = 5'000;

void AgreeLongAgo(ServedWorld& world, const std::vector<v1::Subject>& subjects) {
  v1::BatchUpdateConsentsRequest request;
  for (const v1::Subject& subject : subjects) {
    v1::PastConsent& consent = *request.add_consents();
    *consent.mutable_subject() = subject;
    consent.add_grant_purposes(v1::PURPOSE_PERSONALIZE);
    consent.add_grant_purposes(v1::PURPOSE_LEARN);
    consent.set_policy_version(1);
    *consent.mutable_since_time() = At(world.now() - absl::Hours(48));
  }
  const auto response =
      world.calls().Get<v1::BatchUpdateConsentsResponse>(Method::kBatchUpdateConsents, request);
  for (const std::string& result : Shorts(response)) EXPECT_EQ(result, "ACCEPTED");
}

std::vector<uint64_t> OfTopic(const ServedWorld& world, uint64_t topic) {
  std::vector<uint64_t> ids;
  for (const Post& post : world.world().posts) {
    if (post.topics.front() == TopicId(topic) && post.id.value() <= 90) ids.push_back(post.id.value());
  }
  return ids;
}

float Taste(ServedWorld& world, const v1::Subject& subject) {
  const auto reply =
      world.calls().Get<v1::RankPostsResponse>(Method::kRankPosts, RankRequest(subject, "home", {kNewPost}));
  EXPECT_EQ(reply.feed().score_terms().taste_size(), 1);
  return reply.feed().score_terms().taste_size() == 1 ? reply.feed().score_terms().taste(0) : 0;
}

TEST(MovedPostsWireTest, ANewPostRisesForOthersOfItsReadersTasteWithoutATraining) {
  ServedWorld world("fresh { move_posts: true }\n", kFreshConsentsCount);
  v1::UpsertPostsRequest upsert;
  *upsert.add_posts() = PostOf(kNewPost, "newcomer", {}, world.now() - absl::Hours(1));
  world.calls().Get<v1::UpsertPostsResponse>(Method::kUpsertPosts, upsert);

  std::vector<v1::Subject> readers;
  for (int i = 0; i < 64; ++i) readers.push_back(Account("reader" + std::to_string(i)));
  const v1::Subject olga = Account("olga");
  AgreeLongAgo(world, readers);
  AgreeLongAgo(world, {olga});
  const std::vector<uint64_t> liked = OfTopic(world, 2);
  ASSERT_GT(liked.size(), 4u);
  for (size_t i = 0; i < readers.size(); ++i) {
    std::vector<v1::Interaction> events = {Event(readers[i], v1::SIGNAL_KIND_CLICK, kNewPost, world.now())};
    for (size_t j = 0; j + 1 < liked.size(); ++j) {
      const uint64_t post = liked[(i + j) % liked.size()];
      events.push_back(Event(readers[i], v1::SIGNAL_KIND_CLICK, post, world.now()));
    }
    world.Record(events);
  }
  world.Record({Event(olga, v1::SIGNAL_KIND_CLICK, liked[0], world.now()),
                Event(olga, v1::SIGNAL_KIND_CLICK, liked[1], world.now())});

  const float before = Taste(world, olga), nobody_before = Taste(world, Account("nobody"));
  while (!world.server().backend().store().ReadFreshPosts(1).complete) std::this_thread::yield();
  world.server().clock().Advance(absl::Seconds(10));
  world.server().RunDueTasks();
  const float after = Taste(world, olga), nobody_after = Taste(world, Account("nobody"));
  EXPECT_GT(after, before + 0.02f);
  EXPECT_GT(after - before, nobody_after - nobody_before);
}

}  // namespace
}  // namespace bauta::testing
