#include "featurestore/store/crowd_share.h"

#include <algorithm>

namespace bauta {
namespace {

// Sorted and distinct on entry. An hour suppressed by the one before it still suppresses: the rule asks for a
// row, not for a count.
void KeepFirstOfWindow(std::vector<PostHour>& rows, int64_t window_hours) {
  size_t kept = 0;
  PostHour before;
  bool first = true;
  for (const PostHour& row : rows) {
    const bool counted = first || row.post != before.post || row.hour.Since(before.hour) > window_hours;
    before = row;
    first = false;
    if (counted) rows[kept++] = row;
  }
  rows.resize(kept);
}

// Sorted on entry.
void KeepNewestOfPost(std::vector<PostHour>& rows) {
  size_t kept = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i + 1 == rows.size() || rows[i + 1].post != rows[i].post) rows[kept++] = rows[i];
  }
  rows.resize(kept);
}

// The first hour of countable rows. `grows_at`: lowered to when an earlier one will be the first.
Hour CountableFrom(const EffectiveConsent& consent, Purpose purpose, const CrowdRules& rules,
                   absl::Time as_of, absl::Time& grows_at) {
  if (!consent.Holds(purpose)) return Hour(UINT32_MAX);
  const Hour from = Hour::Ceil(consent.Since(purpose) + rules.age_min);
  if (IsOldEnough(consent, purpose, rules.age_min, as_of)) return from;
  const absl::Time old_enough = consent.Recorded(purpose) + rules.age_min;
  const Hour recorded_from = Hour::Ceil(old_enough);
  if (from < recorded_from) grows_at = std::min(grows_at, old_enough);
  return recorded_from;
}

// Readers matter to posts of after the last training, and no model is served for longer than a day.
constexpr int64_t kReadHours = 72;

}  // namespace

bool IsOldEnough(const EffectiveConsent& consent, Purpose purpose, absl::Duration age_min, absl::Time now) {
  return age_min == absl::ZeroDuration() || consent.Recorded(purpose) + age_min <= now;
}

CrowdRules MakeCrowdRules(int64_t window_hours, absl::Duration age_min, const Retention& retention) {
  return {.window_hours = window_hours,
          .age_min = age_min,
          .shown_hours = int64_t{retention.ShortestAgeHours(kCountedKinds)} - window_hours,
          .read_hours = std::min(kReadHours, int64_t{retention.ShortestAgeHours(kCountedKinds)})};
}

CrowdShare ShareOf(const History& history, const EffectiveConsent& consent,
                   const std::optional<City>& head_city, const CrowdRules& rules, absl::Time as_of,
                   const std::vector<PostId>* posts) {
  CrowdShare share;
  const bool counts = consent.Holds(Purpose::kCrowd), learns = consent.Holds(Purpose::kLearn);
  if (!consent.Holds(Purpose::kPersonalize) || !(counts || learns)) return share;
  if (history.interactions.empty() && history.states.empty()) return share;
  if (counts && consent.Holds(Purpose::kLocate)) share.city = head_city.value_or(City());
  const Hour counted_from = CountableFrom(consent, Purpose::kCrowd, rules, as_of, share.grows_at);
  const Hour learned_from = CountableFrom(consent, Purpose::kLearn, rules, as_of, share.grows_at);
  const auto add = [&](PostId post, SignalKind kind, Hour hour) {
    if (hour < std::min(counted_from, learned_from) || !kCountedKinds.Contains(kind) ||
        consent.excluded_kinds().Contains(kind)) {
      return;
    }
    if (posts != nullptr && !std::binary_search(posts->begin(), posts->end(), post)) return;
    if (hour >= counted_from) share.counts.push_back({post, hour});
    if (hour >= learned_from) share.reads.push_back({post, hour});
  };
  for (const Interaction& row : history.interactions) add(row.post, row.kind, row.hour);
  for (const PostState& row : history.states) add(row.post, row.kind, row.hour);
  std::sort(share.counts.begin(), share.counts.end());
  share.counts.erase(std::unique(share.counts.begin(), share.counts.end()), share.counts.end());
  KeepFirstOfWindow(share.counts, rules.window_hours);
  std::sort(share.reads.begin(), share.reads.end());
  KeepNewestOfPost(share.reads);
  return share;
}

}  // namespace bauta
