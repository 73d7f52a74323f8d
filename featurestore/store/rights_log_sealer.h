// RightsLogSealer: seals and opens the payloads of the rights log. A subject's state is under the key of its
// head, so that it dies with it; everything else is under HKDF(K_0, "rights-log").
#ifndef BAUTA_FEATURESTORE_STORE_RIGHTS_LOG_SEALER_H_
#define BAUTA_FEATURESTORE_STORE_RIGHTS_LOG_SEALER_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "featurestore/store/rights_log_format.h"
#include "privacy/key_ring.h"
#include "privacy/random_source.h"
#include "privacy/secret.h"
#include "privacy/subject_keys.h"

namespace bauta {

// Thread-safe.
class RightsLogSealer {
 public:
  // `subject_keys` and `random` outlive the sealer.
  RightsLogSealer(const KeyRing& key_ring, const SubjectKeys& subject_keys, RandomSource& random);

  // INVALID_ARGUMENT: a checkpoint, whose payload is in the clear. NOT_FOUND: the subject's slot is not live.
  absl::StatusOr<std::string> Seal(const RightsEntryHeader& header, std::string_view payload) const;

  // The payload; nothing where it is a subject's and the slot is dead: such an entry is skipped.
  // DATA_LOSS: it fails its seal.
  absl::StatusOr<std::optional<std::string>> Unseal(const RightsEntry& entry) const;

 private:
  const SecretKey store_key_;
  const SubjectKeys& subject_keys_;
  RandomSource& random_;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_RIGHTS_LOG_SEALER_H_
