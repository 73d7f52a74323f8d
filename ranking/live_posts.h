// LivePosts: the catalogue as ranking needs it, whole in memory: ids, vectors, the features that filters and
// scores read, and lists of posts by author, topic, place and age for the sources.
#ifndef BAUTA_RANKING_LIVE_POSTS_H_
#define BAUTA_RANKING_LIVE_POSTS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "base/huge_pages.h"
#include "featurestore/records/ids.h"
#include "featurestore/records/post.h"
#include "privacy/codes.h"
#include "privacy/place.h"
#include "ranking/model_snapshot.h"
#include "ranking/post_table.h"
#include "ranking/quantized_block.h"
#include "ranking/vector_block.h"

namespace bauta {

// Whole seconds since the epoch, saturated to 32 bits; UINT32_MAX stands for never.
uint32_t ToSeconds(absl::Time time);

// Number of an author or a topic inside one LivePosts; never given anew.
using AuthorIndex = uint32_t;
using TopicIndex = uint32_t;
inline constexpr uint32_t kNoIndex = UINT32_MAX;

// What filters and scores read of one post: half a cache line.
struct LivePost {
  AuthorIndex author = kNoIndex;  // kNoIndex: the post names none.
  uint32_t publish_seconds = 0;
  uint32_t expire_seconds = UINT32_MAX;  // UINT32_MAX: never.
  Language language;
  uint32_t place = 0;         // → Places(); 0 is none.
  uint32_t topics_begin = 0;  // → the pool of topic sets.
  uint16_t country_rule = 0;  // → the country rules; 0 is none.
  uint8_t topic_count = 0;
  bool live : 1 = false;
  bool approved : 1 = false;
  bool advertisement : 1 = false;
  bool sensitive : 1 = false;
  bool author_suspended : 1 = false;  // Perhaps: the time is the author's.
  bool teaches_nothing : 1 = false;   // Carries a topic of which nothing is learned.
  bool learned : 1 = false;           // The vector is the model's; else the prior mean F f_p,
  bool moved : 1 = false;             // or what the post's readers made of that since the training.
  Audience audience : 2 = Audience::kEverybody;
};
static_assert(sizeof(LivePost) <= 32);

// Newest first. Posts published at the same second are in the order of their ids, whatever order they came
// in.
class PostList {
 public:
  struct Second {
    uint32_t value;
  };
  struct Newer {
    using is_transparent = void;
    const HugePageVector<PostId>* ids;
    bool operator()(uint64_t a, Second b) const { return SecondsOf(a) > b.value; }
    bool operator()(Second a, uint64_t b) const { return a.value > SecondsOf(b); }
    bool operator()(uint64_t a, uint64_t b) const {
      if (a >> 32 != b >> 32) return a >> 32 > b >> 32;
      return (*ids)[static_cast<uint32_t>(a)] < (*ids)[static_cast<uint32_t>(b)];
    }
  };
  using Entries = absl::btree_set<uint64_t, Newer>;  // publish_seconds << 32 | row.
  using Iterator = Entries::const_iterator;

  explicit PostList(const HugePageVector<PostId>* ids) : entries_(Newer{ids}) {}

  // Entries of posts published at or before `seconds`, newest first.
  Iterator PublishedBy(uint32_t seconds) const { return entries_.lower_bound(Second{seconds}); }
  Iterator begin() const { return entries_.begin(); }
  Iterator end() const { return entries_.end(); }
  static uint64_t EntryOf(uint32_t seconds, PostRow row) { return uint64_t{seconds} << 32 | row; }
  static PostRow RowOf(uint64_t entry) { return static_cast<PostRow>(entry); }
  static uint32_t SecondsOf(uint64_t entry) { return static_cast<uint32_t>(entry >> 32); }
  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }

 private:
  friend class LivePosts;
  // Posts mostly come in the order of their times: at either end of a list no search is needed.
  void Insert(uint64_t entry) {
    const Newer newer = entries_.key_comp();
    if (!entries_.empty() && newer(entry, *entries_.begin())) {
      entries_.insert(entries_.begin(), entry);
    } else {
      entries_.insert(entries_.end(), entry);  // A hint, checked.
    }
  }
  Entries entries_;
};

