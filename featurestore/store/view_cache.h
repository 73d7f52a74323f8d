// ViewCache: the subjects decoded last, within a bound of memory. Whoever changes a subject's rows drops or
// replaces its entry, under the subject's lock and before the call returns; a reader that read the rows
// before then cannot put its old entry back, because its ticket has run out.
#ifndef BAUTA_FEATURESTORE_STORE_VIEW_CACHE_H_
#define BAUTA_FEATURESTORE_STORE_VIEW_CACHE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>

#include "absl/container/flat_hash_map.h"
#include "featurestore/store/cached_subject.h"
#include "privacy/codes.h"

namespace bauta {

// Thread-safe.
class ViewCache {
 public:
  using Entry = std::shared_ptr<const CachedSubject>;

  // `bytes_max` 0: nothing is kept.
  explicit ViewCache(size_t bytes_max) : shard_bytes_max_(bytes_max / kShards) {}

  // Null where it has none.
  Entry Find(const Pseudonym& subject);

  // To be taken before the rows are read.
  uint64_t Ticket(const Pseudonym& subject);
  // Kept only where nothing of the shard was dropped or replaced since the ticket was taken.
  void Insert(const Pseudonym& subject, Entry entry, uint64_t ticket);

  void Drop(const Pseudonym& subject);
  void Replace(const Pseudonym& subject, Entry entry);

 private:
  static constexpr size_t kShards = 64;
  struct Node {
    Pseudonym subject;
    Entry entry;
  };
  struct Shard {
    std::mutex mutex;
    uint64_t changes = 0;
    size_t bytes = 0;
    std::list<Node> by_use;  // The one used last in front.
    absl::flat_hash_map<Pseudonym, std::list<Node>::iterator> index;
  };

  Shard& ShardOf(const Pseudonym& subject);
  void Put(Shard& shard, const Pseudonym& subject, Entry entry);
  void Erase(Shard& shard, const Pseudonym& subject);

  const size_t shard_bytes_max_;
  std::array<Shard, kShards> shards_;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_VIEW_CACHE_H_
