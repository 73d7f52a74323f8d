#include "training/interaction_matrix.h"

#include <algorithm>

#include "ranking/signal_confidence.h"

namespace bauta {
namespace {

// What one subject's events say of one post.
struct Evidence {
  uint32_t post = 0;
  float confidence = 0;
  float weighted_target = 0;  // c · t
  float shown = 0;            // 0, or the recency of having been shown.
  bool answered = false;
};

class RowReader {
 public:
  RowReader(const TrainingSet& set, const MatrixOptions& options) : set_(set), options_(options) {}

  // Sorted by post, each once.
  const std::vector<Evidence>& Read(const LearnableRow& row) {
    evidence_.clear();
    for (const Interaction& event : row.interactions) {
      if (event.hour >= options_.until) continue;
      const bool shown = event.kind == SignalKind::kDwell;
      Add(set_.Find(event.post),
          ConfidenceOf(options_.signals, event.kind, event.strength, event.hour, options_.until),
          shown ? RecencyDecay(options_.signals, event.hour, options_.until) : 0, IsAnswer(event.kind));
    }
    for (const PostState& state : row.states) {
      if (state.hour >= options_.until) continue;
      Add(set_.Find(state.post), ConfidenceOf(options_.signals, state.kind, 0, state.hour, options_.until), 0,
          true);
    }
    for (const Dismissal& lesson : row.lessons) {
      if (lesson.hour >= options_.until || !RuleOf(lesson.reason).teaches_dislike) continue;
      Add(set_.Find(lesson.post),
          ConfidenceOfDismissal(options_.signals, DismissalWeight(lesson, options_.until)), 0, true);
    }
    for (const Impression& impression : row.impressions) {
      if (impression.hour >= options_.until) continue;
      Add(set_.Find(impression.post), {0, 0}, RecencyDecay(options_.signals, impression.hour, options_.until),
          false);
    }
    Merge();
    return evidence_;
  }

 private:
  void Add(uint32_t post, const Confidence& confidence, float shown, bool answered) {
    if (post == kNoPost) return;
    evidence_.push_back(
        {post, confidence.confidence, confidence.confidence * confidence.target, shown, answered});
  }

  void Merge() {
    std::stable_sort(evidence_.begin(), evidence_.end(),
                     [](const Evidence& a, const Evidence& b) { return a.post < b.post; });
    size_t kept = 0;
    for (size_t i = 0; i < evidence_.size(); ++i) {
      if (kept > 0 && evidence_[kept - 1].post == evidence_[i].post) {
        Evidence& into = evidence_[kept - 1];
        into.confidence += evidence_[i].confidence;
        into.weighted_target += evidence_[i].weighted_target;
        into.shown = std::max(into.shown, evidence_[i].shown);
        into.answered |= evidence_[i].answered;
      } else {
        evidence_[kept++] = evidence_[i];
      }
    }
    evidence_.resize(kept);
  }

  const TrainingSet& set_;
  const MatrixOptions& options_;
  std::vector<Evidence> evidence_;
};

void AddEntry(uint32_t post, float confidence, float weighted_target, CsrMatrix& matrix) {
  if (confidence > 0) matrix.entries.push_back({post, confidence, weighted_target / confidence});
}

}  // namespace

InteractionMatrices BuildMatrices(const TrainingSet& set, const MatrixOptions& options) {
  InteractionMatrices matrices;
  matrices.acts.columns = matrices.exposures.columns = set.posts().size();
  RowReader reader(set, options);
  for (size_t row = 0; row < set.rows().size(); ++row) {
    for (const Evidence& evidence : reader.Read(set.rows()[row])) {
      AddEntry(evidence.post, evidence.confidence, evidence.weighted_target, matrices.acts);
      const float vain = evidence.answered ? 0 : options.exposure_confidence * evidence.shown;
      matrices.shown_unanswered += vain > 0;
      AddEntry(evidence.post, evidence.confidence + vain, evidence.weighted_target, matrices.exposures);
    }
    if (matrices.exposures.entries.size() == matrices.exposures.offsets.back()) continue;
    matrices.acts.offsets.push_back(matrices.acts.entries.size());
    matrices.exposures.offsets.push_back(matrices.exposures.entries.size());
    matrices.rows.push_back(static_cast<uint32_t>(row));
  }
  return matrices;
}

SignalModel DefaultSignalModel() {
  SignalModel signals;
  signals.target.fill(1);
  const auto set = [&](SignalKind kind, float weight) { signals.weight[static_cast<size_t>(kind)] = weight; };
  set(SignalKind::kClick, 1);
  set(SignalKind::kView, 0.5f);
  set(SignalKind::kDwell, 0.5f);
  set(SignalKind::kShare, 1);
  set(SignalKind::kComment, 1);
  set(SignalKind::kReply, 1);
  set(SignalKind::kPopup, 0.5f);
  set(SignalKind::kSearch, 0.5f);
  set(SignalKind::kReport, 1);
  set(SignalKind::kLike, 1);
  set(SignalKind::kFavorite, 1);
  signals.target[static_cast<size_t>(SignalKind::kReport)] = -1;
  signals.dwell_full_milliseconds = 30'000;
  return signals;
}

}  // namespace bauta
