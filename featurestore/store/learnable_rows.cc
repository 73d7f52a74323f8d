#include "featurestore/store/learnable_rows.h"

#include <cstring>
#include <utility>
#include <vector>

#include "base/status.h"
#include "featurestore/store/deleted_tags.h"
#include "featurestore/store/subject_scan.h"

namespace bauta {
namespace {

// Fisher–Yates with unpredictable numbers: an order that a seed could give again would link two streams.
absl::Status Shuffle(std::vector<StoredCode>& codes, RandomSource& random) {
  std::vector<uint64_t> numbers(codes.size());
  BAUTA_RETURN_IF_ERROR(
      random.Fill(std::span(reinterpret_cast<uint8_t*>(numbers.data()), numbers.size() * sizeof(uint64_t))));
  for (size_t i = codes.size(); i > 1; --i) std::swap(codes[i - 1], codes[numbers[i - 1] % i]);
  return absl::OkStatus();
}

// Empty where nothing may be learned from.
absl::StatusOr<LearnableRow> ReadRow(StoreCore& core, const SubjectReader& reader, const StoredCode& code,
                                     DeletedTags& deleted_tags) {
  SubjectRows rows;
  reader.ReadRows(code, rows);
  BAUTA_ASSIGN_OR_RETURN(const StoredHead head, reader.Head(code, rows));
  const absl::Time now = core.clock.Now();
  const EffectiveConsent consent = Resolve(head.value.head.instructions.consent, core.options.policy, now);
  if (!consent.Holds(Purpose::kLearn)) return LearnableRow();
  BAUTA_ASSIGN_OR_RETURN(StoredHistory history, reader.History(code, head.value.history_slot, rows));
  LearnableRow row = MakeLearnableRow(std::move(history.rows), head.value.head.instructions, consent,
                                      core.options.retention, Hour::Floor(now));
  BAUTA_RETURN_IF_ERROR(deleted_tags.TakeOut(head.value.head.instructions.deleted_tags, row));
  return row;
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
  std::vector<StoredCode> codes;
  BAUTA_RETURN_IF_ERROR(
      ScanSubjects(*core.engine, 0, kRangeCount, [&](const ScannedSubject& subject) -> absl::StatusOr<bool> {
        if (subject.head != nullptr && !subject.history.empty()) codes.push_back(subject.code);
        return true;
      }));
  BAUTA_RETURN_IF_ERROR(Shuffle(codes, core.random));
  DeletedTags deleted_tags(core.posts);
  for (const StoredCode& code : codes) {
    absl::StatusOr<LearnableRow> row = ReadRow(core, reader, code, deleted_tags);
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
