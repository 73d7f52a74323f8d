// A history frame in bytes: bauta.storage.v1.HistoryFrame. Pure functions.
#ifndef BAUTA_FEATURESTORE_STORE_HISTORY_CODEC_H_
#define BAUTA_FEATURESTORE_STORE_HISTORY_CODEC_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "featurestore/store/history.h"

namespace bauta {

std::string EncodeHistory(const History& history);
// DATA_LOSS: not what EncodeHistory makes.
absl::StatusOr<History> DecodeHistory(std::string_view bytes);

struct DayRange {
  uint32_t oldest = UINT32_MAX;
  uint32_t newest = 0;
};
// The days of its rows; the empty range for none.
DayRange DaysOf(const History& history);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_HISTORY_CODEC_H_
