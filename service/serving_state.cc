#include "service/serving_state.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/hour.h"
#include "base/status.h"
#include "service/generic_model.h"
#include "service/log.h"

namespace bauta {
namespace {

// Changes made while every call waits: few enough that nobody notices.
constexpr size_t kChangesAtOnce = 32;

}  // namespace

absl::StatusOr<std::unique_ptr<ServingState>> ServingState::Create(const Options& options,
                                                                   FeatureStore& store, const Clock& clock,
                                                                   std::shared_ptr<const ModelSnapshot> model,
                                                                   const Canary& canary) {
  std::unique_ptr<ServingState> state(new ServingState(options, store, clock));
  const std::lock_guard activation(state->activation_mutex_);
  if (model != nullptr && clock.Now() >= state->ExpireTimeOf(*model)) model = nullptr;
  const auto chosen_before = [] { return absl::OkStatus(); };
  BAUTA_RETURN_IF_ERROR(state->Replace(std::move(model), false, chosen_before));
  if (canary.model != nullptr && clock.Now() < state->ExpireTimeOf(*canary.model)) {
    BAUTA_RETURN_IF_ERROR(state->ReplaceCanary(canary, chosen_before));
  }
  return state;
}

ServingState::ServingState(const Options& options, FeatureStore& store, const Clock& clock)
    : options_(options),
      store_(store),
      clock_(clock),
      moving_{&ServingState::posts_, &ServingState::posts_number_, FreshVectors(options.vectors)},
      moving_canary_{&ServingState::canary_posts_, &ServingState::canary_number_,
                     FreshVectors(options.vectors)},
      fresh_(FreshTable::Empty()) {}

absl::Time ServingState::ExpireTimeOf(const ModelSnapshot& model) const {
  return model.manifest().train_begin_time + options_.model_age_max;
}

absl::StatusOr<ServingState::Reading> ServingState::Read(
    absl::Time now, absl::FunctionRef<uint32_t(std::string_view)> percentile_of) {
  for (;;) {
    Reading reading;
    reading.lock_ = std::shared_lock(serving_lock_);
    if (now < model_expire_time_ && now < canary_expire_time_) {
      reading.posts_ = posts_.get();
      reading.fresh_ = fresh_.get();
      reading.has_model_ = has_model_;
      if (canary_posts_ == nullptr) return reading;
      reading.experiment_arm_ = "stable";
      if (percentile_of(canary_posts_->model().manifest().version) < canary_percent_) {
        reading.posts_ = canary_posts_.get();
        reading.has_model_ = true;
        reading.experiment_arm_ = "canary";
      }
      return reading;
    }
    reading.lock_.unlock();
    BAUTA_RETURN_IF_ERROR(RetireModelAt(now));
  }
}

ServingState::ModelVersions ServingState::model_versions() const {
  const std::shared_lock lock(serving_lock_);
  ModelVersions versions;
  if (has_model_) versions.serving = posts_->model().manifest().version;
  if (canary_posts_ != nullptr) {
    versions.canary = canary_posts_->model().manifest().version;
    versions.canary_percent = canary_percent_;
  }
  return versions;
}

absl::StatusOr<std::vector<UpsertOutcome>> ServingState::UpsertPosts(std::span<const Post> posts) {
  const std::lock_guard lock(catalogue_mutex_);
  BAUTA_ASSIGN_OR_RETURN(std::vector<UpsertOutcome> outcomes, store_.UpsertPosts(posts));
  std::vector<Change> changes;
  changes.reserve(posts.size());
  for (size_t i = 0; i < posts.size(); ++i) {
    if (outcomes[i] == UpsertOutcome::kStored) changes.emplace_back(posts[i]);
  }
  ApplyAll(std::move(changes));
  return outcomes;
}

absl::Status ServingState::RemovePosts(std::span<const PostRemoval> removals) {
  const std::lock_guard lock(catalogue_mutex_);
  BAUTA_RETURN_IF_ERROR(store_.RemovePosts(removals));
  std::vector<Change> changes;
  changes.reserve(removals.size());
  for (const PostRemoval& removal : removals) {
    // The store knows the versions: an old removal that comes late has removed nothing.
    BAUTA_ASSIGN_OR_RETURN(const std::optional<Post> left, store_.ReadPost(removal.post));
    if (!left) changes.emplace_back(removal.post);
  }
  ApplyAll(std::move(changes));
  return absl::OkStatus();
}

absl::Status ServingState::SuspendAuthors(std::span<const AuthorSuspension> suspensions) {
  const std::lock_guard lock(catalogue_mutex_);
  BAUTA_RETURN_IF_ERROR(store_.SuspendAuthors(suspensions));
  ApplyAll(std::vector<Change>(suspensions.begin(), suspensions.end()));
  return absl::OkStatus();
}

absl::StatusOr<AuthorErasure> ServingState::EraseAuthor(const AuthorCode& author) {
  const std::lock_guard lock(catalogue_mutex_);
  BAUTA_ASSIGN_OR_RETURN(const AuthorErasure erasure, store_.EraseAuthor(author));
  ApplyAll({author});
  return erasure;
}

bool ServingState::IsSensitive(TopicId topic) const {
  const std::vector<TopicId>& topics = options_.sensitive_topics;
  return std::find(topics.begin(), topics.end(), topic) != topics.end();
}

void ServingState::Apply(LivePosts& posts, const Change& change) const {
  if (const Post* post = std::get_if<Post>(&change)) {
    posts.Upsert(*post, post->city ? PlaceOf(*post->city) : std::nullopt);
  } else if (const PostId* removed = std::get_if<PostId>(&change)) {
    posts.Remove(*removed);
  } else if (const AuthorCode* erased = std::get_if<AuthorCode>(&change)) {
    posts.EraseAuthor(*erased);
  } else {
    const auto& suspension = std::get<AuthorSuspension>(change);
    posts.SuspendAuthor(suspension.author, suspension.until);
  }
}

void ServingState::ApplyAll(std::vector<Change> changes) {
  for (size_t begin = 0; begin < changes.size(); begin += kChangesAtOnce) {
    const size_t end = std::min(begin + kChangesAtOnce, changes.size());
    const std::unique_lock lock(serving_lock_);
    for (size_t i = begin; i < end; ++i) {
      Apply(*posts_, changes[i]);
      if (canary_posts_ != nullptr) Apply(*canary_posts_, changes[i]);
    }
  }
  if (building_) {
    std::move(changes.begin(), changes.end(), std::back_inserter(meanwhile_));
  }
}

absl::Status ServingState::CheckAge(const ModelSnapshot& model) const {
  const absl::Time now = clock_.Now();
  if (now < ExpireTimeOf(model)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("model ", model.manifest().version, " was trained on what was known ",
                   absl::FormatDuration(now - model.manifest().train_begin_time), " ago; model_age_max is ",
                   absl::FormatDuration(options_.model_age_max)));
}

absl::Status ServingState::Activate(std::shared_ptr<const ModelSnapshot> model,
                                    absl::FunctionRef<absl::Status()> commit) {
  const std::lock_guard activation(activation_mutex_);
  BAUTA_RETURN_IF_ERROR(CheckAge(*model));
  return Replace(std::move(model), true, commit);
}

absl::Status ServingState::ActivateCanary(const Canary& canary, absl::FunctionRef<absl::Status()> commit) {
  const std::lock_guard activation(activation_mutex_);
  BAUTA_RETURN_IF_ERROR(CheckAge(*canary.model));
  const ModelVersions versions = model_versions();
  const std::string& version = canary.model->manifest().version;
  if (versions.serving.empty()) {
    return absl::FailedPreconditionError("canary_percent: no model serves that could serve the others");
  }
  if (versions.serving == version) {
    return absl::FailedPreconditionError(
        absl::StrCat("canary_percent: model ", version, " serves the others already"));
  }
  if (versions.canary != version) return ReplaceCanary(canary, commit);
  BAUTA_RETURN_IF_ERROR(commit());
  const std::unique_lock serving(serving_lock_);
  canary_percent_ = canary.percent;
  return absl::OkStatus();
}

absl::Status ServingState::EndCanary(absl::FunctionRef<absl::Status()> commit) {
  const std::lock_guard activation(activation_mutex_);
  BAUTA_RETURN_IF_ERROR(commit());
  DropCanary();
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<LivePosts>> ServingState::BuildPosts(
    std::shared_ptr<const ModelSnapshot> model) const {
  // posts_ is replaced under activation_mutex_ alone, which the caller holds; the size is a hint.
  size_t posts_expected = 0;
  {
    const std::shared_lock lock(serving_lock_);
    if (posts_ != nullptr) posts_expected = posts_->size();
  }
  auto posts = std::make_unique<LivePosts>(std::move(model), posts_expected, options_.sensitive_topics);
  BAUTA_RETURN_IF_ERROR(store_.ForEachPost([&](const Post& post) {
    Apply(*posts, post);
    return absl::OkStatus();
  }));
  for (const AuthorSuspension& suspension : store_.Suspensions()) Apply(*posts, suspension);
  return posts;
}

absl::StatusOr<std::unique_ptr<LivePosts>> ServingState::BuildBeside(
    std::shared_ptr<const ModelSnapshot> model, absl::FunctionRef<absl::Status()> commit,
    std::unique_lock<std::mutex>& catalogue) {
  {
    const std::lock_guard lock(catalogue_mutex_);
    building_ = true;
  }
  absl::StatusOr<std::unique_ptr<LivePosts>> built = BuildPosts(std::move(model));
  absl::Status status = built.status();
  if (status.ok()) status = commit();

  catalogue = std::unique_lock(catalogue_mutex_);
  building_ = false;
  const std::vector<Change> meanwhile = std::exchange(meanwhile_, {});
  if (!status.ok()) return status;
  for (const Change& change : meanwhile) Apply(**built, change);
  return built;
}

absl::Status ServingState::Replace(std::shared_ptr<const ModelSnapshot> model, bool ends_canary,
                                   absl::FunctionRef<absl::Status()> commit) {
  const bool has_model = model != nullptr;
  const absl::Time expire_time = has_model ? ExpireTimeOf(*model) : absl::InfiniteFuture();
  if (!has_model) model = GenericModel();
  std::unique_ptr<LivePosts> retired, retired_canary;  // Freed when nobody waits any more.
  std::unique_lock<std::mutex> catalogue;
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<LivePosts> built, BuildBeside(std::move(model), commit, catalogue));
  ++posts_number_;
  const std::unique_lock serving(serving_lock_);
  retired = std::exchange(posts_, std::move(built));
  has_model_ = has_model;
  model_expire_time_ = expire_time;
  if (ends_canary) {
    retired_canary = std::move(canary_posts_);
    canary_expire_time_ = absl::InfiniteFuture();
  }
  return absl::OkStatus();
}

absl::Status ServingState::ReplaceCanary(const Canary& canary, absl::FunctionRef<absl::Status()> commit) {
  std::unique_ptr<LivePosts> retired;
  std::unique_lock<std::mutex> catalogue;
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<LivePosts> built, BuildBeside(canary.model, commit, catalogue));
  ++canary_number_;
  const std::unique_lock serving(serving_lock_);
  retired = std::exchange(canary_posts_, std::move(built));
  canary_expire_time_ = ExpireTimeOf(*canary.model);
  canary_percent_ = canary.percent;
  return absl::OkStatus();
}

