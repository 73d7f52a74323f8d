#include "featurestore/store/feature_store.h"

#include <shared_mutex>
#include <utility>

#include "base/status.h"
#include "bauta/storage/v1/rights_log.pb.h"
#include "featurestore/store/backup.h"
#include "featurestore/store/census.h"
#include "featurestore/store/collecting.h"
#include "featurestore/store/counter_refill.h"
#include "featurestore/store/fresh_readers.h"
#include "featurestore/store/identity_rotation.h"
#include "featurestore/store/interaction_writer.h"
#include "featurestore/store/learnable_rows.h"
#include "featurestore/store/log_compaction.h"
#include "featurestore/store/open_store.h"
#include "featurestore/store/post_writer.h"
#include "featurestore/store/store_core.h"
#include "featurestore/store/subject_reader.h"
#include "featurestore/store/subject_writer.h"
#include "featurestore/store/sweep.h"
#include "featurestore/store/times.h"

namespace bauta {

class FeatureStore::Impl {
 public:
  explicit Impl(std::unique_ptr<StoreCore> opened)
      : core(std::move(opened)),
        reader(*core),
        subjects(*core, reader),
        interactions(*core, reader),
        posts(*core),
        rotation(*core),
        refill(std::make_unique<CounterRefill>(*core)) {}

  ~Impl() {
    refill = nullptr;
    CloseStore(*core);
  }

  const std::unique_ptr<StoreCore> core;
  SubjectReader reader;
  SubjectWriter subjects;
  InteractionWriter interactions;
  PostWriter posts;
  IdentityRotation rotation;
  std::unique_ptr<CounterRefill> refill;
};

FeatureStore::FeatureStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FeatureStore::~FeatureStore() = default;

absl::StatusOr<std::unique_ptr<FeatureStore>> FeatureStore::Open(Options options, const KeyRing& key_ring,
                                                                 const Clock& clock, FileSystem& files) {
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<StoreCore> core,
                         OpenStore(std::move(options), key_ring, clock, files));
  return std::unique_ptr<FeatureStore>(new FeatureStore(std::make_unique<Impl>(std::move(core))));
}

const RecoveryReport& FeatureStore::recovery() const { return impl_->core->recovery; }

StoreStatistics FeatureStore::statistics() const {
  const auto& counted = impl_->core->statistics;
  const ClassACommitter::Statistics committed = impl_->core->committer->statistics();
  return {.heads_read = counted.heads_read.load(std::memory_order_relaxed),
          .histories_unsealed = counted.histories_unsealed.load(std::memory_order_relaxed),
          .view_cache_hits = counted.view_cache_hits.load(std::memory_order_relaxed),
          .rows_recorded = counted.rows_recorded.load(std::memory_order_relaxed),
          .rows_unreadable = counted.rows_unreadable.load(std::memory_order_relaxed),
          .log_groups = committed.groups,
          .log_entries = committed.entries};
}

absl::StatusOr<SubjectView> FeatureStore::ReadSubject(
    const Visit& visit, absl::FunctionRef<std::optional<Place>(City)> place_of) const {
  const std::shared_lock gate(impl_->core->gate);
  return impl_->reader.View(visit, place_of);
}

absl::StatusOr<HeadInstructions> FeatureStore::ReadInstructions(const Pseudonym& subject) const {
  const std::shared_lock gate(impl_->core->gate);
  BAUTA_ASSIGN_OR_RETURN(
      SubjectReader::Found found,
      impl_->reader.Find(impl_->core->codes->ToStoredCode(subject), [](const StoredHead&) { return false; }));
  return std::move(found.head.value.head.instructions);
}

