// PostHandler: the catalogue. Knows no gRPC. What it acknowledges is in the store, and in every feed from the
// next request on.
#ifndef BAUTA_SERVICE_POST_HANDLER_H_
#define BAUTA_SERVICE_POST_HANDLER_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "bauta/v1/post_service.pb.h"
#include "featurestore/store/feature_store.h"
#include "service/principal.h"
#include "service/serving_state.h"
#include "service/subject_resolver.h"

namespace bauta {

// Thread-safe. INVALID_ARGUMENT for a list of a wrong length (a bad item has its own result); UNAVAILABLE
// where the store cannot write now: then nothing of the call is done, and it can be sent again.
class PostHandler {
 public:
  // All outlive the handler.
  struct Dependencies {
    const SubjectResolver& resolver;
    const FeatureStore& store;
    ServingState& serving;
    const Clock& clock;
  };
  // `content_dimension`: how many numbers a content vector has; 0: posts carry none.
  PostHandler(const Dependencies& dependencies, size_t content_dimension)
      : dependencies_(dependencies), content_dimension_(content_dimension) {}

  absl::StatusOr<v1::UpsertPostsResponse> UpsertPosts(const Principal& principal,
                                                      const v1::UpsertPostsRequest& request);
  absl::StatusOr<v1::RemovePostsResponse> RemovePosts(const Principal& principal,
                                                      const v1::RemovePostsRequest& request);
  absl::StatusOr<v1::SuspendAuthorsResponse> SuspendAuthors(const Principal& principal,
                                                            const v1::SuspendAuthorsRequest& request);
  // The same.
  absl::StatusOr<v1::EraseAuthorResponse> EraseAuthor(const Principal& principal,
                                                      const v1::EraseAuthorRequest& request);
  // INVALID_ARGUMENT for an id of a wrong length as well.
  absl::StatusOr<v1::GetAuthorCodesResponse> GetAuthorCodes(const Principal& principal,
                                                            const v1::GetAuthorCodesRequest& request);

 private:
  const Dependencies dependencies_;
  const size_t content_dimension_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_POST_HANDLER_H_
