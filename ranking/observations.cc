#include "ranking/observations.h"

#include "ranking/prior.h"
#include "ranking/signal_confidence.h"

namespace bauta {
namespace {

using Origin = TasteShare::Origin;

// Under the snapshot alone: see LivePosts::SnapshotVectorOf. A post that has left the catalogue still tells
// what was liked, as long as the model knows it.
const float* VectorOf(const ModelSnapshot& model, const LivePosts& posts, PostId post, PostRow row) {
  return row != kNoRow ? posts.SnapshotVectorOf(row) : model.posts().Find(post);
}

size_t OwnVectorsMax(const SubjectView& view) {
  size_t count = view.preferences().declared_topics.size();
  for (const Interaction& interaction : view.interactions()) count += interaction.kind == SignalKind::kSearch;
  for (const Dismissal& lesson : view.lessons()) count += 1 + lesson.topics.size();
  return count;
}

}  // namespace

void TasteProblem::Collect(const ModelSnapshot& model, const LivePosts& posts, const SubjectView& view,
                           Hour now) {
  observations_.clear();
  origins_.clear();
  stride_ = model.stride();
  own_vectors_.resize(OwnVectorsMax(view) * stride_);
  own_vectors_used_ = 0;
  SolveMean(model, posts, view.preferences());
  AddHistory(model, posts, view, now);
  const SilentTopics silent(posts, view.deleted_tags());
  for (size_t i = 0; i < view.lessons().size(); ++i) {
    AddLesson(model, posts, silent, view.lessons()[i], i, now);
  }
}

void TasteProblem::CollectSeeds(const ModelSnapshot& model, const LivePosts& posts,
                                const Preferences& preferences, std::span<const PostId> seeds) {
  observations_.clear();
  origins_.clear();
  stride_ = model.stride();
  own_vectors_.resize(preferences.declared_topics.size() * stride_);
  own_vectors_used_ = 0;
  SolveMean(model, posts, preferences);
  constexpr Hour kJustNow;
  const Confidence like = ConfidenceOf(model.signals(), SignalKind::kLike, 0, kJustNow, kJustNow);
  const SilentTopics silent(posts, {});
  for (PostId seed : seeds) {
    const PostRow row = posts.Find(seed);
    if (silent.Silences(row)) continue;
    const float* vector = VectorOf(model, posts, seed, row);
    if (vector != nullptr) observations_.push_back({vector, like.confidence, like.target});
  }
}

const std::vector<float>& TasteProblem::Solve(const ModelSnapshot& model) {
  fold_in_.Reset(model.gram(), model.alpha0(),
                 ScaledLambda(model.lambda(), model.frequency_exponent(), observations_), observations_);
  taste_.resize(stride_);
  fold_in_.SolveTaste(mean_, taste_);
  return taste_;
}

void TasteProblem::AddHistory(const ModelSnapshot& model, const LivePosts& posts, const SubjectView& view,
                              Hour now) {
  const SignalModel& signals = model.signals();
  const SilentTopics silent(posts, view.deleted_tags());
  FindRows(posts, view);
  const PostRow* row = rows_.data();
  for (size_t i = 0; i < view.interactions().size(); ++i, ++row) {
    const Interaction& signal = view.interactions()[i];
    const Confidence c = ConfidenceOf(signals, signal.kind, signal.strength, signal.hour, now);
    if (c.confidence <= 0) continue;
    if (signal.kind == SignalKind::kSearch) {
      if (silent.Holds(signal.topic)) continue;
      float* own = NextOwnVector();
      if (!TopicPriorMean(model.prior(), signal.topic, {own, stride_})) continue;
      Add(own, c.confidence, c.target, Origin::kInteraction, i);
    } else if (!silent.Silences(*row)) {
      Add(VectorOf(model, posts, signal.post, *row), c.confidence, c.target, Origin::kInteraction, i);
    }
  }
  for (size_t i = 0; i < view.states().size(); ++i, ++row) {
    const PostState& state = view.states()[i];
    const Confidence c = ConfidenceOf(signals, state.kind, 0, state.hour, now);
    if (c.confidence <= 0 || silent.Silences(*row)) continue;
    Add(VectorOf(model, posts, state.post, *row), c.confidence, c.target, Origin::kState, i);
  }
}

void TasteProblem::FindRows(const LivePosts& posts, const SubjectView& view) {
  ids_.clear();
  for (const Interaction& interaction : view.interactions()) ids_.push_back(interaction.post);
  for (const PostState& state : view.states()) ids_.push_back(state.post);
  rows_.resize(ids_.size());
  posts.FindAll(ids_, rows_);
  for (PostRow row : rows_) posts.Prefetch(row);
  for (PostRow row : rows_) posts.PrefetchVector(row);
}

void TasteProblem::AddLesson(const ModelSnapshot& model, const LivePosts& posts, const SilentTopics& silent,
                             const Dismissal& lesson, size_t index, Hour now) {
  const DismissalRule& rule = RuleOf(lesson.reason);
  const Confidence c = ConfidenceOfDismissal(model.signals(), DismissalWeight(lesson, now));
  if (!rule.teaches_dislike || c.confidence <= 0) return;
  const PostRow row = posts.Find(lesson.post);
  if (silent.Silences(row)) return;
  if (rule.scope == DismissalScope::kTopic) {
    for (TopicId topic : lesson.topics) {
      if (silent.Holds(topic)) continue;
      float* own = NextOwnVector();
      if (!TopicPriorMean(model.prior(), topic, {own, stride_})) continue;
      Add(own, c.confidence / static_cast<float>(lesson.topics.size()), c.target, Origin::kDismissal, index);
    }
    return;
  }
  if (rule.scope == DismissalScope::kAuthor) {
    float* own = NextOwnVector();
    if (AuthorPriorMean(model.prior(), lesson.author, {own, stride_})) {
      Add(own, c.confidence, c.target, Origin::kDismissal, index);
      return;
    }
  }
  Add(VectorOf(model, posts, lesson.post, row), c.confidence, c.target, Origin::kDismissal, index);
}

void TasteProblem::SolveMean(const ModelSnapshot& model, const LivePosts& posts,
                             const Preferences& preferences) {
  mean_.assign(model.mean_taste().begin(), model.mean_taste().end());
  declared_.clear();
  // To declare a topic is to like it once.
  const float liking = model.signals().weight[static_cast<size_t>(SignalKind::kLike)];
  for (TopicId topic : preferences.declared_topics) {
    if (posts.IsSensitive(topic)) continue;
    float* own = NextOwnVector();
    if (liking > 0 && TopicPriorMean(model.prior(), topic, {own, stride_})) {
      declared_.push_back({own, liking, 1});
    }
  }
  if (declared_.empty()) return;
  fold_in_.Reset(model.gram(), model.alpha0(),
                 ScaledLambda(model.lambda(), model.frequency_exponent(), declared_), declared_);
  fold_in_.SolveTaste(model.mean_taste(), mean_);
}

void TasteProblem::Add(const float* vector, float confidence, float target, Origin origin, size_t index) {
  if (vector == nullptr) return;
  observations_.push_back({vector, confidence, target});
  origins_.push_back({origin, index});
}

float* TasteProblem::NextOwnVector() { return own_vectors_.data() + stride_ * own_vectors_used_++; }

}  // namespace bauta
