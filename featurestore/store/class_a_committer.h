// ClassACommitter: makes class A changes durable, in groups, in the one order that survives a crash anywhere:
//   1. new slots, sync → 2. rights log, sync → 3. keys/head, sync → 4. destroyed slots, sync → 5. one write
//   batch with the group's last sequence → 6. acknowledge.
// Syncs are shared by all calls in a group; a group is whatever came in while the one before was written.
#ifndef BAUTA_FEATURESTORE_STORE_CLASS_A_COMMITTER_H_
#define BAUTA_FEATURESTORE_STORE_CLASS_A_COMMITTER_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "featurestore/store/rights_log.h"
#include "featurestore/store/rights_log_sealer.h"
#include "privacy/key_head.h"
#include "privacy/slot_ref.h"
#include "privacy/subject_keys.h"

namespace rocksdb {
class WriteBatch;
}  // namespace rocksdb

namespace bauta {

class RightsLogCompaction;

// One class A call. Whoever commits it holds the lock of what it changes (the subject, the post) from before
// it read the present state until Commit returns.
struct ClassAChange {
  RightsEntryType type = RightsEntryType::kUnspecified;
  // The head's slot, also where `created` holds it. For kSubjectState the payload is sealed under its key.
  SlotRef slot;
  std::vector<SlotRef> created;  // From SubjectKeys::Create, not synced. Destroyed where the call is refused.
  std::vector<SlotRef> destroyed;  // By this change; at most kRightsEntryDestroyedMax.
  std::string payload;             // Not sealed yet. Wiped.

  // Puts the rows that this change makes into `batch`; `sequence` is the entry's. Called once, on the log
  // thread, before anything of the change is durable and before Commit returns: it may borrow from the
  // caller. An error refuses this change alone. May be empty.
  std::function<absl::Status(uint64_t sequence, rocksdb::WriteBatch& batch)> write_rows;

  // Called once the rows are in the database: before Commit returns OK or, where the disk was full, at some
  // later time, when Commit has long returned UNAVAILABLE. So it owns what it needs. It runs on the log
  // thread: it must not commit, and must not take a lock that a committing caller may hold. For what stands
  // in memory (caches, the catalogue, counters). May be empty.
  std::function<void(uint64_t sequence)> applied;
};

// Thread-safe.
class ClassACommitter {
 public:
  struct Options {
    size_t group_entries_max = 256;
    size_t group_payload_bytes_max = size_t{4} << 20;  // A single change may be larger: it goes alone.
    // Called where a sync failed or nobody knows what a file holds: the process must stop, and finds out at
    // its next start. Default: prints the reason and aborts. Where it returns (tests), every call is refused
    // with that reason from then on.
    std::function<void(const absl::Status& reason)> stop_process;
  };

  // The engine's part of step 5.
  struct Database {
    // Adds the row that holds the last applied sequence. Once a batch.
    std::function<void(uint64_t last_sequence, rocksdb::WriteBatch& batch)> put_last_sequence;
    // Writes the batch, whole or not at all. Called again with the same batch where it failed, so it should
    // first do what brings the engine out of its error state (DB::Resume).
    std::function<absl::Status(rocksdb::WriteBatch& batch)> write;
  };

  // All outlive the committer. `log` is open and at the sequence that `head` names. Starts the log thread.
  ClassACommitter(Options options, Database database, RightsLog& log, const RightsLogSealer& sealer,
                  SubjectKeys& subject_keys, KeyHead& head);
  // Finishes the calls that are waiting, then joins the thread.
  ~ClassACommitter();
  ClassACommitter(const ClassACommitter&) = delete;
  ClassACommitter& operator=(const ClassACommitter&) = delete;

  // Returns the sequence once the change is durable and in the database. Errors:
  // - those of `write_rows`, or INVALID_ARGUMENT for a change past the format's limits: nothing happened.
  // - UNAVAILABLE: the disk is full. Either nothing happened, or the change is durable in the log but not in
  //   the database yet; in both cases repeating the call is safe and right.
  // - INTERNAL: the process is stopping, see Options::stop_process.
  absl::StatusOr<uint64_t> Commit(ClassAChange change);

  // The same for changes of different subjects, which share their groups. One result a change, in their
  // order.
  std::vector<absl::StatusOr<uint64_t>> CommitAll(std::vector<ClassAChange> changes);

  // OK where every durable change is in the database; else tries again to put it there. UNAVAILABLE: the disk
  // is still full. Other writers (class B, upserts) call this under their lock and before they read: a row
  // written from an older state would be lost under, or undo, the change that waits.
  absl::Status EnsureApplied();

  // Lets the log go on in the file that `compaction` has written, between two groups. Destructions of all
  // entries so far are named as applied first: what the new file leaves out need not be replayed over these
  // keys. Errors: those of RightsLogCompaction, after which the log goes on as it was; INTERNAL: the process
  // is stopping.
  absl::Status SwitchLog(RightsLogCompaction& compaction);

  struct Statistics {
    uint64_t groups = 0;
    uint64_t entries = 0;
    uint64_t waiting = 0;  // Calls that wait for the next group, now.
  };
  Statistics statistics() const;

 private:
  struct Request;
  struct Applied {
    uint64_t sequence = 0;
    std::function<void(uint64_t)> call;
  };
  struct Pending;  // A batch that is durable in the log and not in the database.

  void Submit(Request& request);
  void Run();
  std::vector<Request*> TakeGroup();
  void ProcessGroup(const std::vector<Request*>& group);
  absl::Status PrepareEntry(Request& request, Pending& pending, std::vector<RightsLog::NewEntry>& entries);
  absl::Status MakeDurable(const std::vector<Request*>& group,
                           const std::vector<RightsLog::NewEntry>& entries);
  absl::Status ApplyPending();
  absl::Status SwitchNow(RightsLogCompaction& compaction);
  absl::Status Stop(const absl::Status& reason);
  void Refuse(Request& request, const absl::Status& status);

  const Options options_;
  const Database database_;
  RightsLog& log_;
  const RightsLogSealer& sealer_;
  SubjectKeys& subject_keys_;
  KeyHead& head_;

  // The log thread's own.
  std::unique_ptr<Pending> pending_;
  absl::Status stopped_;

  mutable std::mutex mutex_;  // Guards what follows, and the `done` of each request.
  std::condition_variable work_;
  std::condition_variable done_;
  std::vector<Request*> queue_;
  bool closing_ = false;
  bool batch_waits_ = false;  // pending_ holds a batch that failed.
  Statistics statistics_;

  std::thread thread_;  // Last: it uses everything above.
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_CLASS_A_COMMITTER_H_
