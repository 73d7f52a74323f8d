// SubjectMover: takes subjects from the database of the old identity epoch to that of the new one.
//
// A move is a class A change under the subject's lock: new data keys, the rows sealed under them and put into
// the new database (synced; they do not count yet), a `state` entry with the new code that destroys the old
// keys, the rows once more with the entry's sequence. So a crash leaves the subject whole on one side.
// What a subject's old and new rows have in common is the power of two that their sizes are padded to.
#ifndef BAUTA_FEATURESTORE_STORE_SUBJECT_MOVER_H_
#define BAUTA_FEATURESTORE_STORE_SUBJECT_MOVER_H_

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "featurestore/store/store_core.h"
#include "featurestore/store/subject_reader.h"

namespace bauta {

// The `act` of a move's entry in the rights log.
inline constexpr char kMoveAct[] = "rotate-identity-key";

// Thread-safe. Precondition of all: the gate is held, shared.
class SubjectMover {
 public:
  explicit SubjectMover(StoreCore& core) : core_(core), reader_(core) {}

  struct Moved {
    size_t subjects = 0;    // Moved now.
    size_t unreadable = 0;  // Left where they are: a row fails its seal.
  };
  // Moves those of `codes` (under the newest key, whose locks are held) that the old database still has.
  // UNAVAILABLE: the disk is full; whoever was not moved stays readable where they are.
  absl::StatusOr<Moved> Move(std::span<const StoredCode> codes);

  // The live keys that the old database's rows of the subject name, in the clear.
  absl::StatusOr<std::vector<SlotRef>> OldSlots(const StoredCode& code) const;
  // Removes the old database's rows of the subject, whose keys are gone.
  absl::Status DeleteOldRows(const StoredCode& code) const;

 private:
  struct Plan;
  absl::StatusOr<std::optional<Plan>> PlanMove(const StoredCode& code);
  absl::Status MakeRows(Plan& plan);
  absl::Status AddSlots(const SubjectRows& rows, std::vector<SlotRef>& slots) const;
  absl::Status PutRows(const Plan& plan, uint64_t sequence, rocksdb::WriteBatch& batch) const;
  ClassAChange MakeChange(const Plan& plan);
  absl::Status GiveUp(std::span<const Plan> plans, absl::Status status);

  StoreCore& core_;
  const SubjectReader reader_;
};

// For every write of a subject, under its lock: what is durable is in the database, and the subject is in the
// newest one. UNAVAILABLE: the disk is full. DATA_LOSS: a row that should move fails its seal.
absl::Status PrepareWrite(StoreCore& core, const StoredCode& code);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_SUBJECT_MOVER_H_
