#include "featurestore/store/subject_row_codec.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "featurestore/store/history_codec.h"
#include "privacy/sealing.h"

namespace bauta {
namespace {

constexpr uint32_t kMovedDays = 64;
// A slot that no file has; it names the decoy's key alone.
constexpr SlotRef kDecoySlot = {.index = 0, .generation = 1};

}  // namespace

absl::Status SubjectRowCodec::MakeDecoy() {
  BAUTA_RETURN_IF_ERROR(random_.Fill(decoy_key_.Fill()));
  decoy_.clear();
  return Seal(decoy_key_, RowAssociatedData(RowKind::kHead, StoredCode(), kDecoySlot),
              EncodeHead(HeadValue()), random_, decoy_);
}

absl::StatusOr<std::string> SubjectRowCodec::SealHeadValue(const StoredCode& code, const SlotRef& slot,
                                                           const HeadValue& value) const {
  BAUTA_ASSIGN_OR_RETURN(const SecretKey key, subject_keys_.DataKey(slot));
  std::string sealed;
  std::string plain = EncodeHead(value);
  const absl::Status status =
      Seal(key, RowAssociatedData(RowKind::kHead, code, slot), plain, random_, sealed);
  WipeString(plain);
  BAUTA_RETURN_IF_ERROR(status);
  return sealed;
}

std::string SubjectRowCodec::HeadRow(const SlotRef& slot, uint64_t sequence, std::string_view sealed) {
  std::string row = EncodeHeadHeader({.slot = slot, .sequence = sequence});
  row.append(sealed);
  return row;
}

absl::StatusOr<std::string> SubjectRowCodec::SealFrame(const StoredCode& code, const SlotRef& slot,
                                                       const History& rows) const {
  const DayRange days = DaysOf(rows);
  return SealRows(code, slot, rows,
                  {.slot = slot, .oldest_day = days.oldest, .newest_day = days.newest, .sealed = {}});
}

absl::StatusOr<std::string> SubjectRowCodec::SealMovedFrame(const StoredCode& code, const SlotRef& slot,
                                                            const History& rows) const {
  const DayRange days = DaysOf(rows);
  if (days.oldest > days.newest) return SealFrame(code, slot, rows);  // An empty one has no days.
  return SealRows(code, slot, rows,
                  {.slot = slot,
                   .oldest_day = days.oldest / kMovedDays * kMovedDays,
                   .newest_day = days.newest / kMovedDays * kMovedDays + kMovedDays - 1,
                   .sealed = {}});
}

absl::StatusOr<std::string> SubjectRowCodec::SealRows(const StoredCode& code, const SlotRef& slot,
                                                      const History& rows, const Frame& days) const {
  BAUTA_ASSIGN_OR_RETURN(const SecretKey key, subject_keys_.DataKey(slot));
  std::string sealed;
  std::string plain = EncodeHistory(rows);
  const absl::Status status =
      Seal(key, RowAssociatedData(RowKind::kHistory, code, slot), plain, random_, sealed);
  WipeString(plain);
  BAUTA_RETURN_IF_ERROR(status);
  Frame whole = days;
  whole.sealed = sealed;
  std::string frame;
  AppendFrame(whole, frame);
  return frame;
}

absl::StatusOr<HeadValue> SubjectRowCodec::UnsealHead(const SecretKey& key, const StoredCode& code,
                                                      const SlotRef& slot, std::string_view sealed) const {
  std::string plain;
  BAUTA_RETURN_IF_ERROR(Unseal(key, RowAssociatedData(RowKind::kHead, code, slot), sealed, plain));
  absl::StatusOr<HeadValue> value = DecodeHead(plain);
  WipeString(plain);
  return value;
}

absl::StatusOr<StoredHead> SubjectRowCodec::OpenHead(const StoredCode& code,
                                                     const std::string_view* row) const {
  StoredHead head;
  if (row != nullptr) {
    std::string_view sealed;
    BAUTA_ASSIGN_OR_RETURN(const HeadHeader header, DecodeHeadRow(*row, &sealed));
    absl::StatusOr<SecretKey> key = subject_keys_.DataKey(header.slot);
    if (key.ok()) {
      BAUTA_ASSIGN_OR_RETURN(head.value, UnsealHead(*key, code, header.slot, sealed));
      head.slot = header.slot;
      head.sequence = header.sequence;
      return head;
    }
    if (!absl::IsNotFound(key.status())) return key.status();
  }
  BAUTA_ASSIGN_OR_RETURN(head.value, UnsealHead(decoy_key_, StoredCode(), kDecoySlot, decoy_));
  return head;
}

absl::StatusOr<StoredHistory> SubjectRowCodec::OpenHistory(const StoredCode& code, const SlotRef& slot,
                                                           std::string_view row) const {
  StoredHistory history;
  history.row_bytes = row.size();
  if (slot.empty() || row.empty()) return history;
  absl::StatusOr<SecretKey> key = subject_keys_.DataKey(slot);
  if (absl::IsNotFound(key.status())) return history;
  BAUTA_RETURN_IF_ERROR(key.status());
  BAUTA_ASSIGN_OR_RETURN(const Frames frames, DecodeHistoryRow(row));
  history.frames = frames.size();
  const std::string associated_data = RowAssociatedData(RowKind::kHistory, code, slot);
  std::string plain;
  for (const Frame& frame : frames) {
    if (frame.slot != slot) continue;
    BAUTA_RETURN_IF_ERROR(Unseal(*key, associated_data, frame.sealed, plain));
    absl::StatusOr<History> rows = DecodeHistory(plain);
    WipeString(plain);
    BAUTA_RETURN_IF_ERROR(rows.status());
    AddFrame(history.rows, *std::move(rows));
  }
  Trim(history.rows, options_.interactions_max);
  return history;
}

absl::StatusOr<std::vector<SlotRef>> SubjectRowCodec::LiveSlots(std::string_view row) const {
  BAUTA_ASSIGN_OR_RETURN(const Frames frames, DecodeHistoryRow(row));
  std::vector<SlotRef> slots;
  for (const Frame& frame : frames) {
    if (std::find(slots.begin(), slots.end(), frame.slot) == slots.end() &&
        subject_keys_.IsLive(frame.slot)) {
      slots.push_back(frame.slot);
    }
  }
  return slots;
}

}  // namespace bauta
