// FreshVectors: which posts are solved anew from their readers at a release, and what the last releases did.
//
// A post is due when the model has not learned it and its readers are k for the first time, have grown by a
// step of k since it was solved, or when something of one of them is gone: withdrawn, erased, deleted, taken
// back. So no single arrival shows but at a step's edge, and no departure stays longer than to the next
// release.
#ifndef BAUTA_SERVICE_FRESH_VECTORS_H_
#define BAUTA_SERVICE_FRESH_VECTORS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "featurestore/records/fresh_posts.h"
#include "featurestore/records/ids.h"
#include "ranking/gate_rule.h"
#include "ranking/live_posts.h"

namespace bauta {

// Not thread-safe: the release task's own. It says what to do; vectors lie in the live posts.
class FreshVectors {
 public:
  struct Options {
    bool enabled = true;
    GateRule rule = {};
    // Posts solved in one release, about 10 ms each at most (bench/README.md). What has lost a reader goes
    // first, then what has grown most; a post that has lost one and does not get its turn is restored.
    size_t posts_max = 32;
    std::vector<TopicId> sensitive_topics = {};  // Posts that carry one are never solved.
  };

  explicit FreshVectors(Options options);
  const Options& options() const { return options_; }

  struct Plan {
    std::vector<FreshPost> solve;
    std::vector<PostId> restore;  // To their prior means.
  };
  // `number` names the live posts: with others everything begins anew.
  Plan Decide(const FreshPosts& index, const LivePosts& posts, uint64_t number);

  // Whether the post may be learned from between trainings at all: approved, not sensitive, and not in the
  // model.
  bool MayMove(const LivePosts& posts, PostRow row) const;

  // What became of a post of the plan. One of which nothing is noted is due again.
  void NoteMoved(const FreshPost& post) { solved_[post.post] = {post, true}; }
  void NoteTooFew(const FreshPost& post) { solved_[post.post] = {post, false}; }
  void NoteRestored(PostId post) { solved_.erase(post); }

 private:
  struct Solved {
    FreshPost then;
    bool moved = false;
  };
  bool IsDue(const FreshPost& now, const Solved* solved, const LivePosts& posts, PostRow row) const;

  const Options options_;
  const absl::flat_hash_set<TopicId> sensitive_topics_;
  uint64_t number_ = 0;
  uint64_t generation_ = 0;
  absl::flat_hash_map<PostId, Solved> solved_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_FRESH_VECTORS_H_
