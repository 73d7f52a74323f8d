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
  bool shown = false;
  bool answered = false;
  Hour shown_hour;  // The latest.
};

class RowReader {
 public:
  RowReader(const TrainingSet& set, const SignalModel& signals, Hour until)
      : set_(set), signals_(signals), until_(until) {}

  // Sorted by post, each once.
  const std::vector<Evidence>& Read(const LearnableRow& row) {
    evidence_.clear();
    for (const Interaction& event : row.interactions) {
      if (event.hour >= until_) continue;
      Add(set_.Find(event.post), ConfidenceOf(signals_, event.kind, event.strength, event.hour, until_),
          event.kind == SignalKind::kDwell, IsAnswer(event.kind), event.hour);
    }
    for (const PostState& state : row.states) {
      if (state.hour >= until_) continue;
      Add(set_.Find(state.post), ConfidenceOf(signals_, state.kind, 0, state.hour, until_), false, true,
          state.hour);
    }
    for (const Dismissal& lesson : row.lessons) {
      if (lesson.hour >= until_ || !RuleOf(lesson.reason).teaches_dislike) continue;
      Add(set_.Find(lesson.post), ConfidenceOfDismissal(signals_, DismissalWeight(lesson, until_)), false,
          true, lesson.hour);
    }
    for (const Impression& impression : row.impressions) {
      if (impression.hour >= until_) continue;
      Add(set_.Find(impression.post), {0, 0}, true, false, impression.hour);
    }
    Merge();
    return evidence_;
  }

 private:
  void Add(uint32_t post, const Confidence& confidence, bool shown, bool answered, Hour hour) {
    if (post == kNoPost) return;
    evidence_.push_back(
        {post, confidence.confidence, confidence.confidence * confidence.target, shown, answered, hour});
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
        into.shown |= evidence_[i].shown;
        into.answered |= evidence_[i].answered;
        into.shown_hour = std::max(into.shown_hour, evidence_[i].shown_hour);
      } else {
        evidence_[kept++] = evidence_[i];
      }
    }
    evidence_.resize(kept);
  }

  const TrainingSet& set_;
  const SignalModel& signals_;
  const Hour until_;
  std::vector<Evidence> evidence_;
};

void AddEntry(uint32_t post, float confidence, float weighted_target, CsrMatrix& matrix) {
  if (confidence > 0) matrix.entries.push_back({post, confidence, weighted_target / confidence});
}

}  // namespace

InteractionMatrices BuildMatrices(const TrainingSet& set, const MatrixOptions& options) {
  InteractionMatrices matrices;
  matrices.acts.columns = matrices.exposures.columns = set.posts().size();
  SignalModel slow = options.signals;
  if (options.exposure_confidence > 0) slow.half_life_hours = options.exposure_half_life_hours;
  RowReader acts(set, options.signals, options.until), exposures(set, slow, options.until);
  for (size_t row = 0; row < set.rows().size(); ++row) {
    for (const Evidence& evidence : acts.Read(set.rows()[row])) {
      AddEntry(evidence.post, evidence.confidence, evidence.weighted_target, matrices.acts);
    }
    for (const Evidence& evidence : exposures.Read(set.rows()[row])) {
      const float share = evidence.shown || options.exposure_confidence == 0 ? 1 : options.unseen_share;
      const float vain =
          evidence.answered || !evidence.shown
              ? 0
              : options.exposure_confidence * RecencyDecay(slow, evidence.shown_hour, options.until);
      AddEntry(evidence.post, share * evidence.confidence + vain, share * evidence.weighted_target,
               matrices.exposures);
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
  signals.half_life_hours = 24 * 42;
  return signals;
}

}  // namespace bauta
