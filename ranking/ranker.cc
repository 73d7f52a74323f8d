#include "ranking/ranker.h"

#include <algorithm>
#include <cmath>

#include "ranking/filter.h"
#include "ranking/scratch.h"
#include "ranking/scratch_memory.h"
#include "ranking/vector_kernels.h"

namespace bauta {
namespace {

// Folds the view in. Empty on a surface without scores.
std::span<const float> FoldInTaste(const RankingContext& context, const SubjectView& view,
                                   ScratchMemory& memory) {
  if (context.surface.chronological) return {};
  memory.taste.Collect(context.model, context.posts, view, Hour::Floor(context.now));
  return memory.taste.Solve(context.model);
}

void CountRemoved(RemovalReason reason, FeedTrace& trace) { ++trace.removed[static_cast<size_t>(reason)]; }

// The caller's candidates, each held against the filters.
void GatherCandidates(const RankingContext& context, std::span<const PostId> posts,
                      std::span<const float> caller_scores, ScratchMemory& memory, FeedTrace& trace) {
  trace.candidates = static_cast<uint32_t>(posts.size());
  memory.rows.resize(posts.size());
  context.posts.FindAll(posts, memory.rows);
  constexpr size_t kAhead = 16;
  for (size_t i = 0; i < posts.size(); ++i) {
    if (i + kAhead < posts.size()) context.posts.Prefetch(memory.rows[i + kAhead]);
    const PostRow row = memory.rows[i];
    if (row == kNoRow) {
      CountRemoved(RemovalReason::kUnknownPost, trace);
      continue;
    }
    CandidateSet::Slot& slot = memory.candidates.SlotOf(row);
    if (!slot.is_new()) {
      CountRemoved(RemovalReason::kDuplicate, trace);
      continue;
    }
    const RemovalReason reason = FindRemovalReason(context, memory.viewer, row);
    if (reason != RemovalReason::kCount) {
      CountRemoved(reason, trace);
      memory.candidates.Remove(slot);
      continue;
    }
    const float caller = i < caller_scores.size() && std::isfinite(caller_scores[i]) ? caller_scores[i] : 0;
    memory.candidates.Keep(slot, row, caller).sources.Add(Source::kCaller);
  }
}

void ScoreCandidates(const RankingContext& context, std::span<const float> taste, ScratchMemory& memory) {
  const std::span<const Candidate> candidates = memory.candidates.kept();
  memory.vectors.resize(candidates.size());
  memory.products.resize(candidates.size());
  memory.terms.resize(candidates.size());
  for (size_t i = 0; i < candidates.size(); ++i) {
    memory.vectors[i] = context.posts.VectorOf(candidates[i].row);
  }
  ActiveVectorKernels().dot_rows(taste.data(), memory.vectors.data(), candidates.size(), taste.size(),
                                 memory.products.data());
  constexpr size_t kAhead = 12;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (i + kAhead < candidates.size()) memory.local.Prefetch(context.posts, candidates[i + kAhead].row);
    ScoreFeatures features = FeaturesOf(context, memory.viewer, memory.local, candidates[i].row);
    features.taste = memory.products[i];
    features.caller = candidates[i].caller;
    memory.terms[i] = WeighFeatures(features, context.model.score_weights(), context.surface.scales);
  }
}

// Scores and arranges what the filters kept.
void Finish(const RankingContext& context, const FeedRequest& request, std::span<const float> taste,
            ScratchMemory& memory, RankedFeed& feed) {
  const std::span<const Candidate> candidates = memory.candidates.kept();
  if (context.surface.chronological) {
    memory.terms.assign(candidates.size(), ScoreTerms());
    memory.arranger.ArrangeByTime(context, request, candidates, memory.order);
  } else {
    ScoreCandidates(context, taste, memory);
    memory.arranger.Arrange(context, request, candidates, memory.taste, memory.terms, memory.order);
  }
  feed.posts.reserve(memory.order.size());
  for (uint32_t index : memory.order) {
    const ScoreTerms& terms = memory.terms[index];
    feed.posts.push_back(
        {context.posts.IdOf(candidates[index].row), terms.Sum(), terms, candidates[index].sources});
  }
}

void Begin(const RankingContext& context, const SubjectView& view, const FeedRequest& request,
           ScratchMemory& memory) {
  memory.viewer.Reset(context, view, request);
  memory.local.Reset(context.fresh, memory.viewer.place());
  memory.candidates.Clear();
}

// The shares of one act add up: an X on two topics is one act.
std::vector<TasteShare> SumByOrigin(std::span<const ObservationOrigin> origins,
                                    std::span<const float> shares) {
  std::vector<TasteShare> sums;
  for (size_t i = 0; i < origins.size(); ++i) {
    if (!sums.empty() && sums.back().origin == origins[i].kind && sums.back().index == origins[i].index) {
      sums.back().share += shares[i];
    } else {
      sums.push_back({origins[i].kind, origins[i].index, shares[i]});
    }
  }
  std::stable_sort(sums.begin(), sums.end(), [](const TasteShare& a, const TasteShare& b) {
    return std::abs(a.share) > std::abs(b.share);
  });
  return sums;
}

void ExplainTaste(const RankingContext& context, PostRow row, TasteProblem& taste, Explanation& explanation) {
  std::vector<float> shares(taste.observations().size());
  TasteShares(taste.fold_in(), taste.observations(), taste.mean(),
              {context.posts.VectorOf(row), context.model.stride()}, shares, explanation.prior_share);
  // Shares are given in the units of the term.
  const float weight = context.surface.scales.taste * context.model.score_weights().taste;
  for (float& share : shares) share *= weight;
  explanation.prior_share *= weight;
  explanation.shares = SumByOrigin(taste.origins(), shares);
}

}  // namespace

