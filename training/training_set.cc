#include "training/training_set.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <tuple>
#include <utility>

namespace bauta {
namespace {

// The words of a row's content, in an order that its events alone decide.
template <class Sink>
void VisitContent(const LearnableRow& row, Sink sink) {
  sink(row.interactions.size());
  for (const Interaction& event : row.interactions) {
    sink(event.post.value());
    sink(event.topic.value());
    sink(uint64_t{static_cast<uint8_t>(event.kind)} << 8 | event.surface.value());
    sink(uint64_t{event.strength} << 32 | event.hour.value());
  }
  sink(row.states.size());
  for (const PostState& state : row.states) {
    sink(state.post.value());
    sink(uint64_t{static_cast<uint8_t>(state.kind)} << 40 | uint64_t{state.surface.value()} << 32 |
         state.hour.value());
  }
  sink(row.impressions.size());
  for (const Impression& impression : row.impressions) {
    sink(uint64_t{impression.post.value()} << 32 | impression.hour.value());
    sink(uint64_t{impression.surface.value()});
  }
  sink(row.lessons.size());
  for (const Dismissal& lesson : row.lessons) {
    sink(uint64_t{static_cast<uint8_t>(lesson.reason)} << 32 | lesson.hour.value());
    sink(lesson.post.value());
    uint64_t author[2];
    static_assert(sizeof(author) == kCodeSize);
    std::memcpy(author, lesson.author.bytes().data(), sizeof(author));
    sink(author[0]);
    sink(author[1]);
    sink(uint64_t{lesson.repeats} << 32 | lesson.topics.size());
    for (const TopicId topic : lesson.topics) sink(topic.value());
  }
}

std::vector<uint64_t> ContentOf(const LearnableRow& row) {
  std::vector<uint64_t> words;
  VisitContent(row, [&](uint64_t word) { words.push_back(word); });
  return words;
}

// By hour first: replays take a row's events from the front.
void SortEvents(LearnableRow& row) {
  const auto by_hour = [](const auto& a, const auto& b) {
    return a.hour != b.hour ? a.hour < b.hour : a < b;
  };
  std::sort(row.interactions.begin(), row.interactions.end(), by_hour);
  std::sort(row.states.begin(), row.states.end(), by_hour);
  std::sort(row.impressions.begin(), row.impressions.end(), by_hour);
  std::sort(row.lessons.begin(), row.lessons.end(), [](const Dismissal& a, const Dismissal& b) {
    return std::tie(a.hour, a.post, a.reason, a.author, a.repeats, a.topics) <
           std::tie(b.hour, b.post, b.reason, b.author, b.repeats, b.topics);
  });
}

bool IsEmpty(const LearnableRow& row) {
  return row.interactions.empty() && row.states.empty() && row.impressions.empty() && row.lessons.empty();
}

std::vector<LearnableRow> InOrderOfContent(std::vector<LearnableRow> rows) {
  std::vector<std::pair<uint64_t, size_t>> order;
  order.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) order.emplace_back(ContentHash(rows[i]), i);
  std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : ContentOf(rows[a.second]) < ContentOf(rows[b.second]);
  });
  std::vector<LearnableRow> sorted;
  sorted.reserve(rows.size());
  for (const auto& [hash, index] : order) sorted.push_back(std::move(rows[index]));
  return sorted;
}

}  // namespace

uint64_t ContentHash(const LearnableRow& row) {
  uint64_t hash = 0;
  VisitContent(row, [&](uint64_t word) {  // A step of MurmurHash64A a word.
    word *= 0xc6a4a7935bd1e995ULL;
    word ^= word >> 47;
    hash = (hash ^ word * 0xc6a4a7935bd1e995ULL) * 0xc6a4a7935bd1e995ULL;
  });
  hash ^= hash >> 47;
  hash *= 0xc6a4a7935bd1e995ULL;
  return hash ^ hash >> 47;
}

TrainingSet::TrainingSet(std::vector<Post> posts, std::vector<LearnableRow> rows) {
  std::stable_sort(posts.begin(), posts.end(), [](const Post& a, const Post& b) { return a.id < b.id; });
  for (Post& post : posts) {
    if (!posts_.empty() && posts_.back().id == post.id) posts_.pop_back();
    posts_.push_back(std::move(post));
  }
  ids_.reserve(posts_.size());
  for (const Post& post : posts_) {
    const auto [found, is_new] =
        by_fingerprint_.emplace(PostFingerprint::Of(post.id), static_cast<uint32_t>(ids_.size()));
    if (!is_new) found->second = kNoPost;
    ids_.push_back(post.id);
  }

  std::erase_if(rows, IsEmpty);
  for (LearnableRow& row : rows) SortEvents(row);
  rows_ = InOrderOfContent(std::move(rows));
  for (const LearnableRow& row : rows_) {
    for (const Interaction& event : row.interactions) NoteHour(event.hour);
    for (const PostState& state : row.states) NoteHour(state.hour);
    for (const Impression& impression : row.impressions) NoteHour(impression.hour);
    for (const Dismissal& lesson : row.lessons) NoteHour(lesson.hour);
  }
}

void TrainingSet::NoteHour(Hour hour) {
  ++events_;
  first_hour_ = first_hour_ ? std::min(*first_hour_, hour) : hour;
  last_hour_ = last_hour_ ? std::max(*last_hour_, hour) : hour;
}

uint32_t TrainingSet::Find(PostId post) const {
  const auto found = std::lower_bound(ids_.begin(), ids_.end(), post);
  return found != ids_.end() && *found == post ? static_cast<uint32_t>(found - ids_.begin()) : kNoPost;
}

uint32_t TrainingSet::Find(PostFingerprint post) const {
  const auto found = by_fingerprint_.find(post);
  return found != by_fingerprint_.end() ? found->second : kNoPost;
}

}  // namespace bauta
