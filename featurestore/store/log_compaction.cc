#include "featurestore/store/log_compaction.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "featurestore/store/kept_entries.h"
#include "featurestore/store/rights_log_compaction.h"
#include "privacy/secret.h"

namespace bauta {
namespace {

absl::Time MarksKeptFrom(const StoreCore& core) {
  return core.clock.Now() - absl::Hours(core.options.retention.backfill_age_hours_max);
}

// Without the slots that the entry destroyed: keys from before the compaction are refused, so nobody has to
// destroy them again, and beside the new slot of a subject who moved to another identity key they would say
// who that was before. An entry whose own key died meanwhile stays as it is: nobody can open it.
absl::Status ForgetDestroyed(const StoreCore& core, RightsEntry& entry) {
  BAUTA_ASSIGN_OR_RETURN(std::optional<std::string> payload, core.rights_log_sealer->Unseal(entry));
  if (!payload) return absl::OkStatus();
  RightsEntryHeader header = entry.header;
  header.destroyed.clear();
  absl::StatusOr<std::string> sealed = core.rights_log_sealer->Seal(header, *payload);
  WipeString(*payload);
  if (absl::IsNotFound(sealed.status())) return absl::OkStatus();
  BAUTA_RETURN_IF_ERROR(sealed.status());
  entry.header = std::move(header);
  entry.payload = *std::move(sealed);
  return absl::OkStatus();
}

absl::Status CompactAlone(StoreCore& core) {
  if (core.rights_log->last_sequence() == 0) return absl::OkStatus();
  const absl::Time recent = MarksKeptFrom(core);
  BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<RightsLogCompaction> compaction,
                         RightsLogCompaction::Begin(core.files, core.log_options(), *core.rights_log));
  BAUTA_ASSIGN_OR_RETURN(const absl::flat_hash_set<uint64_t> kept,
                         ChooseKeptEntries(*compaction, *core.rights_log_sealer, *core.subject_keys, recent));
  BAUTA_RETURN_IF_ERROR(compaction->Write(
      kept, [&](RightsEntry& entry) { return ForgetDestroyed(core, entry); }, core.now_hour()));
  BAUTA_RETURN_IF_ERROR(core.committer->SwitchLog(*compaction));
  core.erasures.DropBefore(recent);
  return RemoveOtherLogs(core.files, core.log_options(), compaction->file_number());
}

}  // namespace

absl::Status Compact(StoreCore& core) {
  const std::unique_lock lock(core.compaction_mutex, std::try_to_lock);
  if (!lock.owns_lock()) return absl::FailedPreconditionError("compaction of the rights log: one is running");
  absl::Status compacted = CompactAlone(core);
  if (!absl::IsResourceExhausted(compacted)) return compacted;
  return absl::UnavailableError(
      absl::StrCat("the rights log cannot be compacted now: ", compacted.message()));
}

absl::Status CompactIfDue(StoreCore& core) {
  const bool holds_expired_mark = core.erasures.HasBefore(MarksKeptFrom(core));
  if (!CompactionIsDue(*core.rights_log, holds_expired_mark, core.clock.Now())) return absl::OkStatus();
  return Compact(core);
}

}  // namespace bauta
