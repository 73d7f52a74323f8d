// PeriodicTask: something that is due again and again. Whether it is due is decided by the injected clock, so
// that tests make time pass; the thread that asks is apart.
#ifndef BAUTA_SERVICE_PERIODIC_TASK_H_
#define BAUTA_SERVICE_PERIODIC_TASK_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"

namespace bauta {

// Thread-safe; runs once at a time.
class PeriodicTask {
 public:
  struct Options {
    std::string name;             // For the log and the metrics: lower case and '_'.
    absl::Duration first_delay;   // From the making of the task to its first run.
    absl::Duration period;        // From the beginning of a good run to the next.
    absl::Duration retry_period;  // The same after a bad one.
  };
  // `clock` outlives the task.
  PeriodicTask(Options options, const Clock& clock, std::function<absl::Status()> run);

  // Runs where it is due. True where it ran.
  bool RunIfDue();

  const std::string& name() const { return options_.name; }
  uint64_t runs() const { return runs_.load(std::memory_order_relaxed); }
  uint64_t failures() const { return failures_.load(std::memory_order_relaxed); }
  // Seconds since the epoch; 0 before the first good run.
  int64_t last_success_seconds() const { return last_success_seconds_.load(std::memory_order_relaxed); }

 private:
  const Options options_;
  const Clock& clock_;
  const std::function<absl::Status()> run_;
  std::mutex mutex_;
  absl::Time due_time_;
  std::atomic<uint64_t> runs_{0};
  std::atomic<uint64_t> failures_{0};
  std::atomic<int64_t> last_success_seconds_{0};
};

// Asks a task every second until it is destroyed; a run that has begun is waited for.
class TaskThread {
 public:
  // `task` outlives it.
  explicit TaskThread(PeriodicTask& task);
  ~TaskThread();
  TaskThread(const TaskThread&) = delete;
  TaskThread& operator=(const TaskThread&) = delete;

 private:
  PeriodicTask& task_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_PERIODIC_TASK_H_
