// The prior mean of a post: where its vector lies as far as its public features tell (regression-based latent
// factors, Agarwal and Chen 2009).
#ifndef BAUTA_RANKING_PRIOR_H_
#define BAUTA_RANKING_PRIOR_H_

#include <span>

#include "featurestore/records/ids.h"
#include "featurestore/records/post.h"
#include "privacy/codes.h"
#include "ranking/model_snapshot.h"

namespace bauta {

// mean = bias + author + Σ topics / √(number of the post's topics) + language + country + city + contentᵀ C.
// What has no learned column adds nothing. `mean` has the prior's stride; the prior outlives nothing here.
void PriorMean(const PriorView& prior, const Post& post, std::span<float> mean);

// Of a post of which only the author, or only one topic, is known: bias + column. False, and `mean`
// untouched, where there is no such column.
bool AuthorPriorMean(const PriorView& prior, const AuthorCode& author, std::span<float> mean);
bool TopicPriorMean(const PriorView& prior, TopicId topic, std::span<float> mean);

}  // namespace bauta

#endif  // BAUTA_RANKING_PRIOR_H_
