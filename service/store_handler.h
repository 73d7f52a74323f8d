// StoreHandler: the store as its operators see it. Knows no gRPC.
#ifndef BAUTA_SERVICE_STORE_HANDLER_H_
#define BAUTA_SERVICE_STORE_HANDLER_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "bauta/v1/store_service.pb.h"
#include "featurestore/store/feature_store.h"
#include "privacy/retention.h"
#include "service/audit_watch.h"
#include "service/principal.h"
#include "service/serving_state.h"

namespace bauta {

// Thread-safe.
class StoreHandler {
 public:
  struct Options {
    std::string region;      // The store's.
    uint32_t crowd_min = 0;  // Every number of subjects is rounded down to a multiple of it.
    Retention retention;
  };
  // All outlive the handler.
  struct Dependencies {
    FeatureStore& store;
    ServingState& serving;
    const AuditWatch& audit;
    const Clock& clock;
  };
  StoreHandler(const Dependencies& dependencies, Options options)
      : dependencies_(dependencies), options_(std::move(options)) {}

  absl::StatusOr<v1::GetPrivacyReportResponse> GetPrivacyReport(const Principal& principal,
                                                                const v1::GetPrivacyReportRequest& request);

  // In the rights log, then begun; the server's task goes on with it. FAILED_PRECONDITION: one is running.
  // UNAVAILABLE: the log or the new database cannot be written.
  absl::StatusOr<v1::RotateIdentityKeyResponse> RotateIdentityKey(
      const Principal& principal, const v1::RotateIdentityKeyRequest& request);

  // In the rights log first, so that a backup holds the entry of its own making. INVALID_ARGUMENT,
  // ALREADY_EXISTS, FAILED_PRECONDITION, UNAVAILABLE: see FeatureStore::CreateBackup.
  absl::StatusOr<v1::CreateBackupResponse> CreateBackup(const Principal& principal,
                                                        const v1::CreateBackupRequest& request);

  // UNAVAILABLE: the log cannot be written.
  absl::StatusOr<v1::StopCollectingResponse> StopCollecting(const Principal& principal,
                                                            const v1::StopCollectingRequest& request);

 private:
  uint64_t Round(uint64_t count) const { return count - count % options_.crowd_min; }
  void WriteSubjects(const StoreCensus& census, v1::GetPrivacyReportResponse& report) const;
  void WriteRows(const StoreCensus& census, v1::GetPrivacyReportResponse& report) const;

  const Dependencies dependencies_;
  const Options options_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_STORE_HANDLER_H_
