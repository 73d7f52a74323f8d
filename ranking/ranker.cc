#include "ranking/ranker.h"

#include <algorithm>
#include <cmath>

#include "ranking/daily_bounds.h"
#include "ranking/filter.h"
#include "ranking/scratch.h"
#include "ranking/scratch_memory.h"
#include "ranking/vector_kernels.h"

namespace bauta {
namespace {

// Candidates between two questions whether there is time left.
constexpr size_t kChunk = 1024;

// What a call may use. Advertisements are not ordered by what somebody did who does not permit it, neither by
// taste nor by what was shown; and seeds stand in for a history.
class Scope {
 public:
  Scope(const RankingContext& context, const SubjectView& view, const FeedRequest& request)
      : context_(context), view_(&view) {
    if (context.surface.advertisements && !view.taste_orders_advertisements()) {
      untasted_ = context.surface;
      untasted_->scales.taste = 0;
      generic_ = view.WithoutHistory();
    }
    posts_left_ = PostsLeftToday(context.surface, this->view(), request.shown, context.now);
    if (!request.seeds.empty()) generic_ = view.WithoutHistory();
  }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  RankingContext context() const {
    return {context_.model, context_.posts, context_.fresh, untasted_ ? *untasted_ : context_.surface,
            context_.now};
  }
  const SubjectView& view() const { return generic_ ? *generic_ : *view_; }
  size_t posts_left() const { return posts_left_; }  // Of the surface's day.

