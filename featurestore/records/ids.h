// The ids that callers give posts and topics. They name things that are public, never a person.
#ifndef BAUTA_FEATURESTORE_RECORDS_IDS_H_
#define BAUTA_FEATURESTORE_RECORDS_IDS_H_

#include <cstdint>

#include "base/mix_bits.h"
#include "base/strong_id.h"

namespace bauta {

// 1 … 2^63−1; 0 is no post, no topic.
using PostId = StrongId<struct PostIdTag, uint64_t>;
using TopicId = StrongId<struct TopicIdTag, uint64_t>;

inline constexpr uint64_t kIdMax = (uint64_t{1} << 63) - 1;

// The number that the configuration gives a surface (`home`, `following`, …); one byte in every row.
using SurfaceId = StrongId<struct SurfaceIdTag, uint8_t>;

// Stands for a post where only its having been shown is kept: 32 bits of a mix of its id (the finalizer of
// MurmurHash3). Two of a thousand posts share a fingerprint with a chance of about 1 in 8,600, and then one
// is wrongly held to be seen.
class PostFingerprint {
 public:
  constexpr PostFingerprint() = default;
  explicit constexpr PostFingerprint(uint32_t value) : value_(value) {}
  static constexpr PostFingerprint Of(PostId post) {
    return PostFingerprint(static_cast<uint32_t>(MixBits(post.value())));
  }
  constexpr uint32_t value() const { return value_; }
  friend constexpr auto operator<=>(const PostFingerprint&, const PostFingerprint&) = default;
  template <class H>
  friend H AbslHashValue(H state, const PostFingerprint& fingerprint) {
    return H::combine(std::move(state), fingerprint.value_);
  }

 private:
  uint32_t value_ = 0;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_RECORDS_IDS_H_
