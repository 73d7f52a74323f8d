#include "ranking/arrange.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace bauta {
namespace {

// Candidates that compete for a page: spacing moves a post by a few pages at most.
constexpr size_t kPoolPerSlot = 3;
constexpr size_t kPoolMin = 64;
// Exact uncertainties cost a solution each; only the most promising get one.
constexpr size_t kExploringMax = 64;

}  // namespace

float SpacingFactor(const Spacing& spacing, uint32_t already_placed) {
  return (1 - spacing.floor) * std::pow(spacing.decay, static_cast<float>(already_placed)) + spacing.floor;
}

bool IsSlotOfShare(float share, size_t slot) {
  const double before = static_cast<double>(slot) * share;
  return std::floor(before + share) > std::floor(before);
}

void Arranger::Arrange(const RankingContext& context, const FeedRequest& request,
                       std::span<const Candidate> candidates, TasteProblem& taste,
                       std::span<ScoreTerms> terms, std::vector<uint32_t>& order) {
  const Call call{context, request, candidates, terms};
  order.clear();
  author_factors_.Reset(context.surface.author_spacing);
  topic_factors_.Reset(context.surface.topic_spacing);
  placed_.assign(candidates.size(), false);
  fresh_placed_ = 0;
  fresh_since_seconds_ = ToSeconds(context.now - context.surface.fresh_age);
  author_counts_.Clear();
  topic_counts_.Clear();
  FillPool(call);
  FillFresh(call);
  FillExploring(call, taste);
  size_t fresh_due = 0;
  for (size_t i = 0; i < request.limit; ++i) {
    const size_t slot = request.shown.size() + i;
    fresh_due += IsSlotOfShare(context.surface.fresh_share, slot);
    if (IsSlotOfShare(context.surface.explore_share, slot) && TakeExploring(call, order)) continue;
    if (fresh_placed_ < fresh_due && TakeFresh(call, order)) continue;
    if (!TakeBest(call, order)) break;
  }
}

