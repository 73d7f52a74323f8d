// RightsLog: the append-only, hash-chained log of every class A change: audit trail and durable floor in one.
// A change is durable here, and named by keys/head, before it is applied to the database and acknowledged; a
// database that is behind is brought up from here.
//
// Files: `rights.log.N` in the directory and, written and synced alike, in the second one where there is one.
// N is what keys/head names. Format: docs/rights_log_format.md.
#ifndef BAUTA_FEATURESTORE_STORE_RIGHTS_LOG_H_
#define BAUTA_FEATURESTORE_STORE_RIGHTS_LOG_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "base/hour.h"
#include "featurestore/store/rights_log_format.h"
#include "privacy/hash.h"
#include "privacy/key_head.h"

namespace bauta {

// `directory`/rights.log.N
std::string RightsLogPath(const std::string& directory, uint32_t file_number);

// What Open did about the ends of the files.
struct RightsLogRecovery {
  uint64_t entries = 0;              // In the log, now.
  uint64_t entries_beyond_head = 0;  // Whole ones that keys/head did not name yet; kept, and named by it now.
  uint64_t bytes_cut = 0;            // Of a torn tail beyond keys/head: no call in it was acknowledged.
  std::vector<std::string> restored_copies;  // Paths of absent copies that were made anew from the other.
};

// Append and Sync are for one thread, the log thread; everything else is thread-safe.
class RightsLog {
 public:
  struct Options {
    std::string directory;         // No default.
    std::string second_directory;  // Empty: no second copy.
  };

  // Makes an empty log of the number that `head` names. FAILED_PRECONDITION where the head names an entry
  // already; ALREADY_EXISTS where a log is there.
  static absl::Status Create(FileSystem& files, const Options& options, const KeyHead& head);

  // Verifies the whole chain of each copy against `head`, cuts torn tails, brings the copies to the same
  // bytes, and moves the head to whole entries beyond it. `files` outlives the log.
  // NOT_FOUND: no copy exists and the head names no entry. FAILED_PRECONDITION: a copy ends before the entry
  // that the head names, or the head names an entry and no copy exists, or another format. DATA_LOSS: an
  // entry that the head covers is changed, dropped or out of order; the message names it by file and
  // sequence, and says whether the other copy is whole. Nothing is repaired over a damaged file: moved away,
  // it is made anew from the whole copy.
  static absl::StatusOr<std::unique_ptr<RightsLog>> Open(FileSystem& files, const Options& options,
                                                         KeyHead& head, RightsLogRecovery* recovery);

  struct NewEntry {
    RightsEntryHeader header;
    std::string payload;  // Sealed.
  };
  // Writes the entries behind the last one, chained; all or none. Not durable before Sync().
  // INVALID_ARGUMENT: a sequence is not the next one, or a limit is passed. RESOURCE_EXHAUSTED: full disk,
  // and the files are as before. INTERNAL: nobody knows what the files hold; every later call is refused with
  // that error.
  absl::Status Append(std::span<const NewEntry> entries);
  // Any error is as INTERNAL above.
  absl::Status Sync();

  uint32_t file_number() const;
  uint64_t last_sequence() const;  // 0 = no entry yet.
  Sha256Digest last_hash() const;  // Zeros where there is no entry yet.
  uint64_t size_bytes() const;
  uint64_t compacted_bytes() const;  // Of them, what the last compaction left; 0: there was none.
  Hour compaction_hour() const;      // When it was.

  // Entries with a sequence above `sequence`, in the order of the file, payloads sealed as they are. Entries
  // appended meanwhile are not among them. Stops at the first error of `visit`. DATA_LOSS as Open. Not while
  // the log is compacted: that overwrites the file which is read.
  absl::Status ForEachAfter(uint64_t sequence,
                            absl::FunctionRef<absl::Status(const RightsEntry&)> visit) const;

 private:
  struct Copy {
    std::string path;
    std::unique_ptr<File> file;
  };
  friend class RightsLogCompaction;
  RightsLog() = default;
  absl::Status Fail(const absl::Status& status);

  mutable std::mutex mutex_;  // Guards what follows.
  std::shared_ptr<const std::vector<Copy>> copies_;
  uint32_t file_number_ = 0;
  uint64_t last_sequence_ = 0;
  Sha256Digest last_hash_{};
  uint64_t size_ = 0;
  uint64_t compacted_bytes_ = 0;
  Hour compaction_hour_;
  absl::Status failure_;
};

// What a check of a log found.
struct RightsLogReport {
  uint32_t file_number = 0;
  uint64_t entries = 0;
  uint64_t last_sequence = 0;
  Sha256Digest last_hash{};
  uint64_t size_bytes = 0;
  uint64_t entries_by_type[kRightsEntryTypeCount] = {};  // By RightsEntryType.
  uint64_t compacted_bytes = 0;      // What the last compaction left of it; 0: there was none.
  Hour compaction_hour;              // When it was.
  uint64_t entries_beyond_head = 0;  // Whole, not named by keys/head.
  uint64_t torn_bytes = 0;           // Behind the last whole entry.
};

// Checks the chain of the log file in `directory` against `head` without changing anything and without a
// subject's key. Errors as Open. Of a live log it sees what is in the file at that moment.
absl::StatusOr<RightsLogReport> VerifyRightsLog(FileSystem& files, const std::string& directory,
                                                const KeyHeadValues& head);

// The same of a log that may be compacted meanwhile, which overwrites the file that is being read:
// `read_head` is asked before and after, and where it names another file, the check is made anew, on that
// one.
absl::StatusOr<RightsLogReport> VerifyLiveRightsLog(
    FileSystem& files, const std::string& directory,
    absl::FunctionRef<absl::StatusOr<KeyHeadValues>()> read_head);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_RIGHTS_LOG_H_
