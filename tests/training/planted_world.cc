#include "tests/training/planted_world.h"

#include <cstring>

#include "training/random.h"

namespace bauta::testing {
namespace {

constexpr uint32_t kBeginHour = 24 * 20'000;

double Uniform(uint64_t& state) { return static_cast<double>(NextRandom(state) >> 11) * 0x1p-53; }

}  // namespace

AuthorCode AuthorWithNumber(uint64_t number) {
  CodeBytes bytes{};
  const uint64_t mixed = MixSeed(number + 1);
  std::memcpy(bytes.data(), &mixed, sizeof(mixed));
  std::memcpy(bytes.data() + sizeof(mixed), &number, sizeof(number));
  return AuthorCode(bytes);
}

TopicId TopicOfPost(PostId post, const PlantedWorldOptions& options) {
  return TopicId(1 + MixSeed(post.value()) % options.topics);
}

bool Likes(uint32_t subject, TopicId topic, const PlantedWorldOptions& options) {
  const uint64_t first = 1 + subject % options.topics,
                 second = 1 + (subject / options.topics) % options.topics;
  return topic.value() == first || topic.value() == second;
}

PlantedWorld MakePlantedWorld(const PlantedWorldOptions& options) {
  PlantedWorld world;
  world.begin = Hour(kBeginHour);
  for (uint32_t i = 1; i <= options.posts; ++i) {
    Post post;
    post.id = PostId(i);
    post.topics = {TopicOfPost(post.id, options)};
    post.author = AuthorWithNumber(MixSeed(i * 77) % options.authors);
    post.publish_time = post.create_time = world.begin.Plus(-24).start();
    world.posts.push_back(post);
  }
  uint64_t random = options.seed;
  for (uint32_t subject = 0; subject < options.subjects; ++subject) {
    LearnableRow row;
    for (uint32_t event = 0; event < options.days * options.shown_a_day; ++event) {
      const Hour hour =
          world.begin.Plus(event / options.shown_a_day * 24 + static_cast<int64_t>(NextRandom(random) % 24));
      const PostId post(1 + NextRandom(random) % options.posts);
      const double quality = 0.4 + 0.6 * static_cast<double>(MixSeed(post.value() * 31) % 100) / 100;
      const bool likes = Likes(subject, TopicOfPost(post, options), options);
      const double chance = quality * (likes ? options.answer_chance_liked : options.answer_chance_other);
      if (options.with_impressions)
        row.impressions.push_back({PostFingerprint::Of(post), SurfaceId(1), hour});
      if (Uniform(random) < chance) {
        row.interactions.push_back({post, TopicId(), SignalKind::kClick, SurfaceId(1), 0, hour});
      }
    }
    world.rows.push_back(row);
  }
  return world;
}

}  // namespace bauta::testing
