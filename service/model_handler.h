// ModelHandler: which model ranks, and changing it. Knows no gRPC.
#ifndef BAUTA_SERVICE_MODEL_HANDLER_H_
#define BAUTA_SERVICE_MODEL_HANDLER_H_

#include <memory>
#include <mutex>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "bauta/v1/model_service.pb.h"
#include "featurestore/store/feature_store.h"
#include "ranking/model_snapshot.h"
#include "service/model_store.h"
#include "service/principal.h"
#include "service/serving_state.h"

namespace bauta {

// Thread-safe.
class ModelHandler {
 public:
  // All outlive the handler.
  struct Dependencies {
    FeatureStore& store;
    ModelStore& models;
    ServingState& serving;
    const Clock& clock;
  };
  explicit ModelHandler(const Dependencies& dependencies) : dependencies_(dependencies) {}

  absl::StatusOr<v1::ListModelsResponse> ListModels(const Principal& principal,
                                                    const v1::ListModelsRequest& request);

  // In the rights log, then on the disk for the next start, then in every call (of the canary's share of the
  // subjects), then acknowledged. What serves already is left as it is. NOT_FOUND: no such version.
  // FAILED_PRECONDITION: refused, with the reason; or a canary without another model that serves.
  // UNAVAILABLE: the log cannot be written. After an error the models before serve on.
  absl::StatusOr<v1::ActivateModelResponse> ActivateModel(const Principal& principal,
                                                          const v1::ActivateModelRequest& request);

 private:
  absl::Status Serve(const std::shared_ptr<const ModelSnapshot>& model);
  absl::Status ServeCanary(const ServingState::Canary& canary);
  // Into the rights log, and onto the disk for the next start.
  absl::Status Commit(const std::string& act, const std::string& version,
                      const ModelStore::CanaryChoice& canary);

  const Dependencies dependencies_;
  std::mutex mutex_;  // One activation at a time.
};

// The model that served before the last stop; null where there was none, or where it is refused now: the
// server then starts without a model, and the log says why.
std::shared_ptr<const ModelSnapshot> LoadActiveModel(ModelStore& models, absl::Time now);
// The same of the canary.
ServingState::Canary LoadActiveCanary(ModelStore& models, absl::Time now);

}  // namespace bauta

#endif  // BAUTA_SERVICE_MODEL_HANDLER_H_
