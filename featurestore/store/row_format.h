// The clear bytes of a subject's two rows: their keys, and the headers before what is sealed. Pure functions;
// docs/store_format.md draws them. All numbers are little-endian.
#ifndef BAUTA_FEATURESTORE_STORE_ROW_FORMAT_H_
#define BAUTA_FEATURESTORE_STORE_ROW_FORMAT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "privacy/codes.h"
#include "privacy/slot_ref.h"

namespace bauta {

inline constexpr uint8_t kRowFormat = 1;

// The last byte of a row's key, and the first of what its seal is bound to. Never renumber.
enum class RowKind : uint8_t { kHead = 1, kHistory = 2 };

// stored code (16) ‖ kind (1): both rows of a subject lie side by side.
struct SubjectKey {
  SubjectKey(const StoredCode& code, RowKind kind);
  std::string_view view() const { return {bytes.data(), bytes.size()}; }
  std::array<char, kCodeSize + 1> bytes;
};
// DATA_LOSS where `key` is no subject's.
absl::StatusOr<RowKind> ParseSubjectKey(std::string_view key, StoredCode* code);

// A head row: format (1) ‖ slot (4) ‖ generation (8) ‖ sequence (8) ‖ sealed.
struct HeadHeader {
  SlotRef slot;
  uint64_t sequence = 0;  // Of the last class A change; of the rights log.
};
// In the place of a sequence: a subject's head that was copied from the database of an older identity key,
// and whose move is not in the rights log yet. It counts only where the old head's key is gone.
inline constexpr uint64_t kNotLoggedYet = 0;
inline constexpr size_t kHeadHeaderSize = 1 + 4 + 8 + 8;
std::string EncodeHeadHeader(const HeadHeader& header);
// DATA_LOSS: too short; FAILED_PRECONDITION: another format.
absl::StatusOr<HeadHeader> DecodeHeadRow(std::string_view row, std::string_view* sealed);

// A history row is frames one behind another, each: format (1) ‖ slot (4) ‖ generation (8) ‖ oldest day (4) ‖
// newest day (4) ‖ size of sealed (4) ‖ sealed. Days since the epoch; an empty frame has oldest 2^32−1,
// newest 0.
struct Frame {
  SlotRef slot;
  uint32_t oldest_day = UINT32_MAX;
  uint32_t newest_day = 0;
  std::string_view sealed;
};
inline constexpr size_t kFrameHeaderSize = 1 + 4 + 8 + 4 + 4 + 4;
void AppendFrame(const Frame& frame, std::string& row);
using Frames = absl::InlinedVector<Frame, 10>;
// The frames borrow from `row`. DATA_LOSS: a frame ends behind the row; FAILED_PRECONDITION: another format.
absl::StatusOr<Frames> DecodeHistoryRow(std::string_view row);

// What a seal is bound to: kind (1) ‖ stored code (16) ‖ slot (4) ‖ generation (8).
std::string RowAssociatedData(RowKind kind, const StoredCode& code, const SlotRef& slot);

// Rows lie in 2^16 ranges by the first two bytes of their code, which are as good as random.
inline constexpr uint32_t kRangeCount = 1 << 16;
inline uint32_t RangeOf(const StoredCode& code) {
  return uint32_t{code.bytes()[0]} << 8 | uint32_t{code.bytes()[1]};
}
// The first key of a range; empty for kRangeCount (the end).
std::string RangeStart(uint32_t range);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_ROW_FORMAT_H_
