// FeatureStore: what is kept, for how long, and who may have it used for what. The only room that reads or
// writes a subject.
//
// Consent is enforced here and nowhere else: a SubjectView holds what its subject permits; a row, a count and
// a learnable row exist only under the purpose that they serve. Engine and files are hidden: see
// docs/store_format.md for what lies on the disk.
#ifndef BAUTA_FEATURESTORE_STORE_FEATURE_STORE_H_
#define BAUTA_FEATURESTORE_STORE_FEATURE_STORE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "base/hour.h"
#include "featurestore/records/crowd_counts.h"
#include "featurestore/records/fresh_posts.h"
#include "featurestore/records/head.h"
#include "featurestore/records/interaction.h"
#include "featurestore/records/learnable_row.h"
#include "featurestore/records/post.h"
#include "featurestore/records/subject_view.h"
#include "featurestore/records/visit.h"
#include "privacy/codes.h"
#include "privacy/key_ring.h"
#include "privacy/policy.h"
#include "privacy/retention.h"

namespace bauta {

// One signal as the door hands it over: its time is still exact, so that it can be held against the consent's
// `since`.
struct SignalEvent {
  PostId post;    // 0 for `search`.
  TopicId topic;  // For `search` only.
  SignalKind kind = SignalKind::kImpression;
  SurfaceId surface;
  uint32_t strength = 0;    // Milliseconds for dwell.
  bool taken_back = false;  // For like and favorite: the state is turned off, and its effect is gone.
  absl::Time time;
};

// What became of one event. All but kRetryLater are final.
enum class RecordOutcome : uint8_t {
  kRecorded,
  kAlreadyRecorded,  // A retry: nothing changed.
  kNoConsent,        // `personalize` is off, or the kind is excluded.
  kBeforeConsent,    // Older than the consent's `since`.
  kExpired,          // Older than its kind is kept; or, with `self_author`, on a post that was removed.
  kOwnPost,          // The subject's own post is never stored.
  kRetryLater,       // With `self_author`, a post not known yet.
  kNotCollecting,    // Collecting was stopped, see StopCollecting.
};

enum class UpsertOutcome : uint8_t { kStored, kStaleVersion };

struct PostRemoval {
  PostId post;
  uint64_t version = 0;  // Upserts of at most this version are ignored from now on.
};

struct AuthorSuspension {
  AuthorCode author;
  absl::Time until;  // In the past: the suspension is lifted.
};

struct AuthorErasure {
  size_t removed_posts = 0;
  absl::Time erase_time;
  uint64_t log_sequence = 0;  // The entry of the rights log that records it.
};

struct ErasureReceipt {
  absl::Time erase_time;
  uint64_t log_sequence = 0;  // The entry of the rights log that records it.
  absl::Time
      stray_copies_unreadable_time;  // When the wrap key is re-rolled next: copies of the key file die then.
};

// All that is kept of one subject.
struct SubjectRecord {
  Head head;
  std::vector<Interaction> interactions;
  std::vector<PostState> states;
  std::vector<Impression> impressions;
};

struct BackupReceipt {
  uint64_t log_sequence = 0;  // The last entry of the rights log that it holds.
  absl::Time backup_time;     // What came later may be missing.
};

// Ages by which rows are counted: younger than so many days, and in no entry before; a last entry has what is
// older.
inline constexpr std::array<uint32_t, 6> kCensusAgeDays = {1, 7, 30, 90, 180, 365};

// What is kept, counted exactly: whoever shows it to anybody rounds.
struct StoreCensus {
  struct Cell {
    uint64_t rows = 0;
    uint64_t subjects = 0;  // Whose they are.
  };
  struct PolicyVersion {
    uint64_t subjects = 0;
    std::array<uint64_t, kPurposeCount> grants{};  // How many of them have each purpose on.
  };
  uint64_t subjects = 0;   // With a head.
  uint64_t histories = 0;  // With a history, if an empty one.
  uint64_t minors = 0;
  uint64_t unreadable = 0;                            // Subjects with a damaged row: not counted in full.
  std::map<uint32_t, PolicyVersion> policy_versions;  // By the version last agreed to; 0: none.
  // By kind and age. Of subjects alone whose `personalize` holds: no other history is unsealed.
  std::array<std::array<Cell, kCensusAgeDays.size() + 1>, kSignalKindCount> rows{};
  uint64_t posts = 0;
  uint64_t erasure_marks = 0;
  absl::Time wrap_key_time;
  uint32_t identity_epoch = 0;
  absl::Time identity_key_time;  // As its file says.
  uint64_t log_sequence = 0;
  uint64_t log_bytes = 0;
};

// What a check of the rights log found.
struct AuditReport {
  uint64_t entries = 0;
  uint64_t last_sequence = 0;
};

// What the store did about damage when it was opened; printed by the server at each start.
struct RecoveryReport {
  uint64_t log_entries = 0;
  uint64_t entries_replayed = 0;     // Above the last sequence that the database held.
  uint64_t log_bytes_cut = 0;        // A torn tail beyond keys/head.
  uint64_t slots_destroyed = 0;      // Live, but named by no row and no entry.
  bool second_path_missing = false;  // Losing this disk loses every subject.
};

// For the operators and for the tests that count what was touched. Monotonic since the start.
struct StoreStatistics {
  uint64_t heads_read = 0;
  uint64_t histories_unsealed = 0;
  uint64_t view_cache_hits = 0;
  uint64_t rows_recorded = 0;
  uint64_t rows_unreadable = 0;  // Left out of a learnable stream: damaged.
  uint64_t log_groups = 0;
  uint64_t log_entries = 0;
};

// How far the change of the identity key is.
struct IdentityRotationProgress {
  bool running = false;         // Two keys live, and subjects move from the older one.
  uint32_t epoch = 1;           // Of the newest key: the N of keys/identity.N.
  uint64_t subjects_moved = 0;  // By the pass, since it began or since the start; calls move theirs besides.
  uint64_t subjects_left = 0;   // 0 also before the pass has looked, which it does in its first step.
};

// Why a class A call on a post or an account is made; the payload of a rights-log entry that changes no row
// of this store.
struct AdministrativeAct {
  std::string
      what;  // "activate-model", "stream-rows", …: a constant of the caller, with public details only.
};

// Thread-safe. Every method may return UNAVAILABLE while the disk is full (class A: until the failed batch is
// applied); DATA_LOSS where a record fails its seal. One process owns a store: a second Open is
// FAILED_PRECONDITION.
class FeatureStore {
 public:
  struct Options {
    std::string directory;         // Holds db/, rights.log and, where not set apart, keys/. No default.
    std::string keys_directory;    // Empty: directory/keys.
    std::string second_directory;  // A second path for keys and rights log, written and synced alike. Empty:
                                   // none, with a warning.
    std::string backup_directory;  // Where CreateBackup writes. Empty: no backup can be made.
    std::string region;            // A store of another region is refused. No default.
    bool create = false;           // Make a new, empty store where none is; else its absence is NOT_FOUND.
    bool sync_interactions =
        false;  // Sync the WAL for each batch of class B. Off: an OS crash may take the last second.
    size_t interactions_max = 1000;  // Newest one-off interactions kept a subject; ≤ 2,000 states and 1,000
                                     // impressions beside them.
    size_t fold_frames = 8;          // A history of this many frames is refolded by its next writer.
    int64_t counter_window_hours =
        24;  // W: one subject adds at most one to a post in so many hours. At most half the shortest age.
    // So long must `crowd`, and `learn`, have been recorded before whoever gave it is counted, learned from,
    // or moves a post: fresh devices cannot buy k. 0: no such rule.
    absl::Duration crowd_age_min = absl::Hours(24);
    size_t view_cache_bytes = size_t{1} << 30;
    Retention retention;
    PolicyHistory policy = PolicyHistory::Default();  // What an older consent still covers.
  };

