#include "ranking/score.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

#include "ranking/vector_kernels.h"

namespace bauta {
namespace {

constexpr float kDistanceScaleKm = 50;
constexpr float kEarthRadiusKm = 6371.0088f;
// Cosine from which a post counts as the like of one that was seen too often.
constexpr float kAlike = 0.5f;

float Radians(float degrees) { return degrees * (std::numbers::pi_v<float> / 180); }

// Great-circle distance (haversine).
float Kilometres(const Place& a, const Place& b) {
  const float half_latitude = std::sin(Radians(b.latitude - a.latitude) / 2);
  const float half_longitude = std::sin(Radians(b.longitude - a.longitude) / 2);
  const float h = half_latitude * half_latitude + std::cos(Radians(a.latitude)) *
                                                      std::cos(Radians(b.latitude)) * half_longitude *
                                                      half_longitude;
  return 2 * kEarthRadiusKm * std::asin(std::sqrt(std::min(1.0f, h)));
}

// From the smallest of the viewer's places that knows `key`. What a place knows, the larger ones know too: of
// most posts one look-up tells that there is nothing.
template <class Id>
const float* FindLift(std::span<const PlaceLifts* const> levels, LiftTable<Id> PlaceLifts::*table,
                      uint64_t key) {
  if (levels.empty()) return nullptr;
  const float* widest = (levels.back()->*table).FindKey(key);
  if (widest == nullptr) return nullptr;
  for (const PlaceLifts* lifts : levels.first(levels.size() - 1)) {
    if (const float* lift = (lifts->*table).FindKey(key)) return lift;
  }
  return widest;
}

// The strongest X: `strongest` of those on the author and the topics, or one on a post that is like this one.
float DismissalOf(const RankingContext& context, const Viewer& viewer, PostRow row, float strongest) {
  if (viewer.seen_too_often().empty()) return strongest;
  const VectorKernels& kernels = ActiveVectorKernels();
  const size_t stride = context.model.stride();
  const float* vector = context.posts.VectorOf(row);
  const float norm = std::sqrt(kernels.dot(vector, vector, stride));
  if (norm == 0) return strongest;
  for (const SeenTooOften& seen : viewer.seen_too_often()) {
    const float cosine = kernels.dot(vector, seen.vector, stride) * seen.inverse_norm / norm;
    const float alike = std::clamp((cosine - kAlike) / (1 - kAlike), 0.0f, 1.0f);
    strongest = std::max(strongest, seen.weight * alike);
  }
  return strongest;
}

}  // namespace

void LocalScore::Reset(const FreshTable& fresh, const std::optional<Place>& place) {
  place_ = place ? &*place : nullptr;
  levels_.clear();
  if (place) {
    for (const PlaceLifts* lifts :
         {fresh.AtCity(place->city), fresh.AtRegion(place->region), fresh.AtCountry(place->country)}) {
      if (lifts != nullptr) levels_.push_back(lifts);
    }
  }
  topic_lifts_.Clear();
  nearness_.Clear();
}

void LocalScore::Prefetch(const LivePosts& posts, PostId id, PostRow row) const {
  if (levels_.empty()) return;
  const LivePost& post = posts.At(row);
  levels_.back()->posts.Prefetch(LiftKey(id));
  if (post.author != kNoIndex) levels_.back()->authors.Prefetch(posts.AuthorKeyAt(post.author));
}

float LocalScore::Lift(const LivePosts& posts, PostId id, const LivePost& post) {
  if (levels_.empty()) return 0;
  float sum = 0, known = 0;
  if (const float* lift = FindLift(levels_, &PlaceLifts::posts, LiftKey(id))) {
    sum += *lift;
    ++known;
  }
  if (post.author != kNoIndex) {
    if (const float* lift = FindLift(levels_, &PlaceLifts::authors, posts.AuthorKeyAt(post.author))) {
      sum += *lift;
      ++known;
    }
  }
  float topics_sum = 0, topics_known = 0;
  for (TopicIndex topic : posts.TopicsOf(post)) {
    if (const std::optional<float> lift = LiftOf(posts, topic)) {
      topics_sum += *lift;
      ++topics_known;
    }
  }
  if (topics_known > 0) {
    sum += topics_sum / topics_known;
    ++known;
  }
  return known > 0 ? sum / known : 0;
}

std::optional<float> LocalScore::LiftOf(const LivePosts& posts, TopicIndex topic) {
  if (const std::optional<float>* remembered = topic_lifts_.Find(topic)) return *remembered;
  const float* lift = FindLift(levels_, &PlaceLifts::topics, LiftKey(posts.TopicAt(topic)));
  return topic_lifts_[topic] = lift == nullptr ? std::nullopt : std::optional(*lift);
}

float LocalScore::Nearness(const LivePosts& posts, const LivePost& post) {
  const Place* post_place = posts.PlaceOf(post);
  if (place_ == nullptr || post_place == nullptr) return 0;
  if (const float* remembered = nearness_.Find(post.place)) return *remembered;
  return nearness_[post.place] = std::exp(-Kilometres(*place_, *post_place) / kDistanceScaleKm);
}

ScoreFeatures FeaturesOf(const RankingContext& context, const Viewer& viewer, LocalScore& local, PostRow row,
                         PostId id) {
  const LivePost& post = context.posts.At(row);
  const Instruction instruction = viewer.InstructionFor(context.posts, post);
  ScoreFeatures features;
  if (!instruction.locality_off) {
    features.locality = local.Lift(context.posts, id, post);
    features.distance = local.Nearness(context.posts, post);
  }
  const float age_seconds = post.publish_seconds < viewer.now_seconds()
                                ? static_cast<float>(viewer.now_seconds() - post.publish_seconds)
                                : 0;
  features.freshness =
      std::exp2(-age_seconds / (3600 * context.model.score_weights().freshness_half_life_hours));
  if (const uint32_t subjects = context.fresh.Popularity(id); subjects > 0) {
    features.popularity = std::log1p(static_cast<float>(subjects));
  }
  features.follow = instruction.followed ? 1 : 0;
  if (const uint32_t shown = viewer.ImpressionsInVain(PostFingerprint::Of(id)); shown > 0) {
    features.fatigue = std::log1p(static_cast<float>(shown));
  }
  features.dismissal = DismissalOf(context, viewer, row, instruction.penalty);
  return features;
}

}  // namespace bauta
