#include "featurestore/store/learnable_rows.h"

#include <shared_mutex>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "base/status.h"
#include "featurestore/store/crowd_share.h"
#include "featurestore/store/deleted_tags.h"
#include "featurestore/store/shuffle.h"
#include "featurestore/store/subject_scan.h"

namespace bauta {
namespace {

// Empty where nothing may be learned from.
absl::StatusOr<LearnableRow> ReadRow(StoreCore& core, const SubjectReader& reader, const Pseudonym& subject,
                                     DeletedTags& deleted_tags) {
  const std::shared_lock gate(core.gate);
  const absl::Time now = core.clock.Now();
  const auto consent_of = [&](const StoredHead& head) {
    return Resolve(head.value.head.instructions.consent, core.options.policy, now);
  };
  const auto learns = [&](const EffectiveConsent& consent) {
    return consent.Holds(Purpose::kLearn) &&
           IsOldEnough(consent, Purpose::kLearn, core.options.crowd_age_min, now);
  };
  BAUTA_ASSIGN_OR_RETURN(SubjectReader::Found found,
                         reader.Find(core.codes->ToStoredCode(subject),
                                     [&](const StoredHead& head) { return learns(consent_of(head)); }));
  const EffectiveConsent consent = consent_of(found.head);
  if (!learns(consent)) return LearnableRow();
  BAUTA_RETURN_IF_ERROR(found.history.status());
  const HeadInstructions& instructions = found.head.value.head.instructions;
  LearnableRow row = MakeLearnableRow(std::move(found.history->rows), instructions, consent,
                                      core.options.retention, Hour::Floor(now));
  BAUTA_RETURN_IF_ERROR(deleted_tags.TakeOut(instructions.deleted_tags, row));
  return row;
}

// Everybody who has a history. While subjects move, the old database is looked through first: whoever leaves
// it meanwhile is found in the new one.
absl::StatusOr<std::vector<Pseudonym>> WhoHasAHistory(StoreCore& core) {
  constexpr uint32_t kRangesAtATime = 1024;  // The gate is held for a stretch only.
  std::vector<Pseudonym> subjects;
  absl::flat_hash_set<Pseudonym> seen;
  const auto collect = [&](const Engine& engine, IdentityEpoch epoch, uint32_t begin) {
    return ScanSubjects(engine, begin, begin + kRangesAtATime,
                        [&](const ScannedSubject& subject) -> absl::StatusOr<bool> {
                          if (subject.head == nullptr || subject.history.empty()) return true;
                          const Pseudonym pseudonym = core.codes->ToPseudonym(subject.code, epoch);
                          if (seen.insert(pseudonym).second) subjects.push_back(pseudonym);
                          return true;
                        });
  };
  IdentityEpoch epoch;  // None yet.
  bool in_old = true;
  for (uint32_t begin = 0; begin < kRangeCount;) {
    const std::shared_lock gate(core.gate);
    if (epoch != core.epoch()) {  // Also where a rotation begins meanwhile: all anew.
      epoch = core.epoch();
      in_old = true;
      begin = 0;
    }
    if (in_old && core.old_engine != nullptr) {
      BAUTA_RETURN_IF_ERROR(collect(*core.old_engine, core.codes->epochs()[1], begin));
    } else if (!in_old) {
      BAUTA_RETURN_IF_ERROR(collect(*core.engine, epoch, begin));
    }
    begin += kRangesAtATime;
    if (begin < kRangeCount || !in_old) continue;
    in_old = false;
    begin = 0;
  }
  return subjects;
}

bool IsEmpty(const LearnableRow& row) {
  return row.interactions.empty() && row.states.empty() && row.impressions.empty() && row.lessons.empty();
}

}  // namespace

LearnableRow MakeLearnableRow(History history, const HeadInstructions& instructions,
                              const EffectiveConsent& consent, const Retention& retention, Hour now) {
  DropExpired(history, retention, consent.excluded_kinds(), now);
  LearnableRow row;
  row.interactions = std::move(history.interactions);
  row.states = std::move(history.states);
  row.impressions = std::move(history.impressions);
  const auto forbidden = [&](const auto& one) {
    return !consent.Permits(Purpose::kLearn, one.kind, one.hour);
  };
  std::erase_if(row.interactions, forbidden);
  std::erase_if(row.states, forbidden);
  std::erase_if(row.impressions, [&](const Impression& one) {
    return !consent.Permits(Purpose::kLearn, SignalKind::kImpression, one.hour);
  });
  const absl::Time since = consent.Since(Purpose::kLearn);
  for (const Dismissal& dismissal : instructions.dismissals) {
    if (RuleOf(dismissal.reason).teaches_dislike && dismissal.hour.start() >= since) {
      row.lessons.push_back(dismissal);
    }
  }
  return row;
}

absl::Status VisitLearnableRows(StoreCore& core, const SubjectReader& reader,
                                absl::FunctionRef<absl::Status(LearnableRow)> visit) {
  BAUTA_ASSIGN_OR_RETURN(std::vector<Pseudonym> subjects, WhoHasAHistory(core));
  BAUTA_RETURN_IF_ERROR(Shuffle(subjects, core.random));
  DeletedTags deleted_tags(core.posts);
  for (const Pseudonym& subject : subjects) {
    absl::StatusOr<LearnableRow> row = ReadRow(core, reader, subject, deleted_tags);
    if (absl::IsDataLoss(row.status())) {  // One damaged row must not end all training.
      core.statistics.rows_unreadable.fetch_add(1, std::memory_order_relaxed);
      continue;
    }
    BAUTA_RETURN_IF_ERROR(row.status());
    if (!IsEmpty(*row)) BAUTA_RETURN_IF_ERROR(visit(*std::move(row)));
  }
  return absl::OkStatus();
}

}  // namespace bauta
