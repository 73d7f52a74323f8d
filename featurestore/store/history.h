// History: what a subject did, decoded; and how frames become one. Plain values and pure functions.
//
// What a history holds is a function of its frames' rows alone, in their order: the newest one-off rows up to
// a limit, the later of two states. Age is checked afterwards, so that a row that a limit pushed out does not
// come back when another expires.
#ifndef BAUTA_FEATURESTORE_STORE_HISTORY_H_
#define BAUTA_FEATURESTORE_STORE_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/hour.h"
#include "featurestore/records/interaction.h"
#include "privacy/retention.h"
#include "privacy/signal_kind.h"

namespace bauta {

inline constexpr size_t kStatesMax = 2000;
inline constexpr size_t kImpressionsMax = 1000;

// Each vector is in the order of its hours. Within an hour, interactions are in the order of (post, topic,
// kind), impressions of their post, states of their arrival. Of an (interaction's target, kind, hour), a
// state's (post, kind) and an impression's (post, hour) there is one at most.
struct History {
  std::vector<Interaction> interactions;
  std::vector<PostState> states;
  std::vector<PostState> taken_back;  // Until the next fold: no state of theirs that comes late turns it on.
  std::vector<Impression> impressions;

  bool empty() const {
    return interactions.empty() && states.empty() && taken_back.empty() && impressions.empty();
  }
  friend bool operator==(const History&, const History&) = default;
};

// The row of the same (target, kind, hour), or null.
const Interaction* FindInteraction(const std::vector<Interaction>& rows, const Interaction& like);
// The state of (post, kind), or null.
const PostState* FindState(const std::vector<PostState>& rows, PostId post, SignalKind kind);
bool ContainsImpression(const std::vector<Impression>& rows, PostFingerprint post, Hour hour);

// Adds rows as if they came now. An equal row is one row; dwell keeps the longest.
void AddInteraction(History& history, const Interaction& row);
void AddImpression(History& history, const Impression& row);
void TurnOn(History& history, const PostState& state);
void TakeBack(History& history, const PostState& state);

// Adds the rows of a later frame.
void AddFrame(History& history, History&& frame);

// Keeps the newest `interactions_max` one-off interactions, kStatesMax states, kImpressionsMax impressions.
// Returns whether anything went.
bool Trim(History& history, size_t interactions_max);

// The first hour at which a row is too old; UINT32_MAX for none.
Hour FirstExpiry(const History& history, const Retention& retention);
bool AnyOfKinds(const History& history, const SignalKindSet& kinds);
// Drops what is too old at `now`, and the excluded kinds.
void DropExpired(History& history, const Retention& retention, const SignalKindSet& excluded, Hour now);

// Takes out what one of `deletions` names. Returns how many rows.
size_t DeleteRows(History& history, std::span<const InteractionDeletion> deletions);

// What a fold writes: trimmed, nothing expired or excluded, and nothing left of what was taken back.
void Fold(History& history, size_t interactions_max, const Retention& retention,
          const SignalKindSet& excluded, Hour now);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_HISTORY_H_
