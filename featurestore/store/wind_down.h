// The last act of a store that has stopped collecting: its keys are destroyed.
#ifndef BAUTA_FEATURESTORE_STORE_WIND_DOWN_H_
#define BAUTA_FEATURESTORE_STORE_WIND_DOWN_H_

#include "absl/status/status.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "featurestore/store/feature_store.h"

namespace bauta {

// Destroys the keys on both paths, see privacy/destroy_keys.h. Cut off anywhere it can be run again, and no
// server starts from its first step on. FAILED_PRECONDITION: a server runs, or the store has not stopped
// collecting. DATA_LOSS: the rights log, which says whether it has, is damaged. NOT_FOUND: no such store.
absl::Status DestroyStoreKeys(const FeatureStore::Options& options, const Clock& clock, FileSystem& files);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_WIND_DOWN_H_
