#include "featurestore/store/rights_log_reader.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"

namespace bauta {
namespace {

constexpr uint64_t kReadAhead = uint64_t{1} << 20;  // Bytes.

}  // namespace

absl::StatusOr<RightsLogReader> RightsLogReader::Open(const File& file, std::string path, uint64_t size) {
  RightsLogReader reader(file, std::move(path), size);
  if (size < kRightsLogFileHeaderSize) {
    return absl::OutOfRangeError(absl::StrCat(reader.path_, ": ends inside its header, at byte ", size));
  }
  BAUTA_ASSIGN_OR_RETURN(const std::string_view bytes, reader.View(0, kRightsLogFileHeaderSize));
  const absl::StatusOr<RightsLogFileHeader> header = DecodeFileHeader(bytes);
  if (!header.ok()) {
    return absl::Status(header.status().code(), absl::StrCat(reader.path_, ": ", header.status().message()));
  }
  reader.file_header_ = *header;
  reader.offset_ = kRightsLogFileHeaderSize;
  reader.last_sequence_ = header->base_sequence;
  reader.last_hash_ = header->base_hash;
  return reader;
}

absl::StatusOr<std::optional<RightsEntry>> RightsLogReader::Next() {
  const uint64_t left = size_ - offset_;
  if (left == 0 && kept_left_ == 0) return std::nullopt;
  if (left < kRightsEntryHeaderSize) return EndsHere();
  BAUTA_ASSIGN_OR_RETURN(const std::string_view header_bytes, View(offset_, kRightsEntryHeaderSize));
  const absl::StatusOr<size_t> size = DecodeEntrySize(header_bytes);
  if (!size.ok()) return Damaged(ToStd(size.status().message()));
  if (*size > left) return EndsHere();
  BAUTA_ASSIGN_OR_RETURN(const std::string_view bytes, View(offset_, *size));
  absl::StatusOr<RightsEntry> entry = DecodeEntry(bytes);
  if (!entry.ok()) return Damaged(ToStd(entry.status().message()));
  BAUTA_RETURN_IF_ERROR(CheckOrder(*entry));

  if (entry->header.type == RightsEntryType::kCheckpoint) {
    const absl::StatusOr<RightsLogCheckpoint> checkpoint = DecodeCheckpoint(entry->payload);
    if (!checkpoint.ok()) return Damaged(ToStd(checkpoint.status().message()));
    kept_left_ = checkpoint->kept_entries;
  } else if (kept_left_ > 0) {
    --kept_left_;
    last_kept_sequence_ = entry->header.sequence;
  } else {
    last_sequence_ = entry->header.sequence;
  }
  last_hash_ = entry->hash;
  offset_ += *size;
  return std::optional<RightsEntry>(*std::move(entry));
}

absl::Status RightsLogReader::CheckOrder(const RightsEntry& entry) const {
  const uint64_t sequence = entry.header.sequence;
  if (entry.header.type == RightsEntryType::kCheckpoint) {
    if (offset_ != kRightsLogFileHeaderSize || sequence != last_sequence_) {
      return Damaged("a checkpoint stands where none may be: an entry was dropped or moved");
    }
  } else if (kept_left_ > 0) {
    if (sequence <= last_kept_sequence_ || sequence > last_sequence_) {
      return Damaged(absl::StrCat("entry ", sequence, " stands out of order in the compacted part"));
    }
  } else if (sequence != last_sequence_ + 1) {
    return Damaged(absl::StrCat("entry ", sequence, " stands here: an entry was dropped or moved"));
  }
  if (entry.previous != last_hash_) {
    return Damaged("it does not follow the entry before it: one of the two was changed");
  }
  return absl::OkStatus();
}

absl::Status RightsLogReader::Damaged(std::string_view what) const {
  const std::string entry = kept_left_ > 0
                                ? absl::StrCat("entry after ", last_kept_sequence_, " of the compacted part")
                                : absl::StrCat("entry ", last_sequence_ + 1);
  return absl::DataLossError(absl::StrCat(path_, ": ", entry, " (at byte ", offset_, "): ", ToAbsl(what)));
}

absl::Status RightsLogReader::EndsHere() const {
  return absl::OutOfRangeError(
      absl::StrCat(path_, ": ends inside entry ", last_sequence_ + 1, ", at byte ", size_));
}

absl::StatusOr<std::string_view> RightsLogReader::View(uint64_t offset, size_t size) {
  const bool buffered = offset >= buffer_offset_ && offset + size <= buffer_offset_ + buffer_.size();
  if (!buffered) {
    buffer_.resize(std::max<uint64_t>(size, std::min(kReadAhead, size_ - offset)));
    buffer_offset_ = offset;
    BAUTA_RETURN_IF_ERROR(file_->Read(offset, buffer_.size(), buffer_.data()));
  }
  return std::string_view(buffer_).substr(offset - buffer_offset_, size);
}

absl::StatusOr<RightsLogScan> ScanRightsLog(const File& file, const std::string& path,
                                            const KeyHeadValues& head) {
  BAUTA_ASSIGN_OR_RETURN(const uint64_t size, file.Size());
  const auto behind = [&](uint64_t sequence) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": is behind its head: keys/head names entry ",
                                                      head.sequence, ", the file ends after entry ",
                                                      sequence));
  };
  absl::StatusOr<RightsLogReader> reader = RightsLogReader::Open(file, path, size);
  if (absl::IsOutOfRange(reader.status())) return behind(0);
  if (!reader.ok()) return reader.status();
  if (reader->file_header().file_number != head.log_file ||
      reader->file_header().base_sequence > head.sequence) {
    return absl::DataLossError(absl::StrCat(path, ": holds log ", reader->file_header().file_number,
                                            " from entry ", reader->file_header().base_sequence,
                                            " on, keys/head names log ", head.log_file, ", entry ",
                                            head.sequence));
  }

  RightsLogScan scan;
  RightsLogReport& report = scan.report;
  report.file_number = head.log_file;
  bool in_compacted_part = false;
  bool covered = false;  // The entry that the head names has been passed.
  while (true) {
    if (!covered && !reader->inside_compacted_part() && reader->last_sequence() == head.sequence) {
      // A compacted file begins at its base sequence twice: before its checkpoint and behind what it kept.
      if (reader->last_hash() == head.hash) {
        covered = true;
        scan.head_end = reader->offset();
      } else if (reader->offset() > kRightsLogFileHeaderSize) {
        return absl::DataLossError(absl::StrCat(path, ": entry ", head.sequence,
                                                " is not the one that keys/head names: its hash is another"));
      }
    }
    absl::StatusOr<std::optional<RightsEntry>> entry = reader->Next();
    const bool torn = absl::IsOutOfRange(entry.status()) || absl::IsDataLoss(entry.status());
    if (torn && covered) break;
    if (absl::IsOutOfRange(entry.status())) return behind(reader->last_sequence());
    if (!entry.ok()) return entry.status();
    if (!entry->has_value()) break;
    ++report.entries;
    if (covered) ++report.entries_beyond_head;
    const auto type = static_cast<size_t>((*entry)->header.type);
    if (type < std::size(report.entries_by_type)) ++report.entries_by_type[type];
    if ((*entry)->header.type == RightsEntryType::kCheckpoint) {
      BAUTA_ASSIGN_OR_RETURN(const RightsLogCheckpoint checkpoint, DecodeCheckpoint((*entry)->payload));
      report.compaction_hour = Hour(static_cast<uint32_t>(checkpoint.compaction_hour));
      in_compacted_part = true;
    }
    if (in_compacted_part) report.compacted_bytes = reader->offset();
    in_compacted_part = reader->inside_compacted_part();
  }
  if (!covered) return behind(reader->last_sequence());
  scan.end = reader->offset();
  report.last_sequence = reader->last_sequence();
  report.last_hash = reader->last_hash();
  report.size_bytes = size;
  report.torn_bytes = size - scan.end;
  return scan;
}

}  // namespace bauta
