// FeedHandler: ranks candidates, finds feeds, explains posts. Knows no gRPC.
//
// The order of a call: check → codes → view of the subject → releases → rank → reply; then, not waited for,
// the note that the subject was here. A reply depends on the view and never on the store behind it: what a
// subject does not permit to be used is not in the view, so it is in no byte of the reply, the token's
// included.
#ifndef BAUTA_SERVICE_FEED_HANDLER_H_
#define BAUTA_SERVICE_FEED_HANDLER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "bauta/v1/feed_service.pb.h"
#include "featurestore/records/subject_view.h"
#include "featurestore/store/feature_store.h"
#include "ranking/ranker.h"
#include "service/metrics.h"
#include "service/page_token.h"
#include "service/principal.h"
#include "service/serving_state.h"
#include "service/subject_resolver.h"
#include "service/surfaces.h"
#include "service/visit_notes.h"
#include "service/visit_resolver.h"

namespace bauta {

// Thread-safe.
class FeedHandler {
 public:
  // All outlive the handler.
  struct Dependencies {
    const SubjectResolver& resolver;
    const Surfaces& surfaces;
    const FeatureStore& store;
    ServingState& serving;
    const PageTokens& page_tokens;
    VisitNotes& visit_notes;
    Metrics& metrics;
    const Clock& clock;
  };
  // `config_version` fingerprints the configuration; it is in every reply.
  FeedHandler(const Dependencies& dependencies, std::string config_version)
      : dependencies_(dependencies), config_version_(std::move(config_version)) {}

  // Each fills `response`, which must be empty; it may lie in an arena. INVALID_ARGUMENT as the checks say;
  // FAILED_PRECONDITION: an expired page token; NOT_FOUND: no such post to explain; PERMISSION_DENIED:
  // history to be named without a rights token; UNAVAILABLE: the subject's choices cannot be read, and the
  // request does not do without them.
  absl::Status RankPosts(const Principal& principal, const v1::RankPostsRequest& request,
                         v1::RankPostsResponse& response);
  absl::Status GetFeed(const Principal& principal, const v1::GetFeedRequest& request,
                       v1::GetFeedResponse& response);
  absl::Status ExplainPost(const Principal& principal, const v1::ExplainPostRequest& request,
                           v1::ExplainPostResponse& response);

 private:
  struct Looker;  // A visit, and what may be used of whoever makes it.
  absl::StatusOr<Looker> Look(const v1::Visit& visit, bool present);
  // The releases of the arm that whoever `binding` names is in.
  absl::StatusOr<ServingState::Reading> Read(const FeedBinding& binding, uint64_t seed, absl::Time now);
  template <class Response>
  void Stamp(const Looker& looker, const ServingState::Reading& releases, bool cut_short, Response& response);

  const Dependencies dependencies_;
  const std::string config_version_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_FEED_HANDLER_H_
