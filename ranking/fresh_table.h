// FreshTable: what the crowd did since the model was trained, as far as ranking may know it. One immutable
// release, made from the raw counters every few seconds; every count in it is rounded down to a multiple of
// k, so that fewer than k subjects show nowhere.
#ifndef BAUTA_RANKING_FRESH_TABLE_H_
#define BAUTA_RANKING_FRESH_TABLE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "base/hour.h"
#include "featurestore/records/crowd_counts.h"
#include "featurestore/records/ids.h"
#include "privacy/codes.h"
#include "privacy/place.h"
#include "ranking/lift_table.h"
#include "ranking/live_posts.h"

namespace bauta {

struct PopularPost {
  PostId post;
  uint32_t subjects = 0;  // A multiple of k, at least k.
  friend bool operator==(const PopularPost&, const PopularPost&) = default;
};

// The log lifts of one place: how much more (above 0) or less a post, an author or a topic engages there than
// elsewhere. No entry: nothing is known beside what the larger place tells. What is in a place's tables is in
// those of the places that it lies in too.
struct PlaceLifts {
  LiftTable<PostId> posts;  // By region and country only.
  LiftTable<AuthorCode> authors;
  LiftTable<TopicId> topics;
  std::vector<PopularPost> popular;  // In this place. Most subjects first, then by id.
};

// Immutable, thread-safe. Independent of the LivePosts that it was made from: a release stays right under
// upserts, removals and a new model.
class FreshTable {
 public:
  struct Options {
    uint32_t crowd_min = 50;  // k. 1 counts everybody: for evaluations alone.
    // W of the counters: within so many hours a subject adds at most one to a post. A sum over a longer time
    // may count a reader who comes back twice; what k is held against is the largest count within one W.
    int64_t counter_window_hours = 24;
    int64_t popularity_window_hours = 24;  // Hours that count, up to and including the present one.
    int64_t lift_window_hours = 24 * 7;    // The same for the lifts by place.
    // Subjects that a place must be expected to have before its own count weighs as much as its region's (the
    // region's as much as the country's, the country's as much as no lift).
    float shrinkage = 100;
    uint32_t popular_max = 2000;  // Length of popular(), and of each place's.
  };

  // `posts` gives the authors and topics of the counted posts, `place_of` what a city lies in; counts of
  // posts and cities that they do not know are left out.
  static std::shared_ptr<const FreshTable> Create(const CrowdCounts& counts, const LivePosts& posts,
                                                  absl::FunctionRef<std::optional<Place>(City)> place_of,
                                                  Hour now, const Options& options);
  // Before the first release: nothing is known of the crowd.
  static std::shared_ptr<const FreshTable> Empty();

  // Subjects in the popularity window, rounded down to a multiple of k; 0 where fewer than k.
  uint32_t Popularity(PostId post) const;
  // Most subjects first, then by id.
  std::span<const PopularPost> popular() const { return popular_; }

  // nullptr where nothing is known of the place.
  const PlaceLifts* AtCity(City city) const;
  const PlaceLifts* AtRegion(Region region) const;
  const PlaceLifts* AtCountry(CountryCode country) const;

 private:
  friend class FreshTableBuilder;
  FreshTable() = default;

  absl::flat_hash_map<PostId, uint32_t> popularity_;
  std::vector<PopularPost> popular_;
  absl::flat_hash_map<City, PlaceLifts> cities_;
  absl::flat_hash_map<Region, PlaceLifts> regions_;
  absl::flat_hash_map<CountryCode, PlaceLifts> countries_;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_FRESH_TABLE_H_
