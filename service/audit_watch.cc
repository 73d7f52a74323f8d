#include "service/audit_watch.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "service/log.h"

namespace bauta {

absl::Status AuditWatch::Check() {
  const absl::StatusOr<AuditReport> report = store_.AuditRightsLog();
  if (!report.ok()) {
    LogInternalError(absl::Status(report.status().code(), absl::StrCat("the rights log failed its check: ",
                                                                       report.status().message())));
  }
  const std::lock_guard lock(mutex_);
  last_ = Result{.time = clock_.Now(), .whole = report.ok(), .entries = report.ok() ? report->entries : 0};
  return report.status();
}

std::optional<AuditWatch::Result> AuditWatch::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

}  // namespace bauta