RankedFeed RankCandidates(const RankingContext& context, const SubjectView& view, const FeedRequest& request,
                          std::span<const PostId> candidates, std::span<const float> caller_scores,
                          RankingScratch& scratch) {
  ScratchMemory& memory = scratch.memory();
  RankedFeed feed;
  Begin(context, view, request, memory);
  const std::span<const float> taste = FoldInTaste(context, view, memory);
  GatherCandidates(context, candidates, caller_scores, memory, feed.trace);
  Finish(context, request, taste, memory, feed);
  return feed;
}

RankedFeed FindFeed(const RankingContext& context, const SubjectView& view, const FeedRequest& request,
                    RankingScratch& scratch) {
  ScratchMemory& memory = scratch.memory();
  RankedFeed feed;
  Begin(context, view, request, memory);
  const std::span<const float> taste = FoldInTaste(context, view, memory);
  memory.sources.Read(context, memory.viewer, request, taste, memory.candidates, feed.trace);
  Finish(context, request, taste, memory, feed);
  return feed;
}

absl::StatusOr<Explanation> Explain(const RankingContext& context, const SubjectView& view,
                                    const FeedRequest& request, PostId post, RankingScratch& scratch) {
  const PostRow row = context.posts.Find(post);
  if (row == kNoRow) return absl::NotFoundError("post: the catalogue does not have it");
  ScratchMemory& memory = scratch.memory();
  Begin(context, view, request, memory);
  Explanation explanation;
  const RemovalReason reason = FindRemovalReason(context, memory.viewer, row);
  if (reason != RemovalReason::kCount) explanation.removed = reason;
  memory.candidates.Keep(memory.candidates.SlotOf(row), row, request.caller_score);
  const std::span<const float> taste = FoldInTaste(context, view, memory);
  if (!context.surface.chronological) {
    ScoreCandidates(context, taste, memory);
    explanation.post.terms = memory.terms.front();
    ExplainTaste(context, row, memory.taste, explanation);
  }
  explanation.post.post = post;
  explanation.post.score = explanation.post.terms.Sum();
  return explanation;
}

}  // namespace bauta
