#include "bench/load/load_driver.h"

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <sys/prctl.h>

#include <chrono>
#include <cmath>
#include <deque>
#include <random>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "bench/load/latencies.h"

namespace bauta::bench {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
constexpr std::chrono::seconds kCallDeadline(10);
constexpr unsigned long kTimerSlackNanoseconds = 1000;

double Microseconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

std::vector<grpc::ByteBuffer> ToBuffers(const std::vector<std::string>& requests) {
  std::vector<grpc::ByteBuffer> buffers;
  buffers.reserve(requests.size());
  for (const std::string& request : requests) {
    const grpc::Slice slice(request);
    buffers.emplace_back(&slice, 1);
  }
  return buffers;
}

absl::Status ToAbslStatus(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace

std::vector<std::shared_ptr<grpc::Channel>> Connect(const std::string& address, size_t count) {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (size_t i = 0; i < count; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    channels.push_back(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  }
  return channels;
}

struct LoadDriver::Call {
  grpc::ClientContext context;
  grpc::ByteBuffer reply;
  grpc::Status status;
  std::unique_ptr<grpc::ClientAsyncResponseReader<grpc::ByteBuffer>> reader;
  SteadyTime intended;
};

// The calls of one run: one thread starts them, one takes them back, and these may be two.
class LoadDriver::Session {
 public:
  Session(LoadDriver& driver, const LoadTarget& target) : driver_(driver), target_(target) {
    for (const auto& channel : target.channels) stubs_.emplace_back(channel);
  }
  ~Session() {
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) delete static_cast<Call*>(tag);
  }

  void Start(SteadyTime intended, bool wait_for_ready = false) {
    auto call = std::make_unique<Call>();
    call->context.AddMetadata("authorization", driver_.authorization_);
    call->context.set_deadline(std::chrono::system_clock::now() + kCallDeadline);
    call->context.set_wait_for_ready(wait_for_ready);
    call->intended = intended;
    const grpc::ByteBuffer& request = driver_.requests_[driver_.next_request_++ % driver_.requests_.size()];
    call->reader =
        stubs_[started_++ % stubs_.size()].PrepareUnaryCall(&call->context, target_.method, request, &queue_);
    call->reader->StartCall();
    Call* const tag = call.release();  // Its memory is the queue's until it comes back.
    tag->reader->Finish(&tag->reply, &tag->status, tag);
  }

  absl::StatusOr<std::unique_ptr<Call>> Take() {
    void* tag = nullptr;
    bool ok = false;
    if (!queue_.Next(&tag, &ok)) return absl::InternalError("the completion queue has ended");
    std::unique_ptr<Call> call(static_cast<Call*>(tag));
    if (!call->status.ok()) {
      return absl::Status(ToAbslStatus(call->status).code(),
                          absl::StrCat(target_.name, ": ", call->status.error_message()));
    }
    return call;
  }

 private:
  LoadDriver& driver_;
  const LoadTarget& target_;
  grpc::CompletionQueue queue_;
  std::deque<grpc::GenericStub> stubs_;
  size_t started_ = 0;
};

LoadDriver::LoadDriver(const std::vector<std::string>& requests, std::string token,
                       std::function<absl::Status()> stop)
    : requests_(ToBuffers(requests)),
      authorization_(absl::StrCat("Bearer ", token)),
      stop_(std::move(stop)) {}

absl::StatusOr<LoadResult> LoadDriver::RunClosed(const LoadTarget& target, size_t count, size_t in_flight) {
  LoadResult result;
  result.latencies_us.reserve(count);
  Session session(*this, target);
  BAUTA_ASSIGN_OR_RETURN(const absl::Duration cpu_begin, target.server->CpuTime());
  const SteadyTime begin = std::chrono::steady_clock::now();
  size_t started = 0;
  for (; started < std::min(in_flight, count); ++started) session.Start(std::chrono::steady_clock::now());
  while (result.latencies_us.size() < count) {
    BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<Call> call, session.Take());
    const SteadyTime now = std::chrono::steady_clock::now();
    result.latencies_us.push_back(Microseconds(now - call->intended));
    if (started == count) continue;
    BAUTA_RETURN_IF_ERROR(stop_());
    ++started;
    session.Start(std::chrono::steady_clock::now());
  }
  result.seconds = Microseconds(std::chrono::steady_clock::now() - begin) / 1e6;
  BAUTA_ASSIGN_OR_RETURN(const absl::Duration cpu_end, target.server->CpuTime());
  result.server_cpu_seconds = absl::ToDoubleSeconds(cpu_end - cpu_begin);
  return result;
}

absl::StatusOr<LoadResult> LoadDriver::RunOpen(const LoadTarget& target, size_t count,
                                               double requests_per_second) {
  std::mt19937_64 random(arrivals_seed_++);
  std::vector<std::chrono::nanoseconds> times;
  double at = 0;
  for (size_t i = 0; i < count; ++i) {
    at -= std::log1p(-static_cast<double>(random() >> 11) * 0x1p-53) / requests_per_second;
    times.emplace_back(static_cast<int64_t>(at * 1e9));
  }
  LoadResult result;
  result.latencies_us.reserve(count);
  std::vector<double> send_delays_us;
  Session session(*this, target);
  BAUTA_ASSIGN_OR_RETURN(const absl::Duration cpu_begin, target.server->CpuTime());
  const SteadyTime begin = std::chrono::steady_clock::now();
  std::thread sender([&] {
    ::prctl(PR_SET_TIMERSLACK, kTimerSlackNanoseconds);
    for (const std::chrono::nanoseconds time : times) {
      std::this_thread::sleep_until(begin + time);
      send_delays_us.push_back(Microseconds(std::chrono::steady_clock::now() - (begin + time)));
      session.Start(begin + time);
    }
  });
  absl::Status status;
  for (size_t i = 0; i < count; ++i) {  // All of them, so that the sender ends in peace.
    absl::StatusOr<std::unique_ptr<Call>> call = session.Take();
    status.Update(call.status());
    if (call.ok()) {
      result.latencies_us.push_back(Microseconds(std::chrono::steady_clock::now() - (*call)->intended));
    }
  }
  sender.join();
  BAUTA_RETURN_IF_ERROR(status);
  BAUTA_RETURN_IF_ERROR(stop_());
  result.seconds = Microseconds(std::chrono::steady_clock::now() - begin) / 1e6;
  BAUTA_ASSIGN_OR_RETURN(const absl::Duration cpu_end, target.server->CpuTime());
  result.server_cpu_seconds = absl::ToDoubleSeconds(cpu_end - cpu_begin);
  result.send_delay_p99_us = Percentile(std::move(send_delays_us), 0.99);
  return result;
}

absl::StatusOr<std::string> LoadDriver::CallOnce(const LoadTarget& target, size_t request) {
  next_request_ = request;
  Session session(*this, target);
  session.Start(std::chrono::steady_clock::now(), /*wait_for_ready=*/true);
  BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<Call> call, session.Take());
  grpc::Slice slice;
  const grpc::Status status = call->reply.DumpToSingleSlice(&slice);
  if (!status.ok()) return ToAbslStatus(status);
  return std::string(reinterpret_cast<const char*>(slice.begin()), slice.size());
}

}  // namespace bauta::bench
