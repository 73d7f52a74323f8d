// IdentityRotation: from one identity key to the next, behind open doors. See
// FeatureStore::BeginIdentityRotation.
//
// Begin: identity.N+1 (durable) → the database of epoch N+1, with the catalogue → an entry of the rights log,
// from which on codes are under the new key: before it a start discards what was made, after it a start goes
// on. Continue: subjects move, in an order that nobody can make again. At the end: the log is compacted, so
// that no code under the old key is left in it → the old database goes, and those that restores set aside →
// the old key.
#ifndef BAUTA_FEATURESTORE_STORE_IDENTITY_ROTATION_H_
#define BAUTA_FEATURESTORE_STORE_IDENTITY_ROTATION_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "featurestore/store/feature_store.h"
#include "featurestore/store/store_core.h"
#include "featurestore/store/subject_mover.h"

namespace bauta {

// FAILED_PRECONDITION while subjects move: for what reads all of one database. Precondition: the gate is
// held.
absl::Status CheckNotRotating(const StoreCore& core);

// Thread-safe; steps run one at a time.
class IdentityRotation {
 public:
  explicit IdentityRotation(StoreCore& core) : core_(core) {}

  absl::Status Begin();
  absl::StatusOr<IdentityRotationProgress> Continue(size_t subjects_max);
  IdentityRotationProgress progress() const;

 private:
  absl::Status Prepare(IdentityEpoch next, std::unique_ptr<Engine>& engine,
                       std::unique_ptr<Pseudonymizer>& codes);
  absl::Status Switch(std::unique_ptr<Engine> engine, std::unique_ptr<Pseudonymizer> codes);
  void Discard(IdentityEpoch next);
  absl::Status FindSubjects();
  absl::Status MoveBatch(const std::vector<StoredCode>& old_codes);
  absl::Status Finish();

  StoreCore& core_;
  std::mutex mutex_;               // Held for a whole step.
  std::vector<StoredCode> queue_;  // Old codes that are still to be looked at, the next one at the back.
  bool queue_is_made_ = false;
  size_t unreadable_ = 0;  // Since the queue was made.
  std::atomic<uint64_t> moved_{0};
  std::atomic<uint64_t> left_{0};
};

// At a start: which of the identity keys are live. What a Begin left that a crash cut off before its
// entry is removed, durably; sets core.codes. Needs the rights log. FAILED_PRECONDITION: more keys than a
// rotation has.
absl::Status SettleEpochs(StoreCore& core);

// Copies posts and authors, also where a part of them is there already; durable.
absl::Status CopyCatalogue(const Engine& from, const Engine& to);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_IDENTITY_ROTATION_H_
