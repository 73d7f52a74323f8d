// RightsLogCompaction: writes the log anew without what later entries made pointless: `rights.log.N+1`, a
// checkpoint chained to the entry that the old file ends with, and behind it the entries that are kept, with
// their own sequences. Format: docs/rights_log_format.md, "Compacted logs".
//
// The order, so that a crash anywhere leaves one log that is whole:
//   Begin, ForEachEntry (choose), Write: N+1, behind everybody's back, while N goes on →
//   on the log thread: CatchUp: what came meanwhile, sync of files and folders → keys/head names N+1 → Adopt:
//   the log goes on in N+1 →
//   RemoveOtherLogs: N is overwritten, synced and removed, while the log goes on.
// A start keeps the file that keys/head names and does the last step. No log is unlinked as it is: its clear
// headers say which slots were destroyed where another was made, so that after a change of the identity key
// freed blocks would say who somebody was.
#ifndef BAUTA_FEATURESTORE_STORE_RIGHTS_LOG_COMPACTION_H_
#define BAUTA_FEATURESTORE_STORE_RIGHTS_LOG_COMPACTION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "base/hour.h"
#include "featurestore/store/rights_log.h"
#include "featurestore/store/rights_log_reader.h"
#include "privacy/hash.h"

namespace bauta {

// One compaction. Not thread-safe; one at a time for a log.
class RightsLogCompaction {
 public:
  // Of the entries that `log` has now. `files`, of the log's own options, and `log` outlive it.
  // FAILED_PRECONDITION: the log has no entry.
  static absl::StatusOr<std::unique_ptr<RightsLogCompaction>> Begin(FileSystem& files,
                                                                    const RightsLog::Options& options,
                                                                    RightsLog& log);
  // Removes the new file where CatchUp has not returned OK.
  ~RightsLogCompaction();
  RightsLogCompaction(const RightsLogCompaction&) = delete;
  RightsLogCompaction& operator=(const RightsLogCompaction&) = delete;

  // All entries that it is about, but an older checkpoint. Stops at the first error of `visit`.
  absl::Status ForEachEntry(absl::FunctionRef<absl::Status(const RightsEntry&)> visit) const;

  // Writes the checkpoint and the entries of ForEachEntry whose sequence is in `kept`; of those that name
  // destroyed slots, what `reseal` makes of them. Not durable yet. RESOURCE_EXHAUSTED: full disk. Any error
  // ends this compaction, and the log goes on as it is.
  using Reseal = absl::FunctionRef<absl::Status(RightsEntry&)>;
  absl::Status Write(const absl::flat_hash_set<uint64_t>& kept, Reseal reseal, Hour now);

  // For the log thread: adds what was appended meanwhile, and makes all of it durable. Errors as Write. From
  // OK on the log takes no entry until Adopt, since nobody knows which of the two files keys/head names.
  absl::Status CatchUp();
  // What keys/head has to name once CatchUp returned OK.
  uint32_t file_number() const { return file_number_; }
  uint64_t last_sequence() const { return last_sequence_; }
  const Sha256Digest& last_hash() const { return last_hash_; }

  // For the log thread, after keys/head names the new file: the log goes on in it.
  void Adopt();

 private:
  RightsLogCompaction(FileSystem& files, RightsLog::Options options, RightsLog& log)
      : files_(files), options_(std::move(options)), log_(log) {}
  absl::StatusOr<RightsLogReader> ReadOldFile() const;
  absl::Status CreateFiles();
  absl::Status Append(const RightsEntryHeader& header, std::string_view payload);
  absl::Status WriteOut();  // What Append has gathered.
  void DestroyNewFiles();

  FileSystem& files_;
  const RightsLog::Options options_;
  RightsLog& log_;
  std::shared_ptr<const std::vector<RightsLog::Copy>> old_files_;
  uint64_t base_sequence_ = 0;
  Sha256Digest base_hash_{};
  uint64_t base_size_ = 0;

  std::vector<RightsLog::Copy> new_files_;  // Empty before Write and after Adopt.
  bool caught_up_ = false;
  std::unique_ptr<RightsLogReader> tail_;  // Stands behind the last entry that was taken over.
  uint32_t file_number_ = 0;
  uint64_t last_sequence_ = 0;
  Sha256Digest last_hash_{};
  uint64_t size_ = 0;
  uint64_t compacted_bytes_ = 0;
  Hour hour_;
  std::string buffer_;
};

// Overwrites, syncs and removes, in both folders, what a compaction leaves beside the log of number `live`,
// the one that keys/head names: older files, and, of one that was cut off, the one after it. Nobody may be
// reading them. FAILED_PRECONDITION: a file that no compaction leaves: it tells of a head and files from
// different days.
absl::Status RemoveOtherLogs(FileSystem& files, const RightsLog::Options& options, uint32_t live);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_RIGHTS_LOG_COMPACTION_H_
