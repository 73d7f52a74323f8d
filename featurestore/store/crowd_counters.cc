#include "featurestore/store/crowd_counters.h"

#include <algorithm>

namespace bauta {
namespace {

// Changes the count whose key equals, in a vector sorted by it; a count of 0 goes.
template <class Count, class Same, class Less>
void ChangeCount(std::vector<Count>& counts, const Count& key, int64_t by, Same same, Less less) {
  const auto at = std::lower_bound(counts.begin(), counts.end(), key, less);
  if (at == counts.end() || !same(*at, key)) {
    counts.insert(at, key)->subjects = by;
    return;
  }
  at->subjects += by;
  if (at->subjects == 0) counts.erase(at);
}

}  // namespace

void CrowdTable::Change(const CrowdShare& share, Hour kept_from, int64_t by) {
  for (const PostHour& count : share.counts) {
    if (count.hour < kept_from) continue;
    PostCounts& post = posts_[count.post];
    ChangeCount(
        post.all, HourCount{count.hour, 0}, by, [](const auto& a, const auto& b) { return a.hour == b.hour; },
        [](const auto& a, const auto& b) { return a.hour < b.hour; });
    if (share.city != City()) {
      ChangeCount(
          post.by_city, CityHourCount{share.city, count.hour, 0}, by,
          [](const auto& a, const auto& b) { return a.city == b.city && a.hour == b.hour; },
          [](const auto& a, const auto& b) { return a.city != b.city ? a.city < b.city : a.hour < b.hour; });
    }
    if (post.all.empty() && post.by_city.empty()) posts_.erase(count.post);
  }
}

void CrowdTable::DropBefore(Hour hour) {
  const auto old = [&](const auto& count) { return count.hour < hour; };
  for (auto& [id, post] : posts_) {
    std::erase_if(post.all, old);
    std::erase_if(post.by_city, old);
  }
  absl::erase_if(posts_,
                 [](const auto& entry) { return entry.second.all.empty() && entry.second.by_city.empty(); });
}

CrowdCounts CrowdTable::Read(Hour from) const {
  CrowdCounts counts;
  for (const auto& [id, post] : posts_) {
    for (const HourCount& count : post.all) {
      if (count.hour >= from)
        counts.by_post.push_back({id, count.hour, static_cast<uint32_t>(count.subjects)});
    }
    for (const CityHourCount& count : post.by_city) {
      if (count.hour >= from) {
        counts.by_city.push_back({id, count.city, count.hour, static_cast<uint32_t>(count.subjects)});
      }
    }
  }
  std::sort(counts.by_post.begin(), counts.by_post.end());
  std::sort(counts.by_city.begin(), counts.by_city.end());
  return counts;
}

void CrowdCounters::BeginRefill(uint32_t policy_in_force, absl::Time now) {
  const std::lock_guard lock(mutex_);
  if (refill_.number == 0 || policy_in_force > refill_.policy_in_force) BeginLocked(policy_in_force, now);
}

void CrowdCounters::Restart(absl::Time now) {
  const std::lock_guard lock(mutex_);
  BeginLocked(refill_.policy_in_force, now);
}

void CrowdCounters::RestartIfGrown(absl::Time now) {
  const std::lock_guard lock(mutex_);
  if (grows_at_ <= now) BeginLocked(refill_.policy_in_force, now);
}

void CrowdCounters::BeginLocked(uint32_t policy_in_force, absl::Time now) {
  refill_ = {.number = refill_.number + 1, .policy_in_force = policy_in_force, .begin_time = now};
  next_range_ = 0;
  grows_at_ = absl::InfiniteFuture();
  table_.Clear();
  readers_.Clear();
  readers_from_ = std::max(readers_from_, Hour::Floor(now).Plus(-rules_.read_hours));
  work_.notify_all();
}

CrowdCounters::Refill CrowdCounters::refill() const {
  const std::lock_guard lock(mutex_);
  return refill_;
}

std::optional<uint32_t> CrowdCounters::WaitForWork() {
  std::unique_lock lock(mutex_);
  work_.wait(lock, [&] { return closing_ || next_range_ < kRangeCount; });
  if (closing_) return std::nullopt;
  return next_range_;
}

bool CrowdCounters::WaitForClose(absl::Duration at_most) {
  std::unique_lock lock(mutex_);
  return work_.wait_for(lock, absl::ToChronoMilliseconds(at_most), [&] { return closing_; });
}

void CrowdCounters::Close() {
  const std::lock_guard lock(mutex_);
  closing_ = true;
  work_.notify_all();
}

void CrowdCounters::Count(const Refill& refill, const std::vector<SubjectShare>& shares, uint32_t begin,
                          uint32_t end) {
  const std::lock_guard lock(mutex_);
  if (refill.number != refill_.number || begin != next_range_) return;
  for (const SubjectShare& one : shares) {
    table_.Add(one.share, kept_from_);
    readers_.Change(one.subject, {}, one.share.reads, false, readers_from_);
    grows_at_ = std::min(grows_at_, one.share.grows_at);
  }
  next_range_ = end;
}

void CrowdCounters::Apply(const Refill& refill, uint32_t range, const Pseudonym& subject,
                          const CrowdShare& before, const CrowdShare& after, bool forgets) {
  if (before.counts.empty() && after.counts.empty() && before.reads.empty() && after.reads.empty() &&
      after.grows_at == absl::InfiniteFuture()) {
    return;
  }
  const std::lock_guard lock(mutex_);
  if (refill.number != refill_.number || range >= next_range_) return;
  table_.Subtract(before, kept_from_);
  table_.Add(after, kept_from_);
  readers_.Change(subject, before.reads, after.reads, forgets, readers_from_);
  grows_at_ = std::min(grows_at_, after.grows_at);
}

CrowdCounts CrowdCounters::Read(Hour now, bool* complete) {
  const std::lock_guard lock(mutex_);
  kept_from_ = std::max(kept_from_, ShownFrom(now));
  table_.DropBefore(kept_from_);
  if (complete != nullptr) *complete = next_range_ == kRangeCount;
  return table_.Read(kept_from_);
}

FreshPosts CrowdCounters::ReadFresh(Hour now, uint32_t readers_min) {
  const std::lock_guard lock(mutex_);
  const Hour from = now.Plus(-rules_.read_hours);
  if (from > readers_from_) {
    readers_from_ = from;
    readers_.DropBefore(from);
  }
  return {.complete = next_range_ == kRangeCount,
          .generation = refill_.number,
          .posts = readers_.Read(readers_min)};
}

std::vector<Pseudonym> CrowdCounters::ReadersOf(PostId post) const {
  const std::lock_guard lock(mutex_);
  return readers_.ReadersOf(post);
}

}  // namespace bauta
