#include "featurestore/store/kept_entries.h"

#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "bauta/storage/v1/rights_log.pb.h"
#include "privacy/codes.h"

namespace bauta {
namespace {

namespace proto = ::bauta::storage::v1;

constexpr uint64_t kCompactionBytesMin = uint64_t{16} << 20;
constexpr int64_t kHoursBetweenMarkCompactions = 30 * 24;

class KeptEntries {
 public:
  KeptEntries(const RightsLogSealer& sealer, const SubjectKeys& subject_keys, absl::Time recent)
      : sealer_(sealer), subject_keys_(subject_keys), recent_(recent) {}

  absl::Status Visit(const RightsEntry& entry) {
    const RightsEntryHeader& header = entry.header;
    for (const SlotRef& slot : header.destroyed) states_.erase(slot);
    switch (header.type) {
      case RightsEntryType::kSubjectState:
        states_[header.slot] = header.sequence;
        return absl::OkStatus();
      case RightsEntryType::kErasure:
        return Unsealed<proto::Erasure>(entry, [&](const proto::Erasure& erasure) {
          if (IsRecent(erasure.time_micros())) marks_[erasure.mark()] = header.sequence;
        });
      case RightsEntryType::kPostRemoval:
        return Unsealed<proto::PostRemoval>(entry, [&](const proto::PostRemoval& removal) {
          for (const uint64_t post : removal.post_ids()) removals_[post] = header.sequence;
        });
      case RightsEntryType::kAuthorSuspension:
        return Unsealed<proto::AuthorSuspension>(entry, [&](const proto::AuthorSuspension& suspension) {
          const std::string_view codes = suspension.author_codes();
          for (size_t at = 0; at + kCodeSize <= codes.size(); at += kCodeSize) {
            suspensions_[std::string(codes.substr(at, kCodeSize))] = header.sequence;
          }
        });
      case RightsEntryType::kAdministrativeAct:
        return Unsealed<proto::AdministrativeAct>(entry, [&](const proto::AdministrativeAct& act) {
          if (IsRecent(act.time_micros())) others_.insert(header.sequence);
        });
      case RightsEntryType::kIdentityRotation:
        rotation_ = header.sequence;
        return absl::OkStatus();
      default:
        others_.insert(header.sequence);
        return absl::OkStatus();
    }
  }

  absl::flat_hash_set<uint64_t> Take() {
    absl::flat_hash_set<uint64_t> kept = std::move(others_);
    for (const auto& [slot, sequence] : states_) {
      if (subject_keys_.IsLive(slot)) kept.insert(sequence);
    }
    if (rotation_ != 0) kept.insert(rotation_);
    for (const auto& [mark, sequence] : marks_) kept.insert(sequence);
    for (const auto& [post, sequence] : removals_) kept.insert(sequence);
    for (const auto& [author, sequence] : suspensions_) kept.insert(sequence);
    return kept;
  }

 private:
  bool IsRecent(int64_t micros) const { return absl::FromUnixMicros(micros) >= recent_; }

  template <class Message, class Use>
  absl::Status Unsealed(const RightsEntry& entry, const Use& use) const {
    BAUTA_ASSIGN_OR_RETURN(const std::optional<std::string> payload, sealer_.Unseal(entry));
    Message message;
    if (!payload || !message.ParseFromString(*payload)) {
      return absl::DataLossError(absl::StrCat("rights log: entry ", entry.header.sequence,
                                              ": its payload is not of its type, though its seal holds"));
    }
    use(message);
    return absl::OkStatus();
  }

  const RightsLogSealer& sealer_;
  const SubjectKeys& subject_keys_;
  const absl::Time recent_;
  absl::flat_hash_map<SlotRef, uint64_t> states_;  // The newest sequence of each, as all of these.
  absl::flat_hash_map<std::string, uint64_t> marks_;
  absl::flat_hash_map<uint64_t, uint64_t> removals_;
  absl::flat_hash_map<std::string, uint64_t> suspensions_;
  uint64_t rotation_ = 0;
  absl::flat_hash_set<uint64_t> others_;
};

}  // namespace

absl::StatusOr<absl::flat_hash_set<uint64_t>> ChooseKeptEntries(const RightsLogCompaction& compaction,
                                                                const RightsLogSealer& sealer,
                                                                const SubjectKeys& subject_keys,
                                                                absl::Time recent) {
  KeptEntries kept(sealer, subject_keys, recent);
  BAUTA_RETURN_IF_ERROR(compaction.ForEachEntry([&](const RightsEntry& entry) { return kept.Visit(entry); }));
  return kept.Take();
}

bool CompactionIsDue(const RightsLog& log, bool holds_expired_mark, absl::Time now) {
  const uint64_t size = log.size_bytes();
  if (size >= kCompactionBytesMin && size >= 2 * log.compacted_bytes()) return true;
  return holds_expired_mark && Hour::Floor(now).Since(log.compaction_hour()) >= kHoursBetweenMarkCompactions;
}

}  // namespace bauta
