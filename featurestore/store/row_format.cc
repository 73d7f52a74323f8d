#include "featurestore/store/row_format.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "featurestore/store/little_endian.h"

namespace bauta {
namespace {

absl::Status CheckFormat(std::string_view row, size_t header_size, const char* what) {
  if (row.size() < header_size) return absl::DataLossError(absl::StrCat(what, ": too short"));
  if (static_cast<uint8_t>(row[0]) != kRowFormat) {
    return absl::FailedPreconditionError(absl::StrCat(what, ": format ",
                                                      static_cast<int>(static_cast<uint8_t>(row[0])),
                                                      ", this program reads ", static_cast<int>(kRowFormat)));
  }
  return absl::OkStatus();
}

void AppendSlot(const SlotRef& slot, std::string& out) {
  AppendNumber(slot.index, out);
  AppendNumber(slot.generation, out);
}

SlotRef LoadSlot(const char* bytes) {
  return {.index = LoadNumber<uint32_t>(bytes), .generation = LoadNumber<uint64_t>(bytes + 4)};
}

}  // namespace

SubjectKey::SubjectKey(const StoredCode& code, RowKind kind) {
  std::memcpy(bytes.data(), code.bytes().data(), kCodeSize);
  bytes[kCodeSize] = static_cast<char>(kind);
}

absl::StatusOr<RowKind> ParseSubjectKey(std::string_view key, StoredCode* code) {
  if (key.size() != kCodeSize + 1) return absl::DataLossError("a subject's key has an impossible size");
  BAUTA_ASSIGN_OR_RETURN(*code, StoredCode::FromView(key.substr(0, kCodeSize)));
  const auto kind = static_cast<RowKind>(key.back());
  if (kind != RowKind::kHead && kind != RowKind::kHistory) {
    return absl::DataLossError("a subject's row is of an unknown kind");
  }
  return kind;
}

std::string EncodeHeadHeader(const HeadHeader& header) {
  std::string bytes;
  bytes.reserve(kHeadHeaderSize);
  AppendNumber(kRowFormat, bytes);
  AppendSlot(header.slot, bytes);
  AppendNumber(header.sequence, bytes);
  return bytes;
}

absl::StatusOr<HeadHeader> DecodeHeadRow(std::string_view row, std::string_view* sealed) {
  BAUTA_RETURN_IF_ERROR(CheckFormat(row, kHeadHeaderSize, "head row"));
  *sealed = row.substr(kHeadHeaderSize);
  return HeadHeader{.slot = LoadSlot(row.data() + 1), .sequence = LoadNumber<uint64_t>(row.data() + 13)};
}

void AppendFrame(const Frame& frame, std::string& row) {
  row.reserve(row.size() + kFrameHeaderSize + frame.sealed.size());
  AppendNumber(kRowFormat, row);
  AppendSlot(frame.slot, row);
  AppendNumber(frame.oldest_day, row);
  AppendNumber(frame.newest_day, row);
  AppendNumber(static_cast<uint32_t>(frame.sealed.size()), row);
  row.append(frame.sealed);
}

absl::StatusOr<Frames> DecodeHistoryRow(std::string_view row) {
  Frames frames;
  while (!row.empty()) {
    BAUTA_RETURN_IF_ERROR(CheckFormat(row, kFrameHeaderSize, "history frame"));
    Frame frame = {.slot = LoadSlot(row.data() + 1),
                   .oldest_day = LoadNumber<uint32_t>(row.data() + 13),
                   .newest_day = LoadNumber<uint32_t>(row.data() + 17),
                   .sealed = {}};
    const uint32_t size = LoadNumber<uint32_t>(row.data() + 21);
    row.remove_prefix(kFrameHeaderSize);
    if (row.size() < size) return absl::DataLossError("history frame: ends behind its row");
    frame.sealed = row.substr(0, size);
    row.remove_prefix(size);
    frames.push_back(frame);
  }
  return frames;
}

std::string RowAssociatedData(RowKind kind, const StoredCode& code, const SlotRef& slot) {
  std::string bytes;
  bytes.reserve(1 + kCodeSize + 12);
  AppendNumber(static_cast<uint8_t>(kind), bytes);
  bytes.append(code.view());
  AppendSlot(slot, bytes);
  return bytes;
}

std::string RangeStart(uint32_t range) {
  if (range >= kRangeCount) return {};
  return {static_cast<char>(range >> 8), static_cast<char>(range & 0xff)};
}

}  // namespace bauta
