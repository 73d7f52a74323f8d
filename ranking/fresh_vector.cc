#include "ranking/fresh_vector.h"

#include <algorithm>
#include <cmath>

#include "ranking/signal_confidence.h"
#include "ranking/silent_topics.h"
#include "ranking/vector_kernels.h"

namespace bauta {
namespace {

// All that the view's subject did with the post, as one observation: the sum of confidences, and their mean
// target.
Observation ReadingOf(const SignalModel& signals, const SubjectView& view, PostId post, Hour now) {
  float confidence = 0, weighted_target = 0;
  const auto add = [&](const Confidence& one) {
    confidence += one.confidence;
    weighted_target += one.confidence * one.target;
  };
  for (const Interaction& signal : view.interactions()) {
    if (signal.post == post) add(ConfidenceOf(signals, signal.kind, signal.strength, signal.hour, now));
  }
  for (const PostState& state : view.states()) {
    if (state.post == post) add(ConfidenceOf(signals, state.kind, 0, state.hour, now));
  }
  return {nullptr, confidence, confidence > 0 ? weighted_target / confidence : 0};
}

}  // namespace

bool FreshVectorSolver::Solve(const LivePosts& posts, PostRow row, std::span<const SubjectView> readers,
                              Hour now, const GateRule& rule, std::span<float> vector) {
  const ModelSnapshot& model = posts.model();
  const size_t stride = model.stride();
  const std::span<const float> prior(posts.SnapshotVectorOf(row), stride);
  std::copy(prior.begin(), prior.end(), vector.begin());
  if (!(model.crowd_size() > 0) || readers.size() < rule.crowd_min) return false;

  tastes_.resize(readers.size() * stride);
  readers_.clear();
  for (const SubjectView& view : readers) {
    if (SilentTopics(posts, view.deleted_tags()).Silences(row)) continue;
    Observation reading = ReadingOf(model.signals(), view, posts.IdOf(row), now);
    if (!(reading.confidence > 0)) continue;
    taste_.Collect(model, posts, view, now);
    float* taste = tastes_.data() + readers_.size() * stride;
    std::copy_n(taste_.Solve(model).data(), stride, taste);
    reading.vector = taste;
    readers_.push_back(reading);
  }
  const auto step = std::max(rule.crowd_min, 1u);
  const auto counted = static_cast<uint32_t>(readers_.size() / step * step);
  const size_t free = rule.FreeDirections(counted, TasteDimension(model));
  if (free == 0) return false;
  solver_.Solve(model, prior, readers_, free, vector);
  if (std::isfinite(ActiveVectorKernels().dot(vector.data(), vector.data(), stride))) return true;
  std::copy(prior.begin(), prior.end(), vector.begin());
  return false;
}

}  // namespace bauta
