// The compaction of a store's rights log, see FeatureStore::CompactRightsLog.
#ifndef BAUTA_FEATURESTORE_STORE_LOG_COMPACTION_H_
#define BAUTA_FEATURESTORE_STORE_LOG_COMPACTION_H_

#include "absl/status/status.h"
#include "featurestore/store/store_core.h"

namespace bauta {

absl::Status Compact(StoreCore& core);
// The same where it is due.
absl::Status CompactIfDue(StoreCore& core);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_LOG_COMPACTION_H_
