#include "service/log.h"

#include <cstdint>
#include <cstdio>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace bauta {
namespace {

constexpr int kInternalErrorsPerSecond = 10;

// The operating system's time, not the injected one: a log is read beside other logs.
void Write(const char* level, const std::string& message) {
  const std::string line =
      absl::StrCat(absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone()), " ", level,
                   " ", message, "\n");
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

void LogInfo(const std::string& message) { Write("info", message); }
void LogWarning(const std::string& message) { Write("warning", message); }

void LogInternalError(const absl::Status& status) {
  static std::mutex mutex;
  static int64_t second = 0;
  static int in_second = 0;
  static int64_t left_out = 0;
  const int64_t now = absl::ToUnixSeconds(absl::Now());
  std::lock_guard<std::mutex> lock(mutex);
  if (now != second) {
    second = now;
    in_second = 0;
  }
  if (++in_second > kInternalErrorsPerSecond) {
    ++left_out;
    return;
  }
  if (left_out > 0) {
    Write("error", absl::StrCat(left_out, " further internal errors were not written"));
    left_out = 0;
  }
  Write("error", status.ToString());
}

}  // namespace bauta
