// The views of a post's last readers, for the vectors that move between trainings.
#ifndef BAUTA_FEATURESTORE_STORE_FRESH_READERS_H_
#define BAUTA_FEATURESTORE_STORE_FRESH_READERS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "featurestore/records/ids.h"
#include "featurestore/records/subject_view.h"
#include "featurestore/store/store_core.h"
#include "featurestore/store/subject_reader.h"

namespace bauta {

// See FeatureStore::ReadReaders.
absl::StatusOr<std::vector<SubjectView>> ReadReaders(StoreCore& core, const SubjectReader& reader,
                                                     PostId post);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_FRESH_READERS_H_
