// ModelSnapshot: a trained model as it lies in its file, read in place. Nothing is copied at Parse but the
// manifest: vectors stay in the mapped block. The format is docs/snapshot_format.md.
#ifndef BAUTA_RANKING_MODEL_SNAPSHOT_H_
#define BAUTA_RANKING_MODEL_SNAPSHOT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "featurestore/records/ids.h"
#include "featurestore/records/post.h"
#include "privacy/codes.h"
#include "privacy/place.h"
#include "ranking/model_parameters.h"

namespace bauta {

// Vectors are kept at a distance of `RowStride(d)` floats: d rounded up to 16, the rest zeros, so that each
// begins on 64 bytes and no kernel has a remainder.
inline constexpr size_t kRowAlignmentFloats = 16;
constexpr size_t RowStride(size_t dimension) {
  return (dimension + kRowAlignmentFloats - 1) / kRowAlignmentFloats * kRowAlignmentFloats;
}

// Vectors by a sorted id. A view: lives as long as its snapshot.
template <class Id>
struct VectorTable {
  std::span<const Id> ids;
  std::span<const float> values;  // ids.size() × stride.
  size_t stride = 0;

  size_t size() const { return ids.size(); }
  const float* Row(size_t index) const { return values.data() + index * stride; }
  // nullptr where `id` has no vector. O(log n).
  const float* Find(const Id& id) const {
    const auto found = std::lower_bound(ids.begin(), ids.end(), id);
    if (found == ids.end() || *found != id) return nullptr;
    return Row(static_cast<size_t>(found - ids.begin()));
  }
};

// The prior F as views; see PriorParameters for the equation. Every vector has the snapshot's stride.
struct PriorView {
  std::span<const float> bias;  // stride floats.
  VectorTable<AuthorCode> authors;
  VectorTable<TopicId> topics;
  VectorTable<Language> languages;
  VectorTable<CountryCode> countries;
  VectorTable<City> cities;
  std::span<const float> content;  // content_dimension × stride; empty where posts carry no content vector.
  size_t content_dimension = 0;
};

// Immutable, thread-safe.
class ModelSnapshot {
 public:
  struct Manifest {
    std::string version;
    std::string region;
    absl::Time train_begin_time;
    uint64_t seed = 0;
    std::string kernel_set;
    uint32_t crowd_min = 0;
    float held_out_quality = 0;
    float held_out_popularity = 0;
  };

  // `bytes` is the whole file and must begin on 64 bytes (a mapping does); `keeper` owns them and is held as
  // long as the snapshot lives. Checks everything that reading relies on: magic, format, size, checksum,
  // section bounds and order, finite values, sorted distinct ids, ranges. Errors: INVALID_ARGUMENT for a file
  // that is no snapshot, for another format, and for misaligned `bytes`; DATA_LOSS for a damaged one, with
  // what is wrong.
  static absl::StatusOr<std::shared_ptr<const ModelSnapshot>> Parse(std::span<const std::byte> bytes,
                                                                    std::shared_ptr<const void> keeper);

  const Manifest& manifest() const { return manifest_; }

  size_t dimension() const { return dimension_; }
  size_t stride() const { return stride_; }
  float alpha0() const { return alpha0_; }
  float lambda() const { return lambda_; }
  float frequency_exponent() const { return frequency_exponent_; }
  std::span<const float> gram() const { return gram_; }              // stride floats, zeros behind d.
  std::span<const float> mean_taste() const { return mean_taste_; }  // stride floats, zeros behind d.
  float post_lambda() const { return post_lambda_; }
  float post_frequency_exponent() const { return post_frequency_exponent_; }
  float crowd_size() const { return crowd_size_; }
  std::span<const float> taste_variance() const { return taste_variance_; }  // As mean_taste.

  const VectorTable<PostId>& posts() const { return posts_; }
  const PriorView& prior() const { return prior_; }
  const SignalModel& signals() const { return signals_; }
  const ScoreWeights& score_weights() const { return score_weights_; }

 private:
  friend class SnapshotReader;
  ModelSnapshot() = default;

  Manifest manifest_;
  size_t dimension_ = 0;
  size_t stride_ = 0;
  float alpha0_ = 0;
  float lambda_ = 0;
  float frequency_exponent_ = 0;
  std::span<const float> gram_;
  std::span<const float> mean_taste_;
  float post_lambda_ = 1;
  float post_frequency_exponent_ = 0;
  float crowd_size_ = 0;
  std::span<const float> taste_variance_;
  VectorTable<PostId> posts_;
  PriorView prior_;
  SignalModel signals_;
  ScoreWeights score_weights_;
  std::shared_ptr<const void> keeper_;
};

// The bytes of the snapshot file; equal parameters give equal bytes. INVALID_ARGUMENT, naming the field,
// where `parameters` would not be accepted by Parse.
absl::StatusOr<std::string> EncodeSnapshot(const ModelParameters& parameters);

}  // namespace bauta

#endif  // BAUTA_RANKING_MODEL_SNAPSHOT_H_
