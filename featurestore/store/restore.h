// Restoring: an older database is put under the present rights log and keys. The log's replay, at the next
// start, brings it up, so that nothing that a person asked for since is undone; what the log does not hold,
// interactions and the catalogue, is as it was when the backup was made.
#ifndef BAUTA_FEATURESTORE_STORE_RESTORE_H_
#define BAUTA_FEATURESTORE_STORE_RESTORE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "featurestore/store/feature_store.h"
#include "privacy/key_ring.h"

namespace bauta {

struct RestoreReport {
  uint64_t log_sequence = 0;       // The last entry of the rights log that the backup holds.
  uint64_t entries_to_replay = 0;  // Behind it: what the next start brings it up with.
  absl::Time backup_time;
  // Interactions from `backup_time` to here are lost: to the end of the newest day of which the database that
  // was replaced knows any, but not past now; to now, where it cannot be read. Not after `backup_time`: it
  // knows of none.
  absl::Time lost_until;
  bool present_readable = false;
  std::string kept_aside;  // Where the replaced database is until the identity key changes. Empty: none was.
};

// Puts the backup `options.backup_directory`/`name` in the place of the store's database. No server may run.
// A crash anywhere leaves either of the two in place, and the next start or restore clears up.
//
// Errors, with nothing changed: NOT_FOUND: no such backup, store or log. INVALID_ARGUMENT: no name for a
// backup. FAILED_PRECONDITION: a server runs; the backup is of another region, format or root key, or of an
// identity key that is not the one in use; the rights log is behind the backup, or behind its head.
// DATA_LOSS: backup or log are damaged.
absl::StatusOr<RestoreReport> RestoreBackup(const FeatureStore::Options& options, const std::string& name,
                                            const KeyRing& key_ring, const Clock& clock, FileSystem& files);

// Ends a restore that was cut off, by either database. For who holds the store's lock, before it opens the
// database in `directory`. `epoch`: of the newest identity key; no restore begins while there are two.
absl::Status FinishRestore(FileSystem& files, const std::string& directory, IdentityEpoch epoch);

// Removes every database that a restore set aside: for when the key goes that their codes are under.
absl::Status RemoveKeptAside(FileSystem& files, const std::string& directory);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_RESTORE_H_
