// The results of a batch's items that are not a field's fault (for those, RefusedItem in
// service/validation.h).
#ifndef BAUTA_SERVICE_ITEM_RESULT_H_
#define BAUTA_SERVICE_ITEM_RESULT_H_

#include "absl/status/status.h"
#include "bauta/v1/result.pb.h"
#include "featurestore/store/feature_store.h"

namespace bauta {

// `reason` is UNSPECIFIED, or UNCHANGED.
inline v1::ItemResult AcceptedItem(v1::ItemReason reason = v1::ITEM_REASON_UNSPECIFIED) {
  v1::ItemResult result;
  result.set_status(v1::ITEM_STATUS_ACCEPTED);
  result.set_reason(reason);
  return result;
}

inline v1::ItemResult RetryableItem(v1::ItemReason reason) {
  v1::ItemResult result;
  result.set_status(v1::ITEM_STATUS_RETRYABLE);
  result.set_reason(reason);
  return result;
}

// What became of one event in the store.
v1::ItemResult ToItemResult(RecordOutcome outcome);

// An item that the store could not take now. What is no lack of room or time goes to the operator's log:
// the caller is told to try again, nothing else.
v1::ItemResult FailedItem(const absl::Status& status);

}  // namespace bauta

#endif  // BAUTA_SERVICE_ITEM_RESULT_H_
