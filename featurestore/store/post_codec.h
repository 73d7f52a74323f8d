// A post in bytes: bauta.storage.v1.PostRecord. Pure functions.
#ifndef BAUTA_FEATURESTORE_STORE_POST_CODEC_H_
#define BAUTA_FEATURESTORE_STORE_POST_CODEC_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "featurestore/records/post.h"

namespace bauta {

// The id, big-endian, so that rows lie in the order of the ids.
std::string PostKey(PostId post);
// DATA_LOSS: not 8 bytes.
absl::StatusOr<PostId> ParsePostKey(std::string_view key);

std::string EncodePost(const Post& post);
std::string EncodeRemovalMark(uint64_t version);

// What a post row says: a live post, or that it was removed.
struct PostRow {
  uint64_t version = 0;
  AuthorCode author;
  bool removed = false;
};
// DATA_LOSS: not what the functions above make.
absl::StatusOr<PostRow> PeekPost(std::string_view bytes);
absl::StatusOr<Post> DecodePost(PostId id, std::string_view bytes);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_POST_CODEC_H_
