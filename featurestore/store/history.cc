#include "featurestore/store/history.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace bauta {
namespace {

bool Before(const Interaction& a, const Interaction& b) {
  return std::tie(a.hour, a.post, a.topic, a.kind) < std::tie(b.hour, b.post, b.topic, b.kind);
}
bool Before(const PostState& a, const PostState& b) { return a.hour < b.hour; }
bool Before(const Impression& a, const Impression& b) {
  return std::tie(a.hour, a.post) < std::tie(b.hour, b.post);
}
constexpr auto kBefore = [](const auto& a, const auto& b) { return Before(a, b); };

// Behind all that it does not come before.
template <class Row>
void InsertInOrder(std::vector<Row>& rows, const Row& row) {
  if (rows.empty() || !Before(row, rows.back())) {
    rows.push_back(row);
  } else {
    rows.insert(std::upper_bound(rows.begin(), rows.end(), row, kBefore), row);
  }
}

// Two rows that are the same one: the stronger counts.
void Join(Interaction& kept, const Interaction& other) {
  kept.strength = std::max(kept.strength, other.strength);
}
void Join(Impression&, const Impression&) {}

// Both in order, without equals within. Of equals the first one's stays.
template <class Row>
void Merge(std::vector<Row>& into, std::vector<Row>&& from) {
  if (into.empty() || from.empty() || Before(into.back(), from.front())) {
    if (into.empty()) {
      into = std::move(from);
    } else {
      into.insert(into.end(), from.begin(), from.end());
    }
    return;
  }
  std::vector<Row> merged;
  merged.reserve(into.size() + from.size());
  auto a = into.begin();
  for (const Row& row : from) {
    while (a != into.end() && Before(*a, row)) merged.push_back(*a++);
    if (a != into.end() && !Before(row, *a)) {
      Join(*a, row);
    } else {
      merged.push_back(row);
    }
  }
  merged.insert(merged.end(), a, into.end());
  into = std::move(merged);
}

template <class Row>
bool KeepNewest(std::vector<Row>& rows, size_t count) {
  if (rows.size() <= count) return false;
  rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(count));
  return true;
}

bool SameState(const PostState& state, PostId post, SignalKind kind) {
  return state.post == post && state.kind == kind;
}

void EraseState(std::vector<PostState>& rows, PostId post, SignalKind kind) {
  std::erase_if(rows, [&](const PostState& row) { return SameState(row, post, kind); });
}

// Calls `visit(kind, hour)` on every row.
template <class Visit>
void ForEachRow(const History& history, Visit visit) {
  for (const Interaction& row : history.interactions) visit(row.kind, row.hour);
  for (const PostState& row : history.states) visit(row.kind, row.hour);
  for (const PostState& row : history.taken_back) visit(row.kind, row.hour);
  for (const Impression& row : history.impressions) visit(SignalKind::kImpression, row.hour);
}

}  // namespace

const Interaction* FindInteraction(const std::vector<Interaction>& rows, const Interaction& like) {
  const auto found = std::lower_bound(rows.begin(), rows.end(), like, kBefore);
  return found == rows.end() || Before(like, *found) ? nullptr : &*found;
}

const PostState* FindState(const std::vector<PostState>& rows, PostId post, SignalKind kind) {
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const PostState& row) { return SameState(row, post, kind); });
  return found == rows.end() ? nullptr : &*found;
}

bool ContainsImpression(const std::vector<Impression>& rows, PostFingerprint post, Hour hour) {
  return std::binary_search(rows.begin(), rows.end(), Impression{.post = post, .surface = {}, .hour = hour},
                            kBefore);
}

void AddInteraction(History& history, const Interaction& row) {
  std::vector<Interaction>& rows = history.interactions;
  const auto at = std::lower_bound(rows.begin(), rows.end(), row, kBefore);
  if (at != rows.end() && !Before(row, *at)) {
    Join(*at, row);
  } else {
    rows.insert(at, row);
  }
}

