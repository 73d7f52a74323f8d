// The rule of directions: how far the vector of a post may leave its prior, by the number of distinct
// subjects behind it. Held by training (training/privacy_gate.h) and between trainings (fresh_vector.h)
// alike.
#ifndef BAUTA_RANKING_GATE_RULE_H_
#define BAUTA_RANKING_GATE_RULE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace bauta {

struct GateRule {
  uint32_t crowd_min = 50;              // k ≥ 1; 0: no gate, for evaluations alone.
  uint32_t subjects_per_direction = 8;  // m; 0: all directions from crowd_min on.

  uint32_t FreeDirections(uint32_t subjects, size_t dimension) const {
    const auto all = static_cast<uint32_t>(dimension);
    if (crowd_min == 0) return all;
    if (subjects < crowd_min) return 0;
    if (subjects_per_direction == 0) return all;
    return std::clamp(subjects / subjects_per_direction, 1u, all);  // The first comes with the crowd.
  }
};

}  // namespace bauta

#endif  // BAUTA_RANKING_GATE_RULE_H_
