// The sources of a feed that nobody gave candidates for: taste, followed authors and topics, city, fresh,
// popular.
#ifndef BAUTA_RANKING_SOURCES_H_
#define BAUTA_RANKING_SOURCES_H_

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "ranking/candidate.h"
#include "ranking/filter.h"
#include "ranking/live_posts.h"
#include "ranking/ranker.h"
#include "ranking/taste_scan.h"
#include "ranking/viewer.h"

namespace bauta {

// Fills `candidates` with what the surface's sources bring and the filters keep; counts in `trace` what they
// remove. Each source brings its best until it has its limit. Keeps its memory from call to call.
class SourceReader {
 public:
  // `taste` is the vector to search with; empty: the surface has no scores, and that source is left out.
  // Where the request's filter names authors or topics, their own lists are a source, and where these are
  // short they are the only one. A surface for advertisements has one source: the newest of them.
  void Read(const RankingContext& context, const Viewer& viewer, const FeedRequest& request,
            std::span<const float> taste, CandidateSet& candidates, FeedTrace& trace);

 private:
  struct Call {
    const RankingContext& context;
    const Viewer& viewer;
    const FeedRequest& request;
    uint32_t oldest_seconds;
    CandidateSet& candidates;
    FeedTrace& trace;
  };
  // What one source may still bring, and how far it may look for it.
  struct Budget {
    Source source;
    uint32_t posts_left;
    uint32_t visits_left;
    bool may_give_up = false;  // Running out of visits leaves nothing out that others would not bring.
  };

  void ReadAll(const Call& call, std::span<const float> taste);
  // Whether the lists held all that the request's filter lets pass, and it was offered.
  bool ReadNamed(const Call& call);
  void ReadFollowed(const Call& call);
  Budget BudgetOf(const Call& call, Source source) const;
  // Offers one post to the filters. False when the budget is used up.
  bool Offer(const Call& call, Budget& budget, PostRow row);
  void ReadTaste(const Call& call, std::span<const float> taste);
  // True where it came to the end of the lists, or of what is new enough.
  bool ReadNewest(const Call& call, Budget& budget, std::span<const PostList* const> lists);
  void ReadPopular(const Call& call, Budget& budget, std::span<const PopularPost> popular);
  void ReadPlace(const Call& call);

  TasteScan scan_;
  std::vector<const PostList*> lists_;
  std::vector<std::pair<PostList::Iterator, PostList::Iterator>> cursors_;  // A heap, newest on top.
};

}  // namespace bauta

#endif  // BAUTA_RANKING_SOURCES_H_
