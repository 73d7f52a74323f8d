// What InteractionService may be asked. Every check returns INVALID_ARGUMENT where it refuses, unless it says
// otherwise; see service/validation.h.
#ifndef BAUTA_SERVICE_VALIDATION_INTERACTION_H_
#define BAUTA_SERVICE_VALIDATION_INTERACTION_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bauta/v1/interaction_service.pb.h"
#include "bauta/v1/signal.pb.h"
#include "featurestore/records/dismissal.h"
#include "featurestore/records/ids.h"
#include "featurestore/store/feature_store.h"
#include "privacy/codes.h"
#include "service/subject_resolver.h"
#include "service/surfaces.h"
#include "service/validation.h"

namespace bauta {

inline constexpr size_t kInteractionsMax = 1'000;

// One item of a batch, its ids turned into codes.
struct CheckedInteraction {
  Pseudonym subject;
  SignalEvent event;
  std::optional<AuthorCode> self_author;
};

// OUT_OF_RANGE where the event lies further in the future than clocks may differ.
absl::StatusOr<CheckedInteraction> CheckInteraction(const FieldPath& field,
                                                    const v1::Interaction& interaction,
                                                    const SubjectResolver& resolver, const Surfaces& surfaces,
                                                    absl::Time now);

struct CheckedDismissal {
  Pseudonym subject;
  PostId post;
  DismissalReason reason;
  std::vector<TopicId> topics;  // As sent: whether the post has them, the catalogue knows.
};
absl::StatusOr<CheckedDismissal> CheckDismissPost(const v1::DismissPostRequest& request,
                                                  const SubjectResolver& resolver);

// What an X for `reason` on `post` is made of. `post` is nullopt where the catalogue does not have it:
// NOT_FOUND for a reason whose scope is not the post. INVALID_ARGUMENT where the reason makes no sense for
// the post, or a topic is none of its own.
absl::StatusOr<Dismissal> MakeDismissal(const CheckedDismissal& request, const std::optional<Post>& post,
                                        Hour hour);

struct CheckedUndo {
  Pseudonym subject;
  PostId post;
  DismissalReason reason;  // kUnspecified: any.
};
absl::StatusOr<CheckedUndo> CheckUndoDismissal(const v1::UndoDismissalRequest& request,
                                               const SubjectResolver& resolver);

}  // namespace bauta

#endif  // BAUTA_SERVICE_VALIDATION_INTERACTION_H_
