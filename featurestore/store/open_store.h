// Opening a store: whose it is, whether all of it is there, and bringing the database up to the rights log.
#ifndef BAUTA_FEATURESTORE_STORE_OPEN_STORE_H_
#define BAUTA_FEATURESTORE_STORE_OPEN_STORE_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "featurestore/store/store_core.h"

namespace bauta {

// See FeatureStore::Open. The committer runs when it returns.
absl::StatusOr<std::unique_ptr<StoreCore>> OpenStore(FeatureStore::Options options, const KeyRing& key_ring,
                                                     const Clock& clock, FileSystem& files);

// Stops the committer and, where nothing waits, leaves the note that this was no crash.
void CloseStore(StoreCore& core);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_OPEN_STORE_H_
