// A real server with the invented catalogue and model of tests/testing/model_builder.h, reached over its
// socket. Two of them have equal keys, catalogues and models, so whatever differs between their replies is
// what a test put into one of them.
#ifndef BAUTA_TESTS_SERVICE_SERVED_WORLD_H_
#define BAUTA_TESTS_SERVICE_SERVED_WORLD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "bauta/v1/consent.pb.h"
#include "bauta/v1/feed_service.pb.h"
#include "bauta/v1/interaction_service.pb.h"
#include "service/auth/access.h"
#include "tests/service/wire_calls.h"
#include "tests/testing/dice.h"
#include "tests/testing/model_builder.h"
#include "tests/testing/test_server.h"

namespace bauta::testing {

class ServedWorld {
 public:
  // `discover` explores and leaves out what was seen, `push` shows little a day, `ads` paid posts, which are
  // one in nine. `more_config` stands behind their configuration, `more_store_config` in the store's.
  static constexpr const char* kSurfaces[] = {"home", "following", "local", "discover", "push", "ads"};
  explicit ServedWorld(const std::string& more_config = "", const std::string& more_store_config = "");

  TestServer& server() { return *server_; }
  const WireCalls& calls() const { return calls_; }
  absl::Time now() { return server_->clock().Now(); }
  const World& world() const { return world_; }
  uint64_t posts() const { return world_.posts.size(); }
  uint64_t histories_unsealed() { return server_->backend().store().statistics().histories_unsealed; }

  void Agree(const v1::Subject& subject, const std::vector<v1::Purpose>& purposes);
  void Withdraw(const v1::Subject& subject, v1::Purpose purpose);
  // Each must be accepted, now or before; empty: no call.
  void Record(const std::vector<v1::Interaction>& events);
  void Dismiss(const v1::Subject& subject, uint64_t post, v1::DismissReason reason);
  void FollowTopic(const v1::Subject& subject, uint64_t topic);
  void BlockTopic(const v1::Subject& subject, uint64_t topic);

  // Anything that a subject can do, up to `events_max` times; sometimes nothing. The same for equal dice.
  std::vector<v1::Interaction> RandomHistory(const v1::Subject& subject, uint64_t events_max, Dice& dice);
  // X's and relations, or none of them.
  void GiveRandomInstructions(const v1::Subject& subject, Dice& dice);

  v1::RankPostsRequest RankRequest(const v1::Subject& subject, const std::string& surface) const {
    return bauta::testing::RankRequest(subject, surface, ids_);
  }
  std::string EveryReply(const v1::Subject& subject, const std::string& surface) const {
    return bauta::testing::EveryReply(calls_, subject, surface, ids_);
  }

 private:
  void Relate(const v1::Subject& subject, v1::RelationKind kind, uint64_t topic);
  void UpsertPosts();
  void PublishModel();

  const World world_;
  std::unique_ptr<TestServer> server_;
  WireCalls calls_;
  std::vector<uint64_t> ids_;  // Of all posts.
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_SERVICE_SERVED_WORLD_H_
