// SubjectRowCodec: a subject's two rows between their values and their sealed bytes.
#ifndef BAUTA_FEATURESTORE_STORE_SUBJECT_ROW_CODEC_H_
#define BAUTA_FEATURESTORE_STORE_SUBJECT_ROW_CODEC_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "featurestore/store/head_codec.h"
#include "featurestore/store/history.h"
#include "featurestore/store/row_format.h"
#include "privacy/codes.h"
#include "privacy/random_source.h"
#include "privacy/subject_keys.h"

namespace bauta {

// A head as it was read: the value, and what stands before the seal.
struct StoredHead {
  HeadValue value;
  SlotRef slot;           // Empty: no head is there, and `value` is that of somebody never seen.
  uint64_t sequence = 0;  // Of the last class A change.

  bool exists() const { return !slot.empty(); }
};

// A history as its frames give it, trimmed, nothing dropped for its age.
struct StoredHistory {
  History rows;
  size_t frames = 0;
  uint64_t row_bytes = 0;
};

// Thread-safe.
class SubjectRowCodec {
 public:
  struct Options {
    size_t interactions_max = 1000;
  };
  // All outlive the codec.
  SubjectRowCodec(Options options, const SubjectKeys& subject_keys, RandomSource& random)
      : options_(options), subject_keys_(subject_keys), random_(random) {}

  // Makes the row that stands in for an absent or dead one, so that somebody never seen costs what anybody
  // does. Call once, before OpenHead.
  absl::Status MakeDecoy();

  absl::StatusOr<std::string> SealHeadValue(const StoredCode& code, const SlotRef& slot,
                                            const HeadValue& value) const;
  static std::string HeadRow(const SlotRef& slot, uint64_t sequence, std::string_view sealed);
  absl::StatusOr<std::string> SealFrame(const StoredCode& code, const SlotRef& slot,
                                        const History& rows) const;
  // The same for a subject who moves to another identity key: the clear days are rounded outwards to 64 days,
  // so that they do not say which row of the old database this was.
  absl::StatusOr<std::string> SealMovedFrame(const StoredCode& code, const SlotRef& slot,
                                             const History& rows) const;

  // `row` is null where there is none. A row whose slot is not live is as absent. DATA_LOSS: fails its seal.
  absl::StatusOr<StoredHead> OpenHead(const StoredCode& code, const std::string_view* row) const;

  // Frames under another key than `slot` are dead. DATA_LOSS as above.
  absl::StatusOr<StoredHistory> OpenHistory(const StoredCode& code, const SlotRef& slot,
                                            std::string_view row) const;

  // The live slots that the frames of `row` name, each once.
  absl::StatusOr<std::vector<SlotRef>> LiveSlots(std::string_view row) const;

 private:
  absl::StatusOr<std::string> SealRows(const StoredCode& code, const SlotRef& slot, const History& rows,
                                       const Frame& days) const;
  absl::StatusOr<HeadValue> UnsealHead(const SecretKey& key, const StoredCode& code, const SlotRef& slot,
                                       std::string_view sealed) const;

  const Options options_;
  const SubjectKeys& subject_keys_;
  RandomSource& random_;
  SecretKey decoy_key_;
  std::string decoy_;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_SUBJECT_ROW_CODEC_H_
