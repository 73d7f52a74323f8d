// PageTokens: what a feed carries from page to page, sealed so that nobody but a server with the same root
// key can read, forge or pass it on. Nothing about a feed is kept on the server, so a token is good on every
// replica, and after a rotation of the identity key.
//
//   token     = AES-SIV(HKDF(K_0, "page-token"), plaintext), always kPageTokenSize bytes
//   plaintext = format 1 (1) ‖ minute (4) ‖ seed (8) ‖ count (2) ‖ 500 fingerprints (4 each), unused ones
//   zero;
//               integers little-endian
//   bound to  = namespace ‖ inner code, or "anonymous" · surface (1) · SHA-256 of the request without its
//   token seed      = first 8 bytes of HMAC-SHA-256(HKDF(K_0, "seed"), the same bytes ‖ minute)
#ifndef BAUTA_SERVICE_PAGE_TOKEN_H_
#define BAUTA_SERVICE_PAGE_TOKEN_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "featurestore/records/ids.h"
#include "privacy/aes_siv.h"
#include "privacy/codes.h"
#include "privacy/hash.h"
#include "privacy/key_ring.h"

namespace bauta {

inline constexpr size_t kFeedPostsMax = 500;  // Over all pages of one feed.
inline constexpr size_t kPageTokenSize = 1 + 4 + 8 + 2 + 4 * kFeedPostsMax + kSivOverhead;

// Whose feed a token is good for, and which one.
struct FeedBinding {
  std::string_view subject_namespace;  // "account", …; empty for nobody.
  std::optional<Pseudonym> subject;    // nullopt: anonymous.
  SurfaceId surface;
  Sha256Digest request_hash{};  // Of whatever else makes it this feed.
};

// Where in its feed a page begins.
struct FeedPosition {
  uint32_t start_minute = 0;  // Of the first page: minutes since the Unix epoch.
  uint64_t seed = 0;  // One for all pages. A function of the binding and the minute, so never of a history.
  std::vector<PostFingerprint> shown;  // On the pages before, at most kFeedPostsMax.
};

// Thread-safe.
class PageTokens {
 public:
  struct Options {
    absl::Duration age_max =
        absl::Hours(1);  // From the minute of the first page. Longer: a feed can be read on later.
  };

  // INVALID_ARGUMENT: an age that is not above 0. INTERNAL: OpenSSL has no AES-SIV.
  static absl::StatusOr<std::unique_ptr<PageTokens>> Create(const KeyRing& keys, const Options& options);

  // The first page's position.
  FeedPosition Start(const FeedBinding& binding, absl::Time now) const;

  // 0 … 99: where the subject stands in an experiment, the same on every surface and at any time; nobody, by
  // the feed's seed. A keyed hash of the code, so it is kept nowhere and tells nothing of anybody.
  uint32_t PercentileOf(const FeedBinding& binding, uint64_t seed, std::string_view experiment) const;

  // Replaces `token`. INVALID_ARGUMENT: more than kFeedPostsMax posts shown.
  absl::Status Seal(const FeedBinding& binding, const FeedPosition& position, std::string& token) const;

  // INVALID_ARGUMENT: not a token that Seal made for this very binding. FAILED_PRECONDITION: one that is too
  // old.
  absl::StatusOr<FeedPosition> Open(const FeedBinding& binding, std::string_view token, absl::Time now) const;

 private:
  PageTokens(const KeyRing& keys, const Options& options, std::unique_ptr<AesSiv> sealer);

  const Options options_;
  const std::unique_ptr<AesSiv> sealer_;
  const HmacSha256 seed_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_PAGE_TOKEN_H_
