// What a made-up subject has told and done, for the load's world and for the benchmarks of the store.
#ifndef BAUTA_BENCH_LOAD_SUBJECT_ROWS_H_
#define BAUTA_BENCH_LOAD_SUBJECT_ROWS_H_

#include <cstddef>
#include <random>
#include <vector>

#include "absl/time/time.h"
#include "featurestore/records/head.h"
#include "featurestore/store/feature_store.h"

namespace bauta::bench {

inline constexpr size_t kAuthors = 400;
inline constexpr size_t kTopics = 64;
inline constexpr absl::Duration kHistoryAge = absl::Hours(30 * 24);  // No event, and no post, is older.

// Every purpose on since `consent_time`; 20 follows, 5 X's; authors as testing::AuthorNumber gives them,
// posts 1 … posts.
HeadInstructions MakeInstructions(absl::Time consent_time, size_t posts, std::mt19937_64& random);

// `count` events on distinct posts, the oldest first, the newest an hour before `now`: clicks, views, dwells,
// comments, likes.
std::vector<SignalEvent> MakeEvents(absl::Time now, size_t posts, size_t count, std::mt19937_64& random);

// How `count` events lie in frames: most of them folded, the last ones in three frames of five.
std::vector<size_t> FrameSizes(size_t count);

// Bytes of what sealing gives for a frame of so many events, and for the head of MakeInstructions.
size_t SealedFrameBytes(size_t events);
size_t SealedHeadBytes();

}  // namespace bauta::bench

#endif  // BAUTA_BENCH_LOAD_SUBJECT_ROWS_H_
