// Made-up posts, a model of them, and what made-up subjects have told and done: for the load program and for
// the benchmarks alike.
#ifndef BAUTA_BENCH_MADE_UP_H_
#define BAUTA_BENCH_MADE_UP_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "absl/time/time.h"
#include "featurestore/records/head.h"
#include "featurestore/store/feature_store.h"
#include "tests/testing/model_builder.h"

namespace bauta::bench {

inline constexpr size_t kAuthors = 400;
inline constexpr size_t kTopics = 64;
inline constexpr absl::Duration kHistoryAge = absl::Hours(30 * 24);  // No event, and no post, is older.

// `posts` approved posts with ids from 1, published evenly over the last kHistoryAge, the higher ids earlier;
// 19 of 20 are in the model.
testing::World MakeCatalogue(size_t posts, size_t dimension, absl::Time now, uint64_t seed);
inline constexpr char kModelVersion[] = "bench-1";
inline constexpr char kRegion[] = "bench";

// A post's id by Zipf's law with exponent 1: rank r with probability ~ 1/r, the ranks spread over the ids.
uint64_t PopularPost(size_t posts, std::mt19937_64& random);
// `count` distinct ids, uniform or popular. At most half of `posts`.
std::vector<uint64_t> DrawPosts(size_t posts, size_t count, bool popular, std::mt19937_64& random);

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

#endif  // BAUTA_BENCH_MADE_UP_H_