  // `key_ring`, `clock` and `files` outlive the store. `files` serves keys and log; the database has its own
  // files. Errors: FAILED_PRECONDITION for another region, another format, a held lock, a log behind its head
  // or behind the database; DATA_LOSS for a corrupt database or log; NOT_FOUND; PERMISSION_DENIED for key
  // files that others can read.
  static absl::StatusOr<std::unique_ptr<FeatureStore>> Open(Options options, const KeyRing& key_ring,
                                                            const Clock& clock, FileSystem& files);
  ~FeatureStore();
  FeatureStore(const FeatureStore&) = delete;
  FeatureStore& operator=(const FeatureStore&) = delete;

  const RecoveryReport& recovery() const;
  StoreStatistics statistics() const;

  // ---- Subjects, read.

  // What the visit's subject permits, from one consistent read. `city_of` turns the head's city into a place.
  // An unknown, an erased and a never consenting subject take one path. UNAVAILABLE where the head cannot be
  // read; where only the history cannot, the view is degraded.
  absl::StatusOr<SubjectView> ReadSubject(const Visit& visit,
                                          absl::FunctionRef<std::optional<Place>(City)> place_of) const;
  absl::StatusOr<HeadInstructions> ReadInstructions(const Pseudonym& subject) const;
  absl::StatusOr<SubjectRecord> Export(const Pseudonym& subject) const;