void Arranger::ArrangeByTime(const RankingContext& context, const FeedRequest& request,
                             std::span<const Candidate> candidates, std::vector<uint32_t>& order) {
  order.resize(candidates.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto newer = [&](uint32_t a, uint32_t b) {
    const PostRow left = candidates[a].row, right = candidates[b].row;
    const uint32_t left_time = context.posts.At(left).publish_seconds;
    const uint32_t right_time = context.posts.At(right).publish_seconds;
    if (left_time != right_time) return left_time > right_time;
    return candidates[a].post < candidates[b].post;
  };
  const size_t count = std::min(request.limit, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(count), order.end(), newer);
  order.resize(count);
}

void Arranger::FillPool(const Call& call) {
  scores_.resize(call.candidates.size());
  for (size_t i = 0; i < scores_.size(); ++i) scores_[i] = call.terms[i].Sum();
  SelectPool(call, std::max(kPoolMin, kPoolPerSlot * call.request.limit));
  const auto better = [](const Ranked& a, const Ranked& b) { return a.Before(b); };
  base_ = 0;
  if (!pool_.empty()) {
    const size_t middle = pool_.size() / 2;
    std::nth_element(pool_.begin(), pool_.begin() + static_cast<ptrdiff_t>(middle), pool_.end(), better);
    base_ = pool_[middle].score;
  }
  std::make_heap(pool_.begin(), pool_.end(), [](const Ranked& a, const Ranked& b) { return b.Before(a); });
}

// Counts the scores by step, so that only those on one step have to be compared with each other.
void Arranger::SelectPool(const Call& call, size_t wanted) {
  pool_.clear();
  if (scores_.size() <= wanted) {
    for (uint32_t i = 0; i < scores_.size(); ++i) pool_.push_back(RankedOf(call, i));
    return;
  }
  const auto [low, high] = std::minmax_element(scores_.begin(), scores_.end());
  constexpr float kStepMax = 255;
  const float steps_per_unit = kStepMax / (*high - *low);
  std::array<uint32_t, 256> counts{};
  steps_.resize(scores_.size());
  for (size_t i = 0; i < scores_.size(); ++i) {
    // Rises with the score. No number at all where the lowest and the highest are equal or infinite: then all
    // are on the lowest step.
    const float step = (scores_[i] - *low) * steps_per_unit;
    steps_[i] = static_cast<uint8_t>(step > 0 ? std::min(step, kStepMax) : 0);
    ++counts[steps_[i]];
  }
  uint32_t edge = 255;
  size_t above = 0;
  for (; above + counts[edge] < wanted; --edge) above += counts[edge];
  on_edge_.resize(scores_.size());
  size_t on_edge = 0;
  pool_.reserve(wanted);
  for (uint32_t i = 0; i < scores_.size(); ++i) {
    on_edge_[on_edge] = i;
    on_edge += steps_[i] == edge;
    if (steps_[i] > edge) pool_.push_back(RankedOf(call, i));
  }
  for (size_t i = 0; i < on_edge; ++i) pool_.push_back(RankedOf(call, on_edge_[i]));
  const auto better = [](const Ranked& a, const Ranked& b) { return a.Before(b); };
  std::nth_element(pool_.begin() + static_cast<ptrdiff_t>(above),
                   pool_.begin() + static_cast<ptrdiff_t>(wanted), pool_.end(), better);
  pool_.resize(wanted);
}

void Arranger::FillFresh(const Call& call) {
  fresh_.clear();
  if (call.context.surface.fresh_share <= 0) return;
  for (uint32_t i = 0; i < call.candidates.size(); ++i) {
    // No slot lifts what the person asked to see less of.
    if (call.terms[i].dismissal == 0 && IsFresh(call, i)) fresh_.push_back(i);
  }
}

bool Arranger::IsFresh(const Call& call, uint32_t index) const {
  return call.context.posts.At(call.candidates[index].row).publish_seconds > fresh_since_seconds_;
}

void Arranger::FillExploring(const Call& call, TasteProblem& taste) {
  exploring_.clear();
  bool any_slot = false;
  for (size_t i = 0; i < call.request.limit; ++i) {
    any_slot |= IsSlotOfShare(call.context.surface.explore_share, call.request.shown.size() + i);
  }
  if (!any_slot) return;
  const float worth = std::abs(call.context.model.score_weights().taste * call.context.surface.scales.taste);
  const auto vector_of = [&](uint32_t index) {
    return std::span(call.context.posts.VectorOf(call.candidates[index].row), call.context.model.stride());
  };
  for (uint32_t i = 0; i < call.candidates.size(); ++i) {
    if (call.terms[i].dismissal == 0) exploring_.push_back(RankedOf(call, i));
  }
  for (Ranked& r : exploring_) {
    r.score += worth * std::sqrt(taste.fold_in().UncertaintyBound(vector_of(r.index)));
  }
  const auto better = [](const Ranked& a, const Ranked& b) { return a.Before(b); };
  if (exploring_.size() > kExploringMax) {
    std::nth_element(exploring_.begin(), exploring_.begin() + kExploringMax, exploring_.end(), better);
    exploring_.resize(kExploringMax);
  }
  for (Ranked& r : exploring_) {
    const float uncertainty = std::max(0.0f, taste.fold_in().Uncertainty(vector_of(r.index)));
    r.score = call.terms[r.index].Sum() + worth * std::sqrt(uncertainty);
  }
  std::sort(exploring_.begin(), exploring_.end(),
            [](const Ranked& a, const Ranked& b) { return b.Before(a); });
}

float Arranger::Spaced(const Call& call, uint32_t index) const {
  const LivePost& post = call.context.posts.At(call.candidates[index].row);
  float factor = 1;
  if (post.author != kNoIndex) {
    if (const uint32_t* count = author_counts_.Find(post.author)) {
      factor = author_factors_.At(*count);
    }
  }
  uint32_t most = 0;
  for (TopicIndex topic : call.context.posts.TopicsOf(post)) {
    if (const uint32_t* count = topic_counts_.Find(topic)) most = std::max(most, *count);
  }
  if (most > 0) factor *= topic_factors_.At(most);
  const float score = scores_[index];
  if (factor >= 1) return score;
  // Below the base less standing is more distance, so that spacing never lifts a post.
  const float standing = score - base_;
  return base_ + (standing >= 0 ? standing * factor : standing / std::max(factor, 1e-6f));
}

bool Arranger::TakeBest(const Call& call, std::vector<uint32_t>& order) {
  const auto worse = [](const Ranked& a, const Ranked& b) { return b.Before(a); };
  while (!pool_.empty()) {
    std::pop_heap(pool_.begin(), pool_.end(), worse);
    const Ranked top = pool_.back();
    pool_.pop_back();
    if (placed_[top.index]) continue;
    // Spaced scores only ever fall: one that is no lower than when it was pushed is the best there is.
    const float now = Spaced(call, top.index);
    if (now >= top.score) {
      Place(call, top.index, order);
      return true;
    }
    pool_.push_back({now, top.tie, top.index});
    std::push_heap(pool_.begin(), pool_.end(), worse);
  }
  return false;
}

bool Arranger::TakeFresh(const Call& call, std::vector<uint32_t>& order) {
  Ranked best;
  bool found = false;
  for (uint32_t index : fresh_) {
    if (placed_[index]) continue;
    Ranked next = RankedOf(call, index);
    next.score = Spaced(call, index);
    if (!found || next.Before(best)) best = next;
    found = true;
  }
  if (found) Place(call, best.index, order);
  return found;
}

bool Arranger::TakeExploring(const Call& call, std::vector<uint32_t>& order) {
  while (!exploring_.empty()) {
    const Ranked top = exploring_.back();
    exploring_.pop_back();
    if (placed_[top.index]) continue;
    call.terms[top.index].exploration = top.score - scores_[top.index];
    Place(call, top.index, order);
    return true;
  }
  return false;
}

void Arranger::Place(const Call& call, uint32_t index, std::vector<uint32_t>& order) {
  placed_[index] = true;
  order.push_back(index);
  fresh_placed_ += IsFresh(call, index);
  const LivePost& post = call.context.posts.At(call.candidates[index].row);
  if (post.author != kNoIndex) ++author_counts_[post.author];
  for (TopicIndex topic : call.context.posts.TopicsOf(post)) ++topic_counts_[topic];
}

}  // namespace bauta
