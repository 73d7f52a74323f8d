#include "featurestore/store/class_a_committer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "featurestore/store/rights_log_compaction.h"
#include "privacy/secret.h"
#include "rocksdb/write_batch.h"

namespace bauta {
namespace {

void PrintAndAbort(const absl::Status& reason) {
  std::fprintf(stderr, "bauta: stopping, class A changes cannot be made durable: %s\n",
               reason.ToString().c_str());
  std::abort();
}

absl::Status DiskFull(const absl::Status& reason) {
  return absl::UnavailableError(absl::StrCat("the change cannot be made durable now: ", reason.message()));
}

}  // namespace

// One call that waits in Commit, EnsureApplied or SwitchLog.
struct ClassACommitter::Request {
  ClassAChange change;
  bool only_apply = false;                    // From EnsureApplied: no change.
  RightsLogCompaction* compaction = nullptr;  // From SwitchLog: no change.
  uint64_t sequence = 0;                      // 0 while no entry was given to it.
  absl::Status status;
  bool done = false;
};

struct ClassACommitter::Pending {
  rocksdb::WriteBatch batch;
  uint64_t last_sequence = 0;
  std::vector<Applied> applied;
};

ClassACommitter::ClassACommitter(Options options, Database database, RightsLog& log,
                                 const RightsLogSealer& sealer, SubjectKeys& subject_keys, KeyHead& head)
    : options_(std::move(options)),
      database_(std::move(database)),
      log_(log),
      sealer_(sealer),
      subject_keys_(subject_keys),
      head_(head),
      thread_([this] { Run(); }) {}

ClassACommitter::~ClassACommitter() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  work_.notify_one();
  thread_.join();
}

absl::StatusOr<uint64_t> ClassACommitter::Commit(ClassAChange change) {
  Request request;
  request.change = std::move(change);
  Submit(request);
  if (!request.status.ok()) return request.status;
  return request.sequence;
}

std::vector<absl::StatusOr<uint64_t>> ClassACommitter::CommitAll(std::vector<ClassAChange> changes) {
  std::vector<Request> requests(changes.size());
  {
    std::unique_lock lock(mutex_);
    for (size_t i = 0; i < changes.size(); ++i) {
      requests[i].change = std::move(changes[i]);
      queue_.push_back(&requests[i]);
    }
    work_.notify_one();
    done_.wait(lock, [&] {
      return std::all_of(requests.begin(), requests.end(), [](const Request& one) { return one.done; });
    });
  }
  std::vector<absl::StatusOr<uint64_t>> results;
  results.reserve(requests.size());
  for (const Request& request : requests) {
    request.status.ok() ? results.emplace_back(request.sequence) : results.emplace_back(request.status);
  }
  return results;
}

absl::Status ClassACommitter::EnsureApplied() {
  {
    const std::lock_guard lock(mutex_);
    if (!batch_waits_) return absl::OkStatus();
  }
  Request request;
  request.only_apply = true;
  Submit(request);
  return request.status;
}

absl::Status ClassACommitter::SwitchLog(RightsLogCompaction& compaction) {
  Request request;
  request.compaction = &compaction;
  Submit(request);
  return request.status;
}

void ClassACommitter::Submit(Request& request) {
  std::unique_lock lock(mutex_);
  queue_.push_back(&request);
  work_.notify_one();
  done_.wait(lock, [&] { return request.done; });
}

ClassACommitter::Statistics ClassACommitter::statistics() const {
  const std::lock_guard lock(mutex_);
  Statistics now = statistics_;
  now.waiting = queue_.size();
  return now;
}

void ClassACommitter::Run() {
  while (true) {
    const std::vector<Request*> group = TakeGroup();
    if (group.empty()) return;
    ProcessGroup(group);
    {
      const std::lock_guard lock(mutex_);
      batch_waits_ = pending_ != nullptr;
      for (Request* request : group) request->done = true;
    }
    done_.notify_all();
  }
}

// Waits for requests; none is given where the committer closes.
std::vector<ClassACommitter::Request*> ClassACommitter::TakeGroup() {
  std::unique_lock lock(mutex_);
  work_.wait(lock, [&] { return closing_ || !queue_.empty(); });
  size_t taken = 0;
  size_t bytes = 0;
  while (taken < queue_.size() && taken < options_.group_entries_max) {
    if (queue_[taken]->compaction != nullptr) {  // Goes alone.
      if (taken == 0) taken = 1;
      break;
    }
    bytes += queue_[taken]->change.payload.size();
    if (taken > 0 && bytes > options_.group_payload_bytes_max) break;
    ++taken;
  }
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(taken);
  std::vector<Request*> group(queue_.begin(), end);
  queue_.erase(queue_.begin(), end);
  return group;
}

void ClassACommitter::ProcessGroup(const std::vector<Request*>& group) {
  if (RightsLogCompaction* const compaction = group.front()->compaction; compaction != nullptr) {
    group.front()->status = SwitchNow(*compaction);
    return;
  }
  absl::Status refused = stopped_;
  if (refused.ok() && pending_ != nullptr) refused = ApplyPending();
  if (!refused.ok()) {
    for (Request* request : group) Refuse(*request, refused);
    return;
  }

  auto pending = std::make_unique<Pending>();
  std::vector<RightsLog::NewEntry> entries;
  pending->last_sequence = log_.last_sequence();
  for (Request* request : group) {
    if (request->only_apply) continue;
    if (absl::Status prepared = PrepareEntry(*request, *pending, entries); !prepared.ok()) {
      Refuse(*request, prepared);
    }
  }
  if (entries.empty()) return;
  database_.put_last_sequence(pending->last_sequence, pending->batch);

  if (absl::Status durable = MakeDurable(group, entries); !durable.ok()) {
    for (Request* request : group) {
      if (request->sequence != 0) Refuse(*request, durable);
    }
    return;
  }
  pending_ = std::move(pending);
  const absl::Status applied = ApplyPending();
  for (Request* request : group) {
    if (request->sequence != 0) request->status = applied;
  }
  const std::lock_guard lock(mutex_);
  ++statistics_.groups;
  statistics_.entries += entries.size();
}

