// How much was shown of each item (row_tally.h), made out from noised counts.
#ifndef BAUTA_TRAINING_ITEM_WEIGHTS_H_
#define BAUTA_TRAINING_ITEM_WEIGHTS_H_

#include <vector>

#include "training/noised_sums.h"
#include "training/post_features.h"

namespace bauta {

// About Σ c of the exposures of each post, and Σ_p f² of these of each column; above 0 where posts are. All
// posts are thought equal at first; then they are raked to the counts of columns (iterative proportional
// fitting, Deming and Stephan 1940), as far as each count is certain beside what was thought, and last moved
// to their own.
std::vector<double> WeighItems(const NoisedSums::Crowds& crowds, double shown_in_all,
                               const PostFeatures& features);

}  // namespace bauta

#endif  // BAUTA_TRAINING_ITEM_WEIGHTS_H_
