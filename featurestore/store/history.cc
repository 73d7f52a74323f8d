#include "featurestore/store/history.h"

#include <algorithm>
#include <utility>

namespace bauta {
namespace {

constexpr auto kByHour = [](const auto& a, const auto& b) { return a.hour < b.hour; };

// Behind all of the same hour: rows of one hour keep the order in which they came.
template <class Row>
void InsertByHour(std::vector<Row>& rows, const Row& row) {
  if (rows.empty() || rows.back().hour <= row.hour) {
    rows.push_back(row);
  } else {
    rows.insert(std::upper_bound(rows.begin(), rows.end(), row, kByHour), row);
  }
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

// Calls `test(kind, hour)` on every row until one says yes.
template <class Test>
bool AnyRow(const History& history, Test test) {
  for (const Interaction& row : history.interactions) {
    if (test(row.kind, row.hour)) return true;
  }
  for (const PostState& row : history.states) {
    if (test(row.kind, row.hour)) return true;
  }
  for (const PostState& row : history.taken_back) {
    if (test(row.kind, row.hour)) return true;
  }
  for (const Impression& row : history.impressions) {
    if (test(SignalKind::kImpression, row.hour)) return true;
  }
  return false;
}

}  // namespace

Interaction* FindInteraction(std::vector<Interaction>& rows, const Interaction& like) {
  const auto [first, last] = std::equal_range(rows.begin(), rows.end(), like, kByHour);
  const auto found = std::find_if(first, last, [&](const Interaction& row) {
    return row.kind == like.kind && row.post == like.post && row.topic == like.topic;
  });
  return found == last ? nullptr : &*found;
}

PostState* FindState(std::vector<PostState>& rows, PostId post, SignalKind kind) {
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const PostState& row) { return SameState(row, post, kind); });
  return found == rows.end() ? nullptr : &*found;
}

bool ContainsImpression(const std::vector<Impression>& rows, PostFingerprint post, Hour hour) {
  const auto [first, last] = std::equal_range(rows.begin(), rows.end(),
                                              Impression{.post = post, .surface = {}, .hour = hour}, kByHour);
  return std::any_of(first, last, [&](const Impression& row) { return row.post == post; });
}

void AddInteraction(History& history, const Interaction& row) {
  if (Interaction* same = FindInteraction(history.interactions, row)) {
    same->strength = std::max(same->strength, row.strength);
  } else {
    InsertByHour(history.interactions, row);
  }
}

void AddImpression(History& history, const Impression& row) {
  if (!ContainsImpression(history.impressions, row.post, row.hour)) InsertByHour(history.impressions, row);
}

void TurnOn(History& history, const PostState& state) {
  EraseState(history.taken_back, state.post, state.kind);
  EraseState(history.states, state.post, state.kind);
  InsertByHour(history.states, state);
}

void TakeBack(History& history, const PostState& state) {
  EraseState(history.states, state.post, state.kind);
  EraseState(history.taken_back, state.post, state.kind);
  InsertByHour(history.taken_back, state);
}

void AddFrame(History& history, History&& frame) {
  if (history.empty()) {
    history = std::move(frame);
    return;
  }
  for (const Interaction& row : frame.interactions) AddInteraction(history, row);
  for (const PostState& row : frame.states) TurnOn(history, row);
  for (const PostState& row : frame.taken_back) TakeBack(history, row);
  for (const Impression& row : frame.impressions) AddImpression(history, row);
}

bool Trim(History& history, size_t interactions_max) {
  const bool interactions = KeepNewest(history.interactions, interactions_max);
  const bool states = KeepNewest(history.states, kStatesMax);
  const bool impressions = KeepNewest(history.impressions, kImpressionsMax);
  return interactions || states || impressions;
}

bool AnyDropped(const History& history, const Retention& retention, const SignalKindSet& excluded, Hour now) {
  return AnyRow(history, [&](SignalKind kind, Hour hour) {
    return excluded.Contains(kind) || retention.Expired(kind, hour, now);
  });
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

Hour FirstExpiry(const History& history, const Retention& retention) {
  Hour first(UINT32_MAX);
  AnyRow(history, [&](SignalKind kind, Hour hour) {
    first = std::min(first, hour.Plus(int64_t{retention.AgeHoursMax(kind)} + 1));
    return false;
  });
  return first;
}

void Fold(History& history, size_t interactions_max, const Retention& retention,
          const SignalKindSet& excluded, Hour now) {
  Trim(history, interactions_max);
  DropExpired(history, retention, excluded, now);
  history.taken_back.clear();
}

}  // namespace bauta