// Gives the change the next sequence, its rows to the batch and its sealed entry to `entries`, or does
// nothing.
absl::Status ClassACommitter::PrepareEntry(Request& request, Pending& pending,
                                           std::vector<RightsLog::NewEntry>& entries) {
  ClassAChange& change = request.change;
  const uint64_t sequence = pending.last_sequence + 1;
  RightsLog::NewEntry entry;
  entry.header = {
      .sequence = sequence, .type = change.type, .slot = change.slot, .destroyed = change.destroyed};
  absl::StatusOr<std::string> sealed = sealer_.Seal(entry.header, change.payload);
  WipeString(change.payload);
  if (!sealed.ok()) return sealed.status();
  entry.payload = *std::move(sealed);
  BAUTA_RETURN_IF_ERROR(CheckEntryLimits(entry.header, entry.payload.size()));

  if (change.write_rows) {
    pending.batch.SetSavePoint();
    if (absl::Status written = change.write_rows(sequence, pending.batch); !written.ok()) {
      pending.batch.RollbackToSavePoint();
      return written;
    }
    pending.batch.PopSavePoint();
  }
  request.sequence = sequence;
  pending.last_sequence = sequence;
  if (change.applied) pending.applied.push_back({sequence, std::move(change.applied)});
  entries.push_back(std::move(entry));
  return absl::OkStatus();
}

// Steps 1 to 4. UNAVAILABLE: the disk is full, and nothing of the group was made durable.
absl::Status ClassACommitter::MakeDurable(const std::vector<Request*>& group,
                                          const std::vector<RightsLog::NewEntry>& entries) {
  bool creates = false;
  std::vector<SlotRef> destroyed;
  for (const Request* request : group) {
    if (request->sequence == 0) continue;
    creates = creates || !request->change.created.empty();
    destroyed.insert(destroyed.end(), request->change.destroyed.begin(), request->change.destroyed.end());
  }
  if (creates) {
    if (absl::Status synced = subject_keys_.Sync(); !synced.ok()) return Stop(synced);
  }

  const absl::Status appended = log_.Append(entries);
  if (absl::IsResourceExhausted(appended)) return DiskFull(appended);
  if (!appended.ok()) return Stop(appended);
  if (absl::Status synced = log_.Sync(); !synced.ok()) return Stop(synced);

  const uint64_t sequence = log_.last_sequence();
  if (absl::Status named = head_.SetLog(log_.file_number(), sequence, log_.last_hash()); !named.ok()) {
    return Stop(named);
  }

  if (destroyed.empty()) return absl::OkStatus();
  for (const SlotRef& slot : destroyed) {
    if (absl::Status gone = subject_keys_.Destroy(slot); !gone.ok()) return Stop(gone);
  }
  if (absl::Status set = subject_keys_.SetLastAppliedSequence(sequence); !set.ok()) return Stop(set);
  if (absl::Status synced = subject_keys_.Sync(); !synced.ok()) return Stop(synced);
  return absl::OkStatus();
}

// Step 5. Keeps the batch where the database does not take it.
absl::Status ClassACommitter::ApplyPending() {
  if (absl::Status written = database_.write(pending_->batch); !written.ok()) return DiskFull(written);
  for (const Applied& applied : pending_->applied) applied.call(applied.sequence);
  pending_ = nullptr;
  return absl::OkStatus();
}

absl::Status ClassACommitter::SwitchNow(RightsLogCompaction& compaction) {
  BAUTA_RETURN_IF_ERROR(stopped_);
  absl::Status applied = subject_keys_.SetLastAppliedSequence(log_.last_sequence());
  if (applied.ok()) applied = subject_keys_.Sync();
  if (!applied.ok()) return Stop(applied);
  BAUTA_RETURN_IF_ERROR(compaction.CatchUp());
  const absl::Status named =
      head_.SetLog(compaction.file_number(), compaction.last_sequence(), compaction.last_hash());
  if (!named.ok()) return Stop(named);
  compaction.Adopt();
  return absl::OkStatus();
}

absl::Status ClassACommitter::Stop(const absl::Status& reason) {
  stopped_ = absl::InternalError(absl::StrCat("the store is stopping: ", reason.message()));
  if (options_.stop_process) {
    options_.stop_process(stopped_);
  } else {
    PrintAndAbort(stopped_);
  }
  return stopped_;
}

// The slots that the call had made for itself are given back, unless nobody knows what the disk holds.
void ClassACommitter::Refuse(Request& request, const absl::Status& status) {
  request.status = status;
  if (!stopped_.ok()) return;
  for (const SlotRef& slot : request.change.created) {
    if (absl::Status gone = subject_keys_.Destroy(slot); !gone.ok()) {
      request.status = Stop(gone);
      return;
    }
  }
}

}  // namespace bauta
