// LearnableRow: one history that its subject permits to learn from, without a code: what training may see of
// it.
#ifndef BAUTA_FEATURESTORE_RECORDS_LEARNABLE_ROW_H_
#define BAUTA_FEATURESTORE_RECORDS_LEARNABLE_ROW_H_

#include <vector>

#include "featurestore/records/dismissal.h"
#include "featurestore/records/interaction.h"

namespace bauta {

struct LearnableRow {
  std::vector<Interaction> interactions;
  std::vector<PostState> states;
  std::vector<Impression> impressions;
  std::vector<Dismissal> lessons;

  friend bool operator==(const LearnableRow&, const LearnableRow&) = default;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_RECORDS_LEARNABLE_ROW_H_