  // ---- Subjects, class A: durable, and read by the very next request, before they return.

  // Calls `edit` on the present instructions under the subject's lock and makes the result durable; an error
  // of `edit` is returned and changes nothing. Turning `personalize` off destroys the history; excluding a
  // kind refolds it under a fresh key. `since` rules are those of privacy/consent.h. `act` names the call in
  // the audit.
  absl::Status UpdateInstructions(const Pseudonym& subject, const AdministrativeAct& act,
                                  absl::FunctionRef<absl::Status(HeadInstructions&)> edit);

  // Consents given in the past. Refused with FAILED_PRECONDITION where the subject was erased after `since`,
  // or `since` is older than the retention's backfill age.
  absl::Status BackfillConsent(const Pseudonym& subject, absl::Time since,
                               absl::FunctionRef<absl::Status(HeadInstructions&)> edit);

  absl::StatusOr<ErasureReceipt> Erase(const Pseudonym& subject);

  // Refolds the history without what `deletions` name under a fresh key, and destroys the old one: older
  // copies of the database do not give it back. Returns how many rows were kept and are gone; 0 changes
  // nothing.
  absl::StatusOr<size_t> DeleteInteractions(const Pseudonym& subject,
                                            std::span<const InteractionDeletion> deletions);

  // ---- Subjects, class B.

  // One outcome an event, in order. `self_author`: whose posts are the subject's own; used in this call, kept
  // nowhere.
  absl::StatusOr<std::vector<RecordOutcome>> Record(const Pseudonym& subject,
                                                    std::span<const SignalEvent> events,
                                                    const std::optional<AuthorCode>& self_author);

  // After a reply, and at most once a day: the month last seen and, under `locate`, the city. Nothing for a
  // subject without a head.
  absl::Status NoteVisit(const Visit& visit);

  // ---- Posts. Removals, suspensions and erasures of authors are class A.

  absl::StatusOr<std::vector<UpsertOutcome>> UpsertPosts(std::span<const Post> posts);
  absl::Status RemovePosts(std::span<const PostRemoval> removals);
  absl::Status SuspendAuthors(std::span<const AuthorSuspension> suspensions);
  // Removes every post of the author, of each of which a mark with its version stays that names nobody, and
  // the suspension. What the author posts later is a new beginning.
  absl::StatusOr<AuthorErasure> EraseAuthor(const AuthorCode& author);
  absl::StatusOr<std::optional<Post>> ReadPost(PostId post) const;
  // Every live post, in the order of their ids. Stops at the first error of `visit`.
  absl::Status ForEachPost(absl::FunctionRef<absl::Status(const Post&)> visit) const;
  std::vector<AuthorSuspension> Suspensions() const;

  // ---- The crowd and the trainer.

  // The counters as they stand now. `complete` is false until the scan that refills them after a start has
  // ended.
  CrowdCounts ReadCounters(bool* complete) const;
  // The same from a scan of all rows: slow, for the tests and for the refill.
  absl::StatusOr<CrowdCounts> CountByScan() const;

  // Posts that at least `readers_min` subjects have read of late whose reading may be learned from: `learn`
  // holds for it and was recorded some time before (crowd_age_min). By id.
  FreshPosts ReadFreshPosts(uint32_t readers_min) const;
  // The present views of such readers of the post, at most 512, those who read it last; in an order that does
  // not depend on when they did. A view holds what `learn` permits of a history, and no X, and nothing else:
  // the code stops here.
  absl::StatusOr<std::vector<SubjectView>> ReadReaders(PostId post) const;

