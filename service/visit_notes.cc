#include "service/visit_notes.h"

#include <chrono>
#include <utility>

#include "base/hour.h"
#include "service/log.h"

namespace bauta {
namespace {

constexpr std::chrono::milliseconds kLookInterval(100);

}  // namespace

VisitNotes::VisitNotes(const Options& options, FeatureStore& store)
    : options_(options), store_(store), thread_([this] { Run(); }) {}

VisitNotes::~VisitNotes() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void VisitNotes::Note(const Visit& visit, absl::Time now) {
  if (!visit.subject) return;
  const uint32_t day = Hour::Floor(now).day();
  const std::lock_guard lock(mutex_);
  if (day != day_ || seen_today_.size() >= options_.remembered_max) {
    seen_today_.clear();
    day_ = day;
  }
  if (waiting_.size() >= options_.queue_max) return;
  if (seen_today_.insert(*visit.subject).second) waiting_.push_back(visit);
}

void VisitNotes::Flush() {
  std::unique_lock lock(mutex_);
  flush_ = true;
  wake_.notify_all();
  idle_.wait(lock, [this] { return waiting_.empty() && !writing_; });
}

void VisitNotes::Run() {
  std::vector<Visit> batch;
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait_for(lock, kLookInterval, [this] { return stop_ || flush_; });
    flush_ = false;
    if (!waiting_.empty()) {
      batch = std::exchange(waiting_, {});
      writing_ = true;
      lock.unlock();
      for (const Visit& visit : batch) {
        // Class B: a visit that cannot be noted is noted tomorrow.
        if (const absl::Status status = store_.NoteVisit(visit); !status.ok()) LogInternalError(status);
      }
      lock.lock();
      writing_ = false;
    }
    if (!waiting_.empty()) continue;
    idle_.notify_all();
    if (stop_) return;
  }
}

}  // namespace bauta