// Const methods may run at the same time; the others need the object alone (the service holds a lock). What a
// method answers depends on the posts that are in it, never on the order in which they came.
//
// At most 200 bytes a post beside its vector, with three topics and three posts an author.
class LivePosts {
 public:
  // Vectors of posts that `model` has learned are taken from it, all others are its prior mean.
  // `sensitive_topics`: of these, and of posts that carry one, nothing is learned.
  explicit LivePosts(std::shared_ptr<const ModelSnapshot> model, size_t posts_expected = 0,
                     std::span<const TopicId> sensitive_topics = {});
  LivePosts(const LivePosts&) = delete;
  LivePosts& operator=(const LivePosts&) = delete;

  // Puts `post`, or replaces what was there under its id; the caller has compared versions. `place` is where
  // post.city lies, where that is known.
  void Upsert(const Post& post, const std::optional<Place>& place);
  bool Remove(PostId post);  // False where it was not there.
  // The author's posts are left out of every feed until then; a time in the past lifts the suspension.
  void SuspendAuthor(const AuthorCode& author, absl::Time until);
  // Removes the author's posts and forgets the code and any suspension. Returns how many posts.
  size_t EraseAuthor(const AuthorCode& author);

  // ---- Between trainings (fresh_vector.h).
  // Puts `vector`, of model().stride() floats, in the place of the post's prior mean. An upsert of the post
  // takes it out again. False where the post is not there, or the model has learned it.
  bool MoveVector(PostId post, std::span<const float> vector);
  // Back to the prior mean, to the bit. Nothing where it was not moved.
  void RestoreVector(PostId post);

  size_t size() const { return table_.size(); }
  const ModelSnapshot& model() const { return *model_; }

  // ---- By id.
  PostRow Find(PostId post) const { return table_.Find(post); }
  void FindAll(std::span<const PostId> posts, std::span<PostRow> rows) const { table_.FindAll(posts, rows); }

  // ---- By row, which must be live, or below rows_end() for At().
  PostRow rows_end() const { return static_cast<PostRow>(rows_.size()); }
  // Asks the memory for what filters and scores will read of `row`; nothing for kNoRow.
  void Prefetch(PostRow row) const {
    if (row != kNoRow) __builtin_prefetch(&rows_[row]);
  }
  void PrefetchVector(PostRow row) const {
    if (row == kNoRow) return;
    const float* vector = vectors_.Row(row);
    for (size_t at = 0; at < vectors_.stride(); at += kCacheLineSize / sizeof(float)) {
      __builtin_prefetch(vector + at);
    }
  }
  // The same of its topics; reads `row`.
  void PrefetchTopics(PostRow row) const {
    if (row != kNoRow) __builtin_prefetch(topic_pool_.data() + rows_[row].topics_begin);
  }
  PostId IdOf(PostRow row) const { return ids_[row]; }
  const LivePost& At(PostRow row) const { return rows_[row]; }
  const float* VectorOf(PostRow row) const { return vectors_.Row(row); }  // model().stride() floats.
  // Under the snapshot alone, whatever has been moved since: what tastes are folded in from, so that they,
  // and what is solved from them, depend on no release before.
  const float* SnapshotVectorOf(PostRow row) const {
    return rows_[row].moved ? priors_of_moved_.find(row)->second.data() : vectors_.Row(row);
  }
  const VectorBlock& vectors() const { return vectors_; }
  const QuantizedBlock& quantized() const { return quantized_; }
  std::span<const TopicIndex> TopicsOf(const LivePost& post) const {
    return {topic_pool_.data() + post.topics_begin, post.topic_count};
  }
  // nullptr where the post carries no city, or nothing is known of it but its id.
  const Place* PlaceOf(const LivePost& post) const {
    return post.place == 0 ? nullptr : &places_[post.place];
  }
  // Whether the post may be shown in `country`; for an unknown country only where no country is required.
  bool AllowedIn(const LivePost& post, const std::optional<CountryCode>& country) const;

