#include "ranking/sources.h"

#include <algorithm>
#include <array>

namespace bauta {
namespace {

// A source that looked at this many posts for each that it may bring gives up, and the trace says so: a
// subject who blocked nearly everything must not cost a scan of the catalogue.
constexpr uint32_t kVisitsPerPost = 20;
constexpr uint32_t kVisitsMin = 1000;
// Whoever pays to be shown is a candidate, taste or no taste: paid posts are few.
constexpr uint32_t kAdvertisementsMax = 10'000;
// Visits between two questions whether there is time left. A power of two.
constexpr uint32_t kVisitsBetweenQuestions = 256;

}  // namespace

void SourceReader::Read(const RankingContext& context, const Viewer& viewer, const FeedRequest& request,
                        std::span<const float> taste, CandidateSet& candidates, FeedTrace& trace) {
  const int64_t age_max = context.surface.age_max == absl::InfiniteDuration()
                              ? viewer.now_seconds()
                              : absl::ToInt64Seconds(context.surface.age_max);
  const auto oldest = static_cast<uint32_t>(std::max<int64_t>(0, int64_t{viewer.now_seconds()} - age_max));
  const Call call{context,    viewer, request, std::max(oldest, viewer.filter().oldest_seconds()),
                  candidates, trace};
  if (context.surface.advertisements) {
    const PostList* all = &context.posts.Advertisements();
    Budget budget{Source::kNamed, kAdvertisementsMax, UINT32_MAX};
    ReadNewest(call, budget, {&all, 1});
  } else {
    ReadAll(call, taste);
  }
  trace.cut_short |= trace.out_of_time;
}

void SourceReader::ReadAll(const Call& call, std::span<const float> taste) {
  const ResolvedFilter& filter = call.viewer.filter();
  const bool named = filter.names_authors() || filter.names_topics();
  if (named && ReadNamed(call)) return;
  // Where only what is followed is shown, no other source can bring anything.
  if (call.context.surface.followed_only || filter.followed_only()) {
    ReadFollowed(call);
    return;
  }
  if (!taste.empty()) ReadTaste(call, taste);
  ReadFollowed(call);
  ReadPlace(call);
  if (!named) {  // Else the named lists brought what is new.
    const PostList* newest = &call.context.posts.Newest();
    Budget fresh = BudgetOf(call, Source::kFresh);
    ReadNewest(call, fresh, {&newest, 1});
  }
  Budget popular = BudgetOf(call, Source::kPopular);
  ReadPopular(call, popular, call.context.fresh.popular());
}

bool SourceReader::ReadNamed(const Call& call) {
  const LivePosts& posts = call.context.posts;
  const ResolvedFilter& filter = call.viewer.filter();
  lists_.clear();
  // Of both, authors have the fewer posts.
  if (filter.names_authors()) {
    for (AuthorIndex author : filter.authors()) lists_.push_back(&posts.OfAuthor(author));
  } else {
    for (TopicIndex topic : filter.topics()) lists_.push_back(&posts.OfTopic(topic));
  }
  Budget budget = BudgetOf(call, Source::kNamed);
  budget.may_give_up = false;
  return ReadNewest(call, budget, lists_);
}

void SourceReader::ReadFollowed(const Call& call) {
  lists_.clear();
  for (AuthorIndex author : call.viewer.followed_authors()) {
    lists_.push_back(&call.context.posts.OfAuthor(author));
  }
  Budget authors = BudgetOf(call, Source::kFollowedAuthor);
  ReadNewest(call, authors, lists_);
  lists_.clear();
  for (TopicIndex topic : call.viewer.followed_topics()) {
    lists_.push_back(&call.context.posts.OfTopic(topic));
  }
  Budget topics = BudgetOf(call, Source::kFollowedTopic);
  ReadNewest(call, topics, lists_);
}

SourceReader::Budget SourceReader::BudgetOf(const Call& call, Source source) const {
  uint32_t posts = call.context.surface.source_limits[static_cast<size_t>(source)];
  // Without scores each source must reach as far back as the page does, or the order of time has gaps.
  if (posts > 0 && call.context.surface.chronological) {
    posts = std::max(posts, static_cast<uint32_t>(call.request.limit));
  }
  const ResolvedFilter& filter = call.viewer.filter();
  return {source, posts, posts == 0 ? 0 : kVisitsMin + posts * kVisitsPerPost,
          filter.names_authors() || filter.names_topics()};
}

bool SourceReader::Offer(const Call& call, Budget& budget, PostRow row) {
  if (budget.posts_left == 0 || call.trace.out_of_time) return false;
  if (budget.visits_left == 0) {
    call.trace.cut_short |= !budget.may_give_up;
    return false;
  }
  --budget.visits_left;
  if (budget.visits_left % kVisitsBetweenQuestions == 0 && call.request.keep_going &&
      !call.request.keep_going()) {
    call.trace.out_of_time = true;
    return false;
  }
  const LivePost& post = call.context.posts.At(row);
  if (!IsEligible(call.context, call.viewer.now_seconds(), call.oldest_seconds, post)) return true;
  CandidateSet::Slot& slot = call.candidates.SlotOf(row);
  if (slot.is_new()) {
    ++call.trace.candidates;
    const PostId id = call.context.posts.IdOf(row);
    const RemovalReason reason = FindRemovalReason(call.context, call.viewer, row, id);
    if (reason == RemovalReason::kCount) {
      call.candidates.Keep(slot, id, row, 0);
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
  bool out_of_time = false;
  for (const ScannedPost& post : scan_.Find(call.context, call.viewer, call.request, taste,
                                            call.oldest_seconds, budget.posts_left, out_of_time)) {
    // Removed ones are offered too, so that they are counted; the scan has bounded how many.
    ++budget.visits_left;
    if (!Offer(call, budget, post.row)) break;
  }
  call.trace.out_of_time |= out_of_time;
}

bool SourceReader::ReadNewest(const Call& call, Budget& budget, std::span<const PostList* const> lists) {
  if (budget.posts_left == 0) return false;
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
    if (PostList::SecondsOf(*at) < call.oldest_seconds) return true;
    if (!Offer(call, budget, PostList::RowOf(*at))) return false;
    if (++at == end) {
      cursors_.pop_back();
    } else {
      std::push_heap(cursors_.begin(), cursors_.end(), older);
    }
  }
  return true;
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
