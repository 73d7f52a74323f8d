// SubjectHandler: a subject's relations, consent and rights. Knows no gRPC; whether the call was the
// subject's own is the door's to prove (service/rpc/door.h).
#ifndef BAUTA_SERVICE_SUBJECT_HANDLER_H_
#define BAUTA_SERVICE_SUBJECT_HANDLER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "bauta/v1/subject_service.pb.h"
#include "featurestore/store/feature_store.h"
#include "privacy/policy.h"
#include "ranking/profile_tags.h"
#include "service/principal.h"
#include "service/serving_state.h"
#include "service/subject_resolver.h"
#include "service/surfaces.h"

namespace bauta {

// Thread-safe. INVALID_ARGUMENT and FAILED_PRECONDITION as the checks say (service/validation_subject.h);
// UNAVAILABLE where the store cannot read or write now. An unknown subject, an erased one and one who never
// agreed are answered alike.
class SubjectHandler {
 public:
  // All outlive the handler. `policy` is the one that the store was opened with.
  struct Dependencies {
    const SubjectResolver& resolver;
    const Surfaces& surfaces;
    const PolicyHistory& policy;
    FeatureStore& store;
    ServingState& serving;
    const Clock& clock;
  };
  // `region` is the store's, as an export names it.
  SubjectHandler(const Dependencies& dependencies, std::string region)
      : dependencies_(dependencies), region_(std::move(region)) {}

  // All changes of a call become durable together; a bad one costs no other.
  absl::StatusOr<v1::UpdateRelationsResponse> UpdateRelations(const Principal& principal,
                                                              const v1::UpdateRelationsRequest& request);
  absl::StatusOr<v1::ListRelationsResponse> ListRelations(const Principal& principal,
                                                          const v1::ListRelationsRequest& request);

  absl::StatusOr<v1::GetConsentResponse> GetConsent(const Principal& principal,
                                                    const v1::GetConsentRequest& request);
  // PERMISSION_DENIED: an agent grants a purpose, or somebody else than a guardian agrees for a minor.
  absl::StatusOr<v1::UpdateConsentResponse> UpdateConsent(const Principal& principal,
                                                          const v1::UpdateConsentRequest& request);
  // Every item has its own result, also where the store fails for its subject.
  absl::StatusOr<v1::BatchUpdateConsentsResponse> BatchUpdateConsents(
      const Principal& principal, const v1::BatchUpdateConsentsRequest& request);

  absl::StatusOr<v1::GetPreferencesResponse> GetPreferences(const Principal& principal,
                                                            const v1::GetPreferencesRequest& request);
  absl::StatusOr<v1::UpdatePreferencesResponse> UpdatePreferences(
      const Principal& principal, const v1::UpdatePreferencesRequest& request);

  // UNAVAILABLE as well where only the history cannot be read.
  absl::StatusOr<v1::ListProfileTagsResponse> ListProfileTags(const Principal& principal,
                                                              const v1::ListProfileTagsRequest& request);
  // NOT_FOUND: no such tag; FAILED_PRECONDITION: kDeletedTagsMax are deleted.
  absl::StatusOr<v1::DeleteProfileTagResponse> DeleteProfileTag(const Principal& principal,
                                                                const v1::DeleteProfileTagRequest& request);
  absl::StatusOr<v1::DeleteInteractionsResponse> DeleteInteractions(
      const Principal& principal, const v1::DeleteInteractionsRequest& request);

  // Gives the parts of the export to `sink` in the order of the message's fields; an error of `sink` ends it
  // and is returned.
  absl::Status ExportSubject(const Principal& principal, const v1::ExportSubjectRequest& request,
                             absl::FunctionRef<absl::Status(const v1::ExportSubjectResponse&)> sink);
  absl::StatusOr<v1::EraseSubjectResponse> EraseSubject(const Principal& principal,
                                                        const v1::EraseSubjectRequest& request);

 private:
  absl::StatusOr<std::vector<ProfileTag>> ProfileTagsOf(const Pseudonym& subject);

  const Dependencies dependencies_;
  const std::string region_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_SUBJECT_HANDLER_H_
