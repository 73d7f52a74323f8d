// The daily sweep: what expired and nobody touched, rows whose key is dead, subjects unseen for too long.
#ifndef BAUTA_FEATURESTORE_STORE_SWEEP_H_
#define BAUTA_FEATURESTORE_STORE_SWEEP_H_

#include "absl/status/status.h"
#include "featurestore/store/store_core.h"
#include "featurestore/store/subject_reader.h"
#include "featurestore/store/subject_writer.h"

namespace bauta {

// Goes on past a subject that fails; the first such error is returned at the end.
absl::Status SweepStore(StoreCore& core, const SubjectReader& reader, SubjectWriter& writer);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_SWEEP_H_
