#include "service/store_handler.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "service/convert_enum.h"
#include "service/convert_time.h"
#include "service/log.h"
#include "service/validation.h"

namespace bauta {
namespace {

// Whether a backup of that name can be made now; what the store says of the name, said of the field.
absl::Status CheckBackup(const FeatureStore& store, const std::string& id) {
  const absl::Status checked = store.CheckBackup(id);
  if (!absl::IsInvalidArgument(checked)) return checked;
  return FieldError("backup_id", "1 to 64 letters, digits, '-', '_'",
                    absl::StrCat("another text of ", id.size(), " bytes"));
}

}  // namespace

absl::StatusOr<v1::GetPrivacyReportResponse> StoreHandler::GetPrivacyReport(
    const Principal&, const v1::GetPrivacyReportRequest&) {
  v1::GetPrivacyReportResponse report;
  const absl::Time now = dependencies_.clock.Now();
  *report.mutable_report_time() = ToProto(now);
  report.set_region(options_.region);
  report.set_crowd_min(options_.crowd_min);
  BAUTA_ASSIGN_OR_RETURN(const StoreCensus census, dependencies_.store.TakeCensus());
  report.set_collecting(dependencies_.store.collecting());
  WriteSubjects(census, report);
  WriteRows(census, report);
  report.set_post_count(census.posts);
  report.set_identity_epoch(census.identity_epoch);
  *report.mutable_identity_key_time() = ToProto(census.identity_key_time);
  *report.mutable_wrap_key_time() = ToProto(census.wrap_key_time);
  report.set_log_sequence(census.log_sequence);
  report.set_log_bytes(census.log_bytes);
  if (const std::optional<AuditWatch::Result> audit = dependencies_.audit.last()) {
    *report.mutable_audit_check()->mutable_check_time() = ToProto(audit->time);
    report.mutable_audit_check()->set_whole(audit->whole);
    report.mutable_audit_check()->set_entry_count(audit->entries);
  }
  if (const absl::StatusOr<ServingState::Reading> serving = dependencies_.serving.Read(now);
      serving.ok() && serving->has_model()) {
    *report.mutable_model_train_begin_time() = ToProto(serving->model().manifest().train_begin_time);
  }
  return report;
}

void StoreHandler::WriteSubjects(const StoreCensus& census, v1::GetPrivacyReportResponse& report) const {
  report.set_subject_count(Round(census.subjects));
  report.set_history_count(Round(census.histories));
  report.set_minor_count(Round(census.minors));
  report.set_erasure_mark_count(Round(census.erasure_marks));
  report.set_incomplete(census.unreadable > 0);
  for (const auto& [number, counted] : census.policy_versions) {
    v1::PolicyVersionCount& version = *report.add_policy_versions();
    version.set_policy_version(number);
    version.set_subject_count(Round(counted.subjects));
    for (Purpose purpose : kAllPurposes) {
      v1::PurposeCount& grants = *version.add_purposes();
      grants.set_purpose(ToProto(purpose));
      grants.set_subject_count(Round(counted.grants[Index(purpose)]));
    }
  }
}

void StoreHandler::WriteRows(const StoreCensus& census, v1::GetPrivacyReportResponse& report) const {
  for (size_t kind = 0; kind < kSignalKindCount; ++kind) {
    v1::SignalKindCount& counted = *report.add_signal_kinds();
    counted.set_kind(ToProto(static_cast<SignalKind>(kind)));
    counted.set_retention_days(options_.retention.age_hours_max[kind] / 24);
    for (size_t i = 0; i < census.rows[kind].size(); ++i) {
      const StoreCensus::Cell& cell = census.rows[kind][i];
      v1::AgeCount& ages = *counted.add_ages();
      ages.set_days_max(i < kCensusAgeDays.size() ? kCensusAgeDays[i] : 0);
      ages.set_row_count(cell.subjects < options_.crowd_min ? 0 : Round(cell.rows));
    }
  }
}

absl::StatusOr<v1::RotateIdentityKeyResponse> StoreHandler::RotateIdentityKey(
    const Principal& principal, const v1::RotateIdentityKeyRequest&) {
  if (!dependencies_.store.identity_rotation().running) {  // What is refused is not in the log.
    BAUTA_RETURN_IF_ERROR(
        dependencies_.store.RecordAct({absl::StrCat("rotate-identity-key by ", principal.name)}));
  }
  BAUTA_RETURN_IF_ERROR(dependencies_.store.BeginIdentityRotation());
  const uint32_t epoch = dependencies_.store.identity_rotation().epoch;
  LogInfo(absl::StrCat("a rotation of the identity key to epoch ", epoch, " has begun"));
  v1::RotateIdentityKeyResponse response;
  response.set_to_epoch(epoch);
  return response;
}

absl::StatusOr<v1::CreateBackupResponse> StoreHandler::CreateBackup(const Principal& principal,
                                                                    const v1::CreateBackupRequest& request) {
  BAUTA_RETURN_IF_ERROR(CheckBackup(dependencies_.store, request.backup_id()));
  BAUTA_RETURN_IF_ERROR(dependencies_.store.RecordAct(
      {absl::StrCat("create-backup ", request.backup_id(), " by ", principal.name)}));
  BAUTA_ASSIGN_OR_RETURN(const BackupReceipt receipt, dependencies_.store.CreateBackup(request.backup_id()));
  LogInfo(absl::StrCat("backup ", request.backup_id(), " written, to entry ", receipt.log_sequence,
                       " of the rights log"));
  v1::CreateBackupResponse response;
  response.set_log_sequence(receipt.log_sequence);
  *response.mutable_backup_time() = ToProto(receipt.backup_time);
  return response;
}

absl::StatusOr<v1::StopCollectingResponse> StoreHandler::StopCollecting(const Principal& principal,
                                                                        const v1::StopCollectingRequest&) {
  const bool collecting = dependencies_.store.collecting();
  BAUTA_RETURN_IF_ERROR(
      dependencies_.store.StopCollecting({absl::StrCat("stop-collecting by ", principal.name)}));
  if (collecting) LogWarning("collecting has stopped, for good");
  return v1::StopCollectingResponse();
}

}  // namespace bauta
