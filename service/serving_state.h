// ServingState: what every feed is ranked by right now: one model, the live posts on its vectors, one release
// of the crowd's counts. A call holds all three from beginning to end, so that no call mixes two models; new
// ones are made beside the old and put in their place in one step, so that no call is dropped.
//
// All writes to the catalogue go through here: they are in the store and in every feed before they return.
#ifndef BAUTA_SERVICE_SERVING_STATE_H_
#define BAUTA_SERVICE_SERVING_STATE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/writer_preferring_lock.h"
#include "featurestore/records/ids.h"
#include "featurestore/records/post.h"
#include "featurestore/store/feature_store.h"
#include "privacy/gazetteer.h"
#include "ranking/fresh_table.h"
#include "ranking/fresh_vector.h"
#include "ranking/live_posts.h"
#include "ranking/model_snapshot.h"
#include "service/fresh_vectors.h"

namespace bauta {

// Thread-safe.
class ServingState {
 public:
  struct Options {
    FreshTable::Options fresh;
    FreshVectors::Options vectors = {};
    absl::Duration model_age_max =
        absl::Hours(24);  // From the model's train_begin_time. An older one is taken out of
                          // service: it may know somebody who was erased since.
    // Where a post's and a subject's city lies. nullptr: nowhere, and nothing is local.
    const Gazetteer* gazetteer = nullptr;
    // Topics that nothing is learned from. Default: none.
    std::vector<TopicId> sensitive_topics;
  };

  // A model that serves a share of the subjects, while the other one serves the others. It costs another copy
  // of the live posts in memory.
  struct Canary {
    std::shared_ptr<const ModelSnapshot> model;  // Null: none.
    uint32_t percent = 0;                        // 1 … 99.
  };

  // Reads the whole catalogue. `model` is null where there is none yet: then posts are ordered by age and by
  // what many read, and replies say so. `store` and `clock` outlive the state. Errors: those of the store's
  // ForEachPost.
  static absl::StatusOr<std::unique_ptr<ServingState>> Create(const Options& options, FeatureStore& store,
                                                              const Clock& clock,
                                                              std::shared_ptr<const ModelSnapshot> model,
                                                              const Canary& canary);
  static absl::StatusOr<std::unique_ptr<ServingState>> Create(const Options& options, FeatureStore& store,
                                                              const Clock& clock,
                                                              std::shared_ptr<const ModelSnapshot> model) {
    return Create(options, store, clock, std::move(model), Canary());
  }
  ServingState(const ServingState&) = delete;
  ServingState& operator=(const ServingState&) = delete;

  // The present releases, which stay what they are as long as it lives. Keep it for one call, and take no
  // second one meanwhile; nothing that waits (store, network) belongs under it.
  class Reading {
   public:
    const ModelSnapshot& model() const { return posts_->model(); }
    const LivePosts& posts() const { return *posts_; }
    const FreshTable& fresh() const { return *fresh_; }
    // False: no model is loaded, or it grew too old.
    bool has_model() const { return has_model_; }
    // Empty where there is no model. Lives as long as the reading.
    std::string_view model_version() const {
      return has_model_ ? std::string_view(posts_->model().manifest().version) : std::string_view();
    }
    // "canary" or "stable" while there is a canary, else empty.
    std::string_view experiment_arm() const { return experiment_arm_; }

   private:
    friend class ServingState;
    std::shared_lock<WriterPreferringLock> lock_;
    const LivePosts* posts_ = nullptr;
    const FreshTable* fresh_ = nullptr;
    std::string_view experiment_arm_;
    bool has_model_ = false;
  };
  // `now` decides whether the model is still young enough. Where there is a canary, `percentile_of` is given
  // its version and says where the subject stands, 0 … 99. UNAVAILABLE or the store's error: the model is too
  // old, and the catalogue could not be read to serve without it.
  absl::StatusOr<Reading> Read(absl::Time now, absl::FunctionRef<uint32_t(std::string_view)> percentile_of);
  // What the most subjects get.
  absl::StatusOr<Reading> Read(absl::Time now) {
    return Read(now, [](std::string_view) { return uint32_t{100}; });
  }

  // ---- The catalogue. Errors are the store's, and then nothing has changed here either.
  absl::StatusOr<std::vector<UpsertOutcome>> UpsertPosts(std::span<const Post> posts);
  absl::Status RemovePosts(std::span<const PostRemoval> removals);
  absl::Status SuspendAuthors(std::span<const AuthorSuspension> suspensions);
  absl::StatusOr<AuthorErasure> EraseAuthor(const AuthorCode& author);

