// A head in bytes: bauta.storage.v1.Head and HeadInstructions. Pure functions.
#ifndef BAUTA_FEATURESTORE_STORE_HEAD_CODEC_H_
#define BAUTA_FEATURESTORE_STORE_HEAD_CODEC_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "bauta/storage/v1/head.pb.h"
#include "featurestore/records/head.h"
#include "privacy/slot_ref.h"

namespace bauta {

// What a head row holds inside its seal.
struct HeadValue {
  Head head;
  SlotRef history_slot;  // The key that the history lies under; empty: there is no history.

  friend bool operator==(const HeadValue&, const HeadValue&) = default;
};

std::string EncodeHead(const HeadValue& value);
// DATA_LOSS: not what EncodeHead makes.
absl::StatusOr<HeadValue> DecodeHead(std::string_view bytes);

// Times are kept in whole microseconds, rounded up, so that a consent never comes to reach further back.
void EncodeInstructions(const HeadInstructions& instructions, const SlotRef& history_slot,
                        storage::v1::HeadInstructions& out);
absl::StatusOr<HeadInstructions> DecodeInstructions(const storage::v1::HeadInstructions& in,
                                                    SlotRef* history_slot);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_HEAD_CODEC_H_
