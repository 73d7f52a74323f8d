#include "featurestore/store/rights_log.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "featurestore/store/rights_log_compaction.h"
#include "featurestore/store/rights_log_reader.h"

namespace bauta {
namespace {

constexpr uint64_t kCopyChunk = uint64_t{1} << 20;  // Bytes.

std::vector<std::string> Directories(const RightsLog::Options& options) {
  std::vector<std::string> directories = {options.directory};
  if (!options.second_directory.empty()) directories.push_back(options.second_directory);
  return directories;
}

absl::Status CopyRange(const File& from, uint64_t begin, uint64_t end, File& to) {
  std::string chunk;
  for (uint64_t offset = begin; offset < end; offset += chunk.size()) {
    chunk.resize(std::min(kCopyChunk, end - offset));
    BAUTA_RETURN_IF_ERROR(from.Read(offset, chunk.size(), chunk.data()));
    BAUTA_RETURN_IF_ERROR(to.Write(offset, chunk));
  }
  return absl::OkStatus();
}

// One of the copies while the log is opened.
struct OpenedCopy {
  std::string directory;
  std::string path;
  std::unique_ptr<File> file;  // Null: absent.
  absl::StatusOr<RightsLogScan> scan = absl::NotFoundError("");
};

absl::StatusOr<std::vector<OpenedCopy>> OpenCopies(FileSystem& files, const RightsLog::Options& options,
                                                   const KeyHeadValues& head) {
  std::vector<OpenedCopy> copies;
  for (const std::string& directory : Directories(options)) {
    OpenedCopy& copy = copies.emplace_back();
    copy.directory = directory;
    copy.path = RightsLogPath(directory, head.log_file);
    absl::StatusOr<std::unique_ptr<File>> file = files.Open(copy.path, FileSystem::OpenMode::kReadWrite);
    if (absl::IsNotFound(file.status())) continue;
    if (!file.ok()) return file.status();
    copy.file = *std::move(file);
    copy.scan = ScanRightsLog(*copy.file, copy.path, head);
  }
  return copies;
}

// Refuses where a copy that exists is damaged or behind, or where none exists.
absl::Status CheckCopies(const std::vector<OpenedCopy>& copies, const KeyHeadValues& head) {
  bool any = false;
  for (const OpenedCopy& copy : copies) any = any || copy.scan.ok();
  for (const OpenedCopy& copy : copies) {
    if (copy.file == nullptr || copy.scan.ok()) continue;
    const absl::Status& status = copy.scan.status();
    if (!any) return status;
    return absl::Status(
        status.code(),
        absl::StrCat(status.message(), "; the other copy is whole: move this file away and it is made anew"));
  }
  if (any) return absl::OkStatus();
  const std::string& path = copies.front().path;
  if (head.sequence == 0) return absl::NotFoundError(absl::StrCat(path, ": no such rights log"));
  return absl::FailedPreconditionError(absl::StrCat(path, ": is behind its head: keys/head names entry ",
                                                    head.sequence, ", there is no file"));
}

// Makes an absent copy from a whole one, under its name only when all of it is durable.
absl::Status MakeCopy(FileSystem& files, const OpenedCopy& whole, OpenedCopy& absent) {
  BAUTA_RETURN_IF_ERROR(files.CreateDirectories(absent.directory));
  const std::string temporary = absl::StrCat(absent.path, ".tmp");
  BAUTA_RETURN_IF_ERROR(DestroyFile(files, temporary));
  BAUTA_ASSIGN_OR_RETURN(absent.file, files.Open(temporary, FileSystem::OpenMode::kCreate));
  BAUTA_RETURN_IF_ERROR(CopyRange(*whole.file, 0, whole.scan->end, *absent.file));
  BAUTA_RETURN_IF_ERROR(absent.file->Sync());
  BAUTA_RETURN_IF_ERROR(files.Rename(temporary, absent.path));
  BAUTA_RETURN_IF_ERROR(files.SyncDirectory(absent.directory));
  absent.scan = whole.scan;
  absent.scan->report.torn_bytes = 0;
  return absl::OkStatus();
}

// Leaves in `copy` exactly the whole entries of `longest`, durably. Up to the head the two are equal: the
// chain says so.
absl::Status AlignCopy(const OpenedCopy& longest, OpenedCopy& copy) {
  if (copy.scan->report.last_hash != longest.scan->report.last_hash) {
    BAUTA_RETURN_IF_ERROR(copy.file->Truncate(longest.scan->head_end));
    BAUTA_RETURN_IF_ERROR(CopyRange(*longest.file, longest.scan->head_end, longest.scan->end, *copy.file));
  } else if (copy.scan->report.torn_bytes > 0) {
    BAUTA_RETURN_IF_ERROR(copy.file->Truncate(copy.scan->end));
  }
  return copy.file->Sync();
}

}  // namespace

std::string RightsLogPath(const std::string& directory, uint32_t file_number) {
  return absl::StrCat(directory, "/rights.log.", file_number);
}

absl::Status RightsLog::Create(FileSystem& files, const Options& options, const KeyHead& head) {
  const KeyHeadValues values = head.values();
  if (values.sequence != 0) {
    return absl::FailedPreconditionError(absl::StrCat("rights log: keys/head names entry ", values.sequence,
                                                      " already; a new log would begin before it"));
  }
  for (const std::string& directory : Directories(options)) {
    const std::string path = RightsLogPath(directory, values.log_file);
    absl::Status found = files.Attributes(path).status();
    if (found.ok()) return absl::AlreadyExistsError(absl::StrCat(path, ": a rights log is there already"));
    if (!absl::IsNotFound(found)) return found;
  }
  for (const std::string& directory : Directories(options)) {
    BAUTA_RETURN_IF_ERROR(files.CreateDirectories(directory));
    BAUTA_RETURN_IF_ERROR(WriteFileAtomically(files, RightsLogPath(directory, values.log_file),
                                              EncodeFileHeader({.file_number = values.log_file})));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<RightsLog>> RightsLog::Open(FileSystem& files, const Options& options,
                                                           KeyHead& head, RightsLogRecovery* recovery) {
  const KeyHeadValues values = head.values();
  BAUTA_ASSIGN_OR_RETURN(std::vector<OpenedCopy> copies, OpenCopies(files, options, values));
  BAUTA_RETURN_IF_ERROR(CheckCopies(copies, values));

  const auto end = [](const OpenedCopy& copy) { return copy.scan.ok() ? copy.scan->end : 0; };
  const OpenedCopy& longest =
      *std::max_element(copies.begin(), copies.end(),
                        [&](const OpenedCopy& a, const OpenedCopy& b) { return end(a) < end(b); });
  const RightsLogReport& report = longest.scan->report;
  RightsLogRecovery done;
  done.entries = report.entries;
  done.entries_beyond_head = report.entries_beyond_head;
  for (OpenedCopy& copy : copies) {
    if (copy.file == nullptr) {
      BAUTA_RETURN_IF_ERROR(MakeCopy(files, longest, copy));
      done.restored_copies.push_back(copy.path);
    }
    done.bytes_cut = std::max(done.bytes_cut, copy.scan->report.torn_bytes);
    BAUTA_RETURN_IF_ERROR(AlignCopy(longest, copy));
  }
  if (report.last_sequence > values.sequence) {
    BAUTA_RETURN_IF_ERROR(head.SetLog(values.log_file, report.last_sequence, report.last_hash));
  }
  BAUTA_RETURN_IF_ERROR(RemoveOtherLogs(files, options, values.log_file));
  if (recovery != nullptr) *recovery = std::move(done);

  std::unique_ptr<RightsLog> log(new RightsLog);
  log->file_number_ = values.log_file;
  log->last_sequence_ = report.last_sequence;
  log->last_hash_ = report.last_hash;
  log->size_ = longest.scan->end;
  log->compacted_bytes_ = report.compacted_bytes;
  log->compaction_hour_ = report.compaction_hour;
  std::vector<Copy> files_of_log;
  files_of_log.reserve(copies.size());
  for (OpenedCopy& copy : copies) files_of_log.push_back({copy.path, std::move(copy.file)});
  log->copies_ = std::make_shared<const std::vector<Copy>>(std::move(files_of_log));
  return log;
}

absl::Status RightsLog::Append(std::span<const NewEntry> entries) {
  const std::lock_guard lock(mutex_);
  BAUTA_RETURN_IF_ERROR(failure_);
  std::string bytes;
  uint64_t sequence = last_sequence_;
  Sha256Digest hash = last_hash_;
  for (const NewEntry& entry : entries) {
    if (entry.header.sequence != sequence + 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("sequence: the next entry is ", sequence + 1, ", not ", entry.header.sequence));
    }
    BAUTA_RETURN_IF_ERROR(CheckEntryLimits(entry.header, entry.payload.size()));
    hash = AppendEntry(entry.header, hash, entry.payload, bytes);
    ++sequence;
  }
  for (const Copy& copy : *copies_) {
    absl::Status written = copy.file->Write(size_, bytes);
    if (written.ok()) continue;
    if (!absl::IsResourceExhausted(written)) return Fail(written);
    for (const Copy& touched : *copies_) {
      if (absl::Status undone = touched.file->Truncate(size_); !undone.ok()) return Fail(undone);
      if (&touched == &copy) break;
    }
    return written;
  }
  last_sequence_ = sequence;
  last_hash_ = hash;
  size_ += bytes.size();
  return absl::OkStatus();
}

absl::Status RightsLog::Sync() {
  std::shared_ptr<const std::vector<Copy>> synced_copies;
  {
    const std::lock_guard lock(mutex_);
    BAUTA_RETURN_IF_ERROR(failure_);
    synced_copies = copies_;
  }
  for (const Copy& copy : *synced_copies) {
    if (absl::Status synced = copy.file->Sync(); !synced.ok()) {
      const std::lock_guard lock(mutex_);
      return Fail(synced);
    }
  }
  return absl::OkStatus();
}

absl::Status RightsLog::Fail(const absl::Status& status) {
  failure_ = absl::InternalError(
      absl::StrCat("the rights log cannot be written on, start anew: ", status.message()));
  return failure_;
}

uint32_t RightsLog::file_number() const {
  const std::lock_guard lock(mutex_);
  return file_number_;
}

uint64_t RightsLog::last_sequence() const {
  const std::lock_guard lock(mutex_);
  return last_sequence_;
}

Sha256Digest RightsLog::last_hash() const {
  const std::lock_guard lock(mutex_);
  return last_hash_;
}

uint64_t RightsLog::size_bytes() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

uint64_t RightsLog::compacted_bytes() const {
  const std::lock_guard lock(mutex_);
  return compacted_bytes_;
}

Hour RightsLog::compaction_hour() const {
  const std::lock_guard lock(mutex_);
  return compaction_hour_;
}

absl::Status RightsLog::ForEachAfter(uint64_t sequence,
                                     absl::FunctionRef<absl::Status(const RightsEntry&)> visit) const {
  std::shared_ptr<const std::vector<Copy>> copies;
  uint64_t size = 0;
  {
    const std::lock_guard lock(mutex_);
    copies = copies_;
    size = size_;
  }
  const Copy& copy = copies->front();
  BAUTA_ASSIGN_OR_RETURN(RightsLogReader reader, RightsLogReader::Open(*copy.file, copy.path, size));
  while (true) {
    BAUTA_ASSIGN_OR_RETURN(const std::optional<RightsEntry> entry, reader.Next());
    if (!entry.has_value()) return absl::OkStatus();
    if (entry->header.sequence > sequence) BAUTA_RETURN_IF_ERROR(visit(*entry));
  }
}

absl::StatusOr<RightsLogReport> VerifyRightsLog(FileSystem& files, const std::string& directory,
                                                const KeyHeadValues& head) {
  const std::string path = RightsLogPath(directory, head.log_file);
  const absl::StatusOr<std::unique_ptr<File>> file = files.Open(path, FileSystem::OpenMode::kRead);
  if (!file.ok()) return file.status();
  BAUTA_ASSIGN_OR_RETURN(const RightsLogScan scan, ScanRightsLog(**file, path, head));
  return scan.report;
}

absl::StatusOr<RightsLogReport> VerifyLiveRightsLog(
    FileSystem& files, const std::string& directory,
    absl::FunctionRef<absl::StatusOr<KeyHeadValues>()> read_head) {
  // Read before the file: entries that come meanwhile lie beyond it, and are as welcome.
  BAUTA_ASSIGN_OR_RETURN(KeyHeadValues head, read_head());
  while (true) {
    absl::StatusOr<RightsLogReport> report = VerifyRightsLog(files, directory, head);
    BAUTA_ASSIGN_OR_RETURN(const KeyHeadValues now, read_head());
    if (now.log_file == head.log_file) return report;
    head = now;
  }
}

}  // namespace bauta
