// Backend: everything behind the door, put together: store, releases, models, and the handlers on top of
// them. Knows no gRPC.
#ifndef BAUTA_SERVICE_BACKEND_H_
#define BAUTA_SERVICE_BACKEND_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "featurestore/store/feature_store.h"
#include "service/audit_watch.h"
#include "service/config/config.h"
#include "service/feed_handler.h"
#include "service/interaction_handler.h"
#include "service/metrics.h"
#include "service/metrics_exposer.h"
#include "service/model_handler.h"
#include "service/model_store.h"
#include "service/page_token.h"
#include "service/periodic_task.h"
#include "service/post_handler.h"
#include "service/server_inputs.h"
#include "service/serving_state.h"
#include "service/store_handler.h"
#include "service/subject_handler.h"
#include "service/subject_resolver.h"
#include "service/surfaces.h"
#include "service/training_handler.h"
#include "service/visit_notes.h"

namespace bauta {

// Handlers are thread-safe; Open and the destructor are not.
class Backend {
 public:
  // Opens the store, reads the catalogue, loads the active model. `clock` and `files` outlive the backend.
  // Errors: those of FeatureStore::Open, ServingState::Create and ModelStore::Open.
  static absl::StatusOr<std::unique_ptr<Backend>> Open(const ServerConfig& config,
                                                       std::unique_ptr<ServerInputs> inputs,
                                                       const Clock& clock, FileSystem& files);
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  FeedHandler& feed() { return feed_; }
  ModelHandler& model() { return model_; }
  InteractionHandler& interaction() { return interaction_; }
  SubjectHandler& subject() { return subject_; }
  PostHandler& post() { return post_; }
  TrainingHandler& training() { return training_; }
  StoreHandler& store_handler() { return store_handler_; }

  const Authenticator& authenticator() const { return inputs_->authenticator; }
  std::vector<RightsIssuer> TakeIssuers() { return std::move(inputs_->issuers); }  // For the door, once.
  Metrics& metrics() { return metrics_; }
  FeatureStore& store() { return *store_; }
  ServingState& serving() { return *serving_; }
  VisitNotes& visit_notes() { return *visit_notes_; }

  // What is done again and again while the server runs: releases of the crowd's counts, and the daily upkeep.
  std::vector<PeriodicTask*> tasks();
  // Values beside the counts of calls, for the metrics.
  std::vector<MetricSample> Samples() const;

 private:
  struct Parts;
  Backend(const ServerConfig& config, const Clock& clock, Parts parts);
  absl::Status Upkeep();
  void AppendStore(std::vector<MetricSample>& samples) const;
  void AppendModel(std::vector<MetricSample>& samples) const;

  // In the order of dependence: what stands later uses what stands earlier.
  const Clock& clock_;
  Metrics metrics_;
  const std::unique_ptr<ServerInputs> inputs_;  // The store borrows its keys.
  const Surfaces surfaces_;
  const PolicyHistory policy_;
  const SubjectResolver resolver_;
  const std::unique_ptr<FeatureStore> store_;
  const std::unique_ptr<ModelStore> models_;
  const std::unique_ptr<ServingState> serving_;
  const std::unique_ptr<PageTokens> page_tokens_;
  const std::unique_ptr<VisitNotes> visit_notes_;
  FeedHandler feed_;
  ModelHandler model_;
  InteractionHandler interaction_;
  SubjectHandler subject_;
  PostHandler post_;
  TrainingHandler training_;
  AuditWatch audit_;
  StoreHandler store_handler_;
  PeriodicTask release_task_;
  PeriodicTask upkeep_task_;
  PeriodicTask rotation_task_;  // Continues what BeginIdentityRotation began, now or before a restart.
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_BACKEND_H_
