// StoreCore: what the parts of a store share. Made by OpenStore; the parts are given it and keep none of it.
#ifndef BAUTA_FEATURESTORE_STORE_STORE_CORE_H_
#define BAUTA_FEATURESTORE_STORE_STORE_CORE_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/hour.h"
#include "base/writer_preferring_lock.h"
#include "featurestore/store/class_a_committer.h"
#include "featurestore/store/crowd_counters.h"
#include "featurestore/store/engine.h"
#include "featurestore/store/erasure_marks.h"
#include "featurestore/store/feature_store.h"
#include "featurestore/store/rights_log.h"
#include "featurestore/store/rights_log_sealer.h"
#include "featurestore/store/store_lock.h"
#include "featurestore/store/stored_posts.h"
#include "featurestore/store/subject_locks.h"
#include "featurestore/store/subject_row_codec.h"
#include "featurestore/store/view_cache.h"
#include "privacy/key_head.h"
#include "privacy/pseudonymizer.h"
#include "privacy/random_source.h"
#include "privacy/subject_keys.h"

namespace bauta {

// Order of locks: `posts_mutex`, then `gate`, then a subject's (one at a time; the pass of a rotation takes
// several at once), then whatever a part locks inside.
//
// Whoever reads or writes the database, the codes or the log holds `gate` shared: the methods of FeatureStore
// take it (those on posts in CatalogueLock), and what walks over all subjects takes it anew for each stretch,
// so that nobody waits long for the moment in which a rotation exchanges the database.
//
// Whoever writes, class A or B, holds its lock, then calls committer->EnsureApplied(), of a subject
// PrepareWrite(), then reads: a change that is durable but waits for room in the database must not be
// overtaken, and a write moves its subject to the newest identity key first.
struct StoreCore {
  StoreCore(FeatureStore::Options store_options, const Clock& store_clock, FileSystem& store_files)
      : options(std::move(store_options)),
        clock(store_clock),
        files(store_files),
        random(SystemRandom()),
        views(options.view_cache_bytes),
        counters(MakeCrowdRules(options.counter_window_hours, options.crowd_age_min, options.retention)) {}

  Hour now_hour() const { return Hour::Floor(clock.Now()); }
  RightsLog::Options log_options() const {
    return {.directory = options.directory, .second_directory = options.second_directory};
  }
  FileSystem& key_files() const { return mirrored_keys ? *mirrored_keys : files; }
  // The newest identity epoch, and the one before it while subjects move from that one.
  IdentityEpoch epoch() const { return codes->epochs().front(); }
  bool rotating() const { return codes->epochs().size() > 1; }
  // Precondition: rotating(). `code` is under the newest key.
  StoredCode OldCode(const StoredCode& code) const {
    return codes->ToStoredCode(codes->ToPseudonym(code, epoch()), codes->epochs()[1]);
  }
  StoredCode NewCode(const StoredCode& old_code) const {
    return codes->ToStoredCode(codes->ToPseudonym(old_code, codes->epochs()[1]));
  }
  std::string keys_directory() const {
    return options.keys_directory.empty() ? options.directory + "/keys" : options.keys_directory;
  }

  // As of when consents are to be resolved so that shares fit the counters' refill. Begins another refill
  // where another policy has come into force.
  struct Counting {
    CrowdCounters::Refill refill;
    absl::Time at;
    absl::Time shares_as_of() const { return refill.begin_time; }
  };
  Counting CountingNow() {
    for (;;) {
      const CrowdCounters::Refill refill = counters.refill();
      const absl::Time at = std::max(clock.Now(), refill.begin_time);
      const uint32_t in_force = options.policy.InForce(at);
      if (refill.number != 0 && in_force <= refill.policy_in_force) return {refill, at};
      counters.BeginRefill(in_force, at);
    }
  }

  // Whoever has not moved yet was counted before, or is counted with the move.
  bool UnmovedAreCounted(const Counting& counting) const {
    return !rotating() || counting.refill.number == unmoved_counted_in;
  }

  const FeatureStore::Options options;
  const Clock& clock;
  FileSystem& files;
  RandomSource& random;

  WriterPreferringLock gate;
  std::unique_ptr<StoreLock> lock;
  std::unique_ptr<Pseudonymizer> codes;
  std::unique_ptr<FileSystem> mirrored_keys;  // Where there is a second path.
  std::unique_ptr<KeyHead> key_head;
  std::unique_ptr<SubjectKeys> subject_keys;
  std::unique_ptr<RightsLog> rights_log;
  std::unique_ptr<RightsLogSealer> rights_log_sealer;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Engine> old_engine;  // Of the epoch before, while subjects move from it. Only shrinks.
  bool old_engine_made = false;        // It was not there at the start.
  // The counters' refill, by number, that has counted whoever has not moved yet; 0: none has.
  uint64_t unmoved_counted_in = 0;
  std::unique_ptr<SubjectRowCodec> rows;

  SubjectLocks subject_locks;
  std::mutex posts_mutex;   // Held by whoever changes posts or suspensions.
  std::mutex backup_mutex;  // Held while a backup is written: one at a time.
  StoredPosts posts;
  ErasureMarks erasures;
  std::mutex compaction_mutex;  // Held by whoever compacts the rights log.
  ViewCache views;
  CrowdCounters counters;
  RecoveryReport recovery;
  // False for good once the rights log says so; every start reads it there.
  std::atomic<bool> collecting{true};

  struct {
    std::atomic<uint64_t> heads_read{0};
    std::atomic<uint64_t> histories_unsealed{0};
    std::atomic<uint64_t> view_cache_hits{0};
    std::atomic<uint64_t> rows_recorded{0};
    std::atomic<uint64_t> rows_unreadable{0};
  } statistics;

  std::unique_ptr<ClassACommitter> committer;  // Last: its thread uses the rest.
};

// For whoever changes posts or suspensions.
struct CatalogueLock {
  explicit CatalogueLock(StoreCore& core) : posts(core.posts_mutex), gate(core.gate) {}
  const std::unique_lock<std::mutex> posts;
  const std::shared_lock<WriterPreferringLock> gate;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_STORE_CORE_H_
