// The evaluation of the demo's data: ranking within what was shown on the last days, in time order.
//
// Each test day is ranked by a model of everything before that day; views and counts grow by the hour, and
// only strictly earlier hours are seen. The score's weights are learned on the two days before the first test
// day. A viewer's list is all that they were shown on the test days. Figures are means over the viewers who
// answered some of it and not all: the area under the curve and NDCG@10, of clicks and of long views.
#ifndef BAUTA_TOOLS_EVAL_KUAIRAND_EVAL_H_
#define BAUTA_TOOLS_EVAL_KUAIRAND_EVAL_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tools/eval/gate_variants.h"
#include "tools/figures.h"
#include "training/learned_model.h"

namespace bauta {

struct KuairandEvalOptions {
  std::string directory;
  LearningOptions learning;        // What is served; ablations change one thing each.
  int64_t test_days = 4;           // The last ones,
  int64_t skip_days = 0;           // but for so many at the end: tuning looks at these earlier days alone.
  bool ablations = true;           // And baselines that need a training of their own.
  std::vector<GateVariant> gates;  // Further models, one each; their figures end in the gate's name.
};

// Errors: NOT_FOUND where the data is not there; those of reading it and of training.
absl::Status EvaluateKuairand(const KuairandEvalOptions& options, FigureSheet& figures);

}  // namespace bauta

#endif  // BAUTA_TOOLS_EVAL_KUAIRAND_EVAL_H_
