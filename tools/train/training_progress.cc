#include "tools/train/training_progress.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include "absl/strings/str_cat.h"

namespace bauta {
namespace {

constexpr uint64_t kSteps = 1000;  // Of a bar: tenths of a percent.

}  // namespace

void TrainingProgress::NoteRows(uint64_t rows) {
  if (bar_ == nullptr) bar_ = std::make_unique<ProgressBar>("reading rows", 0, clock_);
  bar_->Update(rows, "");
}

absl::Status TrainingProgress::Note(const std::string& stage, float done) {
  if (stage != stage_) {
    bar_ = std::make_unique<ProgressBar>(stage, kSteps, clock_);
    stage_ = stage;
  }
  bar_->Update(static_cast<uint64_t>(std::lround(done * static_cast<float>(kSteps))), "");
  if (clock_.Now() < deadline_) return absl::OkStatus();
  return absl::DeadlineExceededError(
      absl::StrCat("--deadline has passed while ", stage, ", ", std::lround(done * 100), "% done"));
}

size_t ProcessorCount() { return std::max(1u, std::thread::hardware_concurrency()); }

}  // namespace bauta
