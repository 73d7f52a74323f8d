#include "training/crowd_replay.h"

#include <algorithm>
#include <utility>

#include "training/interaction_matrix.h"

namespace bauta {
namespace {

// One subject adds at most one to a post in so many hours.
constexpr int64_t kCounterWindowHours = 24;

// As the store counts: what shows engagement with a post.
bool IsEngagement(SignalKind kind) { return IsAnswer(kind) || kind == SignalKind::kDwell; }

}  // namespace

CrowdReplay::CrowdReplay(const TrainingSet& set, std::vector<int64_t> windows)
    : set_(set),
      windows_(std::move(windows)),
      begins_(windows_.size(), 0),
      popularity_(windows_.size(), std::vector<uint32_t>(set.posts().size(), 0)) {
  std::vector<std::pair<uint32_t, Hour>> engaged, answered;
  const auto add = [](std::vector<std::pair<uint32_t, Hour>>& of_row, std::vector<Event>& events) {
    std::sort(of_row.begin(), of_row.end());
    for (size_t i = 0; i < of_row.size(); ++i) {
      const bool again = i > 0 && of_row[i - 1].first == of_row[i].first &&
                         of_row[i].second.Since(of_row[i - 1].second) <= kCounterWindowHours;
      if (!again) events.push_back({of_row[i].second, of_row[i].first});
    }
    of_row.clear();
  };
  for (const LearnableRow& row : set.rows()) {
    for (const Interaction& event : row.interactions) {
      const uint32_t post = set.Find(event.post);
      if (post == kNoPost) continue;
      if (IsEngagement(event.kind)) engaged.emplace_back(post, event.hour);
      if (IsAnswer(event.kind)) answered.emplace_back(post, event.hour);
    }
    for (const PostState& state : row.states) {
      const uint32_t post = set.Find(state.post);
      if (post == kNoPost) continue;
      engaged.emplace_back(post, state.hour);
      answered.emplace_back(post, state.hour);
    }
    add(engaged, engagements_);
    add(answered, answers_);
  }
  std::sort(engagements_.begin(), engagements_.end());
  std::sort(answers_.begin(), answers_.end());
}

void CrowdReplay::AdvanceTo(Hour now) {
  now_ = now;
  for (; end_ < answers_.size() && answers_[end_].hour < now; ++end_) {
    for (std::vector<uint32_t>& counts : popularity_) ++counts[answers_[end_].post];
  }
  for (size_t window = 0; window < windows_.size(); ++window) {
    if (windows_[window] == 0) continue;
    for (size_t& begin = begins_[window]; begin < end_ && now.Since(answers_[begin].hour) > windows_[window];
         ++begin) {
      --popularity_[window][answers_[begin].post];
    }
  }
}

CrowdCounts CrowdReplay::Counters(int64_t window_hours) const {
  CrowdCounts counts;
  const auto begin =
      std::lower_bound(engagements_.begin(), engagements_.end(), Event{now_.Plus(-window_hours), 0});
  const auto end = std::lower_bound(begin, engagements_.end(), Event{now_, 0});
  for (auto event = begin; event != end; ++event) {
    if (!counts.by_post.empty() && counts.by_post.back().post == set_.ids()[event->post] &&
        counts.by_post.back().hour == event->hour) {
      ++counts.by_post.back().subjects;
    } else {
      counts.by_post.push_back({set_.ids()[event->post], event->hour, 1});
    }
  }
  std::sort(counts.by_post.begin(), counts.by_post.end());
  return counts;
}

}  // namespace bauta
