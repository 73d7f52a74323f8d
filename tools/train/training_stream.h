// The training job's side of the wire: the stream of learnable rows, and the call that makes a model serve.
// The only file of the job that knows gRPC.
#ifndef BAUTA_TOOLS_TRAIN_TRAINING_STREAM_H_
#define BAUTA_TOOLS_TRAIN_TRAINING_STREAM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "featurestore/records/learnable_row.h"
#include "featurestore/records/post.h"
#include "tools/client/connection.h"

namespace bauta {

struct StreamedRows {
  std::string region;
  absl::Time start_time;
  std::vector<Post> posts;
  std::vector<LearnableRow> rows;
};

// Reads the whole stream into memory; nothing of it is written anywhere. `on_rows` is called now and then
// with the rows read so far. Errors: the server's; FAILED_PRECONDITION for another schema version, DATA_LOSS
// for a stream that is not whole.
absl::StatusOr<StreamedRows> ReadTrainingStream(const Connection& connection,
                                                absl::FunctionRef<void(uint64_t rows)> on_rows);

// Makes the model serve. Errors: the server's, with its reason.
absl::Status ActivateModel(const Connection& connection, const std::string& version);

}  // namespace bauta

#endif  // BAUTA_TOOLS_TRAIN_TRAINING_STREAM_H_
