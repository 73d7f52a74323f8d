// What a learnable row held at an earlier moment: what a replay may know then.
#ifndef BAUTA_TRAINING_EVENTS_BEFORE_H_
#define BAUTA_TRAINING_EVENTS_BEFORE_H_

#include <algorithm>
#include <vector>

#include "base/hour.h"

namespace bauta {

// The events from before `hour`; precondition: `events` is in the order of its hours.
template <class Event>
std::vector<Event> EventsBefore(const std::vector<Event>& events, Hour hour) {
  const auto end = std::partition_point(events.begin(), events.end(),
                                        [&](const Event& event) { return event.hour < hour; });
  return {events.begin(), end};
}

}  // namespace bauta

#endif  // BAUTA_TRAINING_EVENTS_BEFORE_H_
