#include "training/privacy_gate.h"

namespace bauta {

FreeDirections OpenGate(const GateRule& rule, const CsrMatrix& exposures, const PostFeatures& features,
                        size_t dimension) {
  std::vector<uint32_t> subjects(exposures.columns, 0);
  for (const MatrixEntry& entry : exposures.entries) ++subjects[entry.column];
  FreeDirections free;
  for (const uint32_t count : subjects) free.posts.push_back(rule.FreeDirections(count, dimension));
  for (const uint32_t count : features.CountSubjects(exposures)) {
    free.columns.push_back(rule.FreeDirections(count, dimension));
  }
  return free;
}

}  // namespace bauta
