#include "tools/eval/feed_baselines.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "training/interaction_matrix.h"

namespace bauta {
namespace {

constexpr double kStrength = 10;  // Impressions that the wider rate weighs as much as.
constexpr double kTopicStrength = 20;
constexpr float kCosineShrinkage = 10;

uint64_t AuthorKey(const Post& post) {
  uint64_t key;
  std::memcpy(&key, post.author.bytes().data(), sizeof(key));
  return key;
}

}  // namespace

AnswerRates::AnswerRates(const TrainingSet& set) : set_(set), posts_(set.posts().size()) {
  for (const LearnableRow& row : set.rows()) {
    std::map<std::pair<uint32_t, Hour>, bool> shown;
    for (const Impression& impression : row.impressions) {
      shown.emplace(std::pair(set.Find(impression.post), impression.hour), false);
    }
    for (const Interaction& event : row.interactions) {
      const auto found = shown.find({set.Find(event.post), event.hour});
      if (found != shown.end() && event.kind == SignalKind::kClick) found->second = true;
    }
    for (const auto& [key, answered] : shown) {
      if (key.first != kNoPost) events_.push_back({key.second, key.first, answered});
    }
  }
  std::stable_sort(events_.begin(), events_.end(),
                   [](const Event& a, const Event& b) { return a.hour < b.hour; });
}

void AnswerRates::AdvanceTo(Hour now) {
  for (; next_ < events_.size() && events_[next_].hour < now; ++next_) {
    const Event& event = events_[next_];
    const auto add = [&](Tally& tally) {
      ++tally.shown;
      tally.answered += event.answered;
    };
    const Post& post = set_.posts()[event.post];
    add(all_);
    add(posts_[event.post]);
    add(authors_[AuthorKey(post)]);
    for (const TopicId topic : post.topics) add(topics_[topic.value()]);
  }
}

float AnswerRates::RateOf(uint32_t index) const {
  const Post& post = set_.posts()[index];
  const double everybody = all_.Shrunk(0.5, 2);
  double of_topics = 0;
  for (const TopicId topic : post.topics) {
    const auto found = topics_.find(topic.value());
    of_topics += (found == topics_.end() ? Tally() : found->second).Shrunk(everybody, kTopicStrength);
  }
  of_topics = post.topics.empty() ? everybody : of_topics / static_cast<double>(post.topics.size());
  const auto author = authors_.find(AuthorKey(post));
  const double of_author = (author == authors_.end() ? Tally() : author->second).Shrunk(of_topics, kStrength);
  return static_cast<float>(posts_[index].Shrunk(of_author, kStrength));
}

ItemKnn::ItemKnn(const CsrMatrix& answers) : together_(answers.columns), counts_(answers.columns, 0.0f) {
  for (size_t row = 0; row < answers.rows(); ++row) {
    for (const MatrixEntry& a : answers.row(row)) {
      ++counts_[a.column];
      for (const MatrixEntry& b : answers.row(row)) {
        if (a.column != b.column) ++together_[a.column][b.column];
      }
    }
  }
}

float ItemKnn::Score(uint32_t post, std::span<const uint32_t> answered) const {
  float score = 0;
  for (const uint32_t other : answered) {
    const auto found = together_[post].find(other);
    if (found == together_[post].end()) continue;
    score += found->second / (std::sqrt(counts_[post] * counts_[other]) + kCosineShrinkage);
  }
  return score;
}

}  // namespace bauta