  // ---- Authors and topics. kNoIndex where no post has, or had, it.
  AuthorIndex FindAuthor(const AuthorCode& author) const;
  TopicIndex FindTopic(TopicId topic) const;
  const AuthorCode& AuthorAt(AuthorIndex author) const { return authors_[author].code; }
  // LiftKey(AuthorAt(author)), nearer at hand.
  uint64_t AuthorKeyAt(AuthorIndex author) const { return author_keys_[author]; }
  TopicId TopicAt(TopicIndex topic) const { return topics_[topic].id; }
  bool IsSensitive(TopicId topic) const { return sensitive_topics_.contains(topic); }
  // Whether the post's author is suspended.
  bool IsSuspended(const LivePost& post, uint32_t now_seconds) const {
    return post.author_suspended && authors_[post.author].suspended_until_seconds > now_seconds;
  }
  size_t authors_end() const { return authors_.size(); }
  size_t topics_end() const { return topics_.size(); }

  // ---- Lists for the sources. All live posts are in them, also those not yet published or not approved.
  const PostList& Newest() const { return newest_; }
  const PostList& Advertisements() const { return advertisements_; }
  const PostList& OfAuthor(AuthorIndex author) const { return authors_[author].posts; }
  const PostList& OfTopic(TopicIndex topic) const { return topics_[topic].posts; }
  const PostList* InCity(City city) const;  // nullptr where none.
  const PostList* InRegion(Region region) const;

 private:
  struct AuthorEntry {
    AuthorCode code;
    uint32_t suspended_until_seconds = 0;
    PostList posts;
  };
  struct TopicEntry {
    TopicId id;
    PostList posts;
  };
  struct CountryRule {
    std::vector<CountryCode> allowed, denied;  // Sorted.
    uint32_t posts = 0;                        // That have it; free at 0.
    std::string key;                           // In country_rule_index_.
  };

  PostRow TakeRow();
  AuthorIndex AuthorIndexOf(const AuthorCode& author);
  TopicIndex TopicIndexOf(TopicId topic);
  uint32_t PlaceIndexOf(const Place& place);
  uint16_t CountryRuleOf(const Post& post);
  void ReleaseCountryRule(uint16_t number);
  void SetTopics(LivePost& live, std::span<const TopicId> topics);
  void ReleaseTopics(LivePost& live);
  void SetVector(PostRow row, const Post& post);
  void ForgetMoved(PostRow row);
  void Link(PostRow row);
  void Unlink(PostRow row);

  std::shared_ptr<const ModelSnapshot> model_;
  const absl::flat_hash_set<TopicId> sensitive_topics_;
  PostTable table_;
  HugePageVector<PostId> ids_;
  HugePageVector<LivePost> rows_;
  std::vector<PostRow> free_rows_;
  VectorBlock vectors_;
  QuantizedBlock quantized_;
  absl::flat_hash_map<PostRow, std::vector<float>> priors_of_moved_;

  HugePageVector<TopicIndex> topic_pool_;
  std::vector<std::vector<uint32_t>> free_topic_sets_;  // By length: where in the pool a set of it may go.
  std::deque<AuthorEntry> authors_;                     // Many, so none of a vector's slack.
  HugePageVector<uint64_t> author_keys_;
  absl::flat_hash_map<AuthorCode, AuthorIndex> author_index_;
  std::vector<TopicEntry> topics_;
  absl::flat_hash_map<TopicId, TopicIndex> topic_index_;
  std::vector<Place> places_;  // [0] stands for none.
  absl::flat_hash_map<City, uint32_t> place_index_;
  std::vector<CountryRule> country_rules_;  // [0] stands for none.
  absl::flat_hash_map<std::string, uint16_t> country_rule_index_;
  std::vector<uint16_t> free_country_rules_;

  PostList newest_;
  PostList advertisements_;
  absl::flat_hash_map<City, PostList> by_city_;
  absl::flat_hash_map<Region, PostList> by_region_;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_LIVE_POSTS_H_
