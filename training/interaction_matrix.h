// From learnable rows to the two matrices that a training alternates on. Rows are subjects, in the order of
// the training set; columns are its posts.
#ifndef BAUTA_TRAINING_INTERACTION_MATRIX_H_
#define BAUTA_TRAINING_INTERACTION_MATRIX_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/hour.h"
#include "ranking/model_parameters.h"
#include "training/csr_matrix.h"
#include "training/training_set.h"

namespace bauta {

// What a subject did with a post: signals that only pass by are no answer to having been shown it.
constexpr bool IsAnswer(SignalKind kind) {
  return kind != SignalKind::kImpression && kind != SignalKind::kDwell && kind != SignalKind::kReport;
}

struct InteractionMatrices {
  // What tastes and vectors are solved from: each (subject, post) one observation, the sum of what
  // ConfidenceOf says of its signals, as ranking has it. An X counts against the post that it was put on.
  CsrMatrix acts;
  // What a post's answer rate is fitted on: the acts, and an observation with target 0 where the post was
  // shown, by an impression or a dwell, and not answered.
  CsrMatrix exposures;
  std::vector<uint32_t> rows;  // Of each matrix row, its place in the training set's rows.
};

struct MatrixOptions {
  SignalModel signals;
  Hour until;  // Only events of earlier hours are seen; ages are counted from it.
  // Of having been shown a post in vain. 0: `exposures` are the acts.
  float exposure_confidence = 1;
  // Answers to a post that is not known to have been shown count so much less: they are older than
  // impressions are kept, and posts of that time would look better than those whose misses are known.
  float unseen_share = 0.2f;
  float exposure_half_life_hours = 24 * 180;  // Rates change more slowly than tastes.
};

// A subject without any entry has no row.
InteractionMatrices BuildMatrices(const TrainingSet& set, const MatrixOptions& options);

// How signals teach unless the caller says otherwise; tuned on earlier days of the demo's data.
SignalModel DefaultSignalModel();

}  // namespace bauta

#endif  // BAUTA_TRAINING_INTERACTION_MATRIX_H_
