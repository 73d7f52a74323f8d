#include "featurestore/store/census.h"

#include <algorithm>
#include <set>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "featurestore/store/history.h"
#include "featurestore/store/identity_rotation.h"
#include "featurestore/store/subject_scan.h"

namespace bauta {
namespace {

size_t BucketOf(Hour hour, Hour now) {
  const int64_t days = std::max<int64_t>(0, now.Since(hour)) / 24;
  const auto found = std::find_if(kCensusAgeDays.begin(), kCensusAgeDays.end(),
                                  [&](uint32_t days_max) { return days < int64_t{days_max}; });
  return static_cast<size_t>(found - kCensusAgeDays.begin());
}

void CountRows(const History& history, Hour now, StoreCensus& census) {
  std::set<std::pair<size_t, size_t>> touched;  // Kind and age: each counts the subject once.
  const auto count = [&](SignalKind kind, Hour hour) {
    const auto cell = std::pair(static_cast<size_t>(kind), BucketOf(hour, now));
    ++census.rows[cell.first][cell.second].rows;
    touched.insert(cell);
  };
  for (const Interaction& row : history.interactions) count(row.kind, row.hour);
  for (const PostState& row : history.states) count(row.kind, row.hour);
  for (const Impression& row : history.impressions) count(SignalKind::kImpression, row.hour);
  for (const auto& [kind, bucket] : touched) ++census.rows[kind][bucket].subjects;
}

absl::Status CountSubject(StoreCore& core, const SubjectReader& reader, const StoredCode& code,
                          StoreCensus& census) {
  SubjectRows rows;
  reader.ReadRows(code, rows);
  BAUTA_ASSIGN_OR_RETURN(const StoredHead head, reader.Head(code, rows));
  if (!head.exists()) return absl::OkStatus();  // Dead: the sweep takes it away.
  const ConsentState& consent = head.value.head.instructions.consent;
  ++census.subjects;
  if (consent.minor) ++census.minors;
  StoreCensus::PolicyVersion& version = census.policy_versions[consent.policy_version];
  ++version.subjects;
  for (Purpose purpose : kAllPurposes) version.grants[Index(purpose)] += consent.IsOn(purpose) ? 1 : 0;

  if (!core.subject_keys->IsLive(head.value.history_slot)) return absl::OkStatus();
  ++census.histories;
  const absl::Time now = core.clock.Now();
  const EffectiveConsent effective = Resolve(consent, core.options.policy, now);
  if (!effective.Holds(Purpose::kPersonalize)) return absl::OkStatus();
  BAUTA_ASSIGN_OR_RETURN(StoredHistory history, reader.History(code, head.value.history_slot, rows));
  DropExpired(history.rows, core.options.retention, effective.excluded_kinds(), Hour::Floor(now));
  CountRows(history.rows, Hour::Floor(now), census);
  return absl::OkStatus();
}

// Codes of one epoch find nothing in the database of another.
absl::Status CheckEpoch(const StoreCore& core, IdentityEpoch epoch) {
  BAUTA_RETURN_IF_ERROR(CheckNotRotating(core));
  if (core.epoch() == epoch) return absl::OkStatus();
  return absl::FailedPreconditionError("identity key: it was changed in the middle of the count; ask again");
}

}  // namespace

absl::StatusOr<StoreCensus> TakeCensus(StoreCore& core, const SubjectReader& reader) {
  constexpr uint32_t kRangesAtATime = 1024;  // The gate is held for a stretch only.
  StoreCensus census;
  std::vector<StoredCode> codes;
  IdentityEpoch epoch;
  {
    const std::shared_lock gate(core.gate);
    BAUTA_RETURN_IF_ERROR(CheckNotRotating(core));
    epoch = core.epoch();
  }
  for (uint32_t begin = 0; begin < kRangeCount; begin += kRangesAtATime) {
    const std::shared_lock gate(core.gate);
    BAUTA_RETURN_IF_ERROR(CheckEpoch(core, epoch));
    BAUTA_RETURN_IF_ERROR(ScanSubjects(*core.engine, begin, begin + kRangesAtATime,
                                       [&](const ScannedSubject& subject) -> absl::StatusOr<bool> {
                                         if (subject.head != nullptr) codes.push_back(subject.code);
                                         return true;
                                       }));
  }
  for (const StoredCode& code : codes) {
    const std::shared_lock gate(core.gate);
    BAUTA_RETURN_IF_ERROR(CheckEpoch(core, epoch));
    const absl::Status counted = CountSubject(core, reader, code, census);
    if (absl::IsDataLoss(counted)) {  // One damaged row must not end the report.
      ++census.unreadable;
      continue;
    }
    BAUTA_RETURN_IF_ERROR(counted);
  }
  const std::shared_lock gate(core.gate);
  census.erasure_marks = core.erasures.size();
  census.posts = core.posts.size();
  census.wrap_key_time = core.subject_keys->wrap_key_time();
  census.identity_epoch = core.epoch().value();
  BAUTA_ASSIGN_OR_RETURN(
      const FileAttributes identity_key,
      core.files.Attributes(absl::StrCat(core.keys_directory(), "/identity.", census.identity_epoch)));
  census.identity_key_time = identity_key.modify_time;
  census.log_sequence = core.rights_log->last_sequence();
  census.log_bytes = core.rights_log->size_bytes();
  return census;
}

}  // namespace bauta
