// Door: what every call passes before a handler sees it, and after the handler is done.
//   in:  limit of calls in flight → bearer token → role → rights token
//   out: deadline → status → metrics
#ifndef BAUTA_SERVICE_RPC_DOOR_H_
#define BAUTA_SERVICE_RPC_DOOR_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <atomic>
#include <chrono>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "bauta/v1/subject.pb.h"
#include "service/auth/access.h"
#include "service/auth/authenticator.h"
#include "service/auth/rights_verifier.h"
#include "service/metrics.h"
#include "service/principal.h"

namespace bauta {

// Thread-safe. What it is made of outlives it.
class Door {
 public:
  struct Options {
    int64_t calls_in_flight_max = 256;  // Above, a call is shed before any work: RESOURCE_EXHAUSTED.
    int64_t streams_in_flight_max = 4;  // The same for calls that stream, which last.
    absl::Duration default_deadline = absl::Seconds(2);          // For calls that bring none.
    absl::Duration default_stream_deadline = absl::Minutes(30);  // The same for calls that stream.
    absl::Duration retry_delay = absl::Milliseconds(100);        // What RetryInfo advises.
  };
  Door(const Options& options, const Authenticator& authenticator, RightsVerifier& rights, Metrics& metrics,
       const Clock& clock)
      : options_(options), authenticator_(authenticator), rights_(rights), metrics_(metrics), clock_(clock) {}

  int64_t calls_in_flight() const { return calls_in_flight_.load(std::memory_order_relaxed); }
  int64_t streams_in_flight() const { return streams_in_flight_.load(std::memory_order_relaxed); }

 private:
  friend class DoorPass;
  const Options options_;
  const Authenticator& authenticator_;
  RightsVerifier& rights_;
  Metrics& metrics_;
  const Clock& clock_;
  std::atomic<int64_t> calls_in_flight_{0};
  std::atomic<int64_t> streams_in_flight_{0};
};

// One call's way through the door. One thread.
class DoorPass {
 public:
  DoorPass(Door& door, const grpc::ServerContext& context, Method method);
  ~DoorPass();
  DoorPass(const DoorPass&) = delete;
  DoorPass& operator=(const DoorPass&) = delete;

  // What stands at the request's subject, and whether this request needs a rights token for it.
  struct RightsDemand {
    const v1::Subject* subject = nullptr;
    bool demanded = false;
  };
  // RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED, UNAUTHENTICATED, PERMISSION_DENIED, INVALID_ARGUMENT (a rights
  // call without a subject).
  absl::Status Admit(const RightsDemand& rights);
  const Principal& principal() const { return principal_; }

  // What gRPC sends for what the handler returned; an OK that comes after the deadline is DEADLINE_EXCEEDED.
  // Counts the call.
  grpc::Status Leave(const absl::Status& status);

 private:
  std::atomic<int64_t>& in_flight() const;
  absl::Status CheckRights(const RightsDemand& rights);

  Door& door_;
  const grpc::ServerContext& context_;
  const MethodAccess& access_;
  const std::chrono::steady_clock::time_point begin_;
  Principal principal_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_RPC_DOOR_H_
