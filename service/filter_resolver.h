// What a feed call says of the posts that it wants, checked, with authors turned into codes.
#ifndef BAUTA_SERVICE_FILTER_RESOLVER_H_
#define BAUTA_SERVICE_FILTER_RESOLVER_H_

#include "absl/status/statusor.h"
#include "bauta/v1/feed_service.pb.h"
#include "ranking/post_filter.h"
#include "service/subject_resolver.h"

namespace bauta {

// INVALID_ARGUMENT: a list that is too long, an id, language or author that is none, or an age that is out of
// its range; the message names the field, of an author its type and length only.
absl::StatusOr<PostFilter> ResolveFilter(const v1::PostFilter& filter, const SubjectResolver& resolver);

}  // namespace bauta

#endif  // BAUTA_SERVICE_FILTER_RESOLVER_H_
