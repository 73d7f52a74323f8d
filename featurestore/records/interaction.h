// What a subject did, as coarse as it is kept: which post, what kind, how strong, in which hour, on which
// surface.
#ifndef BAUTA_FEATURESTORE_RECORDS_INTERACTION_H_
#define BAUTA_FEATURESTORE_RECORDS_INTERACTION_H_

#include <cstdint>

#include "base/hour.h"
#include "featurestore/records/ids.h"
#include "privacy/signal_kind.h"

namespace bauta {

// A one-off signal (every kind but impression, like and favorite). Two with equal (post, kind, hour) are one
// row; dwell keeps the longest.
struct Interaction {
  PostId post;  // For `search` the topic's id stands in `topic`, and this is 0.
  TopicId topic;
  SignalKind kind = SignalKind::kImpression;
  SurfaceId surface;
  uint32_t strength = 0;  // Milliseconds for dwell (at most kDwellMillisecondsMax), else 0.
  Hour hour;

  friend auto operator<=>(const Interaction&, const Interaction&) = default;
};

inline constexpr uint32_t kDwellMillisecondsMax = 24 * 3600 * 1000;

// A state that is on until it is taken back: like or favorite. Only states that are on are ever in a view.
struct PostState {
  PostId post;
  SignalKind kind = SignalKind::kImpression;
  SurfaceId surface;
  Hour hour;  // When it was turned on.

  friend auto operator<=>(const PostState&, const PostState&) = default;
};

// That a post was on screen for a second. Never a positive signal.
struct Impression {
  PostFingerprint post;
  SurfaceId surface;
  Hour hour;

  friend auto operator<=>(const Impression&, const Impression&) = default;
};

// What of a history is to go: all that was done with `post`, impressions included, or the searches of
// `topic`; the other one is 0.
struct InteractionDeletion {
  PostId post;
  TopicId topic;
  SignalKindSet kinds;  // Only these; empty: of any kind.
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_RECORDS_INTERACTION_H_
