// Times as the disk has them: whole microseconds since the Unix epoch; the greatest number is for good.
#ifndef BAUTA_FEATURESTORE_STORE_TIMES_H_
#define BAUTA_FEATURESTORE_STORE_TIMES_H_

#include <cstdint>
#include <limits>

#include "absl/time/time.h"

namespace bauta {

// Rounded down; infinite times saturate.
inline int64_t Micros(absl::Time time) { return absl::ToUnixMicros(time); }

inline absl::Time FromMicros(int64_t micros) {
  return micros == std::numeric_limits<int64_t>::max() ? absl::InfiniteFuture()
                                                       : absl::FromUnixMicros(micros);
}

inline int64_t MicrosRoundedUp(absl::Time time) {
  const int64_t micros = absl::ToUnixMicros(time);
  return absl::FromUnixMicros(micros) < time && time != absl::InfiniteFuture() ? micros + 1 : micros;
}

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_TIMES_H_
