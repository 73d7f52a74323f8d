// SubjectKeys: the data keys of subjects, in `keys/subjects.N`, outside the database and its backups.
// Destroying a slot makes everything sealed under it unreadable, wherever a copy of it lies. Format:
// docs/key_format.md.
//
// Writes and the sync are separate steps, so that one sync serves a group:
//   new slots, Sync() → rights log, head → destroyed slots, SetLastAppliedSequence(), Sync().
#ifndef BAUTA_PRIVACY_SUBJECT_KEYS_H_
#define BAUTA_PRIVACY_SUBJECT_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/file_system.h"
#include "privacy/random_source.h"
#include "privacy/secret.h"
#include "privacy/slot_ref.h"

namespace bauta {

class SubjectKeyFile;
class DataKeyCache;

// Thread-safe. In memory: 8 bytes a slot, and the cached keys.
//
// After a failed write or sync nobody knows what the disk holds: Create, Destroy, SetLastAppliedSequence,
// Sync and RerollWrapKey then return that first error for ever, and the process has to start anew. A full
// disk is the exception: a Create that meets it changes nothing (RESOURCE_EXHAUSTED) and may be tried again.
class SubjectKeys {
 public:
  struct Options {
    std::string directory = {};  // The keys folder.
    uint32_t file_number = 1;    // N, as keys/head says (KeyHeadValues::subjects_file).
    size_t cached_keys_max =
        1 << 16;  // Unwrapped keys kept in memory, about 100 bytes each. More: fewer file reads.
  };

  // Makes `directory`/subjects.N and wrap.N, empty and durable. ALREADY_EXISTS where either is there.
  static absl::Status Init(FileSystem& files, const std::string& directory, uint32_t file_number,
                           RandomSource& random, absl::Time now);

  // Opens the pair that the head names, then removes what a re-roll that was cut off left behind, before the
  // switch or after it. `files` and `random` outlive the object. FAILED_PRECONDITION: a file of the pair is
  // absent or has an impossible size, or files lie there that no re-roll can have left. PERMISSION_DENIED:
  // unreadable, or open to group or others. DATA_LOSS: the header is damaged or the wrap key is not the one
  // that the slots are under.
  static absl::StatusOr<std::unique_ptr<SubjectKeys>> Open(FileSystem& files, RandomSource& random,
                                                           const Options& options);
  ~SubjectKeys();

  // Where in the file a new slot lies. kLowest keeps the file small. kRandom is for subjects who move to a
  // new identity key: any free place, of at least as many as are in use, so that the place which one subject
  // left says nothing about the next one who gets it; the file may come to be twice as large.
  enum class Place { kLowest, kRandom };

  // A new slot with a new random key. Not durable before Sync(). RESOURCE_EXHAUSTED: full disk.
  absl::StatusOr<SlotRef> Create(Place place = Place::kLowest);
  // Overwrites the slot and forgets its key at once; on the disk it is gone for certain after Sync(). A slot
  // that is not live is left alone, or overwritten again where its place is free (OK): destroying is safe to
  // repeat, and a replay that does so makes good what a failed sync left open. The place is used again only
  // after a Sync().
  absl::Status Destroy(const SlotRef& slot);
  absl::Status Sync();

  // NOT_FOUND: the slot is not live. DATA_LOSS: its bytes do not unwrap.
  absl::StatusOr<SecretKey> DataKey(const SlotRef& slot) const;
  bool IsLive(const SlotRef& slot) const;
  std::vector<SlotRef> LiveSlots() const;  // By index.
  size_t live_count() const;

  // Slots whose checksum does not hold, by index: a creation that a crash tore, or damage. They are not live
  // and their places are not used again. Where a row or a log entry names such an index, the subject's key is
  // lost, and a store must refuse rather than treat the row as dead; where none does, Reclaim() frees the
  // place.
  std::vector<uint32_t> DamagedSlots() const;
  absl::Status ReclaimDamaged(uint32_t index);

  // The sequence of the last rights log entry whose destructions this file holds. A file restored from a
  // backup is brought up by destroying again what entries after it destroyed.
  uint64_t last_applied_sequence() const;
  absl::Status SetLastAppliedSequence(uint64_t sequence);  // Not durable before Sync().

  uint32_t file_number() const;
  absl::Time wrap_key_time() const;  // When the wrap key was made, in whole seconds.

  // Gives every slot a new wrapping under a new wrap key, so that stray copies of the key files die: writes
  // subjects.N+1 and wrap.N+1 whole and durable, calls `switch_head` with N+1 (which makes keys/head name it,
  // durably), then overwrites and removes the old pair. Calls of other threads go on meanwhile, into both
  // files. Where `switch_head` fails nobody knows which pair is live: the object then refuses all changes, as
  // after a failed sync. FAILED_PRECONDITION: one is running.
  absl::Status RerollWrapKey(absl::Time now, const std::function<absl::Status(uint32_t)>& switch_head);

 private:
  SubjectKeys(FileSystem& files, RandomSource& random, const Options& options);
  absl::Status Load();
  absl::Status RemoveLeftovers();
  // These hold mutex_ alone.
  absl::Status Fail(absl::Status status);
  absl::Status WriteSlot(const SlotRef& slot, const SecretKey* key);  // Null: makes it free.
  absl::Status Grow();
  absl::Status MakePlace(Place place, uint64_t random);
  // Steps of RerollWrapKey.
  absl::Status StartNext(uint32_t number, absl::Time now);
  absl::Status CopyToNext();
  absl::Status CopySomeToNext();  // Holds mutex_ alone.
  void AbandonNext(uint32_t number);

  FileSystem& files_;
  RandomSource& random_;
  const Options options_;

  // Shared by readers of the members below; held alone by whoever changes them.
  mutable std::shared_mutex mutex_;
  std::unique_ptr<SubjectKeyFile> current_;
  std::unique_ptr<SubjectKeyFile> next_;  // During a re-roll.
  uint32_t next_copied_ = 0;              // Slots below this index are in next_.
  bool rerolling_ = false;
  std::vector<uint64_t> generations_;  // By index; 0 = free. [0] is the header's, always 0.
  std::vector<uint32_t> free_;
  std::vector<uint32_t> freed_unsynced_;
  std::vector<uint32_t> damaged_;
  size_t live_count_ = 0;
  uint64_t last_applied_sequence_ = 0;
  absl::Status failure_;

  std::mutex sync_mutex_;  // Held around fdatasync, taken before mutex_.
  const std::unique_ptr<DataKeyCache> cache_;
};

}  // namespace bauta

#endif  // BAUTA_PRIVACY_SUBJECT_KEYS_H_
