// SubjectReader: a subject from the database, decoded; and the path of a rank call through the cache.
#ifndef BAUTA_FEATURESTORE_STORE_SUBJECT_READER_H_
#define BAUTA_FEATURESTORE_STORE_SUBJECT_READER_H_

#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "featurestore/records/subject_view.h"
#include "featurestore/records/visit.h"
#include "featurestore/store/cached_subject.h"
#include "featurestore/store/store_core.h"
#include "featurestore/store/subject_row_codec.h"
#include "privacy/codes.h"
#include "rocksdb/slice.h"

namespace bauta {

// A subject's two rows as they lie in the database. Not copied: pinned.
class SubjectRows {
 public:
  const absl::Status& head_status() const { return head_status_; }        // OK where there is none.
  const absl::Status& history_status() const { return history_status_; }  // OK where there is none.
  bool has_head() const { return has_head_; }
  std::string_view head() const { return {head_.data(), head_.size()}; }
  std::string_view history() const { return {history_.data(), history_.size()}; }  // Empty: none.

 private:
  friend class SubjectReader;
  rocksdb::PinnableSlice head_;
  rocksdb::PinnableSlice history_;
  absl::Status head_status_;
  absl::Status history_status_;
  bool has_head_ = false;
};

// Thread-safe.
class SubjectReader {
 public:
  explicit SubjectReader(StoreCore& core) : core_(core) {}

  // Both rows from one consistent read. For those who hold the subject's lock: after PrepareWrite all of it
  // is here.
  void ReadRows(const StoredCode& code, SubjectRows& rows) const;
  void ReadRowsFrom(const Engine& engine, const StoredCode& code, SubjectRows& rows) const;

  // The subject wherever it lies, for those who hold no lock; `code` is under the newest key. The history is
  // read where `wants` says so of the head, else it is empty. Errors of the head as Head; of the history
  // within.
  struct Found {
    StoredHead head;
    absl::StatusOr<StoredHistory> history = StoredHistory();
  };
  using Wants = absl::FunctionRef<bool(const StoredHead&)>;
  absl::StatusOr<Found> Find(const StoredCode& code, Wants wants) const;

  // UNAVAILABLE: the row cannot be read. DATA_LOSS: it fails its seal.
  absl::StatusOr<StoredHead> Head(const StoredCode& code, const SubjectRows& rows) const;
  // The same for the history; counted. Call only where consent permits it, or the subject itself asks.
  absl::StatusOr<StoredHistory> History(const StoredCode& code, const SlotRef& slot,
                                        const SubjectRows& rows) const;

  // The subject as it may be shown at `now`, from the cache or the database. An unreadable history gives a
  // degraded one, which is not cached.
  absl::StatusOr<std::shared_ptr<const CachedSubject>> Cached(const Pseudonym& subject, absl::Time now) const;

  // The same for upkeep: what is not in the cache is read and not put there.
  absl::StatusOr<std::shared_ptr<const CachedSubject>> Present(const Pseudonym& subject,
                                                               absl::Time now) const;

  absl::StatusOr<SubjectView> View(const Visit& visit,
                                   absl::FunctionRef<std::optional<Place>(City)> place_of) const;

 private:
  absl::StatusOr<std::shared_ptr<const CachedSubject>> Load(const StoredCode& code, absl::Time now) const;
  absl::StatusOr<Found> FindIn(const StoredCode& code, const SubjectRows& rows, Wants wants) const;
  absl::StatusOr<Found> FindWhileMoving(const StoredCode& code, Wants wants) const;

  StoreCore& core_;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_SUBJECT_READER_H_
