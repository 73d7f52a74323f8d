#include "featurestore/store/rights_log_compaction.h"

#include <charconv>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace bauta {
namespace {

constexpr size_t kWriteChunk = size_t{1} << 20;  // Bytes.
constexpr std::string_view kStem = "rights.log.";

std::vector<std::string> Directories(const RightsLog::Options& options) {
  std::vector<std::string> directories = {options.directory};
  if (!options.second_directory.empty()) directories.push_back(options.second_directory);
  return directories;
}

// 0: the name is no log's.
uint32_t NumberOf(std::string_view name) {
  if (!name.starts_with(kStem)) return 0;
  name.remove_prefix(kStem.size());
  uint32_t number = 0;
  const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc() && stop == name.data() + name.size() ? number : 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RightsLogCompaction>> RightsLogCompaction::Begin(
    FileSystem& files, const RightsLog::Options& options, RightsLog& log) {
  std::unique_ptr<RightsLogCompaction> made(new RightsLogCompaction(files, options, log));
  const std::lock_guard lock(log.mutex_);
  BAUTA_RETURN_IF_ERROR(log.failure_);
  if (log.last_sequence_ == 0) return absl::FailedPreconditionError("the rights log has no entry yet");
  made->old_files_ = log.copies_;
  made->base_sequence_ = log.last_sequence_;
  made->base_hash_ = log.last_hash_;
  made->base_size_ = log.size_;
  made->file_number_ = log.file_number_ + 1;
  return made;
}

RightsLogCompaction::~RightsLogCompaction() { DestroyNewFiles(); }

absl::StatusOr<RightsLogReader> RightsLogCompaction::ReadOldFile() const {
  const RightsLog::Copy& copy = old_files_->front();
  return RightsLogReader::Open(*copy.file, copy.path, base_size_);
}

absl::Status RightsLogCompaction::ForEachEntry(
    absl::FunctionRef<absl::Status(const RightsEntry&)> visit) const {
  BAUTA_ASSIGN_OR_RETURN(RightsLogReader reader, ReadOldFile());
  while (true) {
    BAUTA_ASSIGN_OR_RETURN(const std::optional<RightsEntry> entry, reader.Next());
    if (!entry.has_value()) return absl::OkStatus();
    if (entry->header.type != RightsEntryType::kCheckpoint) BAUTA_RETURN_IF_ERROR(visit(*entry));
  }
}

absl::Status RightsLogCompaction::CreateFiles() {
  for (const std::string& directory : Directories(options_)) {
    const std::string path = RightsLogPath(directory, file_number_);
    BAUTA_RETURN_IF_ERROR(DestroyFile(files_, path));  // Of an attempt that failed.
    BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<File> file, files_.Open(path, FileSystem::OpenMode::kCreate));
    new_files_.push_back({path, std::move(file)});
    // Before any entry: a start can overwrite only what still has a name.
    BAUTA_RETURN_IF_ERROR(files_.SyncDirectory(directory));
  }
  return absl::OkStatus();
}

absl::Status RightsLogCompaction::Write(const absl::flat_hash_set<uint64_t>& kept, Reseal reseal, Hour now) {
  BAUTA_RETURN_IF_ERROR(CreateFiles());
  hour_ = now;
  buffer_ = EncodeFileHeader(
      {.file_number = file_number_, .base_sequence = base_sequence_, .base_hash = base_hash_});
  uint64_t entries = 0;
  BAUTA_RETURN_IF_ERROR(ForEachEntry([&](const RightsEntry&) {
    ++entries;
    return absl::OkStatus();
  }));
  last_hash_ = base_hash_;
  const RightsLogCheckpoint checkpoint = {
      .kept_entries = kept.size(), .dropped_entries = entries - kept.size(), .compaction_hour = now.value()};
  BAUTA_RETURN_IF_ERROR(
      Append({.sequence = base_sequence_, .type = RightsEntryType::kCheckpoint, .slot = {}, .destroyed = {}},
             EncodeCheckpoint(checkpoint)));
  BAUTA_ASSIGN_OR_RETURN(RightsLogReader reader, ReadOldFile());
  while (true) {
    BAUTA_ASSIGN_OR_RETURN(std::optional<RightsEntry> entry, reader.Next());
    if (!entry.has_value()) break;
    if (entry->header.type == RightsEntryType::kCheckpoint || !kept.contains(entry->header.sequence))
      continue;
    if (!entry->header.destroyed.empty()) BAUTA_RETURN_IF_ERROR(reseal(*entry));
    BAUTA_RETURN_IF_ERROR(Append(entry->header, entry->payload));
  }
  BAUTA_RETURN_IF_ERROR(WriteOut());
  tail_ = std::make_unique<RightsLogReader>(std::move(reader));
  compacted_bytes_ = size_;
  last_sequence_ = base_sequence_;
  return absl::OkStatus();
}

absl::Status RightsLogCompaction::Append(const RightsEntryHeader& header, std::string_view payload) {
  last_hash_ = AppendEntry(header, last_hash_, payload, buffer_);
  return buffer_.size() < kWriteChunk ? absl::OkStatus() : WriteOut();
}

absl::Status RightsLogCompaction::WriteOut() {
  for (const RightsLog::Copy& file : new_files_) BAUTA_RETURN_IF_ERROR(file.file->Write(size_, buffer_));
  size_ += buffer_.size();
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status RightsLogCompaction::CatchUp() {
  tail_->Extend(log_.size_bytes());
  while (true) {
    BAUTA_ASSIGN_OR_RETURN(const std::optional<RightsEntry> entry, tail_->Next());
    if (!entry.has_value()) break;
    BAUTA_RETURN_IF_ERROR(Append(entry->header, entry->payload));
    last_sequence_ = entry->header.sequence;
  }
  BAUTA_RETURN_IF_ERROR(WriteOut());
  for (const RightsLog::Copy& file : new_files_) BAUTA_RETURN_IF_ERROR(file.file->Sync());
  for (const std::string& directory : Directories(options_)) {
    BAUTA_RETURN_IF_ERROR(files_.SyncDirectory(directory));
  }
  caught_up_ = true;
  const std::lock_guard lock(log_.mutex_);
  log_.failure_ = absl::InternalError("the rights log is between two files, start anew");
  return absl::OkStatus();
}

void RightsLogCompaction::Adopt() {
  const std::lock_guard lock(log_.mutex_);
  log_.copies_ = std::make_shared<const std::vector<RightsLog::Copy>>(std::move(new_files_));
  log_.failure_ = absl::OkStatus();
  log_.file_number_ = file_number_;
  log_.last_hash_ = last_hash_;
  log_.size_ = size_;
  log_.compacted_bytes_ = compacted_bytes_;
  log_.compaction_hour_ = hour_;
  new_files_.clear();
}

void RightsLogCompaction::DestroyNewFiles() {
  if (caught_up_) return;  // keys/head may name them.
  for (RightsLog::Copy& file : new_files_) {
    file.file = nullptr;
    DestroyFile(files_, file.path).IgnoreError();  // The next attempt, or the next start, does it.
  }
  new_files_.clear();
}

absl::Status RemoveOtherLogs(FileSystem& files, const RightsLog::Options& options, uint32_t live) {
  for (const std::string& directory : Directories(options)) {
    BAUTA_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(directory));
    bool removed = false;
    for (const std::string& name : names) {
      const uint32_t number = NumberOf(name);
      if (number == 0 || number == live) continue;
      const std::string path = RightsLogPath(directory, number);
      if (number > live + 1) {
        return absl::FailedPreconditionError(absl::StrCat(
            path, ": keys/head names log ", live,
            ", and no compaction leaves this behind: is keys/head from a backup of another day?"));
      }
      BAUTA_RETURN_IF_ERROR(DestroyFile(files, path));
      removed = true;
    }
    if (removed) BAUTA_RETURN_IF_ERROR(files.SyncDirectory(directory));
  }
  return absl::OkStatus();
}

}  // namespace bauta
