// Walks over the rows of subjects as they lie in the database, both rows of a subject together.
#ifndef BAUTA_FEATURESTORE_STORE_SUBJECT_SCAN_H_
#define BAUTA_FEATURESTORE_STORE_SUBJECT_SCAN_H_

#include <cstdint>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "featurestore/store/engine.h"
#include "privacy/codes.h"

namespace bauta {

// A subject's rows, borrowed for the call; null and empty where there is none.
struct ScannedSubject {
  StoredCode code;
  const std::string_view* head = nullptr;
  std::string_view history;
};

// Subjects of the ranges [begin, end), but those whose move to this database has not been logged, in the
// order of their codes, of one instant. Stops at the first error of `visit`, or where it says false.
absl::Status ScanSubjects(const Engine& engine, uint32_t begin, uint32_t end,
                          absl::FunctionRef<absl::StatusOr<bool>(const ScannedSubject&)> visit);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_SUBJECT_SCAN_H_
