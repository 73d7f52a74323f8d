#include "service/item_result.h"

#include "service/log.h"
#include "service/validation.h"

namespace bauta {

v1::ItemResult ToItemResult(RecordOutcome outcome) {
  switch (outcome) {
    case RecordOutcome::kRecorded:
      return AcceptedItem();
    case RecordOutcome::kAlreadyRecorded:
      return AcceptedItem(v1::ITEM_REASON_UNCHANGED);
    case RecordOutcome::kNoConsent:
      return RefusedItem(
          v1::ITEM_REASON_NOT_PERMITTED,
          absl::InvalidArgumentError("subject: its history, or this kind of signal, may not be kept"));
    case RecordOutcome::kBeforeConsent:
      return RefusedItem(
          v1::ITEM_REASON_BEFORE_CONSENT,
          absl::InvalidArgumentError("event_time: since the subject's consent allowed, an earlier one sent"));
    case RecordOutcome::kExpired:
      return RefusedItem(v1::ITEM_REASON_TOO_OLD,
                         absl::InvalidArgumentError(
                             "event_time: as far back as the kind is kept allowed, an earlier one sent"));
    case RecordOutcome::kOwnPost:
      return RefusedItem(
          v1::ITEM_REASON_OWN_POST,
          absl::InvalidArgumentError("post_id: others' posts allowed, one of self_author's sent"));
    case RecordOutcome::kRetryLater:
      return RetryableItem(v1::ITEM_REASON_POST_UNKNOWN);
    case RecordOutcome::kNotCollecting:
      return RefusedItem(v1::ITEM_REASON_NOT_COLLECTING,
                         absl::FailedPreconditionError("the store collects nothing any more"));
  }
  return RetryableItem(v1::ITEM_REASON_UNAVAILABLE);
}

v1::ItemResult FailedItem(const absl::Status& status) {
  if (!absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status) &&
      !absl::IsResourceExhausted(status)) {
    LogInternalError(status);
  }
  return RetryableItem(v1::ITEM_REASON_UNAVAILABLE);
}

}  // namespace bauta
