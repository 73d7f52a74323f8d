#include "service/subject_handler.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/status.h"
#include "service/consent_backfill.h"
#include "service/convert_subject.h"
#include "service/convert_time.h"
#include "service/export_stream.h"
#include "service/item_result.h"
#include "service/validation_subject.h"

namespace bauta {
namespace {

struct PositionedChange {
  size_t position = 0;  // In the request.
  CheckedRelationChange change;
};

// Whether anything changed; FAILED_PRECONDITION where there is no room.
absl::StatusOr<bool> ApplyRelation(HeadInstructions& instructions, const CheckedRelationChange& change) {
  const auto same =
      std::lower_bound(instructions.relations.begin(), instructions.relations.end(), change.relation);
  const bool there = same != instructions.relations.end() && *same == change.relation;
  if (there != change.taken_back) return false;
  if (change.taken_back) {
    RemoveRelation(instructions, change.relation);
  } else {
    BAUTA_RETURN_IF_ERROR(AddRelation(instructions, change.relation));
  }
  return true;
}

}  // namespace

absl::StatusOr<v1::UpdateRelationsResponse> SubjectHandler::UpdateRelations(
    const Principal&, const v1::UpdateRelationsRequest& request) {
  const auto size = static_cast<size_t>(request.changes_size());
  BAUTA_RETURN_IF_ERROR(CheckListSize("changes", size, 1, kRelationChangesMax));
  BAUTA_ASSIGN_OR_RETURN(const Pseudonym subject,
                         dependencies_.resolver.Subject("subject", request.subject()));
  std::vector<v1::ItemResult> results(size);
  std::vector<PositionedChange> changes;
  for (size_t i = 0; i < size; ++i) {
    const absl::StatusOr<CheckedRelationChange> checked = CheckRelationChange(
        FieldPath("changes").At(i), request.changes(static_cast<int>(i)), dependencies_.resolver);
    if (checked.ok()) {
      changes.push_back({i, *checked});
    } else {
      results[i] = RefusedItem(v1::ITEM_REASON_INVALID, checked.status());
    }
  }
  const auto edit = [&](HeadInstructions& instructions) {
    for (const PositionedChange& change : changes) {
      const absl::StatusOr<bool> changed = ApplyRelation(instructions, change.change);
      results[change.position] =
          !changed.ok() ? RefusedItem(v1::ITEM_REASON_LIMIT_REACHED, changed.status())
                        : AcceptedItem(*changed ? v1::ITEM_REASON_UNSPECIFIED : v1::ITEM_REASON_UNCHANGED);
    }
    return absl::OkStatus();
  };
  if (!changes.empty()) {
    BAUTA_RETURN_IF_ERROR(
        dependencies_.store.UpdateInstructions(subject, {.what = "update-relations"}, edit));
  }
  v1::UpdateRelationsResponse response;
  for (v1::ItemResult& result : results) response.add_results()->Swap(&result);
  return response;
}

absl::StatusOr<v1::ListRelationsResponse> SubjectHandler::ListRelations(
    const Principal&, const v1::ListRelationsRequest& request) {
  BAUTA_ASSIGN_OR_RETURN(const Pseudonym subject,
                         dependencies_.resolver.Subject("subject", request.subject()));
  BAUTA_ASSIGN_OR_RETURN(const HeadInstructions instructions, dependencies_.store.ReadInstructions(subject));
  v1::ListRelationsResponse response;
  for (const Relation& relation : instructions.relations) WriteRelation(relation, *response.add_relations());
  return response;
}

absl::StatusOr<v1::GetConsentResponse> SubjectHandler::GetConsent(const Principal&,
                                                                  const v1::GetConsentRequest& request) {
  BAUTA_ASSIGN_OR_RETURN(const Pseudonym subject,
                         dependencies_.resolver.Subject("subject", request.subject()));
  BAUTA_ASSIGN_OR_RETURN(const HeadInstructions instructions, dependencies_.store.ReadInstructions(subject));
  v1::GetConsentResponse response;
  WriteConsent(instructions.consent, dependencies_.policy, dependencies_.clock.Now(),
               *response.mutable_consent());
  return response;
}

absl::StatusOr<v1::UpdateConsentResponse> SubjectHandler::UpdateConsent(
    const Principal& principal, const v1::UpdateConsentRequest& request) {
  BAUTA_ASSIGN_OR_RETURN(const Pseudonym subject,
                         dependencies_.resolver.Subject("subject", request.subject()));
  const absl::Time now = FloorMicros(dependencies_.clock.Now());
  BAUTA_ASSIGN_OR_RETURN(const CheckedConsentChange checked,
                         CheckUpdateConsent(request, principal, dependencies_.policy, now));
  v1::UpdateConsentResponse response;
  const auto edit = [&](HeadInstructions& instructions) -> absl::Status {
    if (checked.change.guardian_agreed && !checked.change.minor && !instructions.consent.minor) {
      return absl::FailedPreconditionError("guardian_agreed: the subject is not marked as under age");
    }
    instructions.consent = checked.ApplyTo(instructions.consent, now);
    response.Clear();
    WriteConsent(instructions.consent, dependencies_.policy, now, *response.mutable_consent());
    return absl::OkStatus();
  };
  BAUTA_RETURN_IF_ERROR(dependencies_.store.UpdateInstructions(subject, {.what = "update-consent"}, edit));
  return response;
}

absl::StatusOr<v1::BatchUpdateConsentsResponse> SubjectHandler::BatchUpdateConsents(
    const Principal& principal, const v1::BatchUpdateConsentsRequest& request) {
  const auto size = static_cast<size_t>(request.consents_size());
  BAUTA_RETURN_IF_ERROR(CheckListSize("consents", size, 1, kPastConsentsMax));
  BAUTA_RETURN_IF_ERROR(dependencies_.store.CheckCollecting());
  const absl::Time now = dependencies_.clock.Now();
  std::vector<v1::ItemResult> results(size);
  ConsentBackfill backfill(dependencies_.store, dependencies_.clock);
  for (size_t i = 0; i < size; ++i) {
    const absl::StatusOr<CheckedPastConsent> checked =
        CheckPastConsent(FieldPath("consents").At(i), request.consents(static_cast<int>(i)),
                         dependencies_.resolver, dependencies_.policy, now);
    if (checked.ok()) {
      backfill.Add(*checked, &results[i]);
    } else {
      results[i] = RefusedItem(v1::ITEM_REASON_INVALID, checked.status());
    }
  }
  backfill.Run(principal.deadline);
  v1::BatchUpdateConsentsResponse response;
  for (v1::ItemResult& result : results) response.add_results()->Swap(&result);
  return response;
}

absl::StatusOr<v1::GetPreferencesResponse> SubjectHandler::GetPreferences(
    const Principal&, const v1::GetPreferencesRequest& request) {
  BAUTA_ASSIGN_OR_RETURN(const Pseudonym subject,
                         dependencies_.resolver.Subject("subject", request.subject()));
  BAUTA_ASSIGN_OR_RETURN(const HeadInstructions instructions, dependencies_.store.ReadInstructions(subject));
  v1::GetPreferencesResponse response;
  WritePreferences(instructions.preferences, *response.mutable_preferences());
  return response;
}

absl::StatusOr<v1::UpdatePreferencesResponse> SubjectHandler::UpdatePreferences(
    const Principal&, const v1::UpdatePreferencesRequest& request) {
  BAUTA_ASSIGN_OR_RETURN(const Pseudonym subject,
                         dependencies_.resolver.Subject("subject", request.subject()));
  if (!request.has_preferences()) return MissingField("preferences", "what holds from now on, whole");
  BAUTA_ASSIGN_OR_RETURN(
      const Preferences preferences,
      CheckPreferences("preferences", request.preferences(), dependencies_.resolver.gazetteer(),
                       [&](TopicId topic) { return dependencies_.serving.IsSensitive(topic); }));
  const auto edit = [&](HeadInstructions& instructions) {
    SetPreferences(instructions, preferences);
    return absl::OkStatus();
  };
  BAUTA_RETURN_IF_ERROR(
      dependencies_.store.UpdateInstructions(subject, {.what = "update-preferences"}, edit));
  v1::UpdatePreferencesResponse response;
  WritePreferences(preferences, *response.mutable_preferences());
  return response;
}

absl::Status SubjectHandler::ExportSubject(
    const Principal&, const v1::ExportSubjectRequest& request,
    absl::FunctionRef<absl::Status(const v1::ExportSubjectResponse&)> sink) {
  BAUTA_ASSIGN_OR_RETURN(const Pseudonym subject,
                         dependencies_.resolver.Subject("subject", request.subject()));
  const absl::Time now = dependencies_.clock.Now();
  BAUTA_ASSIGN_OR_RETURN(const SubjectRecord record, dependencies_.store.Export(subject));
  v1::ExportSubjectResponse header;
  header.mutable_header()->set_export_version(kExportVersion);
  *header.mutable_header()->mutable_export_time() = ToProto(now);
  header.mutable_header()->set_region(region_);
  BAUTA_RETURN_IF_ERROR(sink(header));
  v1::ExportSubjectResponse consent;
  WriteConsent(record.head.instructions.consent, dependencies_.policy, now, *consent.mutable_consent());
  BAUTA_RETURN_IF_ERROR(sink(consent));
  return StreamRecord(record, dependencies_.surfaces, sink);
}

absl::StatusOr<v1::EraseSubjectResponse> SubjectHandler::EraseSubject(
    const Principal&, const v1::EraseSubjectRequest& request) {
  BAUTA_ASSIGN_OR_RETURN(const Pseudonym subject,
                         dependencies_.resolver.Subject("subject", request.subject()));
  BAUTA_ASSIGN_OR_RETURN(const ErasureReceipt receipt, dependencies_.store.Erase(subject));
  v1::EraseSubjectResponse response;
  WriteReceipt(receipt, *response.mutable_receipt());
  return response;
}

}  // namespace bauta
