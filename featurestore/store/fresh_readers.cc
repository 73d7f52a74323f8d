#include "featurestore/store/fresh_readers.h"

#include <memory>
#include <optional>
#include <shared_mutex>
#include <utility>

#include "base/status.h"
#include "featurestore/records/subject_view_builder.h"
#include "featurestore/store/learnable_rows.h"

namespace bauta {
namespace {

// What the subject permits to be learned from, where it is a reader of the post still: the index is a hint,
// the rows decide. An X is left out: what one person puts away moves nobody else's feed before a training.
std::optional<SubjectView> ReaderView(const StoreCore& core, const CachedSubject& subject, PostId post,
                                      absl::Time now) {
  const Hour hour = Hour::Floor(now);
  const CrowdRules& rules = core.counters.rules();
  const std::vector<PostId> posts = {post};
  const History& shown = subject.permitted ? *subject.permitted : subject.history.rows;
  const CrowdShare share = ShareOf(shown, subject.consent, std::nullopt, rules, now, &posts);
  if (share.reads.empty() || share.reads.front().hour < hour.Plus(-rules.read_hours)) return std::nullopt;
  LearnableRow row = MakeLearnableRow(shown, subject.head.value.head.instructions, subject.consent,
                                      core.options.retention, hour);
  SubjectViewBuilder builder;
  builder.Interactions(std::move(row.interactions)).States(std::move(row.states));
  builder.DeletedTags(subject.head.value.head.instructions.deleted_tags);
  return std::move(builder).Build();
}

}  // namespace

absl::StatusOr<std::vector<SubjectView>> ReadReaders(StoreCore& core, const SubjectReader& reader,
                                                     PostId post) {
  std::vector<SubjectView> views;
  const absl::Time now = core.clock.Now();
  for (const Pseudonym& subject : core.counters.ReadersOf(post)) {
    const std::shared_lock gate(core.gate);
    absl::StatusOr<std::shared_ptr<const CachedSubject>> present = reader.Present(subject, now);
    if (absl::IsDataLoss(present.status())) continue;  // One damaged row must not stop a post.
    BAUTA_RETURN_IF_ERROR(present.status());
    if (std::optional<SubjectView> view = ReaderView(core, **present, post, now)) {
      views.push_back(*std::move(view));
    }
  }
  return views;
}

}  // namespace bauta
