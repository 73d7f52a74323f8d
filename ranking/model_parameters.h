// ModelParameters: a trained model as plain values; what training hands over, what EncodeSnapshot writes. It
// holds vectors of posts, authors, topics and other public features only: no reader is in the model.
#ifndef BAUTA_RANKING_MODEL_PARAMETERS_H_
#define BAUTA_RANKING_MODEL_PARAMETERS_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "featurestore/records/ids.h"
#include "featurestore/records/post.h"
#include "privacy/codes.h"
#include "privacy/place.h"
#include "privacy/signal_kind.h"

namespace bauta {

// A row-major matrix of `rows` × `columns` floats.
struct DenseMatrix {
  size_t rows = 0;
  size_t columns = 0;
  std::vector<float> values;

  float* row(size_t index) { return values.data() + index * columns; }
  const float* row(size_t index) const { return values.data() + index * columns; }
};

// How a signal becomes an observation (c, t) of the taste equation: c = weight · 2^(−age / half_life) (·
// dwell factor), t = target.
struct SignalModel {
  std::array<float, kSignalKindCount>
      weight{};  // Confidence of one signal of each kind, ≥ 0; 0: not used for taste.
  std::array<float, kSignalKindCount>
      target{};                            // 1 for a positive signal, below 0 for a negative one (report).
  float dwell_full_milliseconds = 10'000;  // A dwell of t counts min(1, t / this).
  float half_life_hours = 24 * 14;
  float dismissal_weight = 1;  // Confidence of an X that teaches.
  float dismissal_target = -1;
};

// The weights of ScoreTerms, as learned from what was shown. Each multiplies the raw feature named.
struct ScoreWeights {
  float taste = 1;      // u·q_p
  float locality = 0;   // log lift
  float distance = 0;   // exp(−kilometres / 50) for a post that carries a city
  float freshness = 0;  // 2^(−age / freshness_half_life_hours)
  float freshness_half_life_hours = 12;
  float popularity = 0;  // log(1 + subjects in the window, rounded down to k)
  float follow = 1;      // 1 where followed
  float fatigue = 0;     // log(1 + impressions without a click), ≥ 0; subtracted
  float caller = 1;      // The caller's score as given
};

// Prior mean of a post's vector, μ_p = bias + author + Σ topics / √#topics + language + country + city +
// contentᵀ C (regression-based latent factors, Agarwal and Chen 2009). Each learned column has at least k
// subjects behind it.
struct PriorParameters {
  std::vector<float> bias;          // d
  std::vector<AuthorCode> authors;  // Sorted; rows of author_vectors.
  DenseMatrix author_vectors;
  std::vector<TopicId> topics;  // Sorted.
  DenseMatrix topic_vectors;
  std::vector<Language> languages;  // Sorted.
  DenseMatrix language_vectors;
  std::vector<CountryCode> countries;  // Sorted.
  DenseMatrix country_vectors;
  std::vector<City> cities;  // Sorted.
  DenseMatrix city_vectors;
  DenseMatrix content_vectors;  // content dimension × d; no rows where posts carry no content vector.
};

struct ModelParameters {
  // The manifest.
  std::string version;  // Names the model: letters, digits, '-', '.', at most 64.
  std::string region;   // Must equal the store's.
  absl::Time train_begin_time =
      absl::UnixEpoch();  // No older than the server's model_max_age when it is served.
  uint64_t seed = 0;
  std::string kernel_set;         // Which arithmetic made the bytes, e.g. "avx2".
  uint32_t crowd_min = 0;         // k of the gate; 0: ungated, and then a server refuses the snapshot.
  float held_out_quality = 0;     // NDCG@10 on the held-out slice,
  float held_out_popularity = 0;  // and that of popularity on the same.

  // The equation: A = α₀ diag(gram) + Σ c q qᵀ + λ I. All vectors are in G's eigenbasis, so that G is
  // diagonal.
  size_t dimension = 0;
  float alpha0 = 0;
  float lambda = 0;  // λ_u = lambda · (1 + Σ c)^frequency_exponent  (Rendle et al. 2021)
  float frequency_exponent = 0;
  std::vector<float> gram;        // d eigenvalues of Σ_p q_p q_pᵀ over the learned posts, falling.
  std::vector<float> mean_taste;  // d: μ, the crowd's mean.

  // The same equation with the roles exchanged, for the posts of after the training (post_vector.h).
  float post_lambda = 1;              // λ of a post's vector, > 0,
  float post_frequency_exponent = 0;  // and its ν.
  float crowd_size = 0;  // N subjects were learned from; 0: posts stay where their features put them.
  std::vector<float> taste_variance;  // d: of their tastes around μ, by direction; empty: zeros.

  std::vector<PostId> posts;  // Sorted.
  DenseMatrix post_vectors;   // posts × d; within the directions that the gate frees, prior outside them.

  PriorParameters prior;
  SignalModel signals;
  ScoreWeights score_weights;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_MODEL_PARAMETERS_H_
