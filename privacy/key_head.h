// KeyHead: the file `keys/head`, which says what is live: the rights log's file, the subjects file, and the
// sequence and hash of the log's last entry. Two checksummed records in turn, so that a crash while one is
// written leaves the other. Format: docs/key_format.md.
#ifndef BAUTA_PRIVACY_KEY_HEAD_H_
#define BAUTA_PRIVACY_KEY_HEAD_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "privacy/hash.h"

namespace bauta {

struct KeyHeadValues {
  uint32_t log_file = 1;       // The number of the live rights log.
  uint32_t subjects_file = 1;  // The N of the live subjects.N and wrap.N.
  uint64_t sequence = 0;       // Of the rights log's last entry; 0 = none yet.
  Sha256Digest hash{};         // Of that entry; zeros where there is none.

  friend bool operator==(const KeyHeadValues&, const KeyHeadValues&) = default;
};

// Thread-safe. Every change is durable when it returns OK. After a failed write or sync nobody knows what the
// disk holds: every later change is refused with that first error, and the process has to start anew.
class KeyHead {
 public:
  // Makes `directory`/head. ALREADY_EXISTS.
  static absl::Status Create(FileSystem& files, const std::string& directory, const KeyHeadValues& values);
  // What the file says, for those who only look (an audit, also of a store that is running): nothing is
  // written, and what was read may not be durable yet. Errors as Open.
  static absl::StatusOr<KeyHeadValues> Read(FileSystem& files, const std::string& directory);
  // For the one process that owns the store: makes durable what it read. FAILED_PRECONDITION: absent.
  // PERMISSION_DENIED: open to group or others. DATA_LOSS: no record of the two is whole.
  static absl::StatusOr<std::unique_ptr<KeyHead>> Open(FileSystem& files, const std::string& directory);

  KeyHeadValues values() const;
  // After a group of entries. A switch to another log file is written to both records, so that either of them
  // alone names the live file before the old one goes. INVALID_ARGUMENT where `sequence` is below the present
  // one.
  absl::Status SetLog(uint32_t log_file, uint64_t sequence, const Sha256Digest& hash);
  // The switch of a re-roll. Written to both records, so that either of them alone names the live file.
  absl::Status SetSubjectsFile(uint32_t subjects_file);

 private:
  KeyHead(std::unique_ptr<File> file, KeyHeadValues values, uint64_t counter)
      : file_(std::move(file)), values_(values), counter_(counter) {}
  absl::Status WriteNext(const KeyHeadValues& values);  // mutex_ is held.

  mutable std::mutex mutex_;
  const std::unique_ptr<File> file_;
  KeyHeadValues values_;
  uint64_t counter_;  // Of the newest record; the next one goes to record (counter + 1) mod 2.
  absl::Status failure_;
};

}  // namespace bauta

#endif  // BAUTA_PRIVACY_KEY_HEAD_H_
