#include "service/fresh_vectors.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace bauta {
namespace {

// In the order in which they get their turn.
struct Due {
  bool departed = false;
  uint64_t growth = 0;
  FreshPost post;

  friend bool operator<(const Due& a, const Due& b) {
    return std::tuple(!a.departed, ~a.growth, a.post.post) < std::tuple(!b.departed, ~b.growth, b.post.post);
  }
};

}  // namespace

FreshVectors::FreshVectors(Options options)
    : options_(std::move(options)),
      sensitive_topics_(options_.sensitive_topics.begin(), options_.sensitive_topics.end()) {}

bool FreshVectors::MayMove(const LivePosts& posts, PostRow row) const {
  if (row == kNoRow) return false;
  const LivePost& post = posts.At(row);
  if (post.learned || !post.approved || post.sensitive) return false;
  const std::span<const TopicIndex> topics = posts.TopicsOf(post);
  return std::none_of(topics.begin(), topics.end(),
                      [&](TopicIndex topic) { return sensitive_topics_.contains(posts.TopicAt(topic)); });
}

bool FreshVectors::IsDue(const FreshPost& now, const Solved* solved, const LivePosts& posts,
                         PostRow row) const {
  if (solved == nullptr || solved->then.departures != now.departures) return true;
  if (solved->moved && !posts.At(row).moved) return true;  // Upserted since.
  const uint32_t k = std::max(options_.rule.crowd_min, 1u);
  return now.readers / k > solved->then.readers / k || now.arrivals - solved->then.arrivals >= k;
}

FreshVectors::Plan FreshVectors::Decide(const FreshPosts& index, const LivePosts& posts, uint64_t number) {
  Plan plan;
  if (number != number_) solved_.clear();  // The vectors went with the live posts.
  number_ = number;
  // An index that begins anew knows who may be learned from now; until it is complete nothing is moved.
  const bool begins = !index.complete || index.generation != generation_;
  generation_ = index.generation;

  absl::flat_hash_set<PostId> kept;
  std::vector<Due> due;
  for (const FreshPost& post : index.posts) {
    const PostRow row = posts.Find(post.post);
    if (!options_.enabled || !index.complete || !MayMove(posts, row)) continue;
    const auto found = begins ? solved_.end() : solved_.find(post.post);
    const Solved* solved = found == solved_.end() ? nullptr : &found->second;
    if (!IsDue(post, solved, posts, row)) {
      kept.insert(post.post);
      continue;
    }
    const bool departed =
        solved_.contains(post.post) && (solved == nullptr || solved->then.departures != post.departures);
    due.push_back({departed, solved == nullptr ? post.readers : post.arrivals - solved->then.arrivals, post});
  }
  std::sort(due.begin(), due.end());
  for (const Due& one : due) {
    if (plan.solve.size() < options_.posts_max) {
      plan.solve.push_back(one.post);
    } else if (one.departed) {
      continue;  // Restored below.
    }
    kept.insert(one.post.post);
  }
  for (const auto& [post, solved] : solved_) {
    if (!kept.contains(post)) plan.restore.push_back(post);
  }
  std::sort(plan.restore.begin(), plan.restore.end());
  return plan;
}

}  // namespace bauta
