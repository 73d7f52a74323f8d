#include "tests/service/served_world.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "bauta/v1/model_service.pb.h"
#include "bauta/v1/post_service.pb.h"
#include "bauta/v1/subject_service.pb.h"
#include "ranking/model_snapshot.h"
#include "service/convert_time.h"
#include "tests/service/calls.h"

namespace bauta::testing {
namespace {

constexpr char kSurfaceConfig[] = R"(
  surface { name: 'home' number: 1 }
  surface { name: 'following' number: 2 chronological: true followed_only: true }
  surface { name: 'local' number: 3 same_region_only: true }
  surface { name: 'discover' number: 4 explore_share: 0.3 fresh_share: 0.2 seen_window_hours: 48 }
  surface { name: 'push' number: 5 posts_per_day_max: 3 }
  surface { name: 'ads' number: 6 advertisements: true }
)";

WorldOptions SmallWorld() {
  WorldOptions options;
  options.dimension = 8;
  options.learned_posts = 90;
  options.cold_posts = 10;
  options.now = TestServer::Options().start_time;
  return options;
}

v1::Post ToProto(const Post& post) {
  v1::Post message;
  message.set_post_id(post.id.value());
  message.mutable_author()->set_author_code(std::string(post.author.view()));
  for (const TopicId topic : post.topics) message.add_topic_ids(topic.value());
  message.set_language(post.language.ToString());
  if (post.country) message.set_country(post.country->ToString());
  if (post.city) message.set_city_id(post.city->value());
  *message.mutable_create_time() = bauta::ToProto(post.create_time);
  message.set_review_state(v1::REVIEW_STATE_APPROVED);
  message.set_version(1);
  return message;
}

}  // namespace

ServedWorld::ServedWorld(const std::string& more_config, const std::string& more_store_config)
    : world_(MakeWorld(SmallWorld())),
      server_(TestServer::Start({.more_config = kSurfaceConfig + more_config,
                                 .more_store_config = more_store_config,
                                 .key_seed = 7})),
      calls_(*server_) {
  UpsertPosts();
  PublishModel();
}

void ServedWorld::UpsertPosts() {
  v1::UpsertPostsRequest request;
  for (const Post& post : world_.posts) *request.add_posts() = ToProto(post);
  for (int i = 0; i < request.posts_size(); i += 9) request.mutable_posts(i)->set_advertisement(true);
  // Equal in everything but the id: only a seed can order these. One that knew a history would show it.
  for (uint64_t id = 10'001; id <= 10'010; ++id) {
    v1::Post& twin = *request.add_posts();
    twin = ToProto(world_.posts.back());
    twin.set_post_id(id);
  }
  for (const v1::Post& post : request.posts()) ids_.push_back(post.post_id());
  const auto response = calls_.Get<v1::UpsertPostsResponse>(Method::kUpsertPosts, request);
  for (const v1::ItemResult& result : response.results()) EXPECT_EQ(Short(result), "ACCEPTED");
}

void ServedWorld::PublishModel() {
  const absl::StatusOr<std::string> bytes = EncodeSnapshot(world_.parameters);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  const std::string path = server_->store_directory() + "/models/" + world_.parameters.version;
  std::ofstream(path, std::ios::binary) << *bytes;
  v1::ActivateModelRequest request;
  request.set_model_version(world_.parameters.version);
  calls_.Get<v1::ActivateModelResponse>(Method::kActivateModel, request);
}

void ServedWorld::Agree(const v1::Subject& subject, const std::vector<v1::Purpose>& purposes) {
  v1::UpdateConsentRequest request;
  *request.mutable_subject() = subject;
  for (const v1::Purpose purpose : purposes) request.add_grant_purposes(purpose);
  request.set_policy_version(1);
  calls_.Get<v1::UpdateConsentResponse>(Method::kUpdateConsent, request);
}

