// What PostService may be asked. Every check returns INVALID_ARGUMENT where it refuses; see
// service/validation.h.
#ifndef BAUTA_SERVICE_VALIDATION_POST_H_
#define BAUTA_SERVICE_VALIDATION_POST_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bauta/v1/post.pb.h"
#include "bauta/v1/post_service.pb.h"
#include "featurestore/records/post.h"
#include "featurestore/store/feature_store.h"
#include "service/subject_resolver.h"
#include "service/validation.h"

namespace bauta {

inline constexpr size_t kPostsMax = 1'000;
inline constexpr size_t kRemovalsMax = 1'000;
inline constexpr size_t kSuspensionsMax = 1'000;
inline constexpr size_t kAuthorIdsMax = 1'000;

// `content_dimension`: how many numbers a content vector has; 0 where posts carry none.
absl::StatusOr<Post> CheckPost(const FieldPath& field, const v1::Post& post, const SubjectResolver& resolver,
                               size_t content_dimension, absl::Time now);
absl::StatusOr<PostRemoval> CheckPostRemoval(const FieldPath& field, const v1::PostRemoval& removal);
absl::StatusOr<AuthorSuspension> CheckAuthorSuspension(const FieldPath& field,
                                                       const v1::AuthorSuspension& suspension,
                                                       const SubjectResolver& resolver, absl::Time now);

}  // namespace bauta

#endif  // BAUTA_SERVICE_VALIDATION_POST_H_
