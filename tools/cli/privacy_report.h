// How `bauta privacy-report` prints what a store keeps and what Bauta promises.
#ifndef BAUTA_TOOLS_CLI_PRIVACY_REPORT_H_
#define BAUTA_TOOLS_CLI_PRIVACY_REPORT_H_

#include <string>
#include <vector>

#include "bauta/v1/store_service.pb.h"

namespace bauta {

void PrintPrivacyReport(const v1::GetPrivacyReportResponse& report);

// The promises of docs/privacy.md, as it was when this program was built: each with the files that enforce
// it.
struct Promise {
  std::string promise;
  std::string enforced_in;
};
std::vector<Promise> Promises();

}  // namespace bauta

#endif  // BAUTA_TOOLS_CLI_PRIVACY_REPORT_H_
