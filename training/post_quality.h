// The share of those who were shown a post that answered it, shrunk towards what its public features promise:
//
//     min  Σ_{(s,p) shown} c (t − r_p)² + λ Σ_p (r_p − f_pᵀ g)² + ρ‖g‖²
//
// It rides in a vector's last coordinate, as biases do in matrix factorization (Koren, Bell, Volinsky 2009):
// every subject's prior taste has kQualityTaste there, the Gram matrix 0. So it is a part of u·q_p, of the
// prior's share in an explanation, and of the prior mean of a post that nobody has seen yet.
#ifndef BAUTA_TRAINING_POST_QUALITY_H_
#define BAUTA_TRAINING_POST_QUALITY_H_

#include <cstddef>
#include <span>
#include <vector>

#include "training/csr_matrix.h"
#include "training/post_features.h"
#include "training/privacy_gate.h"

namespace bauta {

inline constexpr float kQualityTaste = 1;

struct PostQualityOptions {
  float shrinkage = 20;  // λ: the features' promise weighs as much as so many subjects.
  float ridge = 0.05f;   // ρ
  size_t alternations = 20;
  size_t threads = 1;
  bool use_prior = true;  // Off: shrunk towards everybody's rate.
};

struct PostQuality {
  std::vector<float> posts;    // r_p less the mean over all posts; f_pᵀ g where the gate leaves nothing.
  std::vector<float> columns;  // g; 0 where the gate leaves nothing. The mean is taken out of the bias.
};

// Takes the mean over all posts out of their rates, and, where it is free, out of the bias column.
PostQuality CenterRates(std::span<const double> posts, std::span<const double> columns,
                        const PostFeatures& features, bool bias_is_free);

// All zeros where every post is answered alike: then nothing is known of what was shown in vain.
PostQuality FitPostQuality(const PostQualityOptions& options, const CsrMatrix& exposures,
                           const PostFeatures& features, const FreeDirections& free);

}  // namespace bauta

#endif  // BAUTA_TRAINING_POST_QUALITY_H_
