// Instants on the wire.
#ifndef BAUTA_SERVICE_CONVERT_TIME_H_
#define BAUTA_SERVICE_CONVERT_TIME_H_

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"
#include "base/hour.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace bauta {

// The years 1 to 9999: what a Timestamp can say. CheckTime (service/validation.h) lets nothing else in.
inline constexpr int64_t kTimestampSecondsMin = -62135596800;
inline constexpr int64_t kTimestampSecondsMax = 253402300799;

// Outside of what a Timestamp can say: the nearest that it can.
inline google::protobuf::Timestamp ToProto(absl::Time time) {
  time = std::clamp(time, absl::FromUnixSeconds(kTimestampSecondsMin),
                    absl::FromUnixSeconds(kTimestampSecondsMax));
  google::protobuf::Timestamp proto;
  proto.set_seconds(absl::ToUnixSeconds(time));
  proto.set_nanos(
      static_cast<int32_t>((time - absl::FromUnixSeconds(proto.seconds())) / absl::Nanoseconds(1)));
  return proto;
}

// The hour's start.
inline google::protobuf::Timestamp ToProto(Hour hour) { return ToProto(hour.start()); }

inline google::protobuf::Duration DurationOfHours(int64_t hours) {
  google::protobuf::Duration proto;
  proto.set_seconds(hours * 3600);
  return proto;
}

// Rows keep whole microseconds; what is compared with them later has to be as coarse.
inline absl::Time FloorMicros(absl::Time time) { return absl::FromUnixMicros(absl::ToUnixMicros(time)); }

// Precondition: CheckTime let it through.
inline absl::Time FromProto(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

}  // namespace bauta

#endif  // BAUTA_SERVICE_CONVERT_TIME_H_
