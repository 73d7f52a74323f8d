#include "tools/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace bauta {
namespace {

constexpr absl::Duration kDrawEvery = absl::Milliseconds(200);
constexpr int kBarWidth = 30;

}  // namespace

ProgressBar::ProgressBar(std::string label, uint64_t total, const Clock& clock)
    : label_(std::move(label)),
      total_(total),
      clock_(clock),
      start_(clock.Now()),
      on_terminal_(isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() {
  if (!on_terminal_) return;
  Draw(note_);
  std::fputc('\n', stderr);
}

void ProgressBar::Update(uint64_t done, const std::string& note) {
  done_ = done;
  note_ = note;
  if (!on_terminal_ || clock_.Now() - last_drawn_ < kDrawEvery) return;
  Draw(note);
}

void ProgressBar::Draw(const std::string& note) {
  last_drawn_ = clock_.Now();
  const double share =
      total_ == 0 ? 0 : std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
  std::string line = absl::StrCat("\r", label_, " [");
  const int filled = static_cast<int>(share * kBarWidth);
  absl::StrAppend(&line, std::string(static_cast<size_t>(filled), '='),
                  std::string(static_cast<size_t>(kBarWidth - filled), ' '), "] ",
                  absl::StrFormat("%3.0f%%", share * 100));
  if (share > 0.01 && share < 1) {
    const absl::Duration left = (last_drawn_ - start_) * ((1 - share) / share);
    absl::StrAppend(&line, " ", absl::FormatDuration(absl::Trunc(left, absl::Seconds(1))), " left");
  }
  absl::StrAppend(&line, "  ", note, "\x1b[K");
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
}

}  // namespace bauta
