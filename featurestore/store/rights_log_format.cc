#include "featurestore/store/rights_log_format.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "featurestore/store/little_endian.h"

namespace bauta {
namespace {

constexpr std::string_view kMagic = "bautalog";
constexpr size_t kChecksumOffset = 60;  // In either header.
constexpr size_t kPreviousOffset = 28;  // In an entry's header.
constexpr size_t kDestroyedSize = 12;   // Bytes of one destroyed slot.
constexpr size_t kHashSize = sizeof(Sha256Digest);
constexpr size_t kCheckpointSize = 24;

template <class T>
T Get(std::string_view bytes, size_t offset) {
  return LoadNumber<T>(bytes.data() + offset);
}

void PutDigest(const Sha256Digest& digest, std::string& out) { out.append(View(digest)); }

Sha256Digest GetDigest(std::string_view bytes, size_t offset) {
  Sha256Digest digest;
  std::memcpy(digest.data(), bytes.data() + offset, digest.size());
  return digest;
}

bool ChecksumHolds(std::string_view header) {
  return Crc32c(header.substr(0, kChecksumOffset)) == Get<uint32_t>(header, kChecksumOffset);
}

// Type, sequence, slot: bytes 4 to 28 of an entry's header.
void PutIdentity(const RightsEntryHeader& header, std::string& out) {
  AppendNumber(static_cast<uint8_t>(header.type), out);
  AppendNumber(uint8_t{0}, out);
  AppendNumber(static_cast<uint16_t>(header.destroyed.size()), out);
  AppendNumber(header.sequence, out);
  AppendNumber(header.slot.index, out);
  AppendNumber(header.slot.generation, out);
}

void PutDestroyed(const RightsEntryHeader& header, std::string& out) {
  for (const SlotRef& slot : header.destroyed) {
    AppendNumber(slot.index, out);
    AppendNumber(slot.generation, out);
  }
}

}  // namespace

std::string_view RightsEntryTypeName(RightsEntryType type) {
  switch (type) {
    case RightsEntryType::kSubjectState:
      return "subject-state";
    case RightsEntryType::kErasure:
      return "erasure";
    case RightsEntryType::kPostRemoval:
      return "post-removal";
    case RightsEntryType::kAuthorSuspension:
      return "author-suspension";
    case RightsEntryType::kAuthorErasure:
      return "author-erasure";
    case RightsEntryType::kAdministrativeAct:
      return "administrative-act";
    case RightsEntryType::kCheckpoint:
      return "checkpoint";
    case RightsEntryType::kCollectingStop:
      return "collecting-stop";
    case RightsEntryType::kIdentityRotation:
      return "identity-rotation";
    case RightsEntryType::kUnspecified:
      break;
  }
  return "unknown";
}

std::string EncodeFileHeader(const RightsLogFileHeader& header) {
  std::string out(kMagic);
  out.reserve(kRightsLogFileHeaderSize);
  AppendNumber(kRightsLogFormat, out);
  AppendNumber(header.file_number, out);
  AppendNumber(header.base_sequence, out);
  PutDigest(header.base_hash, out);
  AppendNumber(uint32_t{0}, out);
  AppendNumber(Crc32c(out), out);
  return out;
}

absl::StatusOr<RightsLogFileHeader> DecodeFileHeader(std::string_view bytes) {
  if (bytes.size() != kRightsLogFileHeaderSize || bytes.substr(0, kMagic.size()) != kMagic) {
    return absl::DataLossError("this is not a rights log");
  }
  if (!ChecksumHolds(bytes)) return absl::DataLossError("the file header is damaged");
  if (const uint32_t format = Get<uint32_t>(bytes, 8); format != kRightsLogFormat) {
    return absl::FailedPreconditionError(
        absl::StrCat("the log has format ", format, ", this program reads format ", kRightsLogFormat));
  }
  return RightsLogFileHeader{.file_number = Get<uint32_t>(bytes, 12),
                             .base_sequence = Get<uint64_t>(bytes, 16),
                             .base_hash = GetDigest(bytes, 24)};
}

absl::Status CheckEntryLimits(const RightsEntryHeader& header, size_t payload_size) {
  if (header.destroyed.size() > kRightsEntryDestroyedMax) {
    return absl::InvalidArgumentError(absl::StrCat("destroyed: at most ", kRightsEntryDestroyedMax,
                                                   " slots an entry, not ", header.destroyed.size()));
  }
  if (payload_size > kRightsEntryPayloadMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("payload: at most ", kRightsEntryPayloadMax, " bytes an entry, not ", payload_size));
  }
  return absl::OkStatus();
}

