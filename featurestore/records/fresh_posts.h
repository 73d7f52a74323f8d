// FreshPosts: which posts have readers whose reading may be learned from, as the store's index stood at one
// instant. Raw: nothing of it may reach a feed before the rule of directions (ranking/gate_rule.h) has been
// asked, with counts rounded down to multiples of k.
#ifndef BAUTA_FEATURESTORE_RECORDS_FRESH_POSTS_H_
#define BAUTA_FEATURESTORE_RECORDS_FRESH_POSTS_H_

#include <cstdint>
#include <vector>

#include "featurestore/records/ids.h"

namespace bauta {

struct FreshPost {
  PostId post;
  uint32_t readers = 0;     // Distinct; at most 512, the last ones.
  uint64_t arrivals = 0;    // Readers who have come since the index began: only grows.
  uint64_t departures = 0;  // Another number whenever something of a reader's is gone since.

  friend bool operator==(const FreshPost&, const FreshPost&) = default;
};

struct FreshPosts {
  bool complete = false;    // False: the scan after a start has not reached everybody yet.
  uint64_t generation = 0;  // Arrivals and departures compare within one.
  std::vector<FreshPost> posts;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_RECORDS_FRESH_POSTS_H_
