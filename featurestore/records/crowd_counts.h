// CrowdCounts: how many distinct subjects engaged with each post, hour by hour, as the store's counters stood
// at one instant. Raw: nothing of it may reach a feed or a person before ranking's FreshTable has rounded it
// down to multiples of k.
#ifndef BAUTA_FEATURESTORE_RECORDS_CROWD_COUNTS_H_
#define BAUTA_FEATURESTORE_RECORDS_CROWD_COUNTS_H_

#include <cstdint>
#include <vector>

#include "base/hour.h"
#include "featurestore/records/ids.h"
#include "privacy/place.h"

namespace bauta {

struct PostHourCount {
  PostId post;
  Hour hour;
  uint32_t subjects = 0;
  friend auto operator<=>(const PostHourCount&, const PostHourCount&) = default;
};

// A subject counts in the city that its head holds now; `Place` gives the region and country to shrink to.
struct PostCityHourCount {
  PostId post;
  City city;
  Hour hour;
  uint32_t subjects = 0;
  friend auto operator<=>(const PostCityHourCount&, const PostCityHourCount&) = default;
};

struct CrowdCounts {
  std::vector<PostHourCount> by_post;      // Sorted, no zeros.
  std::vector<PostCityHourCount> by_city;  // Sorted, no zeros.
  friend bool operator==(const CrowdCounts&, const CrowdCounts&) = default;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_RECORDS_CROWD_COUNTS_H_
