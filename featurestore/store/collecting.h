// The end of collecting: where a store is to be wound down, nothing new is taken in, while people still
// withdraw, export and erase.
#ifndef BAUTA_FEATURESTORE_STORE_COLLECTING_H_
#define BAUTA_FEATURESTORE_STORE_COLLECTING_H_

#include "absl/status/status.h"
#include "featurestore/store/store_core.h"
#include "privacy/consent.h"

namespace bauta {

// See FeatureStore::StopCollecting. Call without any subject's lock.
absl::Status StopCollecting(StoreCore& core, const AdministrativeAct& act);

// FAILED_PRECONDITION where collecting was stopped. Who writes asks under the subject's lock.
absl::Status CheckCollecting(const StoreCore& core);

// Whether `after` permits anything that `before` did not, or from another time on.
bool Widens(const ConsentState& before, const ConsentState& after);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_COLLECTING_H_
