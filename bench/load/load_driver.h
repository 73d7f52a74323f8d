// LoadDriver: sends prepared requests to a server and takes the time, from this process and in it alone.
//
// Closed loop: so many calls are always in flight, the next one goes out when one comes back. Open loop:
// calls go out at times drawn beforehand, whether or not earlier ones have come back, and a latency counts
// from the time at which its call was meant to go out: a server that stalls is charged for every call that it
// kept waiting (no coordinated omission).
#ifndef BAUTA_BENCH_LOAD_LOAD_DRIVER_H_
#define BAUTA_BENCH_LOAD_LOAD_DRIVER_H_

#include <grpcpp/channel.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bench/load/child_process.h"

namespace bauta::bench {

// A method of a running child. Each channel is a connection of its own.
struct LoadTarget {
  std::string name;
  std::string method;  // "/package.Service/Method"
  const ChildProcess* server = nullptr;
  std::vector<std::shared_ptr<grpc::Channel>> channels;
};

// `count` connections to "127.0.0.1:PORT" or "unix:PATH".
std::vector<std::shared_ptr<grpc::Channel>> Connect(const std::string& address, size_t count);

struct LoadResult {
  std::vector<double> latencies_us;
  double seconds = 0;  // From the first call sent to the last one back.
  double server_cpu_seconds = 0;
  double send_delay_p99_us = 0;  // Open loop: how late the driver itself was.

  double requests_per_second() const { return static_cast<double>(latencies_us.size()) / seconds; }
  double server_cpu_us() const { return 1e6 * server_cpu_seconds / static_cast<double>(latencies_us.size()); }
};

// One measurement at a time. Any call that fails ends it with that call's error: figures of a run in which
// some calls did no work would flatter. `stop` is asked between calls; where it is not OK the run ends so.
class LoadDriver {
 public:
  // `requests` are serialized messages, sent in turn; `token` is the bearer's.
  LoadDriver(const std::vector<std::string>& requests, std::string token, std::function<absl::Status()> stop);

  absl::StatusOr<LoadResult> RunClosed(const LoadTarget& target, size_t count, size_t in_flight);
  // Poisson arrivals at `requests_per_second`.
  absl::StatusOr<LoadResult> RunOpen(const LoadTarget& target, size_t count, double requests_per_second);

  // One call, its reply serialized. Waits until the server can be reached.
  absl::StatusOr<std::string> CallOnce(const LoadTarget& target, size_t request);

 private:
  struct Call;
  class Session;

  const std::vector<grpc::ByteBuffer> requests_;
  const std::string authorization_;
  const std::function<absl::Status()> stop_;
  size_t next_request_ = 0;
  uint64_t arrivals_seed_ = 1;
};

}  // namespace bauta::bench

#endif  // BAUTA_BENCH_LOAD_LOAD_DRIVER_H_
