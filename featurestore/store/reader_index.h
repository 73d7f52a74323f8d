// ReaderIndex: the last readers of each post, among those whose reading may be learned from. In memory only,
// of pseudonyms, and bounded: who vectors are solved from is never written down.
#ifndef BAUTA_FEATURESTORE_STORE_READER_INDEX_H_
#define BAUTA_FEATURESTORE_STORE_READER_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/hour.h"
#include "featurestore/records/fresh_posts.h"
#include "featurestore/records/ids.h"
#include "featurestore/store/crowd_share.h"
#include "privacy/codes.h"

namespace bauta {

// Not thread-safe. What it holds is a function of what its subjects read, whatever the order it came in, as
// long as no bound is reached; of more, those read last are kept. At most 20 bytes a reader: 210 MB.
class ReaderIndex {
 public:
  static constexpr size_t kReadersMax = 512;  // A post.
  static constexpr size_t kPostsMax = 20'000;

  // The subject's part was `before` and is `after`, each by post, with the newest hour of each. `forgets`:
  // something that its taste was folded in from is gone too, so every post it was a reader of is affected.
  void Change(const Pseudonym& subject, std::span<const PostHour> before, std::span<const PostHour> after,
              bool forgets, Hour kept_from);
  void Clear() { posts_.clear(); }
  void DropBefore(Hour hour);

  // Posts with at least so many readers, by id.
  std::vector<FreshPost> Read(uint32_t readers_min) const;
  // In the order of their codes, which are as good as random.
  std::vector<Pseudonym> ReadersOf(PostId post) const;

 private:
  struct Reader {
    Pseudonym subject;
    Hour hour;
  };
  struct Entry {
    std::vector<Reader> readers;  // By subject.
    Hour newest;
    uint64_t arrivals = 0;
    uint64_t departures = 0;
  };
  void Put(const Pseudonym& subject, const PostHour& read);
  void Remove(const Pseudonym& subject, PostId post);
  void MakeRoom();

  absl::flat_hash_map<PostId, Entry> posts_;
  uint64_t departures_ = 0;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_READER_INDEX_H_
