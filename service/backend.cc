#include "service/backend.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "service/log.h"

namespace bauta {
namespace {

constexpr absl::Duration kUpkeepFirstDelay =
    absl::Minutes(10);  // A server that restarts daily must get there too.
constexpr absl::Duration kUpkeepPeriod = absl::Hours(24);
constexpr absl::Duration kUpkeepRetry = absl::Hours(1);
constexpr size_t kSubjectsMovedAtOnce = 4096;  // A second: some of the disk is left to the calls.

void LogRecovery(const RecoveryReport& report) {
  LogInfo(absl::StrCat("store opened: ", report.log_entries, " entries in the rights log, ",
                       report.entries_replayed, " replayed, ", report.log_bytes_cut,
                       " bytes of a torn tail cut, ", report.slots_destroyed, " orphaned keys destroyed"));
  if (report.second_path_missing) {
    LogWarning("store.second_directory is not set: losing this disk loses every subject");
  }
}

PeriodicTask::Options ReleaseTaskOptions() {
  return {.name = "release_counts",
          .first_delay = absl::ZeroDuration(),
          .period = ServingState::kReleaseInterval,
          .retry_period = ServingState::kReleaseInterval};
}

PeriodicTask::Options UpkeepTaskOptions() {
  return {.name = "daily_upkeep",
          .first_delay = kUpkeepFirstDelay,
          .period = kUpkeepPeriod,
          .retry_period = kUpkeepRetry};
}

// Nothing to do, and for nothing, where no rotation of the identity key is running.
PeriodicTask::Options RotationTaskOptions() {
  return {.name = "identity_rotation",
          .first_delay = absl::ZeroDuration(),
          .period = absl::Seconds(1),
          .retry_period = absl::Seconds(10)};
}

MetricSample Total(const char* name, const char* help, uint64_t value) {
  return {name, help, /*only_grows=*/true, static_cast<double>(value), "", ""};
}

}  // namespace

struct Backend::Parts {
  std::unique_ptr<ServerInputs> inputs;
  Surfaces surfaces;
  std::unique_ptr<FeatureStore> store;
  std::unique_ptr<ModelStore> models;
  std::unique_ptr<ServingState> serving;
  std::unique_ptr<PageTokens> page_tokens;
};

absl::StatusOr<std::unique_ptr<Backend>> Backend::Open(const ServerConfig& config,
                                                       std::unique_ptr<ServerInputs> inputs,
                                                       const Clock& clock, FileSystem& files) {
  BAUTA_ASSIGN_OR_RETURN(Surfaces surfaces, Surfaces::Create(config.surfaces));
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<FeatureStore> store,
                         FeatureStore::Open(config.store, inputs->keys, clock, files));
  LogRecovery(store->recovery());
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<ModelStore> models,
                         ModelStore::Open({.directory = config.models_directory,
                                           .region = config.store.region,
                                           .crowd_min = config.fresh.crowd_min,
                                           .model_age_max = config.model_age_max},
                                          files));
  const ServingState::Options serving_options = {.fresh = config.fresh,
                                                 .vectors = {.enabled = config.move_posts,
                                                             .rule = {.crowd_min = config.fresh.crowd_min},
                                                             .posts_max = config.moved_posts_max,
                                                             .sensitive_topics = config.sensitive_topics},
                                                 .model_age_max = config.model_age_max,
                                                 .gazetteer = inputs->gazetteer.get(),
                                                 .sensitive_topics = config.sensitive_topics};
  BAUTA_ASSIGN_OR_RETURN(
      std::unique_ptr<ServingState> serving,
      ServingState::Create(serving_options, *store, clock, LoadActiveModel(*models, clock.Now()),
                           LoadActiveCanary(*models, clock.Now())));
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<PageTokens> page_tokens,
                         PageTokens::Create(inputs->keys, {.age_max = config.page_token_age_max}));
  return std::unique_ptr<Backend>(
      new Backend(config, clock,
                  Parts{std::move(inputs), std::move(surfaces), std::move(store), std::move(models),
                        std::move(serving), std::move(page_tokens)}));
}

Backend::Backend(const ServerConfig& config, const Clock& clock, Parts parts)
    : clock_(clock),
      inputs_(std::move(parts.inputs)),
      surfaces_(std::move(parts.surfaces)),
      policy_(config.store.policy),
      resolver_(*inputs_->pseudonymizer, inputs_->cities.get(), inputs_->gazetteer.get()),
      store_(std::move(parts.store)),
      models_(std::move(parts.models)),
      serving_(std::move(parts.serving)),
      page_tokens_(std::move(parts.page_tokens)),
      visit_notes_(std::make_unique<VisitNotes>(VisitNotes::Options(), *store_)),
      feed_({resolver_, surfaces_, *store_, *serving_, *page_tokens_, *visit_notes_, metrics_, clock_},
            config.version),
      model_({*store_, *models_, *serving_, clock_}),
      interaction_({resolver_, surfaces_, *store_, clock_}),
      subject_({resolver_, surfaces_, policy_, *store_, *serving_, clock_}, config.store.region),
      post_({resolver_, *store_, *serving_, clock_}, config.content_dimension),
      training_({*store_, clock_}, {.region = config.store.region,
                                    .content_dimension = config.content_dimension,
                                    .sensitive_topics = config.sensitive_topics}),
      audit_(*store_, clock_),
      store_handler_({*store_, *serving_, audit_, clock_}, {.region = config.store.region,
                                                            .crowd_min = config.fresh.crowd_min,
                                                            .retention = config.store.retention}),
      release_task_(ReleaseTaskOptions(), clock, [this] { return serving_->Refresh(); }),
      upkeep_task_(UpkeepTaskOptions(), clock, [this] { return Upkeep(); }),
      rotation_task_(RotationTaskOptions(), clock,
                     [this] { return store_->ContinueIdentityRotation(kSubjectsMovedAtOnce).status(); }) {}

