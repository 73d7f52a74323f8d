// ConsentBackfill: writes a batch of consents that were given in the past. Each is durable in the rights log
// before it is answered; the store lets calls that wait at the same time share a sync, so a batch is written
// by several threads, one subject's items always by one of them, in order.
#ifndef BAUTA_SERVICE_CONSENT_BACKFILL_H_
#define BAUTA_SERVICE_CONSENT_BACKFILL_H_

#include <cstddef>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "bauta/v1/result.pb.h"
#include "featurestore/store/feature_store.h"
#include "privacy/codes.h"
#include "service/validation_subject.h"

namespace bauta {

// One thread; used once.
class ConsentBackfill {
 public:
  ConsentBackfill(FeatureStore& store, const Clock& clock) : store_(store), clock_(clock) {}

  // `result`, which outlives Run, gets what became of the item.
  void Add(const CheckedPastConsent& consent, v1::ItemResult* result);
  // Items that `deadline` overtakes are answered as retryable.
  void Run(absl::Time deadline);

 private:
  struct Item {
    CheckedPastConsent consent;
    v1::ItemResult* result;
  };
  v1::ItemResult Write(const CheckedPastConsent& consent) const;

  FeatureStore& store_;
  const Clock& clock_;
  std::vector<std::vector<Item>> subjects_;
  absl::flat_hash_map<Pseudonym, size_t> subject_index_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_CONSENT_BACKFILL_H_
