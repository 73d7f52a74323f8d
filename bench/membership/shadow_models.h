// Shadow models: trainings on random halves of the subjects, turned into one common basis.
//
// Each subject is in exactly half of the models (Carlini et al., "Membership Inference Attacks From First
// Principles", 2022). What a model holds of posts and of the prior is all that a snapshot releases, but for
// the eigenvalues of G.
#ifndef BAUTA_BENCH_MEMBERSHIP_SHADOW_MODELS_H_
#define BAUTA_BENCH_MEMBERSHIP_SHADOW_MODELS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/membership/population.h"
#include "training/learned_model.h"
#include "training/post_features.h"

namespace bauta::bench {

// members[model][subject].
using Memberships = std::vector<std::vector<bool>>;
// `models` even.
Memberships DrawMemberships(size_t models, size_t subjects, uint64_t seed);

// One model as an attacker reads it. Items are the posts, then the columns of the prior, then the mean taste.
// An item's vector has the taste's coordinates and, last, the answer rate's.
struct ReleasedModel {
  size_t dimension = 0;  // Of the items' vectors; columns are padded.
  DenseMatrix items;
  std::vector<uint32_t> free;  // Directions of each item; 0: the item says nothing of its own.
  FactorModelOptions factor_options;
  FactorModel factors;  // In the model's own basis, for the fold-in.
};

absl::StatusOr<std::vector<ReleasedModel>> TrainShadows(const Population& population,
                                                        const PostFeatures& features,
                                                        const LearningOptions& options,
                                                        const Memberships& members);

// Turns the taste coordinates of all models' items by an orthogonal matrix each, so that they agree best
// (orthogonal Procrustes, Schönemann 1966), and all together into the eigenbasis of the mean model's posts.
void AlignModels(size_t posts, std::vector<ReleasedModel>& models);

// The mean of all models' items.
DenseMatrix MeanItems(const std::vector<ReleasedModel>& models);

}  // namespace bauta::bench

#endif  // BAUTA_BENCH_MEMBERSHIP_SHADOW_MODELS_H_
