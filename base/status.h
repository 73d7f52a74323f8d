// Short forms for passing an error on, and nothing else: everything that can fail returns absl::Status or
// absl::StatusOr.
#ifndef BAUTA_BASE_STATUS_H_
#define BAUTA_BASE_STATUS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define BAUTA_STATUS_CONCAT_INNER_(a, b) a##b
#define BAUTA_STATUS_CONCAT_(a, b) BAUTA_STATUS_CONCAT_INNER_(a, b)

// Returns the status of `expression` from the enclosing function unless it is OK.
#define BAUTA_RETURN_IF_ERROR(expression)                                                       \
  do {                                                                                          \
    if (::absl::Status bauta_status_ = (expression); !bauta_status_.ok()) return bauta_status_; \
  } while (false)

// Evaluates `expression`, a StatusOr; returns its status unless OK, else moves its value into `target`, which
// may be a declaration.
#define BAUTA_ASSIGN_OR_RETURN(target, expression) \
  BAUTA_ASSIGN_OR_RETURN_IMPL_(BAUTA_STATUS_CONCAT_(bauta_status_or_, __LINE__), target, expression)
#define BAUTA_ASSIGN_OR_RETURN_IMPL_(result, target, expression) \
  auto result = (expression);                                    \
  if (!result.ok()) return std::move(result).status();           \
  target = *std::move(result)

#endif  // BAUTA_BASE_STATUS_H_
