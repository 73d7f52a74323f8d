// ProgressBar: how far a long job is and when it will be done, on stderr, where that is a terminal.
#ifndef BAUTA_TOOLS_PROGRESS_H_
#define BAUTA_TOOLS_PROGRESS_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "base/clock.h"

namespace bauta {

// Not thread-safe.
class ProgressBar {
 public:
  // `total` in the unit that Update counts in; 0: not known, and no estimate is given.
  ProgressBar(std::string label, uint64_t total, const Clock& clock);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // Draws at most five times a second. `note` stands behind the bar.
  void Update(uint64_t done, const std::string& note);

 private:
  void Draw(const std::string& note);

  const std::string label_;
  const uint64_t total_;
  const Clock& clock_;
  const absl::Time start_;
  const bool on_terminal_;
  absl::Time last_drawn_ = absl::InfinitePast();
  uint64_t done_ = 0;
  std::string note_;
};

}  // namespace bauta

#endif  // BAUTA_TOOLS_PROGRESS_H_