absl::StatusOr<SubjectRecord> FeatureStore::Export(const Pseudonym& subject) const {
  const StoreCore& core = *impl_->core;
  const std::shared_lock gate(impl_->core->gate);
  BAUTA_ASSIGN_OR_RETURN(SubjectReader::Found found,
                         impl_->reader.Find(core.codes->ToStoredCode(subject), [](const StoredHead& head) {
                           return !head.value.history_slot.empty();
                         }));
  BAUTA_RETURN_IF_ERROR(found.history.status());
  SubjectRecord record;
  History& rows = found.history->rows;
  DropExpired(rows, core.options.retention, found.head.value.head.instructions.consent.excluded_kinds,
              core.now_hour());
  record.interactions = std::move(rows.interactions);
  record.states = std::move(rows.states);
  record.impressions = std::move(rows.impressions);
  record.head = std::move(found.head.value.head);
  return record;
}

absl::Status FeatureStore::UpdateInstructions(const Pseudonym& subject, const AdministrativeAct& act,
                                              absl::FunctionRef<absl::Status(HeadInstructions&)> edit) {
  const std::shared_lock gate(impl_->core->gate);
  return impl_->subjects.Update(subject, act, edit);
}

absl::Status FeatureStore::BackfillConsent(const Pseudonym& subject, absl::Time since,
                                           absl::FunctionRef<absl::Status(HeadInstructions&)> edit) {
  const std::shared_lock gate(impl_->core->gate);
  return impl_->subjects.Backfill(subject, since, edit);
}

absl::StatusOr<ErasureReceipt> FeatureStore::Erase(const Pseudonym& subject) {
  const std::shared_lock gate(impl_->core->gate);
  return impl_->subjects.Erase(subject);
}

absl::StatusOr<size_t> FeatureStore::DeleteInteractions(const Pseudonym& subject,
                                                        std::span<const InteractionDeletion> deletions) {
  const std::shared_lock gate(impl_->core->gate);
  return impl_->subjects.DeleteInteractions(subject, deletions);
}

absl::StatusOr<std::vector<RecordOutcome>> FeatureStore::Record(
    const Pseudonym& subject, std::span<const SignalEvent> events,
    const std::optional<AuthorCode>& self_author) {
  const std::shared_lock gate(impl_->core->gate);
  return impl_->interactions.Record(subject, events, self_author);
}

absl::Status FeatureStore::NoteVisit(const Visit& visit) {
  const std::shared_lock gate(impl_->core->gate);
  return impl_->interactions.NoteVisit(visit);
}

absl::StatusOr<std::vector<UpsertOutcome>> FeatureStore::UpsertPosts(std::span<const Post> posts) {
  return impl_->posts.Upsert(posts);
}

absl::Status FeatureStore::RemovePosts(std::span<const PostRemoval> removals) {
  return impl_->posts.Remove(removals);
}

absl::Status FeatureStore::SuspendAuthors(std::span<const AuthorSuspension> suspensions) {
  return impl_->posts.Suspend(suspensions);
}

absl::StatusOr<AuthorErasure> FeatureStore::EraseAuthor(const AuthorCode& author) {
  return impl_->posts.EraseAuthor(author);
}

absl::StatusOr<std::optional<Post>> FeatureStore::ReadPost(PostId post) const {
  return impl_->core->posts.Find(post);
}

absl::Status FeatureStore::ForEachPost(absl::FunctionRef<absl::Status(const Post&)> visit) const {
  return impl_->core->posts.ForEach(visit);
}

std::vector<AuthorSuspension> FeatureStore::Suspensions() const {
  std::vector<AuthorSuspension> suspensions = impl_->core->posts.Suspensions();
  const absl::Time now = impl_->core->clock.Now();
  std::erase_if(suspensions, [&](const AuthorSuspension& suspension) { return suspension.until <= now; });
  return suspensions;
}

CrowdCounts FeatureStore::ReadCounters(bool* complete) const {
  StoreCore& core = *impl_->core;
  const std::shared_lock gate(core.gate);
  const StoreCore::Counting counting = core.CountingNow();
  CrowdCounts counts = core.counters.Read(Hour::Floor(counting.at), complete);
  if (complete != nullptr) *complete = *complete && core.UnmovedAreCounted(counting);
  return counts;
}

