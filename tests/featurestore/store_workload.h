// The calls that store_workload makes, and that a test then expects to find.
#ifndef BAUTA_TESTS_FEATURESTORE_STORE_WORKLOAD_H_
#define BAUTA_TESTS_FEATURESTORE_STORE_WORKLOAD_H_

#include <cstdint>

#include "absl/status/status.h"
#include "tests/featurestore/store_on_disk.h"

namespace bauta::testing {

inline constexpr uint32_t kWorkloadThreads = 4;

// In the order of a round.
enum class WorkloadCall : int {
  kDismiss = 0,     // Class A: an X of the thread's faithful subject on the round's post.
  kFollow = 1,      // Class A: the faithful subject follows the round's topic.
  kUpsertPost = 2,  // Class B: the round's post of the catalogue.
  kClick = 3,       // Class B: the faithful subject clicks on the round's post.
  kJoin = 4,        // Class A: the fickle subject dismisses the round's post.
  kRemovePost = 5,  // Class A: the round's post of the catalogue goes.
  kErase = 6,       // Class A: the fickle subject is erased.
};
inline constexpr int kWorkloadCalls = 7;

inline uint32_t FaithfulSubject(uint32_t thread) { return 10 + thread; }
inline uint32_t FickleSubject(uint32_t thread) { return 20 + thread; }
inline uint64_t RoundPost(uint32_t thread, uint64_t round) { return round * kWorkloadThreads + thread; }

inline absl::Status DoCall(FeatureStore& store, const Clock& clock, uint32_t thread, uint64_t round,
                           WorkloadCall call) {
  const uint64_t post = RoundPost(thread, round);
  switch (call) {
    case WorkloadCall::kDismiss:
      return DismissPost(store, FaithfulSubject(thread), post);
    case WorkloadCall::kFollow:
      return FollowTopic(store, FaithfulSubject(thread), post);
    case WorkloadCall::kUpsertPost:
      return UpsertPost(store, post);
    case WorkloadCall::kClick:
      return Click(store, clock, FaithfulSubject(thread), post);
    case WorkloadCall::kJoin:
      return DismissPost(store, FickleSubject(thread), post);
    case WorkloadCall::kRemovePost: {
      const PostRemoval removal = {.post = PostId(post), .version = 1};
      return store.RemovePosts({&removal, 1});
    }
    case WorkloadCall::kErase:
      return store.Erase(SubjectNumber(FickleSubject(thread))).status();
  }
  return absl::OkStatus();
}

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_FEATURESTORE_STORE_WORKLOAD_H_
