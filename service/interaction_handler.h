// InteractionHandler: takes what subjects did, and their X's. Knows no gRPC.
//
// A reply tells whose post or what reason was wrong, never whose subject: an unknown subject, an erased one
// and one who never agreed are answered alike.
#ifndef BAUTA_SERVICE_INTERACTION_HANDLER_H_
#define BAUTA_SERVICE_INTERACTION_HANDLER_H_

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "bauta/v1/interaction_service.pb.h"
#include "featurestore/store/feature_store.h"
#include "service/principal.h"
#include "service/subject_resolver.h"
#include "service/surfaces.h"

namespace bauta {

// Thread-safe. INVALID_ARGUMENT as the checks say (service/validation_interaction.h); UNAVAILABLE where the
// store cannot write now.
class InteractionHandler {
 public:
  // All outlive the handler.
  struct Dependencies {
    const SubjectResolver& resolver;
    const Surfaces& surfaces;
    FeatureStore& store;
    const Clock& clock;
  };
  explicit InteractionHandler(const Dependencies& dependencies) : dependencies_(dependencies) {}

  // Every item has its own result, also where the store fails for its subject.
  absl::StatusOr<v1::RecordInteractionsResponse> RecordInteractions(
      const Principal& principal, const v1::RecordInteractionsRequest& request);

  // NOT_FOUND: the reason is about the author or the topics of a post that the catalogue does not have.
  // FAILED_PRECONDITION: too many X's are kept of which none may go.
  absl::StatusOr<v1::DismissPostResponse> DismissPost(const Principal& principal,
                                                      const v1::DismissPostRequest& request);
  absl::StatusOr<v1::UndoDismissalResponse> UndoDismissal(const Principal& principal,
                                                          const v1::UndoDismissalRequest& request);
  absl::StatusOr<v1::ListDismissalsResponse> ListDismissals(const Principal& principal,
                                                            const v1::ListDismissalsRequest& request);
  // NOT_FOUND: the catalogue does not have the post.
  absl::StatusOr<v1::ListReasonsResponse> ListReasons(const Principal& principal,
                                                      const v1::ListReasonsRequest& request);

 private:
  const Dependencies dependencies_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_INTERACTION_HANDLER_H_