absl::StatusOr<CrowdCounts> FeatureStore::CountByScan() const {
  const std::shared_lock gate(impl_->core->gate);
  return bauta::CountByScan(*impl_->core);
}

FreshPosts FeatureStore::ReadFreshPosts(uint32_t readers_min) const {
  StoreCore& core = *impl_->core;
  const std::shared_lock gate(core.gate);
  const StoreCore::Counting counting = core.CountingNow();
  FreshPosts fresh = core.counters.ReadFresh(Hour::Floor(counting.at), readers_min);
  fresh.complete = fresh.complete && core.UnmovedAreCounted(counting);
  return fresh;
}

absl::StatusOr<std::vector<SubjectView>> FeatureStore::ReadReaders(PostId post) const {
  return bauta::ReadReaders(*impl_->core, impl_->reader, post);
}

absl::Status FeatureStore::ForEachLearnableRow(const AdministrativeAct& act,
                                               absl::FunctionRef<absl::Status(LearnableRow)> visit) {
  BAUTA_RETURN_IF_ERROR(CheckCollecting());
  BAUTA_RETURN_IF_ERROR(RecordAct(act));
  return VisitLearnableRows(*impl_->core, impl_->reader, visit);
}

absl::Status FeatureStore::RecordAct(const AdministrativeAct& act) {
  storage::v1::AdministrativeAct payload;
  payload.set_act(act.what);
  payload.set_time_micros(Micros(impl_->core->clock.Now()));
  ClassAChange change;
  change.type = RightsEntryType::kAdministrativeAct;
  change.payload = payload.SerializeAsString();
  const std::shared_lock gate(impl_->core->gate);
  return impl_->core->committer->Commit(std::move(change)).status();
}

absl::Status FeatureStore::StopCollecting(const AdministrativeAct& act) {
  const std::shared_lock gate(impl_->core->gate);
  return bauta::StopCollecting(*impl_->core, act);
}

absl::Status FeatureStore::CheckCollecting() const { return bauta::CheckCollecting(*impl_->core); }

absl::Status FeatureStore::CheckBackup(const std::string& name) const {
  return bauta::CheckBackup(*impl_->core, name);
}

absl::StatusOr<BackupReceipt> FeatureStore::CreateBackup(const std::string& name) {
  return WriteBackup(*impl_->core, name);
}

absl::StatusOr<StoreCensus> FeatureStore::TakeCensus() const {
  return bauta::TakeCensus(*impl_->core, impl_->reader);
}

absl::StatusOr<AuditReport> FeatureStore::AuditRightsLog() const {
  StoreCore& core = *impl_->core;
  AuditReport audit;
  for (const std::string& directory : {core.options.directory, core.options.second_directory}) {
    if (directory.empty()) continue;
    BAUTA_ASSIGN_OR_RETURN(
        const RightsLogReport report,
        VerifyLiveRightsLog(core.files, directory,
                            [&core]() -> absl::StatusOr<KeyHeadValues> { return core.key_head->values(); }));
    audit = {.entries = report.entries, .last_sequence = report.last_sequence};
  }
  return audit;
}

absl::Status FeatureStore::Sweep() { return SweepStore(*impl_->core, impl_->reader, impl_->subjects); }

absl::Status FeatureStore::RerollWrapKey() {
  StoreCore& core = *impl_->core;
  return core.subject_keys->RerollWrapKey(
      core.clock.Now(), [&core](uint32_t file) { return core.key_head->SetSubjectsFile(file); });
}

absl::Status FeatureStore::BeginIdentityRotation() { return impl_->rotation.Begin(); }

absl::StatusOr<IdentityRotationProgress> FeatureStore::ContinueIdentityRotation(size_t subjects_max) {
  return impl_->rotation.Continue(subjects_max);
}

IdentityRotationProgress FeatureStore::identity_rotation() const { return impl_->rotation.progress(); }

absl::Status FeatureStore::CompactRightsLogIfDue() { return CompactIfDue(*impl_->core); }

absl::Status FeatureStore::CompactRightsLog() { return Compact(*impl_->core); }

}  // namespace bauta