  // Every history that `learn` permits to learn from, and has for some time (crowd_age_min), without what was
  // done on topics whose profile tags the subject deleted, in an order that tells nothing. Audited before the
  // first row.
  absl::Status ForEachLearnableRow(const AdministrativeAct& act,
                                   absl::FunctionRef<absl::Status(LearnableRow)> visit);

  // ---- Administration, class A.

  absl::Status RecordAct(const AdministrativeAct& act);

  // Stops collecting for good, an older database put back included. When it has returned, no interaction is
  // recorded and no visit noted any more, and whatever would widen a consent, a backfill and a learnable
  // stream are FAILED_PRECONDITION. Everything else goes on. OK where it was stopped already.
  absl::Status StopCollecting(const AdministrativeAct& act);
  bool collecting() const { return CheckCollecting().ok(); }
  // FAILED_PRECONDITION where it was stopped, with what to tell a caller.
  absl::Status CheckCollecting() const;

  // Writes `backup_directory`/NAME while the store goes on, whole or not at all: restore.h puts it back.
  // INVALID_ARGUMENT: no name for a backup (1 to 64 letters, digits, '-', '_'). ALREADY_EXISTS.
  // FAILED_PRECONDITION: no folder, or a rotation runs. UNAVAILABLE, RESOURCE_EXHAUSTED: it cannot be
  // written.
  absl::StatusOr<BackupReceipt> CreateBackup(const std::string& name);
  // The first three of these, before anything is recorded of it.
  absl::Status CheckBackup(const std::string& name) const;

  // Reads every head, and each history whose subject permits it. FAILED_PRECONDITION: a rotation runs.
  absl::StatusOr<StoreCensus> TakeCensus() const;
  // Reads the rights log from its first entry to its last, in each of its copies. DATA_LOSS: an entry was
  // changed, dropped or moved; FAILED_PRECONDITION: it ends before its head; the message names file and
  // entry.
  absl::StatusOr<AuditReport> AuditRightsLog() const;

  // ---- Upkeep, called daily by the server: refolds what expired, removes dead rows, erases subjects unseen
  // for the retention's time.
  absl::Status Sweep();
  absl::Status RerollWrapKey();
  // Writes the rights log anew without what newer entries made pointless, where it has grown well past that
  // or holds erasure marks past their age (the rule: kept_entries.h). Calls go on meanwhile; the log stands
  // still for a moment at the end. FAILED_PRECONDITION: a compaction is running. UNAVAILABLE: the disk is
  // full; the log goes on as it was. After other errors too, or, where the old file could not be removed, in
  // the new one; the next compaction or start does that.
  absl::Status CompactRightsLogIfDue();
  absl::Status CompactRightsLog();  // The same in any case.

  // ---- The identity key, by which subjects' rows are found, changes: everybody gets a new code, new data
  // keys and new rows, in a new database; the old one and its key go at the end. Calls go on: a read finds a
  // subject on either side, a write moves its subject first. Counters and views stay as they are; after a
  // restart in the middle the counters are complete only at the end. A sweep leaves the not yet moved alone.
  //
  // To be driven by one thread: Begin once, then Continue until it says that nothing is running. The server
  // has a periodic task that calls Continue every second, whoever called Begin; where nothing is running it
  // costs nothing. A rotation that was cut off goes on after the next Open, by the same calls.

  // Makes the new key and the new database, with the catalogue (posts can be read but not changed meanwhile,
  // about a second for a million), and exchanges the two behind a moment in which every call waits. Recorded
  // in the rights log. FAILED_PRECONDITION: a rotation is running. UNAVAILABLE: the disk is full. After an
  // error everything is as it was.
  absl::Status BeginIdentityRotation();

  // Moves at most so many subjects; with the last one it compacts the rights log and removes the old database
  // and its key. After an error (UNAVAILABLE: the disk is full; FAILED_PRECONDITION: the log is being
  // compacted by another call) call again. DATA_LOSS: rows that fail their seal cannot be moved; the rotation
  // stays open until their subjects are erased.
  absl::StatusOr<IdentityRotationProgress> ContinueIdentityRotation(size_t subjects_max);
  IdentityRotationProgress identity_rotation() const;

 private:
  class Impl;
  explicit FeatureStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_FEATURE_STORE_H_
