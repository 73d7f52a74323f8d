#include "service/rpc/quiet_logs.h"

#include <grpc/support/log.h>

#include "absl/strings/str_cat.h"
#include "service/log.h"

namespace bauta {
namespace {

void WriteWithoutMessage(gpr_log_func_args* entry) {
  if (entry->severity < GPR_LOG_SEVERITY_ERROR) return;
  LogWarning(absl::StrCat("gRPC reports an error at ", entry->file, ":", entry->line,
                          " (its message is left out: it may quote a peer)"));
}

}  // namespace

void QuietGrpcLogs() { gpr_set_log_function(WriteWithoutMessage); }

}  // namespace bauta