  // ---- Models.
  // Builds the live posts on `model` (about a second for a million), then calls `commit`, which makes the
  // choice durable, and then lets it serve all; a canary ends. FAILED_PRECONDITION: too old. An error of
  // `commit` or of the store changes nothing.
  absl::Status Activate(std::shared_ptr<const ModelSnapshot> model, absl::FunctionRef<absl::Status()> commit);
  // The same for a share of the subjects. FAILED_PRECONDITION also where no model serves the others, or this
  // one does.
  absl::Status ActivateCanary(const Canary& canary, absl::FunctionRef<absl::Status()> commit);
  // The other model serves all.
  absl::Status EndCanary(absl::FunctionRef<absl::Status()> commit);

  struct ModelVersions {
    std::string serving;  // Empty where none serves.
    std::string canary;   // Empty where there is none.
    uint32_t canary_percent = 0;
  };
  ModelVersions model_versions() const;
  std::string model_version() const { return model_versions().serving; }

  // ---- Upkeep, called by the server every `kReleaseInterval`: a new release of the crowd's counts and of
  // the vectors that it has moved, and out with a model that would grow too old before the next.
  static constexpr absl::Duration kReleaseInterval = absl::Seconds(10);
  absl::Status Refresh();

  bool IsSensitive(TopicId topic) const;

  std::optional<Place> PlaceOf(City city) const {
    return options_.gazetteer == nullptr ? std::nullopt : options_.gazetteer->PlaceOf(city);
  }

 private:
  // Upsert, removal, suspension, erasure of an author.
  using Change = std::variant<Post, PostId, AuthorSuspension, AuthorCode>;

  ServingState(const Options& options, FeatureStore& store, const Clock& clock);
  absl::Time ExpireTimeOf(const ModelSnapshot& model) const;
  absl::Status CheckAge(const ModelSnapshot& model) const;
  absl::StatusOr<std::unique_ptr<LivePosts>> BuildPosts(std::shared_ptr<const ModelSnapshot> model) const;
  // The same, then `commit`; leaves `catalogue`, of catalogue_mutex_, locked, with nothing changed meanwhile
  // that the result lacks.
  absl::StatusOr<std::unique_ptr<LivePosts>> BuildBeside(std::shared_ptr<const ModelSnapshot> model,
                                                         absl::FunctionRef<absl::Status()> commit,
                                                         std::unique_lock<std::mutex>& catalogue);
  // These are called with activation_mutex_ held. A null model: the generic one.
  absl::Status Replace(std::shared_ptr<const ModelSnapshot> model, bool ends_canary,
                       absl::FunctionRef<absl::Status()> commit);
  absl::Status ReplaceCanary(const Canary& canary, absl::FunctionRef<absl::Status()> commit);
  void DropCanary();
  absl::Status RetireModelAt(absl::Time time);
  void ReleaseCounts(absl::Time now);
  // What moves of one model's live posts, of which there is another `number` with each model.
  struct MovingPosts {
    std::unique_ptr<LivePosts> ServingState::*posts;
    uint64_t ServingState::*number;
    FreshVectors vectors;  // Guarded by refresh_mutex_.
  };
  // The first error of the store; posts whose readers could not be read are back at their prior means.
  // Nothing where there are no such posts. In service/release_vectors.cc.
  absl::Status ReleaseVectors(absl::Time now, MovingPosts& moving);
  void Apply(LivePosts& posts, const Change& change) const;
  void ApplyAll(std::vector<Change> changes);

  const Options options_;
  FeatureStore& store_;
  const Clock& clock_;

  // Taken in this order. refresh: one release is made at a time. activation: one model is built at a time.
  // catalogue: store and live posts change together, in one order; whoever holds it may read the live posts
  // without serving_lock_. serving: held shared by every call.
  std::mutex refresh_mutex_;
  MovingPosts moving_, moving_canary_;
  FreshVectorSolver solver_;  // Guarded by refresh_mutex_.
  std::mutex activation_mutex_;
  std::mutex catalogue_mutex_;
  uint64_t posts_number_ = 0;      // Of posts_ and of canary_posts_: see MovingPosts. Guarded by
  uint64_t canary_number_ = 0;     // catalogue_mutex_, as
  bool building_ = false;          // this,
  std::vector<Change> meanwhile_;  // and this: what changed while new live posts are being built.

  mutable WriterPreferringLock serving_lock_;
  std::unique_ptr<LivePosts> posts_;
  std::shared_ptr<const FreshTable> fresh_;
  absl::Time model_expire_time_ = absl::InfiniteFuture();
  bool has_model_ = false;
  std::unique_ptr<LivePosts> canary_posts_;  // Null: no canary.
  absl::Time canary_expire_time_ = absl::InfiniteFuture();
  uint32_t canary_percent_ = 0;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_SERVING_STATE_H_
