// Gates by name, for evaluations that compare them.
#ifndef BAUTA_TOOLS_EVAL_GATE_VARIANTS_H_
#define BAUTA_TOOLS_EVAL_GATE_VARIANTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "training/learned_model.h"

namespace bauta {

struct GateVariant {
  std::string name;
  GateRule rule;
  double mu = 0;  // Of noise; 0: none.

  // Trainings with equal options draw the same noise.
  void Apply(LearningOptions& learning) const;
};

// `none`: no gate. `default`: what training does unless told otherwise. `m8`: a direction for so many
// subjects, none below 50. `k512`: all directions from so many subjects on. `k100m400`: one direction from
// 100 subjects on, one for every 400. `mu0.12`: noised sums with that μ. INVALID_ARGUMENT for any other name.
absl::StatusOr<GateVariant> GateVariantByName(std::string_view name);
absl::StatusOr<std::vector<GateVariant>> GateVariantsByNames(const std::vector<std::string>& names);

}  // namespace bauta

#endif  // BAUTA_TOOLS_EVAL_GATE_VARIANTS_H_
