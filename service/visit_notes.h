// VisitNotes: notes after the reply, and at most once a day for each subject, that it was here. Off the way
// of a call: a call only puts the visit in a queue.
#ifndef BAUTA_SERVICE_VISIT_NOTES_H_
#define BAUTA_SERVICE_VISIT_NOTES_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "featurestore/records/visit.h"
#include "featurestore/store/feature_store.h"
#include "privacy/codes.h"

namespace bauta {

// Thread-safe. Owns one thread.
class VisitNotes {
 public:
  struct Options {
    size_t queue_max = 4096;          // Visits waiting; further ones are noted another time.
    size_t remembered_max = 1 << 20;  // Subjects of the day kept in memory, 17 bytes each; past it all are
                                      // forgotten, and noted once more.
  };

  // `store` outlives it. The destructor writes what waits.
  VisitNotes(const Options& options, FeatureStore& store);
  ~VisitNotes();
  VisitNotes(const VisitNotes&) = delete;
  VisitNotes& operator=(const VisitNotes&) = delete;

  // Wakes nobody: the thread looks by itself a few times a second. Nothing for an anonymous visit.
  void Note(const Visit& visit, absl::Time now);

  // Returns when everything noted before is in the store.
  void Flush();

 private:
  void Run();

  const Options options_;
  FeatureStore& store_;

  std::mutex mutex_;
  std::condition_variable wake_, idle_;
  std::vector<Visit> waiting_;
  absl::flat_hash_set<Pseudonym> seen_today_;
  uint32_t day_ = 0;
  bool writing_ = false;
  bool flush_ = false;
  bool stop_ = false;
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_VISIT_NOTES_H_
