// The bytes of the rights log: its file header and its entries. Pure functions; docs/rights_log_format.md
// draws them. All numbers are little-endian.
#ifndef BAUTA_FEATURESTORE_STORE_RIGHTS_LOG_FORMAT_H_
#define BAUTA_FEATURESTORE_STORE_RIGHTS_LOG_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "privacy/hash.h"
#include "privacy/slot_ref.h"

namespace bauta {

// What an entry is about. Kept as numbers on the disk: never renumber.
enum class RightsEntryType : uint8_t {
  kUnspecified = 0,
  kSubjectState = 1,  // Stored code and the whole class A part of a head, sealed under that head's own key.
  kErasure = 2,       // The mark of an erased subject and the time.
  kPostRemoval = 3,
  kAuthorSuspension = 4,
  kAuthorErasure = 5,
  kAdministrativeAct = 6,
  // The first entry of a compacted log. Has the sequence of the last entry that was compacted away, names
  // that entry's hash as the one before, and its payload, in the clear, is a RightsLogCheckpoint. The entries
  // that were kept follow it with their own sequences; behind them the numbers go on from the checkpoint's.
  kCheckpoint = 7,
  // Collecting has stopped, for good: the type alone says so, without any key. Every compaction keeps it.
  kCollectingStop = 8,
  kIdentityRotation = 9,  // Codes in the entries behind it are under another identity key.
};
inline constexpr size_t kRightsEntryTypeCount = 10;

// "subject-state", "erasure", …; "unknown" for a number that no type has.
std::string_view RightsEntryTypeName(RightsEntryType type);

inline constexpr uint32_t kRightsLogFormat = 1;
inline constexpr size_t kRightsLogFileHeaderSize = 64;
inline constexpr size_t kRightsEntryHeaderSize = 64;
inline constexpr size_t kRightsEntryDestroyedMax = 64;          // Slots that one entry may destroy.
inline constexpr size_t kRightsEntrySizeMax = size_t{1} << 27;  // Bytes, header and hash included.
inline constexpr size_t kRightsEntryPayloadMax = kRightsEntrySizeMax - 1024;  // Bytes, sealed.

struct RightsLogFileHeader {
  uint32_t file_number = 1;
  uint64_t base_sequence = 0;  // The entry before the first one of this file; 0 where the log began here.
  Sha256Digest base_hash{};    // Of that entry; zeros where the log began here.
};

std::string EncodeFileHeader(const RightsLogFileHeader& header);
// DATA_LOSS: not a rights log, or damaged. FAILED_PRECONDITION: another format.
absl::StatusOr<RightsLogFileHeader> DecodeFileHeader(std::string_view bytes);

// All of an entry but its chaining. Readable without any key: it holds no code.
struct RightsEntryHeader {
  uint64_t sequence = 0;  // From 1, without gaps.
  RightsEntryType type = RightsEntryType::kUnspecified;
  SlotRef slot;                    // The head's; empty where the change is of no subject that has one.
  std::vector<SlotRef> destroyed;  // At most kRightsEntryDestroyedMax. Replay destroys them again.
};

struct RightsEntry {
  RightsEntryHeader header;
  Sha256Digest previous{};  // Hash of the entry before.
  std::string payload;      // Sealed, but for a checkpoint.
  Sha256Digest hash{};      // SHA-256 of every byte of the entry before this one, `previous` included.
};

// INVALID_ARGUMENT where an entry would pass the limits above.
absl::Status CheckEntryLimits(const RightsEntryHeader& header, size_t payload_size);
// Appends one entry and returns its hash. Precondition: CheckEntryLimits.
Sha256Digest AppendEntry(const RightsEntryHeader& header, const Sha256Digest& previous,
                         std::string_view payload, std::string& out);

// The size of the whole entry, from its first kRightsEntryHeaderSize bytes. DATA_LOSS where their checksum
// does not hold.
absl::StatusOr<size_t> DecodeEntrySize(std::string_view header_bytes);
// `bytes` are exactly one entry. DATA_LOSS where its hash does not hold.
absl::StatusOr<RightsEntry> DecodeEntry(std::string_view bytes);

// What a payload's seal is bound to: everything of the header. Not the chaining, so that compaction can carry
// a payload over as it is.
std::string PayloadAssociatedData(const RightsEntryHeader& header);

struct RightsLogCheckpoint {
  uint64_t kept_entries = 0;     // How many follow it that are older than it.
  uint64_t dropped_entries = 0;  // How many the compaction left out.
  uint64_t compaction_hour = 0;  // Hours since the epoch.
};

std::string EncodeCheckpoint(const RightsLogCheckpoint& checkpoint);
// DATA_LOSS: impossible size.
absl::StatusOr<RightsLogCheckpoint> DecodeCheckpoint(std::string_view payload);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_RIGHTS_LOG_FORMAT_H_