void ServingState::DropCanary() {
  std::unique_ptr<LivePosts> retired;
  const std::lock_guard catalogue(catalogue_mutex_);
  const std::unique_lock serving(serving_lock_);
  retired = std::move(canary_posts_);
  canary_expire_time_ = absl::InfiniteFuture();
}

absl::Status ServingState::RetireModelAt(absl::Time time) {
  const std::lock_guard activation(activation_mutex_);
  bool canary_is_old = false, model_is_old = false;
  {
    const std::shared_lock lock(serving_lock_);
    canary_is_old = time >= canary_expire_time_;
    model_is_old = time >= model_expire_time_;
  }
  if (canary_is_old) {
    LogWarning("the canary is older than model_age_max and leaves service");
    DropCanary();
  }
  if (!model_is_old) return absl::OkStatus();
  LogWarning(
      "the model is older than model_age_max and leaves service: posts are ordered by age and by what many "
      "read");
  return Replace(nullptr, false, [] { return absl::OkStatus(); });
}

void ServingState::ReleaseCounts(absl::Time now) {
  bool complete = false;
  const CrowdCounts counts = store_.ReadCounters(&complete);
  std::shared_ptr<const FreshTable> fresh;
  const std::lock_guard lock(catalogue_mutex_);
  fresh = FreshTable::Create(
      counts, *posts_, [this](City city) { return PlaceOf(city); }, Hour::Floor(now), options_.fresh);
  const std::unique_lock serving(serving_lock_);
  fresh_.swap(fresh);
}

absl::Status ServingState::Refresh() {
  const std::lock_guard refresh(refresh_mutex_);
  const absl::Time now = clock_.Now();
  ReleaseCounts(now);
  const absl::Status released = ReleaseVectors(now, moving_);
  const absl::Status released_canary = ReleaseVectors(now, moving_canary_);
  BAUTA_RETURN_IF_ERROR(RetireModelAt(now + 2 * kReleaseInterval));
  BAUTA_RETURN_IF_ERROR(released);
  return released_canary;
}

}  // namespace bauta
