// Calling any method by its name, with bytes: for tests that go over all methods, and for services whose
// stubs are not packaged.
#ifndef BAUTA_TESTS_SERVICE_RAW_CALL_H_
#define BAUTA_TESTS_SERVICE_RAW_CALL_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "service/auth/access.h"

namespace bauta::testing {

struct RawReply {
  grpc::Status status;
  std::vector<std::string> messages;
};

// One request, any number of replies. `path` is "/bauta.v1.FeedService/RankPosts".
RawReply CallRaw(const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext& context,
                 const std::string& path, const std::string& request);

std::string PathOf(const MethodAccess& access);

// An empty request of the method's type.
std::unique_ptr<google::protobuf::Message> NewRequest(const MethodAccess& access);

// Puts `account_id` where the request names its subject (`subject`, or `visit.subject`) and asks for history
// to be named where it can be asked for. False where the request names no subject.
bool SetSubject(google::protobuf::Message& request, const std::string& account_id);

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_SERVICE_RAW_CALL_H_