 private:
  const RankingContext& context_;
  const SubjectView* view_;
  std::optional<SubjectView> generic_;
  std::optional<SurfaceRules> untasted_;
  size_t posts_left_ = 0;
};

bool IsQuietNow(const RankingContext& context, const Viewer& viewer, const FeedRequest& request) {
  return IsQuiet(context.surface, viewer.place(), request.utc_offset_minutes, context.now);
}

// Folds the view, or the seeds, in. Empty on a surface without scores.
std::span<const float> FoldInTaste(const RankingContext& context, const SubjectView& view,
                                   const FeedRequest& request, ScratchMemory& memory) {
  if (context.surface.chronological) return {};
  if (request.seeds.empty()) {
    memory.taste.Collect(context.model, context.posts, view, Hour::Floor(context.now));
  } else {
    memory.taste.CollectSeeds(context.model, context.posts, view.preferences(), request.seeds);
  }
  return memory.taste.Solve(context.model);
}

void CountRemoved(RemovalReason reason, FeedTrace& trace) { ++trace.removed[static_cast<size_t>(reason)]; }

// The caller's candidates, each held against the filters.
void GatherCandidates(const RankingContext& context, std::span<const PostId> posts,
                      std::span<const float> caller_scores, const FeedRequest& request, ScratchMemory& memory,
                      FeedTrace& trace) {
  trace.candidates = static_cast<uint32_t>(posts.size());
  memory.rows.resize(posts.size());
  context.posts.FindAll(posts, memory.rows);
  constexpr size_t kAhead = 16, kTopicsAhead = 8;
  for (size_t i = 0; i < posts.size(); ++i) {
    if (i > 0 && i % kChunk == 0 && request.keep_going && !request.keep_going()) {
      trace.candidates = static_cast<uint32_t>(i);
      trace.out_of_time = trace.cut_short = true;
      break;
    }
    if (i + kAhead < posts.size()) context.posts.Prefetch(memory.rows[i + kAhead]);
    if (i + kTopicsAhead < posts.size()) context.posts.PrefetchTopics(memory.rows[i + kTopicsAhead]);
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
    const RemovalReason reason = FindRemovalReason(context, memory.viewer, row, posts[i]);
    if (reason != RemovalReason::kCount) {
      CountRemoved(reason, trace);
      memory.candidates.Remove(slot);
      continue;
    }
    const float caller = i < caller_scores.size() && std::isfinite(caller_scores[i]) ? caller_scores[i] : 0;
    memory.candidates.Keep(slot, posts[i], row, caller).sources.Add(Source::kCaller);
  }
}

void ScoreChunk(const RankingContext& context, std::span<const float> taste, size_t begin, size_t end,
                ScratchMemory& memory) {
  const std::span<const Candidate> candidates = memory.candidates.kept();
  for (size_t i = begin; i < end; ++i) memory.vectors[i] = context.posts.VectorOf(candidates[i].row);
  ActiveVectorKernels().dot_rows(taste.data(), memory.vectors.data() + begin, end - begin, taste.size(),
                                 memory.products.data() + begin);
  const ScoreWeights weights = context.model.score_weights();
  const TermScales scales = context.surface.scales;
  constexpr size_t kAhead = 12;
  for (size_t i = begin; i < end; ++i) {
    if (i + kAhead < candidates.size()) {
      memory.local.Prefetch(context.posts, candidates[i + kAhead].post, candidates[i + kAhead].row);
    }
    ScoreFeatures features =
        FeaturesOf(context, memory.viewer, memory.local, candidates[i].row, candidates[i].post);
    features.taste = memory.products[i];
    features.caller = candidates[i].caller;
    memory.terms[i] = WeighFeatures(features, weights, scales);
  }
}

// Where the time ends before the candidates, the rest of them is dropped.
void ScoreCandidates(const RankingContext& context, const FeedRequest& request, std::span<const float> taste,
                     ScratchMemory& memory, FeedTrace& trace) {
  const size_t count = memory.candidates.kept().size();
  memory.vectors.resize(count);
  memory.products.resize(count);
  memory.terms.resize(count);
  for (size_t begin = 0; begin < count; begin += kChunk) {
    if (begin > 0 && request.keep_going && !request.keep_going()) {
      trace.candidates -= static_cast<uint32_t>(count - begin);
      trace.out_of_time = trace.cut_short = true;
      memory.candidates.Truncate(begin);
      memory.terms.resize(begin);
      return;
    }
    ScoreChunk(context, taste, begin, std::min(begin + kChunk, count), memory);
  }
}

// What the surface may not show any more today goes, the whole in its quiet hours. Returns how many posts may
// be shown.
size_t ApplyDailyBounds(const Scope& scope, const FeedRequest& request, const ScratchMemory& memory,
                        FeedTrace& trace) {
  const size_t kept = memory.candidates.kept().size();
  const size_t allowed = std::min(kept, scope.posts_left());
  trace.removed[static_cast<size_t>(RemovalReason::kFrequencyCap)] += static_cast<uint32_t>(kept - allowed);
  if (!IsQuietNow(scope.context(), memory.viewer, request)) return allowed;
  trace.removed[static_cast<size_t>(RemovalReason::kQuietHours)] += static_cast<uint32_t>(allowed);
  return 0;
}

// Scores and arranges what the filters kept.
void Finish(const Scope& scope, const FeedRequest& request, std::span<const float> taste,
            ScratchMemory& memory, RankedFeed& feed) {
  const RankingContext context = scope.context();
  if (!context.surface.chronological) ScoreCandidates(context, request, taste, memory, feed.trace);
  const size_t allowed = ApplyDailyBounds(scope, request, memory, feed.trace);
  if (allowed == 0) return;
  const std::span<const Candidate> candidates = memory.candidates.kept();
  if (context.surface.chronological) {
    memory.terms.assign(candidates.size(), ScoreTerms());
    memory.arranger.ArrangeByTime(context, request, candidates, memory.order);
  } else {
    memory.arranger.Arrange(context, request, candidates, memory.taste, memory.terms, memory.order);
  }
  if (memory.order.size() > allowed) memory.order.resize(allowed);
  feed.posts.reserve(memory.order.size());
  for (uint32_t index : memory.order) {
    const ScoreTerms& terms = memory.terms[index];
    feed.posts.push_back({candidates[index].post, terms.Sum(), terms, candidates[index].sources});
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

RankedFeed RankCandidates(const RankingContext& given, const SubjectView& view, const FeedRequest& request,
                          std::span<const PostId> candidates, std::span<const float> caller_scores,
                          RankingScratch& scratch) {
  ScratchMemory& memory = scratch.memory();
  RankedFeed feed;
  const Scope scope(given, view, request);
  const RankingContext context = scope.context();
  Begin(context, scope.view(), request, memory);
  const std::span<const float> taste = FoldInTaste(context, scope.view(), request, memory);
  GatherCandidates(context, candidates, caller_scores, request, memory, feed.trace);
  Finish(scope, request, taste, memory, feed);
  return feed;
}

RankedFeed FindFeed(const RankingContext& given, const SubjectView& view, const FeedRequest& request,
                    RankingScratch& scratch) {
  ScratchMemory& memory = scratch.memory();
  RankedFeed feed;
  const Scope scope(given, view, request);
  const RankingContext context = scope.context();
  Begin(context, scope.view(), request, memory);
  const std::span<const float> taste = FoldInTaste(context, scope.view(), request, memory);
  memory.sources.Read(context, memory.viewer, request, taste, memory.candidates, feed.trace);
  Finish(scope, request, taste, memory, feed);
  return feed;
}

absl::StatusOr<Explanation> Explain(const RankingContext& given, const SubjectView& view,
                                    const FeedRequest& request, PostId post, RankingScratch& scratch) {
  const PostRow row = given.posts.Find(post);
  if (row == kNoRow) return absl::NotFoundError("post: the catalogue does not have it");
  ScratchMemory& memory = scratch.memory();
  const Scope scope(given, view, request);
  const RankingContext context = scope.context();
  Begin(context, scope.view(), request, memory);
  Explanation explanation;
  const RemovalReason reason = FindRemovalReason(context, memory.viewer, row, post);
  if (reason != RemovalReason::kCount) {
    explanation.removed = reason;
  } else if (scope.posts_left() == 0) {
    explanation.removed = RemovalReason::kFrequencyCap;
  } else if (IsQuietNow(context, memory.viewer, request)) {
    explanation.removed = RemovalReason::kQuietHours;
  }
  memory.candidates.Keep(memory.candidates.SlotOf(row), post, row, request.caller_score);
  const std::span<const float> taste = FoldInTaste(context, scope.view(), request, memory);
  if (!context.surface.chronological) {
    FeedTrace trace;
    ScoreCandidates(context, request, taste, memory, trace);
    explanation.post.terms = memory.terms.front();
    ExplainTaste(context, row, memory.taste, explanation);
  }
  explanation.post.post = post;
  explanation.post.score = explanation.post.terms.Sum();
  return explanation;
}

}  // namespace bauta
