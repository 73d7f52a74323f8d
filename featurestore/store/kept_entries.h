// Which entries of the rights log a compaction keeps, and when one is due.
#ifndef BAUTA_FEATURESTORE_STORE_KEPT_ENTRIES_H_
#define BAUTA_FEATURESTORE_STORE_KEPT_ENTRIES_H_

#include <cstdint>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "featurestore/store/rights_log_compaction.h"
#include "featurestore/store/rights_log_sealer.h"
#include "privacy/subject_keys.h"

namespace bauta {

// The sequences of:
// - the newest state of each subject whose head's key lives;
// - the newest removal of each post, and the newest suspension of each author, also one that ended: over an
//   older database each of them may have to be said again;
// - the newest rotation of the identity key;
// - all author erasures, and entries of types that this program does not know;
// - the newest erasure mark of each subject, and administrative acts, from `recent` on.
// What is left out: states that a newer one replaced, states of the dead, marks and acts from before.
// DATA_LOSS: a payload fails its seal.
absl::StatusOr<absl::flat_hash_set<uint64_t>> ChooseKeptEntries(const RightsLogCompaction& compaction,
                                                                const RightsLogSealer& sealer,
                                                                const SubjectKeys& subject_keys,
                                                                absl::Time recent);

// A log is compacted where it holds 16 MiB or more and has doubled since the last compaction, so that all
// compactions together write no more than the calls did; and, however small, where it holds the mark of an
// erasure that is older than marks are kept, at most every 30 days.
bool CompactionIsDue(const RightsLog& log, bool holds_expired_mark, absl::Time now);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_KEPT_ENTRIES_H_
