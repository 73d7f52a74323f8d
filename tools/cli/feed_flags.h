// The flags of `bauta feed` that say which posts.
#ifndef BAUTA_TOOLS_CLI_FEED_FLAGS_H_
#define BAUTA_TOOLS_CLI_FEED_FLAGS_H_

#include "absl/status/status.h"
#include "bauta/v1/feed_service.pb.h"

namespace bauta {

// Sets `filter`, `seed_post_ids` and `exclude_post_ids` by --topics, --not_topics, --languages,
// --not_languages, --authors, --not_authors, --followed, --hours, --like and --without; what is not given is
// not set. INVALID_ARGUMENT names the flag.
absl::Status SetPostsByFlags(v1::GetFeedRequest& request);

}  // namespace bauta

#endif  // BAUTA_TOOLS_CLI_FEED_FLAGS_H_
