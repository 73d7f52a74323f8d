#include "ranking/daily_bounds.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace bauta {

size_t PostsLeftToday(const SurfaceRules& surface, const SubjectView& view,
                      std::span<const PostFingerprint> shown, absl::Time now) {
  if (!surface.posts_per_day_max) return SIZE_MAX;
  const Hour since = Hour::Floor(now - absl::Hours(24));
  std::vector<PostFingerprint> seen(shown.begin(), shown.end());
  const auto add = [&](const auto& row, PostFingerprint post) {
    if (row.surface == surface.id && row.hour >= since) seen.push_back(post);
  };
  for (const Impression& impression : view.impressions()) add(impression, impression.post);
  for (const Interaction& interaction : view.interactions()) {
    if (interaction.post != PostId()) add(interaction, PostFingerprint::Of(interaction.post));
  }
  for (const PostState& state : view.states()) add(state, PostFingerprint::Of(state.post));
  std::sort(seen.begin(), seen.end());
  const auto distinct = static_cast<size_t>(std::unique(seen.begin(), seen.end()) - seen.begin());
  return *surface.posts_per_day_max - std::min<size_t>(distinct, *surface.posts_per_day_max);
}

bool IsQuiet(const SurfaceRules& surface, const std::optional<Place>& place,
             const std::optional<int>& utc_offset_minutes, absl::Time now) {
  if (!surface.quiet_hours) return false;
  int64_t offset_minutes = 0;
  if (utc_offset_minutes) {
    offset_minutes = *utc_offset_minutes;
  } else if (place) {
    offset_minutes = 60 * std::lround(place->longitude / 15);
  }
  constexpr int64_t kDaySeconds = 24 * 3600;
  const int64_t local = absl::ToUnixSeconds(now) + 60 * offset_minutes;
  const int64_t hour = ((local % kDaySeconds) + kDaySeconds) % kDaySeconds / 3600;
  const auto [from, until] = *surface.quiet_hours;
  return from < until ? hour >= from && hour < until : hour >= from || hour < until;
}

}  // namespace bauta
