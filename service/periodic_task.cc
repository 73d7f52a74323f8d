#include "service/periodic_task.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/log.h"

namespace bauta {

PeriodicTask::PeriodicTask(Options options, const Clock& clock, std::function<absl::Status()> run)
    : options_(std::move(options)),
      clock_(clock),
      run_(std::move(run)),
      due_time_(clock.Now() + options_.first_delay) {}

bool PeriodicTask::RunIfDue() {
  std::lock_guard<std::mutex> lock(mutex_);
  const absl::Time begin = clock_.Now();
  if (begin < due_time_) return false;
  const absl::Status status = run_();
  runs_.fetch_add(1, std::memory_order_relaxed);
  if (status.ok()) {
    last_success_seconds_.store(absl::ToUnixSeconds(begin), std::memory_order_relaxed);
  } else {
    failures_.fetch_add(1, std::memory_order_relaxed);
    LogWarning(absl::StrCat(options_.name, " failed and is tried again in ",
                            absl::FormatDuration(options_.retry_period), ": ", status.ToString()));
  }
  due_time_ = begin + (status.ok() ? options_.period : options_.retry_period);
  return true;
}

TaskThread::TaskThread(PeriodicTask& task)
    : task_(task), thread_([this] {
        std::unique_lock<std::mutex> lock(mutex_);
        while (!stopped_.wait_for(lock, std::chrono::seconds(1), [this] { return stop_; })) {
          lock.unlock();
          task_.RunIfDue();
          lock.lock();
        }
      }) {}

TaskThread::~TaskThread() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  stopped_.notify_all();
  thread_.join();
}

}  // namespace bauta
