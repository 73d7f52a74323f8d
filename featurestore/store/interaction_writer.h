// InteractionWriter: class B. What a subject did, and that it came by.
#ifndef BAUTA_FEATURESTORE_STORE_INTERACTION_WRITER_H_
#define BAUTA_FEATURESTORE_STORE_INTERACTION_WRITER_H_

#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "featurestore/records/visit.h"
#include "featurestore/store/feature_store.h"
#include "featurestore/store/store_core.h"
#include "featurestore/store/subject_reader.h"

namespace bauta {

// Thread-safe.
class InteractionWriter {
 public:
  InteractionWriter(StoreCore& core, const SubjectReader& reader) : core_(core), reader_(reader) {}

  // See FeatureStore::Record.
  absl::StatusOr<std::vector<RecordOutcome>> Record(const Pseudonym& subject,
                                                    std::span<const SignalEvent> events,
                                                    const std::optional<AuthorCode>& self_author);

  // See FeatureStore::NoteVisit.
  absl::Status NoteVisit(const Visit& visit);

 private:
  RecordOutcome Admit(const SignalEvent& event, const EffectiveConsent& consent,
                      const std::optional<AuthorCode>& self_author, Hour now) const;
  absl::Status Write(const Pseudonym& subject, const StoredCode& code, const CachedSubject& before,
                     const History& added, absl::Time now);

  StoreCore& core_;
  const SubjectReader& reader_;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_INTERACTION_WRITER_H_
