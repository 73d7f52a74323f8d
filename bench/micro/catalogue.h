// The catalogue that the benchmarks of ranking share: made when the first of them asks, kept to the end.
#ifndef BAUTA_BENCH_MICRO_CATALOGUE_H_
#define BAUTA_BENCH_MICRO_CATALOGUE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "featurestore/records/subject_view.h"
#include "ranking/live_posts.h"
#include "ranking/model_snapshot.h"
#include "ranking/ranker.h"
#include "ranking/surface_rules.h"

namespace bauta::bench {

inline constexpr size_t kDimension = 64;
inline constexpr size_t kCandidates = 1000;
inline constexpr size_t kRequests =
    256;  // Different ones, used in turn: 256,000 rows do not stay in a cache.

struct Catalogue {
  absl::Time now;
  std::shared_ptr<const ModelSnapshot> model;
  std::unique_ptr<LivePosts> posts;
  double bytes_per_post = 0;  // Of the heap, less the vector.
  SurfaceRules surface;

  RankingContext context() const;
};

// --posts posts, all of one model.
const Catalogue& TheCatalogue();

// The same posts as a catalogue that a small model knows little of: for sizes that no model fits beside.
std::unique_ptr<Catalogue> MakeColdCatalogue(size_t posts);

// A subject's view with so many interactions on posts with ids up to `posts`, and the instructions of
// MakeInstructions.
SubjectView MakeView(absl::Time now, size_t posts, size_t interactions, std::mt19937_64& random);

// kRequests lists of kCandidates distinct ids.
std::vector<std::vector<PostId>> MakeRequests(size_t posts, bool popular);

void RegisterPrivacyBenchmarks();
void RegisterRankingBenchmarks(bool large);
void RegisterScanBenchmarks();
void RegisterStoreBenchmarks();
void RegisterTrainingBenchmarks();

}  // namespace bauta::bench

#endif  // BAUTA_BENCH_MICRO_CATALOGUE_H_
