// Replay: brings the database, and the keys, up to the rights log; and takes from the log what is kept in
// memory alone, the marks of erasures.
#ifndef BAUTA_FEATURESTORE_STORE_REPLAY_H_
#define BAUTA_FEATURESTORE_STORE_REPLAY_H_

#include "absl/status/status.h"
#include "featurestore/store/store_core.h"

namespace bauta {

// Fills core.erasures and core.recovery. Before any other use of the store.
// FAILED_PRECONDITION: the database or the keys are ahead of the log. DATA_LOSS: an entry fails its seal, or
// the log names a live key that keys/subjects does not have: an older copy of it was put back.
absl::Status ReplayRightsLog(StoreCore& core);

// Destroys the keys that no row names, and those beside a head's own that a crash left behind; frees what a
// torn creation blocks. Slow: walks over all rows. DATA_LOSS: a row names a key that is damaged.
absl::Status DestroyOrphanedKeys(StoreCore& core);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_REPLAY_H_
