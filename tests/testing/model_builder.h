// A small invented model and catalogue that make sense together: topics have their own directions, authors
// lean to a few topics, and a post's vector is its prior mean and a little of its own. For tests and
// benchmarks.
#ifndef BAUTA_TESTS_TESTING_MODEL_BUILDER_H_
#define BAUTA_TESTS_TESTING_MODEL_BUILDER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "featurestore/records/ids.h"
#include "featurestore/records/post.h"
#include "privacy/codes.h"
#include "privacy/place.h"
#include "ranking/live_posts.h"
#include "ranking/model_parameters.h"
#include "ranking/model_snapshot.h"

namespace bauta::testing {

struct WorldOptions {
  size_t dimension = 16;
  size_t learned_posts = 200;  // Ids 1 … learned_posts.
  size_t cold_posts = 20;      // The ids behind them: in the catalogue, not in the model.
  size_t authors = 20;         // AuthorNumber(1) …; the last one has no learned column.
  size_t topics = 8;           // Ids 1 …; a post has one to three. The last one has no learned column.
  size_t content_dimension = 0;
  std::string version = "test-1";
  std::string region = "test";
  uint32_t crowd_min = 50;
  absl::Time now = absl::FromUnixSeconds(1'750'000'000);  // Post i was published i·30 minutes before.
  uint64_t seed = 1;
};

struct World {
  ModelParameters parameters;
  std::vector<Post> posts;  // Approved, in the order of their ids.
  absl::Time now;

  const Post& post(uint64_t id) const { return posts[id - 1]; }
};

World MakeWorld(const WorldOptions& options = {});

// Never fails on what MakeWorld has made; crashes with the reason where it does.
std::shared_ptr<const ModelSnapshot> MakeSnapshot(const ModelParameters& parameters);
// `bytes`, copied to where a snapshot may begin.
absl::StatusOr<std::shared_ptr<const ModelSnapshot>> ParseCopy(const std::string& bytes);

// All posts of the world.
std::unique_ptr<LivePosts> MakeLivePosts(const World& world, std::shared_ptr<const ModelSnapshot> snapshot);

AuthorCode AuthorNumber(uint64_t number);

// Cities 1 … 6: 1 and 2 in region 10, 3 and 4 in region 20, both of DE; 5 and 6 in region 30 of FR.
// Neighbours lie about 40 km apart, regions some hundred. nullopt for any other.
std::optional<Place> PlaceOfCity(City city);

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_TESTING_MODEL_BUILDER_H_
