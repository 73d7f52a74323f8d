#include "featurestore/store/rights_log_sealer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "privacy/sealing.h"

namespace bauta {

RightsLogSealer::RightsLogSealer(const KeyRing& key_ring, const SubjectKeys& subject_keys,
                                 RandomSource& random)
    : store_key_(key_ring.Derive(KeyPurpose::kRightsLog)), subject_keys_(subject_keys), random_(random) {}

absl::StatusOr<std::string> RightsLogSealer::Seal(const RightsEntryHeader& header,
                                                  std::string_view payload) const {
  std::string sealed;
  switch (header.type) {
    case RightsEntryType::kSubjectState: {
      BAUTA_ASSIGN_OR_RETURN(const SecretKey key, subject_keys_.DataKey(header.slot));
      BAUTA_RETURN_IF_ERROR(bauta::Seal(key, PayloadAssociatedData(header), payload, random_, sealed));
      return sealed;
    }
    case RightsEntryType::kUnspecified:
    case RightsEntryType::kCheckpoint:
      return absl::InvalidArgumentError(absl::StrCat(
          "type: an entry of type ", ToAbsl(RightsEntryTypeName(header.type)), " is not sealed"));
    default:
      BAUTA_RETURN_IF_ERROR(bauta::Seal(store_key_, PayloadAssociatedData(header), payload, random_, sealed));
      return sealed;
  }
}

absl::StatusOr<std::optional<std::string>> RightsLogSealer::Unseal(const RightsEntry& entry) const {
  if (entry.header.type == RightsEntryType::kCheckpoint) return entry.payload;
  const std::string associated_data = PayloadAssociatedData(entry.header);
  std::string payload;
  absl::Status unsealed;
  if (entry.header.type == RightsEntryType::kSubjectState) {
    const absl::StatusOr<SecretKey> key = subject_keys_.DataKey(entry.header.slot);
    if (absl::IsNotFound(key.status())) return std::nullopt;
    if (!key.ok()) return key.status();
    unsealed = bauta::Unseal(*key, associated_data, entry.payload, payload);
  } else {
    unsealed = bauta::Unseal(store_key_, associated_data, entry.payload, payload);
  }
  if (!unsealed.ok()) {
    return absl::Status(unsealed.code(), absl::StrCat("rights log, entry ", entry.header.sequence,
                                                      ": its payload fails its seal"));
  }
  return payload;
}

}  // namespace bauta