absl::Status Backend::Upkeep() {
  const absl::Status swept = store_->Sweep();
  // Also where the sweep failed: destroyed keys must die in stray copies of the key file all the same.
  const absl::Status rerolled = store_->RerollWrapKey();
  const absl::Status compacted = store_->CompactRightsLogIfDue();
  const absl::Status audited = audit_.Check();
  BAUTA_RETURN_IF_ERROR(rerolled);
  BAUTA_RETURN_IF_ERROR(compacted);
  BAUTA_RETURN_IF_ERROR(swept);
  return audited;
}

std::vector<PeriodicTask*> Backend::tasks() { return {&release_task_, &upkeep_task_, &rotation_task_}; }

std::vector<MetricSample> Backend::Samples() const {
  const StoreStatistics statistics = store_->statistics();
  std::vector<MetricSample> samples = {
      Total("bauta_heads_read_total", "Heads of subjects read.", statistics.heads_read),
      Total("bauta_histories_unsealed_total", "Histories of subjects unsealed.",
            statistics.histories_unsealed),
      Total("bauta_view_cache_hits_total", "Views of subjects found in memory.", statistics.view_cache_hits),
      Total("bauta_rows_recorded_total", "Interactions kept.", statistics.rows_recorded),
      Total("bauta_log_groups_total", "Groups committed to the rights log.", statistics.log_groups),
      Total("bauta_log_entries_total", "Entries written to the rights log.", statistics.log_entries)};
  for (const PeriodicTask* task : {&release_task_, &upkeep_task_, &rotation_task_}) {
    samples.push_back({"bauta_task_failures_total", "Failed runs of a periodic task.", true,
                       static_cast<double>(task->failures()), "task", task->name()});
  }
  for (const PeriodicTask* task : {&release_task_, &upkeep_task_, &rotation_task_}) {
    samples.push_back({"bauta_task_last_success_seconds", "When the task last succeeded, since the epoch.",
                       false, static_cast<double>(task->last_success_seconds()), "task", task->name()});
  }
  AppendStore(samples);
  AppendModel(samples);
  return samples;
}

void Backend::AppendStore(std::vector<MetricSample>& samples) const {
  samples.push_back({"bauta_collecting", "1 until collecting is stopped for good.", false,
                     store_->collecting() ? 1.0 : 0.0, "", ""});
  const IdentityRotationProgress rotation = store_->identity_rotation();
  samples.push_back({"bauta_identity_epoch", "Of the newest identity key.", false,
                     static_cast<double>(rotation.epoch), "", ""});
  samples.push_back({"bauta_identity_rotation_running", "1 while subjects move to the newest identity key.",
                     false, rotation.running ? 1.0 : 0.0, "", ""});
  const std::optional<AuditWatch::Result> audit = audit_.last();
  if (!audit) return;
  samples.push_back({"bauta_rights_log_whole", "1 where the last check of the rights log found it whole.",
                     false, audit->whole ? 1.0 : 0.0, "", ""});
  samples.push_back({"bauta_rights_log_check_seconds",
                     "When the rights log was last checked, since the epoch.", false,
                     static_cast<double>(absl::ToUnixSeconds(audit->time)), "", ""});
}

void Backend::AppendModel(std::vector<MetricSample>& samples) const {
  if (const ServingState::ModelVersions versions = serving_->model_versions(); !versions.canary.empty()) {
    samples.push_back({"bauta_canary_percent", "Of the subjects, whom the canary serves, with its version.",
                       false, static_cast<double>(versions.canary_percent), "version", versions.canary});
  }
  const absl::Time now = clock_.Now();
  const absl::StatusOr<ServingState::Reading> releases = serving_->Read(now);
  if (!releases.ok() || !releases->has_model()) return;
  samples.push_back({"bauta_model_info", "1, with the version of the model that serves.", false, 1.0,
                     "version", std::string(releases->model_version())});
  samples.push_back({"bauta_model_age_seconds", "Since the training of the model that serves began.", false,
                     absl::ToDoubleSeconds(now - releases->model().manifest().train_begin_time), "", ""});
}

}  // namespace bauta
