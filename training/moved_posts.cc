#include "training/moved_posts.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "featurestore/records/subject_view_builder.h"
#include "training/events_before.h"
#include "training/interaction_matrix.h"

namespace bauta {
namespace {

// As the store keeps readers while it serves: featurestore/store/crowd_share.cc and reader_index.h.
constexpr int64_t kReadHours = 72;
constexpr size_t kReadersMax = 512;

bool IsReading(SignalKind kind) { return IsAnswer(kind) || kind == SignalKind::kDwell; }

SubjectView ViewAt(const LearnableRow& row, Hour hour) {
  SubjectViewBuilder builder;
  builder.Interactions(EventsBefore(row.interactions, hour)).States(EventsBefore(row.states, hour));
  return std::move(builder).Build();
}

}  // namespace

void MovedPosts::Begin(const LivePosts& posts) {
  begun_ = true;
  of_post_.resize(set_.posts().size());
  steps_.resize(set_.posts().size());
  for (uint32_t row = 0; row < set_.rows().size(); ++row) {
    const auto add = [&](PostId id, SignalKind kind, Hour hour) {
      const uint32_t post = set_.Find(id);
      if (post == kNoPost || !IsReading(kind) || posts.At(posts.Find(id)).learned) return;
      readings_.push_back({hour, row, post});
    };
    for (const Interaction& event : set_.rows()[row].interactions) add(event.post, event.kind, event.hour);
    for (const PostState& state : set_.rows()[row].states) add(state.post, state.kind, state.hour);
  }
  std::sort(readings_.begin(), readings_.end(), [](const Reading& a, const Reading& b) {
    return std::tie(a.hour, a.post, a.row) < std::tie(b.hour, b.post, b.row);
  });
}

std::vector<uint32_t> MovedPosts::LastReaders(uint32_t post, Hour hour) const {
  std::vector<uint32_t> readers;
  const std::vector<Reading>& readings = of_post_[post];
  for (auto reading = readings.rbegin(); reading != readings.rend(); ++reading) {
    if (reading->hour < hour.Plus(-kReadHours) || readers.size() == kReadersMax) break;
    if (std::find(readers.begin(), readers.end(), reading->row) == readers.end()) {
      readers.push_back(reading->row);
    }
  }
  std::sort(readers.begin(), readers.end());
  return readers;
}

bool MovedPosts::Solve(uint32_t post, const std::vector<uint32_t>& readers, Hour hour, LivePosts& posts) {
  std::vector<SubjectView> views;
  views.reserve(readers.size());
  for (const uint32_t row : readers) views.push_back(ViewAt(set_.rows()[row], hour));
  std::vector<float> vector(posts.model().stride());
  const PostRow row = posts.Find(set_.ids()[post]);
  if (!solver_.Solve(posts, row, views, hour, rule_, vector)) return false;
  const bool first = !posts.At(row).moved;
  return posts.MoveVector(set_.ids()[post], vector) && first;
}

void MovedPosts::AdvanceTo(Hour hour, LivePosts& posts) {
  if (!begun_) Begin(posts);
  std::vector<uint32_t> touched;
  for (; next_ < readings_.size() && readings_[next_].hour < hour; ++next_) {
    of_post_[readings_[next_].post].push_back(readings_[next_]);
    touched.push_back(readings_[next_].post);
  }
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  const uint32_t step = std::max(rule_.crowd_min, 1u);
  for (const uint32_t post : touched) {
    const std::vector<uint32_t> readers = LastReaders(post, hour);
    const auto steps = static_cast<uint32_t>(readers.size()) / step;
    if (steps <= steps_[post]) continue;
    steps_[post] = steps;
    posts_moved_ += Solve(post, readers, hour, posts);
  }
}

}  // namespace bauta
