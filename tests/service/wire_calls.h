// Calls over the real socket, and all that a caller gets to see of a reply, as bytes that can be compared.
#ifndef BAUTA_TESTS_SERVICE_WIRE_CALLS_H_
#define BAUTA_TESTS_SERVICE_WIRE_CALLS_H_

#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "bauta/v1/feed_service.pb.h"
#include "bauta/v1/subject.pb.h"
#include "google/protobuf/message.h"
#include "service/auth/access.h"
#include "tests/testing/test_server.h"

namespace bauta::testing {

struct WireReply {
  grpc::Status status;
  std::vector<std::string> messages;                          // As they came.
  std::vector<std::pair<std::string, std::string>> metadata;  // Headers and trailers, sorted.

  // Status, error text and details, headers and trailers, and each message behind its size.
  std::string Seen() const;
};

// As programs with the roles that the methods ask for. Thread-safe; the server outlives it.
class WireCalls {
 public:
  explicit WireCalls(TestServer& server) : server_(server) {}

  // With a fresh rights token for the request's own subject where the request asks for one.
  WireReply Call(Method method, const google::protobuf::Message& request) const;
  // With this rights token; none where it is empty.
  WireReply CallWith(Method method, const google::protobuf::Message& request,
                     const std::string& rights_token) const;

  // The only message of an OK reply; anything else fails the test.
  template <class Response>
  Response Get(Method method, const google::protobuf::Message& request) const {
    const WireReply reply = Call(method, request);
    EXPECT_TRUE(reply.status.ok()) << AccessOf(method).name << ": " << reply.status.error_message();
    EXPECT_EQ(reply.messages.size(), 1u);
    Response response;
    if (!reply.messages.empty()) {
      EXPECT_TRUE(response.ParseFromString(reply.messages[0]));
    }
    return response;
  }

  TestServer& server() const { return server_; }

 private:
  TestServer& server_;
};

// All the posts, with terms.
v1::RankPostsRequest RankRequest(const v1::Subject& subject, const std::string& surface,
                                 const std::vector<uint64_t>& posts);
// What is seen of a ranking of the posts, of the first pages of a feed, of one with a filter and of one of
// related posts, and of explanations of some of the posts and of one that is not there, with and without
// history.
std::string EveryReply(const WireCalls& calls, const v1::Subject& subject, const std::string& surface,
                       const std::vector<uint64_t>& posts);

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_SERVICE_WIRE_CALLS_H_
