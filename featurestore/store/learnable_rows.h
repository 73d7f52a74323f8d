// The trainer's door: histories that `learn` permits to learn from, without a code, in an order that tells
// nothing.
#ifndef BAUTA_FEATURESTORE_STORE_LEARNABLE_ROWS_H_
#define BAUTA_FEATURESTORE_STORE_LEARNABLE_ROWS_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "base/hour.h"
#include "featurestore/records/head.h"
#include "featurestore/records/learnable_row.h"
#include "featurestore/store/feature_store.h"
#include "featurestore/store/history.h"
#include "featurestore/store/store_core.h"
#include "featurestore/store/subject_reader.h"
#include "privacy/consent.h"
#include "privacy/retention.h"

namespace bauta {

// What of a subject's history `learn` permits to learn from at `now`. Empty where it does not hold.
LearnableRow MakeLearnableRow(History history, const HeadInstructions& instructions,
                              const EffectiveConsent& consent, const Retention& retention, Hour now);

// See FeatureStore::ForEachLearnableRow; the act is recorded already. Each row is read when its turn comes:
// who withdraws or is erased before that is not in the stream.
absl::Status VisitLearnableRows(StoreCore& core, const SubjectReader& reader,
                                absl::FunctionRef<absl::Status(LearnableRow)> visit);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_LEARNABLE_ROWS_H_
