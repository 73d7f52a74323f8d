// How far a training is and when it will be done, on stderr; and its deadline.
#ifndef BAUTA_TOOLS_TRAIN_TRAINING_PROGRESS_H_
#define BAUTA_TOOLS_TRAIN_TRAINING_PROGRESS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "tools/progress.h"

namespace bauta {

// Not thread-safe.
class TrainingProgress {
 public:
  TrainingProgress(const Clock& clock, absl::Time deadline) : clock_(clock), deadline_(deadline) {}

  void NoteRows(uint64_t rows);
  // A new stage begins a new bar. DEADLINE_EXCEEDED where it is too late, with the stage.
  absl::Status Note(const std::string& stage, float done);
  void Done() { bar_.reset(); }

 private:
  const Clock& clock_;
  const absl::Time deadline_;
  std::string stage_;
  std::unique_ptr<ProgressBar> bar_;
};

// Processors that this process may use, at least 1.
size_t ProcessorCount();

}  // namespace bauta

#endif  // BAUTA_TOOLS_TRAIN_TRAINING_PROGRESS_H_
