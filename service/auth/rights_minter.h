// Minting rights tokens: what an operator's identity service does in production, and `bauta token` for trying
// out.
#ifndef BAUTA_SERVICE_AUTH_RIGHTS_MINTER_H_
#define BAUTA_SERVICE_AUTH_RIGHTS_MINTER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/file_system.h"
#include "privacy/ed25519.h"
#include "privacy/pseudonymizer.h"
#include "privacy/random_source.h"
#include "privacy/raw_ids.h"
#include "privacy/secret.h"
#include "service/principal.h"

namespace bauta {

// What an issuer holds. The server's configuration has the public half and the subject_hash_key.
struct RightsIssuerKeys {
  Ed25519PrivateKey private_key;
  SecretKey subject_hash_key;
};

absl::StatusOr<RightsIssuerKeys> GenerateIssuerKeys(RandomSource& random);

// Two files of 64 hexadecimal digits and a newline, permissions 0600: DIRECTORY/NAME.seed (the Ed25519 seed,
// for the issuer alone) and DIRECTORY/NAME.subject_hash_key (for issuer and server). ALREADY_EXISTS where
// either is there.
absl::Status WriteIssuerKeys(FileSystem& files, const std::string& directory, const std::string& name,
                             const RightsIssuerKeys& keys);
// NOT_FOUND, PERMISSION_DENIED where others may read them, INVALID_ARGUMENT where one is not such a file.
absl::StatusOr<RightsIssuerKeys> ReadIssuerKeys(FileSystem& files, const std::string& directory,
                                                const std::string& name);
// One such file.
absl::StatusOr<SecretKey> ReadHexKey(FileSystem& files, const std::string& path);

struct RightsTokenRequest {
  std::string issuer;  // As the server's configuration names it.
  RightsGroup group = RightsGroup::kConsent;
  absl::Time issue_time;
  absl::Duration lifetime = absl::Minutes(5);  // At most that, else the server refuses it.
};

// A serialized v1::SignedRightsToken, for the metadata key kRightsTokenMetadata. INTERNAL where there is no
// randomness.
absl::StatusOr<std::string> MintRightsToken(const RightsIssuerKeys& keys, const RawSubject& subject,
                                            const RightsTokenRequest& request, RandomSource& random);

}  // namespace bauta

#endif  // BAUTA_SERVICE_AUTH_RIGHTS_MINTER_H_
