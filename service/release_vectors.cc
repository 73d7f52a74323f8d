#include <algorithm>
#include <utility>

#include "base/hour.h"
#include "service/serving_state.h"

namespace bauta {
namespace {

struct Moved {
  FreshPost post;
  std::vector<float> prior, vector;
};

}  // namespace

// Readers are read without a lock, each post is solved under the catalogue's, and the whole release is put in
// place in one step. An upsert or another model meanwhile leaves what it touched to the next release.
absl::Status ServingState::ReleaseVectors(absl::Time now, MovingPosts& moving) {
  const GateRule& rule = moving.vectors.options().rule;
  const FreshPosts index = store_.ReadFreshPosts(rule.crowd_min);
  FreshVectors::Plan plan;
  uint64_t number = 0;
  {
    const std::lock_guard lock(catalogue_mutex_);
    if (this->*moving.posts == nullptr) return absl::OkStatus();
    number = this->*moving.number;
    plan = moving.vectors.Decide(index, *(this->*moving.posts), number);
  }
  absl::Status first_error;
  std::vector<Moved> moved;
  std::vector<FreshPost> too_few;
  for (const FreshPost& post : plan.solve) {
    const absl::StatusOr<std::vector<SubjectView>> readers = store_.ReadReaders(post.post);
    if (!readers.ok()) {
      if (first_error.ok()) first_error = readers.status();
      plan.restore.push_back(post.post);
      continue;
    }
    const std::lock_guard lock(catalogue_mutex_);
    const LivePosts* posts = (this->*moving.posts).get();
    if (posts == nullptr || this->*moving.number != number) return first_error;
    const PostRow row = posts->Find(post.post);
    if (row == kNoRow) continue;
    const size_t stride = posts->model().stride();
    const float* prior = posts->SnapshotVectorOf(row);
    Moved solved{post, {prior, prior + stride}, std::vector<float>(stride)};
    if (solver_.Solve(*posts, row, *readers, Hour::Floor(now), rule, solved.vector)) {
      moved.push_back(std::move(solved));
    } else {
      too_few.push_back(post);
    }
  }
  if (plan.restore.empty() && moved.empty() && too_few.empty()) return first_error;

  const std::lock_guard lock(catalogue_mutex_);
  LivePosts* posts = (this->*moving.posts).get();
  if (posts == nullptr || this->*moving.number != number) return first_error;
  const std::unique_lock serving(serving_lock_);
  for (const PostId post : plan.restore) {
    posts->RestoreVector(post);
    moving.vectors.NoteRestored(post);
  }
  for (const FreshPost& post : too_few) {
    posts->RestoreVector(post.post);
    moving.vectors.NoteTooFew(post);
  }
  for (const Moved& one : moved) {
    const PostRow row = posts->Find(one.post.post);
    if (!moving.vectors.MayMove(*posts, row) ||
        !std::equal(one.prior.begin(), one.prior.end(), posts->SnapshotVectorOf(row))) {
      continue;
    }
    posts->MoveVector(one.post.post, one.vector);
    moving.vectors.NoteMoved(one.post);
  }
  return first_error;
}

}  // namespace bauta
