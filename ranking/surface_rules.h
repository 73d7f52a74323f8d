// SurfaceRules: what the configuration says of one surface (`home`, `following`, `local`, …): sources,
// weights, filters, spacing.
#ifndef BAUTA_RANKING_SURFACE_RULES_H_
#define BAUTA_RANKING_SURFACE_RULES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "featurestore/records/ids.h"
#include "ranking/ranked_feed.h"

namespace bauta {

// Multiplies the weight that the model learned for each term. Dimensionless, ≥ 0, 1 by default.
struct TermScales {
  float taste = 1;
  float locality = 1;
  float freshness = 1;
  float popularity = 1;
  float follow = 1;
  float caller = 1;
  float fatigue = 1;
};

// The n-th further post of one author (topic) among the posts placed above it keeps `(1 − floor)·decay^n +
// floor` of its standing: .5 and .25 for authors in a public large-scale feed.
struct Spacing {
  float decay = 0.5f;
  float floor = 0.25f;
};

// From hour `from` of the viewer's day on, until hour `until`, which may lie on the next day. 0 … 23, not
// equal.
struct QuietHours {
  uint32_t from = 0;
  uint32_t until = 0;
};

struct SurfaceRules {
  SurfaceId id;
  std::string name;
  bool chronological = false;     // Newest first, no score: `following`.
  bool followed_only = false;     // Only followed authors and topics.
  bool same_region_only = false;  // Only posts of the viewer's region, where the region is known: `local`.
  // Advertisements alone, which every other surface leaves out. Without the purpose `ads` nothing that the
  // subject did has a part in which and in what order.
  bool advertisements = false;
  bool leave_out_sensitive = false;
  TermScales scales;
  // Candidates that each source may bring; 0 turns it off. Indexed by Source.
  std::array<uint32_t, static_cast<size_t>(Source::kCount)> source_limits = {0,   500, 200, 200,
                                                                             200, 200, 300, 1000};
  Spacing author_spacing;
  Spacing topic_spacing{.decay = 0.9f, .floor = 0.5f};
  float fresh_share = 0.05f;   // Of the slots, for posts younger than `fresh_age`. 0 … 1.
  float explore_share = 0.0f;  // Of the slots, drawn by uncertainty. 0 … 1.
  absl::Duration fresh_age = absl::Hours(6);
  absl::Duration age_max = absl::InfiniteDuration();  // Older posts are no candidates of the sources.
  absl::Duration seen_window = absl::ZeroDuration();  // Posts shown within it are left out; 0: only fatigue.
  std::optional<uint32_t> posts_per_day_max;          // Shown to one subject in 24 hours. ≥ 1.
  std::optional<QuietHours> quiet_hours;              // Nothing is shown.
};

}  // namespace bauta

#endif  // BAUTA_RANKING_SURFACE_RULES_H_