void ServedWorld::Withdraw(const v1::Subject& subject, v1::Purpose purpose) {
  v1::UpdateConsentRequest request;
  *request.mutable_subject() = subject;
  request.add_withdraw_purposes(purpose);
  calls_.Get<v1::UpdateConsentResponse>(Method::kUpdateConsent, request);
}

void ServedWorld::Record(const std::vector<v1::Interaction>& events) {
  if (events.empty()) return;
  v1::RecordInteractionsRequest request;
  request.mutable_interactions()->Add(events.begin(), events.end());
  const auto response = calls_.Get<v1::RecordInteractionsResponse>(Method::kRecordInteractions, request);
  for (const v1::ItemResult& result : response.results()) {
    EXPECT_THAT(Short(result), ::testing::StartsWith("ACCEPTED"));
  }
}

void ServedWorld::Dismiss(const v1::Subject& subject, uint64_t post, v1::DismissReason reason) {
  v1::DismissPostRequest request;
  *request.mutable_subject() = subject;
  request.set_post_id(post);
  request.set_reason(reason);
  calls_.Get<v1::DismissPostResponse>(Method::kDismissPost, request);
}

void ServedWorld::Relate(const v1::Subject& subject, v1::RelationKind kind, uint64_t topic) {
  v1::UpdateRelationsRequest request;
  *request.mutable_subject() = subject;
  *request.add_changes() = RelationToTopic(kind, topic);
  calls_.Get<v1::UpdateRelationsResponse>(Method::kUpdateRelations, request);
}

void ServedWorld::FollowTopic(const v1::Subject& subject, uint64_t topic) {
  Relate(subject, v1::RELATION_KIND_FOLLOW, topic);
}

void ServedWorld::BlockTopic(const v1::Subject& subject, uint64_t topic) {
  Relate(subject, v1::RELATION_KIND_BLOCK, topic);
}

std::vector<v1::Interaction> ServedWorld::RandomHistory(const v1::Subject& subject, uint64_t events_max,
                                                        Dice& dice) {
  std::vector<v1::Interaction> events;
  for (uint64_t count = dice.Below(events_max + 1); count > 0; --count) {
    const auto kind = static_cast<v1::SignalKind>(1 + dice.Below(v1::SignalKind_MAX));
    v1::Interaction event = kind == v1::SIGNAL_KIND_SEARCH
                                ? Search(subject, 1 + dice.Below(8), now())
                                : Event(subject, kind, 1 + dice.Below(posts()), now());
    event.set_surface(kSurfaces[dice.Below(std::size(kSurfaces))]);
    if (kind == v1::SIGNAL_KIND_DWELL) event.set_strength(static_cast<uint32_t>(1 + dice.Below(100'000)));
    if (kind == v1::SIGNAL_KIND_LIKE || kind == v1::SIGNAL_KIND_FAVORITE) {
      event.set_taken_back(dice.Below(4) == 0);
    }
    events.push_back(std::move(event));
  }
  return events;
}

void ServedWorld::GiveRandomInstructions(const v1::Subject& subject, Dice& dice) {
  static constexpr v1::DismissReason kReasons[] = {
      v1::DISMISS_REASON_NOT_INTERESTED, v1::DISMISS_REASON_LESS_OF_AUTHOR, v1::DISMISS_REASON_BLOCK_TOPIC,
      v1::DISMISS_REASON_SEEN_TOO_OFTEN, v1::DISMISS_REASON_OFFENSIVE};
  // Never a paid post, which has reasons of its own.
  const uint64_t post = 1 + dice.Below(posts() - 1);
  if (dice.Below(2) == 0) Dismiss(subject, post % 9 == 1 ? post + 1 : post, kReasons[dice.Below(5)]);
  if (dice.Below(2) == 0) FollowTopic(subject, 1 + dice.Below(8));
  if (dice.Below(4) == 0) BlockTopic(subject, 1 + dice.Below(8));
}

}  // namespace bauta::testing
