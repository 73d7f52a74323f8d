// A real server whose readers, all of whom permit everything, did what those of
// tests/training/planted_world.h did, and a training that reads them through the server and gives its model
// back, as bauta-train does. Two of them have equal keys, catalogues and readers.
#ifndef BAUTA_TESTS_SERVICE_TRAINED_WORLD_H_
#define BAUTA_TESTS_SERVICE_TRAINED_WORLD_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/service/calls.h"
#include "tests/service/wire_calls.h"
#include "tests/testing/test_server.h"
#include "tests/training/planted_world.h"

namespace bauta::testing {

class TrainedWorld {
 public:
  static constexpr uint64_t kEdgePost = 1000;     // Clicked by so many readers:
  static constexpr size_t kEdgePostReaders = 49;  // One less than k.

  // `guest` agrees like everybody, at the same time; what it does is the test's business. nullopt: nobody.
  explicit TrainedWorld(const std::optional<v1::Subject>& guest);

  TestServer& server() { return *server_; }
  Calls& handlers() { return handlers_; }
  const WireCalls& wire() const { return wire_; }
  absl::Time now() { return server_->clock().Now(); }
  const std::vector<uint64_t>& posts() const { return posts_; }
  static v1::Subject Reader(size_t number) { return Account("reader-" + std::to_string(number)); }

  // Each must be accepted.
  void Record(const std::vector<v1::Interaction>& events);
  // So that the next release is due, and releases.
  void Release();
  // Streams, trains, puts the model into the server's folder and makes it serve. Its bytes; what went wrong,
  // where anything did.
  std::string Train(const std::string& version);
  std::string EveryReply(const v1::Subject& subject) const {
    return bauta::testing::EveryReply(wire_, subject, "home", posts_);
  }

 private:
  void UpsertPosts();
  void AgreeAll(const std::optional<v1::Subject>& guest);
  void LiveReaders();

  const PlantedWorld planted_;
  std::unique_ptr<TestServer> server_;
  Calls handlers_;
  WireCalls wire_;
  std::vector<uint64_t> posts_;
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_SERVICE_TRAINED_WORLD_H_