void AddImpression(History& history, const Impression& row) {
  if (!ContainsImpression(history.impressions, row.post, row.hour)) InsertInOrder(history.impressions, row);
}

void TurnOn(History& history, const PostState& state) {
  EraseState(history.taken_back, state.post, state.kind);
  EraseState(history.states, state.post, state.kind);
  InsertInOrder(history.states, state);
}

void TakeBack(History& history, const PostState& state) {
  EraseState(history.states, state.post, state.kind);
  EraseState(history.taken_back, state.post, state.kind);
  InsertInOrder(history.taken_back, state);
}

void AddFrame(History& history, History&& frame) {
  Merge(history.interactions, std::move(frame.interactions));
  Merge(history.impressions, std::move(frame.impressions));
  if (history.states.empty() && history.taken_back.empty()) {
    history.states = std::move(frame.states);
    history.taken_back = std::move(frame.taken_back);
    return;
  }
  for (const PostState& row : frame.states) TurnOn(history, row);
  for (const PostState& row : frame.taken_back) TakeBack(history, row);
}

bool Trim(History& history, size_t interactions_max) {
  const bool interactions = KeepNewest(history.interactions, interactions_max);
  const bool states = KeepNewest(history.states, kStatesMax);
  const bool impressions = KeepNewest(history.impressions, kImpressionsMax);
  return interactions || states || impressions;
}

Hour FirstExpiry(const History& history, const Retention& retention) {
  uint32_t first = UINT32_MAX;
  ForEachRow(history, [&](SignalKind kind, Hour hour) {
    first = std::min(first, hour.value() + retention.AgeHoursMax(kind) + 1);
  });
  return Hour(first);
}

bool AnyOfKinds(const History& history, const SignalKindSet& kinds) {
  bool any = false;
  if (!kinds.empty()) ForEachRow(history, [&](SignalKind kind, Hour) { any = any || kinds.Contains(kind); });
  return any;
}

void DropExpired(History& history, const Retention& retention, const SignalKindSet& excluded, Hour now) {
  const auto dropped = [&](const auto& row) {
    return excluded.Contains(row.kind) || retention.Expired(row.kind, row.hour, now);
  };
  std::erase_if(history.interactions, dropped);
  std::erase_if(history.states, dropped);
  std::erase_if(history.taken_back, dropped);
  std::erase_if(history.impressions, [&](const Impression& row) {
    return excluded.Contains(SignalKind::kImpression) ||
           retention.Expired(SignalKind::kImpression, row.hour, now);
  });
}

size_t DeleteRows(History& history, std::span<const InteractionDeletion> deletions) {
  const auto of_kind = [](const InteractionDeletion& deletion, SignalKind kind) {
    return deletion.kinds.empty() || deletion.kinds.Contains(kind);
  };
  const auto any = [&](const auto& names) { return std::any_of(deletions.begin(), deletions.end(), names); };
  size_t deleted = std::erase_if(history.interactions, [&](const Interaction& row) {
    const bool search = row.kind == SignalKind::kSearch;
    return any([&](const InteractionDeletion& deletion) {
      const bool named = search ? deletion.topic != TopicId() && deletion.topic == row.topic
                                : deletion.post != PostId() && deletion.post == row.post;
      return named && of_kind(deletion, row.kind);
    });
  });
  deleted += std::erase_if(history.states, [&](const PostState& row) {
    return any([&](const InteractionDeletion& deletion) {
      return deletion.post == row.post && of_kind(deletion, row.kind);
    });
  });
  deleted += std::erase_if(history.impressions, [&](const Impression& row) {
    return any([&](const InteractionDeletion& deletion) {
      return deletion.post != PostId() && PostFingerprint::Of(deletion.post) == row.post &&
             of_kind(deletion, SignalKind::kImpression);
    });
  });
  return deleted;
}

void Fold(History& history, size_t interactions_max, const Retention& retention,
          const SignalKindSet& excluded, Hour now) {
  Trim(history, interactions_max);
  DropExpired(history, retention, excluded, now);
  history.taken_back.clear();
}

}  // namespace bauta
