// The census of a store: what is kept, counted, for the privacy report. Exact: whoever shows it rounds.
#ifndef BAUTA_FEATURESTORE_STORE_CENSUS_H_
#define BAUTA_FEATURESTORE_STORE_CENSUS_H_

#include "absl/status/statusor.h"
#include "featurestore/store/feature_store.h"
#include "featurestore/store/store_core.h"
#include "featurestore/store/subject_reader.h"

namespace bauta {

// See FeatureStore::TakeCensus.
absl::StatusOr<StoreCensus> TakeCensus(StoreCore& core, const SubjectReader& reader);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_CENSUS_H_
