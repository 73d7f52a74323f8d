// Everything behind a feed call, on the real store in a temporary folder, with a simulated clock and an
// invented model: what service/backend.h puts together, without a configuration file and without gRPC.
#ifndef BAUTA_TESTS_SERVICE_FEED_FIXTURE_H_
#define BAUTA_TESTS_SERVICE_FEED_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "bauta/v1/feed_service.pb.h"
#include "featurestore/store/feature_store.h"
#include "privacy/key_ring.h"
#include "privacy/pseudonymizer.h"
#include "service/feed_handler.h"
#include "service/model_handler.h"
#include "service/model_store.h"
#include "service/page_token.h"
#include "service/serving_state.h"
#include "service/subject_resolver.h"
#include "service/surfaces.h"
#include "service/visit_notes.h"
#include "tests/testing/faulty_file_system.h"
#include "tests/testing/model_builder.h"
#include "tests/testing/temporary_directory.h"

namespace bauta::testing {

class FeedWorld {
 public:
  // Two worlds of equal seeds have the same keys, catalogue and model. `with_model` false: none is loaded.
  explicit FeedWorld(const WorldOptions& options = {}, bool with_model = true);
  ~FeedWorld();

  // Stops the handlers and the store, and starts them again on the same folder.
  void Restart();
  // Damages the wrapped data key of the history of the first subject that was written (slot 2), behind
  // everybody's back. Restart before: keys that were used are in memory.
  void DamageFirstHistoryKey();
  // Starts again with one bit flipped in every subject's head. No history may have been recorded.
  void RestartWithDamagedHeads();

  Pseudonym Code(const std::string& account) const;
  void AgreeTo(const std::string& account, const PurposeSet& purposes);
  void Withdraw(const std::string& account, const PurposeSet& purposes);
  void Edit(const std::string& account, absl::FunctionRef<absl::Status(HeadInstructions&)> edit);
  void Dismiss(const std::string& account, PostId post, DismissalReason reason);
  void Follow(const std::string& account, const Relation& relation);
  // How many of the events were recorded.
  size_t Record(const std::string& account, const std::vector<SignalEvent>& events);
  SignalEvent Click(uint64_t post, absl::Duration ago = absl::Minutes(10)) const;

  v1::RankPostsRequest RankRequest(const std::string& account) const;  // All posts, limit 50, with terms.
  v1::GetFeedRequest FeedRequest(const std::string& account, uint32_t page_size) const;
  v1::ExplainPostRequest ExplainRequest(const std::string& account, uint64_t post) const;

  absl::StatusOr<v1::RankPostsResponse> Rank(const v1::RankPostsRequest& request);
  absl::StatusOr<v1::GetFeedResponse> Feed(const v1::GetFeedRequest& request);
  absl::StatusOr<v1::ExplainPostResponse> Explain(const v1::ExplainPostRequest& request,
                                                  bool with_rights = false);
  // Up to `count` pages, following the tokens.
  std::vector<v1::GetFeedResponse> Pages(v1::GetFeedRequest request, size_t count);

  // Writes a model into the folder of models, and makes it serve.
  void Publish(const ModelParameters& parameters);
  absl::StatusOr<v1::ActivateModelResponse> Activate(const std::string& version);

  const World& world() const { return world_; }
  SimulatedClock& clock() { return clock_; }
  FeatureStore& store() { return *running_->store; }
  ServingState& serving() { return *running_->serving; }
  ModelStore& models() { return *running_->models; }
  FeedHandler& handler() { return *running_->feed; }
  ModelHandler& model_handler() { return *running_->model_handler; }
  VisitNotes& visit_notes() { return *running_->visit_notes; }
  const Metrics& metrics() const { return metrics_; }
  const TemporaryDirectory& folder() const { return folder_; }

 private:
  struct Running {
    std::unique_ptr<FeatureStore> store;
    std::unique_ptr<ModelStore> models;
    std::unique_ptr<ServingState> serving;
    std::unique_ptr<PageTokens> page_tokens;
    std::unique_ptr<VisitNotes> visit_notes;
    std::unique_ptr<FeedHandler> feed;
    std::unique_ptr<ModelHandler> model_handler;
  };
  void Start();
  v1::Visit VisitOf(const std::string& account) const;

  const World world_;
  TemporaryDirectory folder_;  // Of the database and the models.
  FaultyFileSystem files_;     // Of the keys and the rights log.
  SimulatedClock clock_;
  std::unique_ptr<KeyRing> keys_;
  std::unique_ptr<Pseudonymizer> pseudonymizer_;
  std::unique_ptr<SubjectResolver> resolver_;
  std::unique_ptr<Surfaces> surfaces_;
  Metrics metrics_;
  std::unique_ptr<Running> running_;
};

// The feed's posts, in order.
std::vector<uint64_t> Ids(const v1::RankedFeed& feed);

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_SERVICE_FEED_FIXTURE_H_