Sha256Digest AppendEntry(const RightsEntryHeader& header, const Sha256Digest& previous,
                         std::string_view payload, std::string& out) {
  const size_t size =
      kRightsEntryHeaderSize + kDestroyedSize * header.destroyed.size() + payload.size() + kHashSize;
  const size_t begin = out.size();
  out.reserve(begin + size);
  AppendNumber(static_cast<uint32_t>(size), out);
  PutIdentity(header, out);
  PutDigest(previous, out);
  AppendNumber(Crc32c(std::string_view(out).substr(begin)), out);
  PutDestroyed(header, out);
  out.append(payload);
  const Sha256Digest hash = Sha256(std::string_view(out).substr(begin));
  PutDigest(hash, out);
  return hash;
}

absl::StatusOr<size_t> DecodeEntrySize(std::string_view header_bytes) {
  if (header_bytes.size() != kRightsEntryHeaderSize || !ChecksumHolds(header_bytes)) {
    return absl::DataLossError("its header is damaged");
  }
  const size_t size = Get<uint32_t>(header_bytes, 0);
  const size_t destroyed = Get<uint16_t>(header_bytes, 6);
  if (destroyed > kRightsEntryDestroyedMax || size > kRightsEntrySizeMax ||
      size < kRightsEntryHeaderSize + destroyed * kDestroyedSize + kHashSize) {
    return absl::DataLossError("its header has impossible sizes");
  }
  return size;
}

absl::StatusOr<RightsEntry> DecodeEntry(std::string_view bytes) {
  if (bytes.size() < kRightsEntryHeaderSize) return absl::DataLossError("it is cut off");
  BAUTA_ASSIGN_OR_RETURN(const size_t size, DecodeEntrySize(bytes.substr(0, kRightsEntryHeaderSize)));
  if (size != bytes.size()) return absl::DataLossError("it is cut off");
  RightsEntry entry;
  entry.hash = GetDigest(bytes, size - kHashSize);
  if (Sha256(bytes.substr(0, size - kHashSize)) != entry.hash) {
    return absl::DataLossError("its hash does not hold");
  }
  entry.header.type = static_cast<RightsEntryType>(Get<uint8_t>(bytes, 4));
  entry.header.sequence = Get<uint64_t>(bytes, 8);
  entry.header.slot = {.index = Get<uint32_t>(bytes, 16), .generation = Get<uint64_t>(bytes, 20)};
  entry.previous = GetDigest(bytes, kPreviousOffset);
  const size_t destroyed = Get<uint16_t>(bytes, 6);
  size_t offset = kRightsEntryHeaderSize;
  for (size_t i = 0; i < destroyed; ++i, offset += kDestroyedSize) {
    entry.header.destroyed.push_back(
        {.index = Get<uint32_t>(bytes, offset), .generation = Get<uint64_t>(bytes, offset + 4)});
  }
  entry.payload = bytes.substr(offset, size - kHashSize - offset);
  return entry;
}

std::string PayloadAssociatedData(const RightsEntryHeader& header) {
  std::string out = "rights-log";
  PutIdentity(header, out);
  PutDestroyed(header, out);
  return out;
}

std::string EncodeCheckpoint(const RightsLogCheckpoint& checkpoint) {
  std::string out;
  AppendNumber(checkpoint.kept_entries, out);
  AppendNumber(checkpoint.dropped_entries, out);
  AppendNumber(checkpoint.compaction_hour, out);
  return out;
}

absl::StatusOr<RightsLogCheckpoint> DecodeCheckpoint(std::string_view payload) {
  if (payload.size() != kCheckpointSize) {
    return absl::DataLossError(
        absl::StrCat("its checkpoint has ", payload.size(), " bytes instead of ", kCheckpointSize));
  }
  return RightsLogCheckpoint{.kept_entries = Get<uint64_t>(payload, 0),
                             .dropped_entries = Get<uint64_t>(payload, 8),
                             .compaction_hour = Get<uint64_t>(payload, 16)};
}

}  // namespace bauta
