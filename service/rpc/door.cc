#include "service/rpc/door.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "service/rpc/status.h"
#include "service/subject_resolver.h"

namespace bauta {
namespace {

// Empty where the caller sent no such key.
std::string_view MetadataOf(const grpc::ServerContext& context, const char* key) {
  const auto found = context.client_metadata().find(key);
  if (found == context.client_metadata().end()) return {};
  return {found->second.data(), found->second.size()};
}

}  // namespace

DoorPass::DoorPass(Door& door, const grpc::ServerContext& context, Method method)
    : door_(door), context_(context), access_(AccessOf(method)), begin_(std::chrono::steady_clock::now()) {
  in_flight().fetch_add(1, std::memory_order_relaxed);
}

DoorPass::~DoorPass() { in_flight().fetch_sub(1, std::memory_order_relaxed); }

std::atomic<int64_t>& DoorPass::in_flight() const {
  return access_.streams ? door_.streams_in_flight_ : door_.calls_in_flight_;
}

absl::Status DoorPass::Admit(const RightsDemand& rights) {
  const Door::Options& options = door_.options_;
  const int64_t in_flight_max = access_.streams ? options.streams_in_flight_max : options.calls_in_flight_max;
  if (in_flight().load(std::memory_order_relaxed) > in_flight_max) {
    return absl::ResourceExhaustedError(
        absl::StrCat("more than ", in_flight_max, " calls at once: try again later"));
  }
  // The caller's deadline is in the operating system's time, ours in the injected clock's.
  absl::Duration left = absl::FromChrono(context_.deadline() - std::chrono::system_clock::now());
  const absl::Duration default_deadline =
      access_.streams ? options.default_stream_deadline : options.default_deadline;
  if (context_.deadline() == std::chrono::system_clock::time_point::max()) left = default_deadline;
  if (left <= absl::ZeroDuration()) {
    return absl::DeadlineExceededError("the deadline had passed before the call was looked at");
  }
  BAUTA_ASSIGN_OR_RETURN(principal_,
                         door_.authenticator_.Authenticate(MetadataOf(context_, "authorization")));
  principal_.deadline = door_.clock_.Now() + left;
  if (!principal_.roles.Intersects(access_.roles)) {
    return absl::PermissionDeniedError(
        absl::StrCat(ToAbsl(access_.name), ": the token has no role that may call it"));
  }
  return CheckRights(rights);
}

absl::Status DoorPass::CheckRights(const RightsDemand& rights) {
  if (!rights.demanded || !access_.rights.has_value()) return absl::OkStatus();
  if (rights.subject == nullptr) {
    return absl::InternalError(
        absl::StrCat(ToAbsl(access_.name), " demands a rights token but names no subject"));
  }
  const std::string_view token = MetadataOf(context_, kRightsTokenMetadata);
  if (token.empty()) {
    return absl::PermissionDeniedError(absl::StrCat("metadata ", kRightsTokenMetadata, ": required for ",
                                                    ToAbsl(access_.name), ", nothing sent"));
  }
  BAUTA_ASSIGN_OR_RETURN(const RawSubject subject, ToRawSubject("subject", *rights.subject));
  BAUTA_ASSIGN_OR_RETURN(principal_.rights_issuer_kind,
                         door_.rights_.Verify(token, subject, *access_.rights, door_.clock_.Now()));
  principal_.proven_rights = access_.rights;
  return absl::OkStatus();
}

grpc::Status DoorPass::Leave(const absl::Status& status) {
  absl::Status result = status;
  if (status.ok() && door_.clock_.Now() > principal_.deadline) {
    result = absl::DeadlineExceededError("done, but after the deadline");
  }
  const auto latency = std::chrono::steady_clock::now() - begin_;
  door_.metrics_.CountCall(access_.method, result.code(), absl::FromChrono(latency));
  return ToGrpcStatus(result, door_.options_.retry_delay);
}

}  // namespace bauta
