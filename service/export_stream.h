// What is kept of a subject as the stream that hands it out. Pure but for the sink.
#ifndef BAUTA_SERVICE_EXPORT_STREAM_H_
#define BAUTA_SERVICE_EXPORT_STREAM_H_

#include <cstddef>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "bauta/v1/subject_service.pb.h"
#include "featurestore/store/feature_store.h"
#include "service/surfaces.h"

namespace bauta {

inline constexpr uint32_t kExportVersion = 1;
inline constexpr size_t kExportPartMax = 1'000;  // Elements of a list in one message.

// Everything that follows the consent: relations, X's, observations, interactions and states (the oldest
// first), impressions (likewise), and the trailer with the counts. The first error of `sink` ends it.
absl::Status StreamRecord(const SubjectRecord& record, const Surfaces& surfaces,
                          absl::FunctionRef<absl::Status(const v1::ExportSubjectResponse&)> sink);

}  // namespace bauta

#endif  // BAUTA_SERVICE_EXPORT_STREAM_H_
