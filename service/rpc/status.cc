#include "service/rpc/status.h"

#include <string>

#include "base/strings.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"
#include "service/log.h"

namespace bauta {
namespace {

using google::protobuf::internal::WireFormatLite;

std::string EncodeRetryInfo(absl::Duration delay) {
  google::protobuf::Duration duration;
  duration.set_seconds(absl::ToInt64Seconds(delay));
  duration.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(delay % absl::Seconds(1))));
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  WireFormatLite::WriteBytes(1, duration.SerializeAsString(), &out);  // RetryInfo.retry_delay
  out.Trim();
  return bytes;
}

// google.rpc.Status {code = 1, message = 2, repeated Any details = 3}: Debian packages neither this message
// nor google.rpc.RetryInfo, and three fields do not deserve a copy of either file.
std::string EncodeRpcStatus(const absl::Status& status, absl::Duration retry_delay) {
  google::protobuf::Any retry_info;
  retry_info.set_type_url("type.googleapis.com/google.rpc.RetryInfo");
  retry_info.set_value(EncodeRetryInfo(retry_delay));
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  WireFormatLite::WriteInt32(1, static_cast<int32_t>(status.code()), &out);
  WireFormatLite::WriteString(2, std::string(status.message()), &out);
  WireFormatLite::WriteBytes(3, retry_info.SerializeAsString(), &out);
  out.Trim();
  return bytes;
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status, absl::Duration retry_delay) {
  const auto code = static_cast<grpc::StatusCode>(status.code());  // The numbers are the same in both.
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return grpc::Status::OK;
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      LogInternalError(status);
      return grpc::Status(code, "the server failed; its log says why");
    case absl::StatusCode::kResourceExhausted:
      return grpc::Status(code, std::string(status.message()), EncodeRpcStatus(status, retry_delay));
    default:
      return grpc::Status(code, std::string(status.message()));
  }
}

}  // namespace bauta
