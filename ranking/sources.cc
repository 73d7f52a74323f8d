#include "ranking/sources.h"

#include <algorithm>
#include <array>

namespace bauta {
namespace {

// A source that looked at this many posts for each that it may bring gives up, and the trace says so: a
// subject who blocked nearly everything must not cost a scan of the catalogue.
constexpr uint32_t kVisitsPerPost = 20;
constexpr uint32_t kVisitsMin = 1000;

}  // namespace

void SourceReader::Read(const RankingContext& context, const Viewer& viewer, const FeedRequest& request,
                        std::span<const float> taste, CandidateSet& candidates, FeedTrace& trace) {
  const int64_t age_max = context.surface.age_max == absl::InfiniteDuration()
                              ? viewer.now_seconds()
                              : absl::ToInt64Seconds(context.surface.age_max);
  const auto oldest = static_cast<uint32_t>(std::max<int64_t>(0, int64_t{viewer.now_seconds()} - age_max));
  const Call call{context, viewer, request, oldest, candidates, trace};

  // Where only what is followed is shown, no other source can bring anything.
  const bool others = !context.surface.followed_only;
  if (others && !taste.empty()) ReadTaste(call, taste);

  lists_.clear();
  for (AuthorIndex author : viewer.followed_authors()) lists_.push_back(&context.posts.OfAuthor(author));
  Budget authors = BudgetOf(call, Source::kFollowedAuthor);
  ReadNewest(call, authors, lists_);
  lists_.clear();
  for (TopicIndex topic : viewer.followed_topics()) lists_.push_back(&context.posts.OfTopic(topic));
  Budget topics = BudgetOf(call, Source::kFollowedTopic);
  ReadNewest(call, topics, lists_);
  if (!others) return;

  ReadPlace(call);
  const PostList* newest = &context.posts.Newest();
  Budget fresh = BudgetOf(call, Source::kFresh);
  ReadNewest(call, fresh, {&newest, 1});
  Budget popular = BudgetOf(call, Source::kPopular);
  ReadPopular(call, popular, context.fresh.popular());
}

SourceReader::Budget SourceReader::BudgetOf(const Call& call, Source source) const {
  uint32_t posts = call.context.surface.source_limits[static_cast<size_t>(source)];
  // Without scores each source must reach as far back as the page does, or the order of time has gaps.
  if (posts > 0 && call.context.surface.chronological) {
    posts = std::max(posts, static_cast<uint32_t>(call.request.limit));
  }
  return {source, posts, posts == 0 ? 0 : kVisitsMin + posts * kVisitsPerPost};
}

bool SourceReader::Offer(const Call& call, Budget& budget, PostRow row) {
  if (budget.posts_left == 0) return false;
  if (budget.visits_left == 0) {
    call.trace.cut_short = true;
    return false;
  }
  --budget.visits_left;
  const LivePost& post = call.context.posts.At(row);
  if (!IsEligible(call.context, call.viewer.now_seconds(), call.oldest_seconds, post)) return true;
  CandidateSet::Slot& slot = call.candidates.SlotOf(row);
  if (slot.is_new()) {
    ++call.trace.candidates;
    const RemovalReason reason = FindRemovalReason(call.context, call.viewer, row);
    if (reason == RemovalReason::kCount) {
      call.candidates.Keep(slot, row, 0);
    } else {
      ++call.trace.removed[static_cast<size_t>(reason)];
      call.candidates.Remove(slot);
    }
  }
  if (slot.is_removed()) return true;
  SourceSet& sources = call.candidates.At(slot).sources;
  if (sources.Has(budget.source)) return true;
  sources.Add(budget.source);
  return --budget.posts_left > 0;
}

void SourceReader::ReadTaste(const Call& call, std::span<const float> taste) {
  Budget budget = BudgetOf(call, Source::kTaste);
  for (const ScannedPost& post : scan_.Find(call.context, call.viewer, taste, call.oldest_seconds,
                                            call.request.seed, budget.posts_left)) {
    // Removed ones are offered too, so that they are counted; the scan has bounded how many.
    ++budget.visits_left;
    if (!Offer(call, budget, post.row)) break;
  }
}

void SourceReader::ReadNewest(const Call& call, Budget& budget, std::span<const PostList* const> lists) {
  if (budget.posts_left == 0) return;
  const LivePosts& posts = call.context.posts;
  const auto older = [&posts](const auto& a, const auto& b) {
    const uint64_t left = *a.first, right = *b.first;
    if (PostList::SecondsOf(left) != PostList::SecondsOf(right)) {
      return PostList::SecondsOf(left) < PostList::SecondsOf(right);
    }
    return posts.IdOf(PostList::RowOf(left)) > posts.IdOf(PostList::RowOf(right));
  };
  cursors_.clear();
  for (const PostList* list : lists) {
    const auto begin = list->PublishedBy(call.viewer.now_seconds());
    if (begin != list->end()) cursors_.emplace_back(begin, list->end());
  }
  std::make_heap(cursors_.begin(), cursors_.end(), older);
  while (!cursors_.empty()) {
    std::pop_heap(cursors_.begin(), cursors_.end(), older);
    auto& [at, end] = cursors_.back();
    if (PostList::SecondsOf(*at) < call.oldest_seconds) return;
    if (!Offer(call, budget, PostList::RowOf(*at))) return;
    if (++at == end) {
      cursors_.pop_back();
    } else {
      std::push_heap(cursors_.begin(), cursors_.end(), older);
    }
  }
}

void SourceReader::ReadPopular(const Call& call, Budget& budget, std::span<const PopularPost> popular) {
  for (const PopularPost& post : popular) {
    const PostRow row = call.context.posts.Find(post.post);
    if (row != kNoRow && !Offer(call, budget, row)) return;
  }
}

// Half for what is read there, the rest for what is new there; the city before its region.
void SourceReader::ReadPlace(const Call& call) {
  if (!call.viewer.place()) return;
  const Place& place = *call.viewer.place();
  Budget all = BudgetOf(call, Source::kCity);
  Budget popular = all;
  popular.posts_left = all.posts_left / 2;
  for (const PlaceLifts* lifts :
       {call.context.fresh.AtCity(place.city), call.context.fresh.AtRegion(place.region)}) {
    if (lifts != nullptr && popular.posts_left > 0) ReadPopular(call, popular, lifts->popular);
  }
  Budget newest = all;
  newest.posts_left = all.posts_left - (all.posts_left / 2 - popular.posts_left);
  for (const PostList* list :
       {call.context.posts.InCity(place.city), call.context.posts.InRegion(place.region)}) {
    if (list != nullptr && newest.posts_left > 0) ReadNewest(call, newest, {&list, 1});
  }
}

}  // namespace bauta
