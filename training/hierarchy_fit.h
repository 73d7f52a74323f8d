// One coordinate of the vectors of posts and of their features, from noised sums.
//
//     min  Σ_p ω_p (q_p − y_p)²,   q_p = Σ_k f_pk F_k + δ_p
//
// where Σ_p f_pk ω_p y_p is known for each column k, and ω_p y_p for each post, only with noise. Levels (one
// for each group of features, posts last) are fitted one after another to what those before leave, and again;
// each estimate x of variance v is shrunk to x τ² / (τ² + v), with τ² the variance of the level's true values
// as the estimates tell (empirical Bayes; Efron and Morris 1973). So what noise drowns is zero.
//
// Sees no row: only sums that were released already.
#ifndef BAUTA_TRAINING_HIERARCHY_FIT_H_
#define BAUTA_TRAINING_HIERARCHY_FIT_H_

#include <cstddef>
#include <vector>

#include "training/post_features.h"
#include "training/row_tally.h"

namespace bauta {

struct CoordinateSums {
  std::vector<double> weights;    // ω_p > 0 of each post.
  std::vector<double> sums;       // Of each item: Σ f ω y, noised.
  std::vector<double> variances;  // Of each item's sum: of the noise, and of what subjects do by chance.
  std::vector<bool> counted;      // Of each item: false where its value is to be zero.
};

// The values F_k and δ_p, one an item.
std::vector<double> FitHierarchy(const PostFeatures& features, const std::vector<ItemLevel>& levels,
                                 const CoordinateSums& sums);

}  // namespace bauta

#endif  // BAUTA_TRAINING_HIERARCHY_FIT_H_
