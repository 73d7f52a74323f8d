// TrainingHandler: the stream that the training job learns from. Knows no gRPC.
#ifndef BAUTA_SERVICE_TRAINING_HANDLER_H_
#define BAUTA_SERVICE_TRAINING_HANDLER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "bauta/v1/training_service.pb.h"
#include "featurestore/records/ids.h"
#include "featurestore/store/feature_store.h"
#include "service/convert_training.h"
#include "service/principal.h"

namespace bauta {

inline constexpr uint32_t kTrainingSchemaVersion = 1;
inline constexpr int kTrainingPartMax = 1'000;                    // Posts or rows in one message.
inline constexpr size_t kTrainingPartBytesMax = size_t{1} << 20;  // Of one message.

// Thread-safe.
class TrainingHandler {
 public:
  struct Options {
    std::string region;            // The store's, as the header names it.
    size_t content_dimension = 0;  // How many numbers a content vector has; 0: posts carry none.
    // Topics that are never learned from, nor is any post that carries one. Default: none.
    std::vector<TopicId> sensitive_topics;
  };
  // Both outlive the handler.
  struct Dependencies {
    FeatureStore& store;
    const Clock& clock;
  };
  TrainingHandler(const Dependencies& dependencies, Options options)
      : dependencies_(dependencies), options_(std::move(options)) {}

  // Gives header, posts, rows and trailer to `sink`; an error of `sink` ends it and is returned. The rights
  // log has an entry that names the caller before the first message. DEADLINE_EXCEEDED: the trailer was not
  // reached in time; UNAVAILABLE, DATA_LOSS: the store's.
  absl::Status StreamRows(const Principal& principal, const v1::StreamRowsRequest& request,
                          absl::FunctionRef<absl::Status(const v1::StreamRowsResponse&)> sink);

 private:
  using Sink = absl::FunctionRef<absl::Status(const v1::StreamRowsResponse&)>;

  absl::Status StreamHeader(absl::Time now, Sink sink) const;
  // Adds the posts that the ban keeps out to it, and counts the rest.
  absl::Status StreamPosts(absl::Time now, LearningBan& ban, v1::TrainingTrailer& trailer, Sink sink) const;
  absl::Status StreamHistories(const AdministrativeAct& act, const LearningBan& ban,
                               v1::TrainingTrailer& trailer, Sink sink);

  const Dependencies dependencies_;
  const Options options_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_TRAINING_HANDLER_H_
