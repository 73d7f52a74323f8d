// CrowdCounters: distinct subjects by post and hour, and by city, and the last readers of each post. In
// memory only: what is not on the disk needs no un-counting there.
//
// After a start, and when another policy comes into force, a scan refills them range by range, each under its
// lock. Changes in a range that the scan has not reached are left to it.
#ifndef BAUTA_FEATURESTORE_STORE_CROWD_COUNTERS_H_
#define BAUTA_FEATURESTORE_STORE_CROWD_COUNTERS_H_

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "base/hour.h"
#include "featurestore/records/crowd_counts.h"
#include "featurestore/records/fresh_posts.h"
#include "featurestore/store/crowd_share.h"
#include "featurestore/store/reader_index.h"
#include "featurestore/store/row_format.h"
#include "privacy/codes.h"

namespace bauta {

// A plain sum of shares. Not thread-safe.
class CrowdTable {
 public:
  void Add(const CrowdShare& share, Hour kept_from) { Change(share, kept_from, 1); }
  void Subtract(const CrowdShare& share, Hour kept_from) { Change(share, kept_from, -1); }
  void Clear() { posts_.clear(); }
  void DropBefore(Hour hour);
  CrowdCounts Read(Hour from) const;

 private:
  struct HourCount {
    Hour hour;
    int64_t subjects = 0;
  };
  struct CityHourCount {
    City city;
    Hour hour;
    int64_t subjects = 0;
  };
  struct PostCounts {
    std::vector<HourCount> all;
    std::vector<CityHourCount> by_city;
  };
  void Change(const CrowdShare& share, Hour kept_from, int64_t by);

  absl::flat_hash_map<PostId, PostCounts> posts_;
};

// Thread-safe.
class CrowdCounters {
 public:
  // Shares belong to a refill; those of an earlier one are not applied any more.
  struct Refill {
    uint64_t number = 0;
    uint32_t policy_in_force = 0;  // Of the privacy policy; what a consent covers depends on it.
    absl::Time begin_time = absl::InfinitePast();
  };

  explicit CrowdCounters(CrowdRules rules) : rules_(rules) {}
  const CrowdRules& rules() const { return rules_; }

  // Empties the counters and begins a refill, unless one under this policy, or a later one, has begun.
  void BeginRefill(uint32_t policy_in_force, absl::Time now);
  // Begins one in any case.
  void Restart(absl::Time now);
  // Begins one where rows have become countable since the last began (CrowdShare::grows_at).
  void RestartIfGrown(absl::Time now);
  Refill refill() const;

  // For the thread that refills: waits until a range is not counted. The first such range; nullopt: closing.
  std::optional<uint32_t> WaitForWork();
  // True where it is closing; waits that long for it.
  bool WaitForClose(absl::Duration at_most);
  void Close();
  struct SubjectShare {
    Pseudonym subject;
    CrowdShare share;
  };
  // Counts all subjects of the ranges [begin, end), whose lock the caller holds. Nothing where another refill
  // has begun.
  void Count(const Refill& refill, const std::vector<SubjectShare>& shares, uint32_t begin, uint32_t end);

  // A subject of `range` changed, under its lock. `forgets`: see ReaderIndex::Change.
  void Apply(const Refill& refill, uint32_t range, const Pseudonym& subject, const CrowdShare& before,
             const CrowdShare& after, bool forgets = false);

  CrowdCounts Read(Hour now, bool* complete);
  FreshPosts ReadFresh(Hour now, uint32_t readers_min);
  std::vector<Pseudonym> ReadersOf(PostId post) const;
  Hour ShownFrom(Hour now) const { return now.Plus(-rules_.shown_hours); }

 private:
  void BeginLocked(uint32_t policy_in_force, absl::Time now);

  const CrowdRules rules_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  bool closing_ = false;
  Refill refill_;
  uint32_t next_range_ = kRangeCount;             // Nothing to do before the first refill begins.
  absl::Time grows_at_ = absl::InfiniteFuture();  // Of the shares that were counted in this refill.
  Hour kept_from_;
  CrowdTable table_;
  Hour readers_from_;
  ReaderIndex readers_;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_CROWD_COUNTERS_H_
