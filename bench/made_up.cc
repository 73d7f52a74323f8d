#include "bench/made_up.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "absl/container/flat_hash_set.h"
#include "featurestore/store/head_codec.h"
#include "featurestore/store/history_codec.h"
#include "privacy/sealing.h"

namespace bauta::bench {
namespace {

constexpr size_t kFollows = 20;
constexpr size_t kDismissals = 5;
constexpr size_t kShortFrames = 3;
constexpr size_t kShortFrameEvents = 5;

// An instruction too many is a bug of this file.
void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "bench: %s\n", status.ToString().c_str());
  std::abort();
}

SignalKind KindOf(size_t event) {
  constexpr SignalKind kKinds[10] = {
      SignalKind::kClick, SignalKind::kView,  SignalKind::kClick, SignalKind::kDwell,   SignalKind::kView,
      SignalKind::kClick, SignalKind::kDwell, SignalKind::kClick, SignalKind::kComment, SignalKind::kLike};
  return kKinds[event % 10];
}

}  // namespace

testing::World MakeCatalogue(size_t posts, size_t dimension, absl::Time now, uint64_t seed) {
  testing::WorldOptions shape;
  shape.dimension = dimension;
  shape.cold_posts = posts / 20;
  shape.learned_posts = posts - shape.cold_posts;
  shape.authors = kAuthors;
  shape.topics = kTopics;
  shape.version = kModelVersion;
  shape.region = kRegion;
  shape.now = now;
  shape.seed = seed;
  testing::World world = testing::MakeWorld(shape);
  for (size_t i = 0; i < posts; ++i) {
    world.posts[i].create_time = world.posts[i].publish_time =
        now - kHistoryAge * (static_cast<double>(i + 1) / static_cast<double>(posts));
  }
  return world;
}

uint64_t PopularPost(size_t posts, std::mt19937_64& random) {
  const double uniform = static_cast<double>(random() >> 11) * 0x1p-53;
  const auto rank = static_cast<uint64_t>(std::pow(static_cast<double>(posts), uniform)) - 1;
  return 1 + (rank * 0x9e3779b1ULL) % posts;
}

std::vector<uint64_t> DrawPosts(size_t posts, size_t count, bool popular, std::mt19937_64& random) {
  std::vector<uint64_t> ids;
  absl::flat_hash_set<uint64_t> taken;
  while (ids.size() < std::min(count, posts / 2)) {
    const uint64_t id = popular ? PopularPost(posts, random) : 1 + random() % posts;
    if (taken.insert(id).second) ids.push_back(id);
  }
  return ids;
}

HeadInstructions MakeInstructions(absl::Time consent_time, size_t posts, std::mt19937_64& random) {
  HeadInstructions instructions;
  ConsentChange change;
  change.turn_on = PurposeSet::All();
  change.policy_version = 1;
  instructions.consent = Apply(instructions.consent, change, consent_time);
  for (size_t i = 0; i < kFollows; ++i) {
    const AuthorCode author = testing::AuthorNumber(1 + random() % kAuthors);
    Check(AddRelation(instructions, {.kind = RelationKind::kFollowAuthor, .author = author, .topic = {}}));
  }
  for (size_t i = 0; i < kDismissals; ++i) {
    Dismissal dismissal;
    dismissal.reason = DismissalReason::kNotInterested;
    dismissal.post = PostId(1 + random() % posts);
    dismissal.author = testing::AuthorNumber(1 + random() % kAuthors);
    dismissal.hour = Hour::Floor(consent_time);
    Check(AddDismissal(instructions, dismissal));
  }
  return instructions;
}

std::vector<SignalEvent> MakeEvents(absl::Time now, size_t posts, size_t count, std::mt19937_64& random) {
  std::vector<SignalEvent> events;
  for (uint64_t post : DrawPosts(posts, count, /*popular=*/false, random)) {
    SignalEvent event;
    event.post = PostId(post);
    event.kind = KindOf(events.size());
    event.surface = SurfaceId(1);
    if (event.kind == SignalKind::kDwell) event.strength = static_cast<uint32_t>(1000 + random() % 60'000);
    const double age = 1 - static_cast<double>(events.size()) / static_cast<double>(count);
    event.time = now - absl::Hours(1) - (kHistoryAge - absl::Hours(24)) * age;
    events.push_back(event);
  }
  return events;
}

std::vector<size_t> FrameSizes(size_t count) {
  std::vector<size_t> sizes;
  const size_t in_short = std::min(count, kShortFrames * kShortFrameEvents);
  if (count > in_short) sizes.push_back(count - in_short);
  for (size_t left = in_short; left > 0;) {
    sizes.push_back(std::min(left, kShortFrameEvents));
    left -= sizes.back();
  }
  return sizes;
}

size_t SealedFrameBytes(size_t events) {
  std::mt19937_64 random(1);
  History history;
  for (const SignalEvent& event :
       MakeEvents(absl::FromUnixSeconds(1'750'000'000), 1'000'000, events, random)) {
    const Hour hour = Hour::Floor(event.time);
    if (IsState(event.kind)) {
      TurnOn(history, {event.post, event.kind, event.surface, hour});
    } else {
      AddInteraction(history, {event.post, event.topic, event.kind, event.surface, event.strength, hour});
    }
  }
  return SealedSize(EncodeHistory(history).size());
}

size_t SealedHeadBytes() {
  std::mt19937_64 random(1);
  HeadValue value;
  value.head.instructions = MakeInstructions(absl::FromUnixSeconds(1'750'000'000), 1'000'000, random);
  return SealedSize(EncodeHead(value).size());
}

}  // namespace bauta::bench
