// ChildProcess: this very program, started again as a server to be measured.
#ifndef BAUTA_BENCH_LOAD_CHILD_PROCESS_H_
#define BAUTA_BENCH_LOAD_CHILD_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace bauta::bench {

// Not thread-safe. The child dies with the thread that started it, by SIGKILL, and with the object: by
// SIGTERM, and by SIGKILL where it has not ended ten seconds later.
class ChildProcess {
 public:
  // Its standard error goes into `log_path`, its standard output to ReadLine. INTERNAL: the operating
  // system's reason.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(const std::vector<std::string>& arguments,
                                                             const std::string& log_path);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // The next line of its output, without its end. DEADLINE_EXCEEDED, or UNAVAILABLE with its log where it
  // ended before.
  absl::StatusOr<std::string> ReadLine(absl::Duration timeout);

  // What all its threads, ended ones too, have used of the processors.
  absl::StatusOr<absl::Duration> CpuTime() const;

 private:
  ChildProcess(pid_t pid, int output, std::string log_path)
      : pid_(pid), output_(output), log_path_(std::move(log_path)) {}

  const pid_t pid_;
  const int output_;
  const std::string log_path_;
  std::string read_;
};

}  // namespace bauta::bench

#endif  // BAUTA_BENCH_LOAD_CHILD_PROCESS_H_
