// What a surface may show one subject in a day: how many posts, and at which hours.
#ifndef BAUTA_RANKING_DAILY_BOUNDS_H_
#define BAUTA_RANKING_DAILY_BOUNDS_H_

#include <cstddef>
#include <optional>
#include <span>

#include "absl/time/time.h"
#include "featurestore/records/ids.h"
#include "featurestore/records/subject_view.h"
#include "privacy/place.h"
#include "ranking/surface_rules.h"

namespace bauta {

// How many posts beyond those that the view's history shows on this surface in the last 24 hours, and beyond
// `shown`, which are on the earlier pages of the feed. Hours are whole, so up to 25 count. SIZE_MAX where the
// surface has no bound.
size_t PostsLeftToday(const SurfaceRules& surface, const SubjectView& view,
                      std::span<const PostFingerprint> shown, absl::Time now);

// Whether it is a quiet hour on the viewer's clock: by `utc_offset_minutes`, else by the mean solar time of
// the place (15 degrees an hour, rounded), else by UTC.
bool IsQuiet(const SurfaceRules& surface, const std::optional<Place>& place,
             const std::optional<int>& utc_offset_minutes, absl::Time now);

}  // namespace bauta

#endif  // BAUTA_RANKING_DAILY_BOUNDS_H_
