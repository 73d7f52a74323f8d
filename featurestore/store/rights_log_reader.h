// RightsLogReader: reads one file of the rights log entry by entry and checks the chain as it goes.
#ifndef BAUTA_FEATURESTORE_STORE_RIGHTS_LOG_READER_H_
#define BAUTA_FEATURESTORE_STORE_RIGHTS_LOG_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "featurestore/store/rights_log.h"
#include "featurestore/store/rights_log_format.h"
#include "privacy/hash.h"
#include "privacy/key_head.h"

namespace bauta {

// Not thread-safe. Needs no key.
class RightsLogReader {
 public:
  // Reads the first `size` bytes of `file`, which outlives the reader; `path` is for messages. OUT_OF_RANGE:
  // the file ends inside its header. DATA_LOSS, FAILED_PRECONDITION: as DecodeFileHeader.
  static absl::StatusOr<RightsLogReader> Open(const File& file, std::string path, uint64_t size);

  // The next entry; nothing at the end. OUT_OF_RANGE: the file ends inside an entry, or before all entries
  // that its checkpoint announces. DATA_LOSS: the entry is changed, or does not follow the one before; the
  // message names it. After an error the reader stays where it was.
  absl::StatusOr<std::optional<RightsEntry>> Next();

  // The file has grown, to `size` bytes: Next() goes on where it saw the end.
  void Extend(uint64_t size) { size_ = size; }

  const RightsLogFileHeader& file_header() const { return file_header_; }
  // Where the last entry ends, in bytes.
  uint64_t offset() const { return offset_; }
  // Of the last entry; inside the compacted part that of the checkpoint. The file's base before the first.
  uint64_t last_sequence() const { return last_sequence_; }
  const Sha256Digest& last_hash() const { return last_hash_; }
  // True between a checkpoint and the last of the entries that it kept.
  bool inside_compacted_part() const { return kept_left_ > 0; }

 private:
  RightsLogReader(const File& file, std::string path, uint64_t size)
      : file_(&file), path_(std::move(path)), size_(size) {}
  // `size` bytes at `offset`; valid until the next call. Precondition: inside the file.
  absl::StatusOr<std::string_view> View(uint64_t offset, size_t size);
  absl::Status CheckOrder(const RightsEntry& entry) const;
  absl::Status Damaged(std::string_view what) const;
  absl::Status EndsHere() const;

  const File* file_;
  std::string path_;
  uint64_t size_;
  RightsLogFileHeader file_header_;
  uint64_t offset_ = 0;
  uint64_t last_sequence_ = 0;
  Sha256Digest last_hash_{};
  uint64_t kept_left_ = 0;
  uint64_t last_kept_sequence_ = 0;
  std::string buffer_;
  uint64_t buffer_offset_ = 0;
};

// What a scan of a whole file found; the sequences are held against keys/head.
struct RightsLogScan {
  RightsLogReport report;
  uint64_t head_end = 0;  // Where the entry ends that keys/head names.
  uint64_t end = 0;       // Where the last whole entry ends; torn bytes follow it.
};

// Errors as RightsLog::Open, for one file.
absl::StatusOr<RightsLogScan> ScanRightsLog(const File& file, const std::string& path,
                                            const KeyHeadValues& head);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_RIGHTS_LOG_READER_H_
