#include "featurestore/records/dismissal.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace bauta {
namespace {

constexpr int64_t kDay = 24;  // Hours.
constexpr uint32_t kRepeatsCounted = 8;

// In the order of the reasons' numbers, from 1.
constexpr std::array<DismissalRule, 9> kRules = {{
    {DismissalReason::kNotInterested, DismissalScope::kPost, kForever, 0, true},
    {DismissalReason::kLessAuthor, DismissalScope::kAuthor, 14 * kDay, 140 * kDay, true},
    {DismissalReason::kBlockAuthor, DismissalScope::kAuthor, kForever, 0, true},
    {DismissalReason::kLessTopic, DismissalScope::kTopic, 14 * kDay, 140 * kDay, true},
    {DismissalReason::kBlockTopic, DismissalScope::kTopic, kForever, 0, true},
    {DismissalReason::kSeenTooOften, DismissalScope::kPost, 7 * kDay, 0, false},
    {DismissalReason::kNotFromMyCity, DismissalScope::kTopic, kForever, 0, false},
    {DismissalReason::kOffensive, DismissalScope::kPost, kForever, 0, true},
    {DismissalReason::kAdvertisement, DismissalScope::kAuthor, kForever, 0, false},
}};

int64_t Times(const Dismissal& dismissal) {
  return std::clamp<uint32_t>(dismissal.repeats, 1, kRepeatsCounted);
}

}  // namespace

const DismissalRule& RuleOf(DismissalReason reason) { return kRules.at(static_cast<size_t>(reason) - 1); }

std::span<const DismissalRule> AllDismissalRules() { return kRules; }

std::vector<DismissalReason> ReasonsFor(const Post& post) {
  if (post.advertisement) {
    return {DismissalReason::kNotInterested, DismissalReason::kSeenTooOften, DismissalReason::kOffensive,
            DismissalReason::kAdvertisement};
  }
  std::vector<DismissalReason> reasons;
  for (const DismissalRule& rule : kRules) {
    if (rule.reason == DismissalReason::kAdvertisement) continue;
    if (rule.reason == DismissalReason::kNotFromMyCity) {
      if (post.topics.empty() && !post.city) continue;
    } else if (rule.scope == DismissalScope::kTopic && post.topics.empty()) {
      continue;
    }
    if (rule.scope == DismissalScope::kAuthor && post.author == AuthorCode()) continue;
    reasons.push_back(rule.reason);
  }
  return reasons;
}

float DismissalWeight(const Dismissal& dismissal, Hour now) {
  const DismissalRule& rule = RuleOf(dismissal.reason);
  if (rule.hidden_hours == kForever) return 1;
  const int64_t times = Times(dismissal);
  const int64_t past_hidden = now.Since(dismissal.hour) - rule.hidden_hours * times;
  if (past_hidden < 0) return 1;
  const int64_t rising = rule.rising_hours * times;
  if (past_hidden >= rising) return 0;
  return 1 - static_cast<float>(past_hidden) / static_cast<float>(rising);
}

std::optional<Hour> EndOf(const Dismissal& dismissal) {
  const DismissalRule& rule = RuleOf(dismissal.reason);
  if (rule.hidden_hours == kForever) return std::nullopt;
  return dismissal.hour.Plus((rule.hidden_hours + rule.rising_hours) * Times(dismissal));
}

}  // namespace bauta
