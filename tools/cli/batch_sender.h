// BatchSender: sends records in batches from several threads. Records of one key go in the order in which
// they came.
#ifndef BAUTA_TOOLS_CLI_BATCH_SENDER_H_
#define BAUTA_TOOLS_CLI_BATCH_SENDER_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace bauta {

// Add and Finish are called by one thread.
template <class Record>
class BatchSender {
 public:
  struct Line {
    uint64_t number = 0;
    Record record;
  };
  using Send = std::function<absl::Status(std::vector<Line>& batch)>;

  // `send` is called by `threads` threads at once.
  BatchSender(size_t threads, size_t batch_size, Send send)
      : batch_size_(batch_size), send_(std::move(send)) {
    for (size_t i = 0; i < threads; ++i) lanes_.push_back(std::make_unique<Lane>());
    for (auto& lane : lanes_) lane->thread = std::thread([this, lane = lane.get()] { Work(*lane); });
  }
  ~BatchSender() {
    if (!finished_) (void)Finish();
  }

  // Waits while the lane of `key` is full. The first error of `send`, if there was one.
  absl::Status Add(size_t key, Line line) {
    Lane& lane = *lanes_[key % lanes_.size()];
    lane.filling.push_back(std::move(line));
    if (lane.filling.size() >= batch_size_) Hand(lane);
    return FirstError();
  }

  // Sends what is left and waits for all of it.
  absl::Status Finish() {
    finished_ = true;
    for (auto& lane : lanes_) {
      if (!lane->filling.empty()) Hand(*lane);
      {
        std::lock_guard lock(lane->mutex);
        lane->closed = true;
      }
      lane->changed.notify_all();
    }
    for (auto& lane : lanes_) lane->thread.join();
    return FirstError();
  }

 private:
  static constexpr size_t kQueueMax = 4;  // Batches that wait in a lane.

  struct Lane {
    std::vector<Line> filling;  // The adding thread's alone.
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::vector<Line>> queue;
    bool closed = false;
    std::thread thread;
  };

  void Hand(Lane& lane) {
    std::unique_lock lock(lane.mutex);
    lane.changed.wait(lock, [&] { return lane.queue.size() < kQueueMax; });
    lane.queue.push_back(std::exchange(lane.filling, {}));
    lane.changed.notify_all();
  }

  void Work(Lane& lane) {
    for (;;) {
      std::vector<Line> batch;
      {
        std::unique_lock lock(lane.mutex);
        lane.changed.wait(lock, [&] { return !lane.queue.empty() || lane.closed; });
        if (lane.queue.empty()) return;
        batch = std::move(lane.queue.front());
        lane.queue.pop_front();
        lane.changed.notify_all();
      }
      if (!FirstError().ok()) continue;  // Empties the queue, so that nobody waits for ever.
      if (absl::Status sent = send_(batch); !sent.ok()) {
        std::lock_guard lock(error_mutex_);
        if (error_.ok()) error_ = std::move(sent);
      }
    }
  }

  absl::Status FirstError() {
    std::lock_guard lock(error_mutex_);
    return error_;
  }

  const size_t batch_size_;
  const Send send_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  bool finished_ = false;
  std::mutex error_mutex_;
  absl::Status error_;
};

}  // namespace bauta

#endif  // BAUTA_TOOLS_CLI_BATCH_SENDER_H_
