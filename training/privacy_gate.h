// The privacy gate: how far a learned vector may leave its prior, by the number of distinct subjects whose
// rows entered it. In the first ⌊n/8⌋ principal directions, and in none below n = k = 50; the post's answer
// rate (post_quality.h) is the first of them.
//
// The same holds for each learned column of the prior: an author with one post is that post.
#ifndef BAUTA_TRAINING_PRIVACY_GATE_H_
#define BAUTA_TRAINING_PRIVACY_GATE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "ranking/gate_rule.h"
#include "training/csr_matrix.h"
#include "training/post_features.h"

namespace bauta {

// In how many directions each post, and each column of the prior, may leave what is behind it.
struct FreeDirections {
  std::vector<uint32_t> posts;
  std::vector<uint32_t> columns;
};

// Counts the distinct subjects: `exposures` has a row for each, with an entry for each post that anything of
// them enters the vector of.
FreeDirections OpenGate(const GateRule& rule, const CsrMatrix& exposures, const PostFeatures& features,
                        size_t dimension);

}  // namespace bauta

#endif  // BAUTA_TRAINING_PRIVACY_GATE_H_
