// The subjects of a membership test: their rows as training sees them, and the posts that they acted on.
#ifndef BAUTA_BENCH_MEMBERSHIP_POPULATION_H_
#define BAUTA_BENCH_MEMBERSHIP_POPULATION_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "featurestore/records/ids.h"
#include "featurestore/records/post.h"
#include "training/interaction_matrix.h"

namespace bauta::bench {

struct Population {
  std::string name;
  std::string checksum;
  std::vector<Post> posts;
  std::vector<PostId> ids;
  InteractionMatrices matrices;

  size_t subjects() const { return matrices.exposures.rows(); }
};

// All that each viewer did and was shown, posts with their features. Errors: those of reading.
absl::StatusOr<Population> ReadKuairandPopulation(const std::string& data);
// The training part of the published splits: pairs alone, no features. Errors: those of reading.
absl::StatusOr<Population> ReadMovieLensPopulation(const std::string& data);
absl::StatusOr<Population> ReadGowallaPopulation(const std::string& data);

// Subjects who draw posts by a planted taste and by popularity. `acts` of each, of `posts`.
struct MadeUpOptions {
  size_t subjects = 400;
  size_t posts = 150;
  size_t acts = 20;
  uint64_t seed = 1;
};
Population MakeUpPopulation(const MadeUpOptions& options);

// The rows with `in[row]` true.
InteractionMatrices SelectRows(const InteractionMatrices& all, const std::vector<bool>& in);

}  // namespace bauta::bench

#endif  // BAUTA_BENCH_MEMBERSHIP_POPULATION_H_
