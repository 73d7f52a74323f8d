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

}  // namespace

CrowdRules MakeCrowdRules(int64_t window_hours, absl::Duration age_min, const Retention& retention) {
  return {.window_hours = window_hours,
          .age_min = age_min,
          .shown_hours = int64_t{retention.ShortestAgeHours(kCountedKinds)} - window_hours};
}

CrowdShare ShareOf(const History& history, const EffectiveConsent& consent,
                   const std::optional<City>& head_city, const CrowdRules& rules,
                   const std::vector<PostId>* posts) {
  CrowdShare share;
  if (!consent.Holds(Purpose::kCrowd) || !consent.Holds(Purpose::kPersonalize)) return share;
  if (consent.Holds(Purpose::kLocate)) share.city = head_city.value_or(City());
  const Hour first = Hour::Ceil(consent.Since(Purpose::kCrowd) + rules.age_min);
  const auto add = [&](PostId post, SignalKind kind, Hour hour) {
    if (hour < first || !kCountedKinds.Contains(kind) || consent.excluded_kinds().Contains(kind)) return;
    if (posts != nullptr && !std::binary_search(posts->begin(), posts->end(), post)) return;
    share.counts.push_back({post, hour});
  };
  for (const Interaction& row : history.interactions) add(row.post, row.kind, row.hour);
  for (const PostState& row : history.states) add(row.post, row.kind, row.hour);
  std::sort(share.counts.begin(), share.counts.end());
  share.counts.erase(std::unique(share.counts.begin(), share.counts.end()), share.counts.end());
  KeepFirstOfWindow(share.counts, rules.window_hours);
  return share;
}

}  // namespace bauta
