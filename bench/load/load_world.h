// What a rank server is measured on: a folder with keys, a configuration, a store of posts and subjects, a
// model of these posts; and the requests that fit it.
#ifndef BAUTA_BENCH_LOAD_LOAD_WORLD_H_
#define BAUTA_BENCH_LOAD_LOAD_WORLD_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace bauta::bench {

struct LoadWorldOptions {
  size_t posts = 1'000'000;    // 19 of 20 in the model.
  size_t dimension = 64;       // Of the model's vectors.
  size_t subjects = 2000;      // Each with one request of its own.
  size_t interactions = 200;   // A subject's, over the last 30 days.
  size_t candidates = 1000;    // A request's, distinct.
  size_t limit = 50;           // Posts asked for.
  bool popular_first = false;  // Candidates by Zipf's law with exponent 1; else all posts alike.
  uint64_t seed = 1;
};

struct LoadWorld {
  std::string store_directory;
  std::string config_path;            // TCP on a free port of the loopback address, and a Unix socket.
  std::string socket_path;            // That socket.
  std::string token;                  // Of the role feed.
  std::vector<std::string> requests;  // Serialized v1::RankPostsRequest, one a subject.
  std::vector<std::string>
      feed_requests;  // Serialized v1::GetFeedRequest, as many posts as the others ask for.

  // Of this world, for the floors: what a fold-in and a read of one subject meet.
  size_t stride = 0;                  // Floats of a vector.
  size_t history_row_bytes = 0;       // Of a subject's sealed history, all frames.
  std::vector<size_t> sealed_values;  // The sealed values that one call opens, bytes each.
};

// The account id of a subject of the world, counted from 0: of nobody.
std::string AccountIdOf(size_t subject);

// Fills `directory`, which is empty and the caller's own. Every subject consents to everything, follows
// authors, and has dismissed posts; their history lies in a folded frame and three short ones, as that of
// somebody who was active since the last fold. `progress` is told what is being made. Errors: those of the
// store and the key files.
absl::StatusOr<LoadWorld> MakeLoadWorld(const LoadWorldOptions& options, const std::string& directory,
                                        absl::FunctionRef<void(const std::string&)> progress);

}  // namespace bauta::bench

#endif  // BAUTA_BENCH_LOAD_LOAD_WORLD_H_
