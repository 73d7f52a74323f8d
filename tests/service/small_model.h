// Models of a few posts, as service tests need them: what is in them is stated by the test.
#ifndef BAUTA_TESTS_SERVICE_SMALL_MODEL_H_
#define BAUTA_TESTS_SERVICE_SMALL_MODEL_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "featurestore/records/ids.h"
#include "gtest/gtest.h"
#include "ranking/model_parameters.h"
#include "ranking/model_snapshot.h"

namespace bauta::testing {

// Dimension 2: posts with odd ids lie along the first axis, with even ids along the second, so that whoever
// engaged with odd posts is shown odd posts.
inline ModelParameters SmallModel(const std::string& version, absl::Time train_begin_time,
                                  uint64_t posts = 40) {
  ModelParameters parameters;
  parameters.version = version;
  parameters.region = "eu";
  parameters.train_begin_time = train_begin_time;
  parameters.seed = 1;
  parameters.kernel_set = "test";
  parameters.crowd_min = 50;
  parameters.held_out_quality = 0.2f;
  parameters.held_out_popularity = 0.1f;
  parameters.dimension = 2;
  parameters.alpha0 = 0.01f;
  parameters.lambda = 0.1f;
  parameters.frequency_exponent = 1;
  parameters.gram = {static_cast<float>(posts) / 2, static_cast<float>(posts) / 2};
  parameters.mean_taste = {0.1f, 0.1f};
  parameters.post_vectors.rows = posts;
  parameters.post_vectors.columns = 2;
  for (uint64_t id = 1; id <= posts; ++id) {
    parameters.posts.emplace_back(id);
    parameters.post_vectors.values.push_back(id % 2 == 1 ? 1.0f : 0.0f);
    parameters.post_vectors.values.push_back(id % 2 == 0 ? 1.0f : 0.0f);
  }
  parameters.prior.bias = {0, 0};
  parameters.signals.weight.fill(1);
  parameters.signals.weight[static_cast<size_t>(SignalKind::kImpression)] = 0;
  parameters.signals.target.fill(1);
  parameters.signals.target[static_cast<size_t>(SignalKind::kReport)] = -1;
  parameters.score_weights.freshness = 0.1f;
  parameters.score_weights.popularity = 0.1f;
  parameters.score_weights.locality = 0.5f;
  parameters.score_weights.fatigue = 0.1f;
  return parameters;
}

inline std::string Encoded(const ModelParameters& parameters) {
  absl::StatusOr<std::string> bytes = EncodeSnapshot(parameters);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  return bytes.ok() ? *std::move(bytes) : std::string();
}

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_SERVICE_SMALL_MODEL_H_
