// RightsVerifier: proof that a subject itself, or its agent or guardian, asked for one call. The token names
// the subject by a hash under the issuer's own key, so that an issuer never needs the root key.
#ifndef BAUTA_SERVICE_AUTH_RIGHTS_VERIFIER_H_
#define BAUTA_SERVICE_AUTH_RIGHTS_VERIFIER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bauta/v1/rights_token.pb.h"
#include "privacy/ed25519.h"
#include "privacy/pseudonymizer.h"
#include "privacy/raw_ids.h"
#include "privacy/secret.h"
#include "service/principal.h"

namespace bauta {

// The metadata key that carries a serialized v1::SignedRightsToken.
inline constexpr char kRightsTokenMetadata[] = "bauta-rights-token-bin";
inline constexpr size_t kRightsTokenSizeMax = 1024;  // Bytes.
inline constexpr absl::Duration kRightsTokenLifetimeMax = absl::Minutes(5);
// How far an issuer's clock may run ahead.
inline constexpr absl::Duration kIssuerSkewMax = absl::Minutes(1);

struct RightsIssuer {
  std::string name;
  Ed25519PublicKey public_key;
  SecretKey subject_hash_key;
  IssuerKind kind = IssuerKind::kIdentityService;
};

// Thread-safe.
class RightsVerifier {
 public:
  struct Options {
    std::vector<RightsIssuer> issuers;
    absl::Time start_time;  // Of this process, by the injected clock: older tokens may have been used before.
    size_t nonces_max = 1u << 20;  // Kept at once, each until its token expires; above: RESOURCE_EXHAUSTED.
  };
  explicit RightsVerifier(Options options);
  ~RightsVerifier();

  // Who signed, once for each good token: for `subject`, opening `group`, signed by an issuer of the
  // configuration, issued after the start, not expired at `now`, not used before. PERMISSION_DENIED else,
  // with the reason; nothing of the subject is in the message. A token that is refused is not used up.
  absl::StatusOr<IssuerKind> Verify(std::string_view token, const RawSubject& subject, RightsGroup group,
                                    absl::Time now);

 private:
  using Nonce = std::array<uint8_t, 16>;
  struct Issuer;
  absl::Status UseUp(const Nonce& nonce, absl::Time expire_time, absl::Time now);

  std::vector<std::unique_ptr<Issuer>> issuers_;
  const absl::Time start_time_;
  const size_t nonces_max_;

  std::mutex mutex_;
  absl::flat_hash_set<Nonce> used_;
  using Expiry = std::pair<absl::Time, Nonce>;
  std::priority_queue<Expiry, std::vector<Expiry>, std::greater<Expiry>> expiries_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_AUTH_RIGHTS_VERIFIER_H_
