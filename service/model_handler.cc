#include "service/model_handler.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "service/convert_time.h"
#include "service/log.h"
#include "service/validation_feed.h"

namespace bauta {
namespace {

v1::ModelState StateOnWire(ModelStore::State state) {
  switch (state) {
    case ModelStore::State::kReady:
      return v1::MODEL_STATE_READY;
    case ModelStore::State::kRefused:
      return v1::MODEL_STATE_REFUSED;
    case ModelStore::State::kExpired:
      return v1::MODEL_STATE_EXPIRED;
  }
  return v1::MODEL_STATE_UNSPECIFIED;
}

void WriteManifest(const ModelSnapshot::Manifest& manifest, v1::ModelInfo& info) {
  *info.mutable_train_begin_time() = ToProto(manifest.train_begin_time);
  info.set_region(manifest.region);
  info.set_crowd_min(manifest.crowd_min);
  info.set_held_out_quality(manifest.held_out_quality);
  info.set_held_out_popularity(manifest.held_out_popularity);
  info.set_kernel_set(manifest.kernel_set);
  info.set_seed(manifest.seed);
}

void WriteEntry(const ModelStore::Entry& entry, v1::ModelInfo& info) {
  info.set_model_version(entry.version);
  info.set_state(StateOnWire(entry.state));
  info.set_refusal(entry.refusal);
  info.set_dimension(static_cast<uint32_t>(entry.dimension));
  info.set_post_count(entry.post_count);
  if (entry.dimension > 0) WriteManifest(entry.manifest, info);
}

}  // namespace

absl::StatusOr<v1::ListModelsResponse> ModelHandler::ListModels(const Principal&,
                                                                const v1::ListModelsRequest&) {
  BAUTA_ASSIGN_OR_RETURN(const std::vector<ModelStore::Entry> entries,
                         dependencies_.models.List(dependencies_.clock.Now()));
  const ServingState::ModelVersions versions = dependencies_.serving.model_versions();
  v1::ListModelsResponse response;
  for (const ModelStore::Entry& entry : entries) {
    v1::ModelInfo& info = *response.add_models();
    WriteEntry(entry, info);
    if (entry.state != ModelStore::State::kReady) continue;
    if (entry.version == versions.canary) info.set_state(v1::MODEL_STATE_CANARY);
    if (entry.version == versions.serving) info.set_state(v1::MODEL_STATE_SERVING);
  }
  return response;
}

absl::Status ModelHandler::Commit(const std::string& act, const std::string& version,
                                  const ModelStore::CanaryChoice& canary) {
  BAUTA_RETURN_IF_ERROR(dependencies_.store.RecordAct({act}));
  return dependencies_.models.SetActive(version, canary);
}

absl::Status ModelHandler::Serve(const std::shared_ptr<const ModelSnapshot>& model) {
  const std::string& version = model->manifest().version;
  const ServingState::ModelVersions versions = dependencies_.serving.model_versions();
  const auto commit = [&] {
    return Commit(absl::StrCat("activate-model ", version), version, ModelStore::CanaryChoice());
  };
  if (versions.serving != version) {
    BAUTA_RETURN_IF_ERROR(dependencies_.serving.Activate(model, commit));
  } else if (!versions.canary.empty()) {
    BAUTA_RETURN_IF_ERROR(dependencies_.serving.EndCanary(commit));
  } else {
    return absl::OkStatus();
  }
  LogInfo(absl::StrCat("model ", version, " serves"));
  return absl::OkStatus();
}

absl::Status ModelHandler::ServeCanary(const ServingState::Canary& canary) {
  const std::string& version = canary.model->manifest().version;
  const ServingState::ModelVersions versions = dependencies_.serving.model_versions();
  if (versions.canary == version && versions.canary_percent == canary.percent) return absl::OkStatus();
  const auto commit = [&] {
    return Commit(absl::StrCat("activate-model ", version, " canary ", canary.percent), versions.serving,
                  {version, canary.percent});
  };
  BAUTA_RETURN_IF_ERROR(dependencies_.serving.ActivateCanary(canary, commit));
  LogInfo(absl::StrCat("model ", version, " serves ", canary.percent, " in a hundred subjects, model ",
                       versions.serving, " the others"));
  return absl::OkStatus();
}

absl::StatusOr<v1::ActivateModelResponse> ModelHandler::ActivateModel(
    const Principal&, const v1::ActivateModelRequest& request) {
  BAUTA_RETURN_IF_ERROR(CheckActivateModel(request));
  const std::lock_guard lock(mutex_);
  const std::string& version = request.model_version();
  BAUTA_ASSIGN_OR_RETURN(const std::shared_ptr<const ModelSnapshot> model,
                         dependencies_.models.Load(version, dependencies_.clock.Now()));
  v1::ActivateModelResponse response;
  response.set_previous_model_version(dependencies_.serving.model_version());
  BAUTA_RETURN_IF_ERROR(request.has_canary_percent() ? ServeCanary({model, request.canary_percent()})
                                                     : Serve(model));
  v1::ModelInfo& info = *response.mutable_model();
  info.set_model_version(version);
  info.set_state(request.has_canary_percent() ? v1::MODEL_STATE_CANARY : v1::MODEL_STATE_SERVING);
  info.set_dimension(static_cast<uint32_t>(model->dimension()));
  info.set_post_count(model->posts().size());
  WriteManifest(model->manifest(), info);
  return response;
}

std::shared_ptr<const ModelSnapshot> LoadActiveModel(ModelStore& models, absl::Time now) {
  const absl::StatusOr<std::string> version = models.Active();
  if (!version.ok()) {
    LogWarning(absl::StrCat("no model: which one served cannot be read: ", version.status().message()));
    return nullptr;
  }
  if (version->empty()) {
    LogInfo("no model yet: posts are ordered by age and by what many read");
    return nullptr;
  }
  absl::StatusOr<std::shared_ptr<const ModelSnapshot>> model = models.Load(*version, now);
  if (model.ok()) return *std::move(model);
  LogWarning(absl::StrCat("no model: ", std::string(model.status().message())));
  return nullptr;
}

ServingState::Canary LoadActiveCanary(ModelStore& models, absl::Time now) {
  const absl::StatusOr<ModelStore::CanaryChoice> choice = models.ActiveCanary();
  absl::Status status = choice.status();
  if (status.ok() && choice->version.empty()) return {};
  if (status.ok()) {
    absl::StatusOr<std::shared_ptr<const ModelSnapshot>> model = models.Load(choice->version, now);
    if (model.ok()) return {*std::move(model), choice->percent};
    status = model.status();
  }
  LogWarning(absl::StrCat("no canary: ", std::string(status.message())));
  return {};
}

}  // namespace bauta
