// What the server tells its operator: one line a message on standard error. Callers pass public facts only:
// no request field, code or address is ever part of a message.
#ifndef BAUTA_SERVICE_LOG_H_
#define BAUTA_SERVICE_LOG_H_

#include <string>

#include "absl/status/status.h"

namespace bauta {

// Thread-safe.
void LogInfo(const std::string& message);
void LogWarning(const std::string& message);
// An error that the caller got without its message. At most ten lines a second; the next line says how many
// were left out.
void LogInternalError(const absl::Status& status);

}  // namespace bauta

#endif  // BAUTA_SERVICE_LOG_H_
