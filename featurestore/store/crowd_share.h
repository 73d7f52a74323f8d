// CrowdShare: what one subject adds to the counters, and to the index of readers. A pure function of its rows
// and consent, so that taking out what was added is exact, and a scan finds the same.
//
// A subject adds one to (post, hour h) where it has a countable row at h, and none for that post in the W
// hours before. Counts are shown for hours younger than the shortest age of a counted kind less W: whatever
// decides about such an hour has not expired, so that the passing of time changes no shown count.
//
// A row is countable from `age_min` after the consent's since on, by its own hour. Where the consent was
// given in the past and recorded later, hours prove nothing, for they are claimed as well: such rows are
// countable once the consent has been recorded for so long, by the clock.
#ifndef BAUTA_FEATURESTORE_STORE_CROWD_SHARE_H_
#define BAUTA_FEATURESTORE_STORE_CROWD_SHARE_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "base/hour.h"
#include "featurestore/records/ids.h"
#include "featurestore/store/history.h"
#include "privacy/consent.h"
#include "privacy/place.h"
#include "privacy/retention.h"
#include "privacy/signal_kind.h"

namespace bauta {

// What shows engagement with a post. An impression is none, a report is against it, a search names no post.
inline constexpr SignalKindSet kCountedKinds = {
    SignalKind::kClick, SignalKind::kView,  SignalKind::kDwell, SignalKind::kShare,   SignalKind::kComment,
    SignalKind::kReply, SignalKind::kPopup, SignalKind::kLike,  SignalKind::kFavorite};

struct CrowdRules {
  int64_t window_hours = 24;                 // W.
  absl::Duration age_min = absl::Hours(24);  // `crowd` counts from this long after it was given. 0: no rule.
  int64_t shown_hours = 0;                   // How far back counts are shown.
  int64_t read_hours = 0;                    // How far back readers of a post are kept (reader_index.h).
};

CrowdRules MakeCrowdRules(int64_t window_hours, absl::Duration age_min, const Retention& retention);

struct PostHour {
  PostId post;
  Hour hour;
  friend auto operator<=>(const PostHour&, const PostHour&) = default;
};

struct CrowdShare {
  std::vector<PostHour> counts;  // Sorted, distinct.
  City city = City();            // 0: counts nowhere by city.
  // The posts that the subject may be learned from as a reader of, each with the newest hour of a countable
  // row that `learn` permits. As with counting, a consent is good for it only after some time.
  std::vector<PostHour> reads = {};
  // When rows that are not countable yet will be, for their consent was recorded too late; InfiniteFuture:
  // none.
  absl::Time grows_at = absl::InfiniteFuture();
};

// Whether a consent to `purpose` was recorded long enough before `now`. Precondition: it holds.
bool IsOldEnough(const EffectiveConsent& consent, Purpose purpose, absl::Duration age_min, absl::Time now);

// As of `as_of`: of one refill of the counters always the same, so that what was added is what is taken out.
// `posts`, sorted: only these. Null: all.
CrowdShare ShareOf(const History& history, const EffectiveConsent& consent,
                   const std::optional<City>& head_city, const CrowdRules& rules, absl::Time as_of,
                   const std::vector<PostId>* posts = nullptr);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_CROWD_SHARE_H_
