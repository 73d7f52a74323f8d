// SubjectWriter: class A of a subject: instructions, consent and what follows from it, erasure.
#ifndef BAUTA_FEATURESTORE_STORE_SUBJECT_WRITER_H_
#define BAUTA_FEATURESTORE_STORE_SUBJECT_WRITER_H_

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "featurestore/store/feature_store.h"
#include "featurestore/store/store_core.h"
#include "featurestore/store/subject_reader.h"

namespace bauta {

// Thread-safe.
class SubjectWriter {
 public:
  using Edit = absl::FunctionRef<absl::Status(HeadInstructions&)>;

  SubjectWriter(StoreCore& core, const SubjectReader& reader) : core_(core), reader_(reader) {}

  // See FeatureStore::UpdateInstructions.
  absl::Status Update(const Pseudonym& subject, const AdministrativeAct& act, Edit edit);
  // See FeatureStore::BackfillConsent.
  absl::Status Backfill(const Pseudonym& subject, absl::Time since, Edit edit);
  // See FeatureStore::DeleteInteractions.
  absl::StatusOr<size_t> DeleteInteractions(const Pseudonym& subject,
                                            std::span<const InteractionDeletion> deletions);
  // See FeatureStore::Erase.
  absl::StatusOr<ErasureReceipt> Erase(const Pseudonym& subject);
  // The same for the sweep, which knows the row alone; nothing where the subject has been seen of late.
  absl::Status EraseIfIdle(const StoredCode& code);

 private:
  // What a call makes of a subject.
  struct Plan;

  absl::Status UpdateLocked(const Pseudonym& subject, const StoredCode& code, const std::string& act,
                            Edit edit);
  absl::Status PlanHistory(const StoredCode& code, const SubjectRows& rows, const StoredHead& before,
                           Plan& plan);
  std::vector<SlotRef> LiveHistoryKeys(const SubjectRows& rows, const StoredHead& before) const;
  absl::Status PutUnderFreshKey(const StoredCode& code, History&& folded, Plan& plan);
  absl::Status Seal(const StoredCode& code, const std::string& act, Plan& plan);
  absl::StatusOr<uint64_t> Commit(const Pseudonym& subject, const StoredCode& code, const SubjectRows& rows,
                                  const absl::StatusOr<StoredHead>& before, Plan plan);
  absl::StatusOr<ErasureReceipt> EraseLocked(const Pseudonym& subject, const StoredCode& code);
  // What is called once the rows are in the database: the view goes, the counters follow.
  std::function<void(uint64_t)> Afterwards(const Pseudonym& subject, const StoredCode& code,
                                           const SubjectRows& rows, const absl::StatusOr<StoredHead>& before,
                                           const Plan& plan) const;
  std::function<void()> CountAnew(const Pseudonym& subject, const StoredCode& code, const SubjectRows& rows,
                                  const absl::StatusOr<StoredHead>& before, const Plan& plan) const;
  void ForgetDismissalsOfGonePosts(HeadInstructions& instructions) const;

  StoreCore& core_;
  const SubjectReader& reader_;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_SUBJECT_WRITER_H_
