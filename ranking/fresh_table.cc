#include "ranking/fresh_table.h"

#include <algorithm>
#include <cmath>

#include "ranking/crowd_lift.h"
#include "ranking/place_tree.h"

namespace bauta {
namespace {

// Counts of one thing in one place of the tree.
struct PlaceCount {
  PlaceNode node = 0;
  RawCount raw;
};

// Counts of one key (a post, an author, a topic) in one place.
template <class Key>
struct KeyedCount {
  Key key{};
  PlaceNode node = 0;
  RawCount raw;
};

void Merge(RawCount& into, const RawCount& from) {
  into.sum += from.sum;
  into.distinct_min = std::max(into.distinct_min, from.distinct_min);
}

bool MorePopular(const PopularPost& a, const PopularPost& b) {
  return a.subjects != b.subjects ? a.subjects > b.subjects : a.post < b.post;
}

// Adds up the counts of few keys from many posts.
class KeyedCounts {
 public:
  void Add(uint32_t key, PlaceNode node, const RawCount& raw) {
    Merge(counts_[uint64_t{key} << 32 | node], raw);
  }
  // By key, then in the order of the tree.
  std::vector<KeyedCount<uint32_t>> Sorted() const {
    std::vector<KeyedCount<uint32_t>> sorted;
    sorted.reserve(counts_.size());
    for (const auto& [where, raw] : counts_) {
      sorted.push_back({static_cast<uint32_t>(where >> 32), static_cast<PlaceNode>(where), raw});
    }
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& a, const auto& b) { return a.key != b.key ? a.key < b.key : a.node < b.node; });
    return sorted;
  }

 private:
  absl::flat_hash_map<uint64_t, RawCount> counts_;
};

void KeepMostPopular(std::vector<PopularPost>& posts, size_t count_max) {
  std::sort(posts.begin(), posts.end(), MorePopular);
  if (posts.size() > count_max) posts.resize(count_max);
}

bool InWindow(Hour hour, Hour now, int64_t window_hours) {
  const int64_t age = now.Since(hour);
  return age >= 0 && age < window_hours;
}

}  // namespace

class FreshTableBuilder {
 public:
  FreshTableBuilder(const CrowdCounts& counts, const LivePosts& posts,
                    absl::FunctionRef<std::optional<Place>(City)> place_of, Hour now,
                    const FreshTable::Options& options)
      : counts_(counts), posts_(posts), tree_(place_of), now_(now), options_(options) {}

  std::shared_ptr<const FreshTable> Build() {
    table_.reset(new FreshTable());
    CountPopularity();
    CountPopularByPlace();
    CountLifts();
    EmitPlaces();
    return std::move(table_);
  }

 private:
  void CountPopularity() {
    ForEachRun(counts_.by_post, [&](PostId post, std::span<const PostHourCount> rows) {
      RawCount raw;
      std::vector<uint64_t>& stretches = ClearedStretches(options_.popularity_window_hours);
      for (const PostHourCount& row : rows) {
        if (!InWindow(row.hour, now_, options_.popularity_window_hours)) continue;
        raw.sum += row.subjects;
        stretches[StretchOf(row.hour)] += row.subjects;
      }
      raw.distinct_min = *std::max_element(stretches.begin(), stretches.end());
      const uint64_t subjects = RoundDown(raw, options_.crowd_min);
      if (subjects == 0) return;
      table_->popularity_[post] = static_cast<uint32_t>(subjects);
      table_->popular_.push_back({post, static_cast<uint32_t>(subjects)});
    });
    KeepMostPopular(table_->popular_, options_.popular_max);
  }

  void CountPopularByPlace() {
    ForEachRun(counts_.by_city, [&](PostId post, std::span<const PostCityHourCount> rows) {
      for (const PlaceCount& count : ByPlace(rows, options_.popularity_window_hours)) {
        const uint64_t subjects = RoundDown(count.raw, options_.crowd_min);
        if (subjects > 0 && count.node != kEverywhere) {
          lifts_[count.node].popular.push_back({post, static_cast<uint32_t>(subjects)});
        }
      }
    });
    for (auto& [node, lifts] : lifts_) KeepMostPopular(lifts.popular, options_.popular_max);
  }

  void CountLifts() {
    std::vector<KeyedCount<PostId>> by_post;
    KeyedCounts by_author, by_topic;
    std::vector<RawCount> all;
    ForEachRun(counts_.by_city, [&](PostId post, std::span<const PostCityHourCount> rows) {
      const LivePost& live = posts_.At(posts_.Find(post));
      for (const PlaceCount& count : ByPlace(rows, options_.lift_window_hours)) {
        if (all.size() < tree_.size()) all.resize(tree_.size());
        Merge(all[count.node], count.raw);
        // A post is too small a thing to be told apart by city.
        if (!tree_.IsCity(count.node)) by_post.push_back({post, count.node, count.raw});
        if (live.author != kNoIndex) by_author.Add(live.author, count.node, count.raw);
        for (TopicIndex topic : posts_.TopicsOf(live)) by_topic.Add(topic, count.node, count.raw);
      }
    });
    all.resize(tree_.size());
    all_.clear();
    for (const RawCount& raw : all) all_.push_back(RoundDown(raw, options_.crowd_min));
    largest_.clear();
    for (PlaceNode node = kEverywhere + 1; node < all_.size(); ++node) largest_.push_back(node);
    std::sort(largest_.begin(), largest_.end(),
              [&](PlaceNode a, PlaceNode b) { return all_[a] != all_[b] ? all_[a] > all_[b] : a < b; });
    EmitLifts(by_post, false,
              [&](PlaceNode node, PostId post, float lift) { lifts_[node].posts.Put(post, lift); });
    EmitLifts(by_author.Sorted(), true, [&](PlaceNode node, AuthorIndex author, float lift) {
      lifts_[node].authors.Put(posts_.AuthorAt(author), lift);
    });
    EmitLifts(by_topic.Sorted(), true, [&](PlaceNode node, TopicIndex topic, float lift) {
      lifts_[node].topics.Put(posts_.TopicAt(topic), lift);
    });
  }

  // Calls `emit(node, key, log lift)` for every key and place about which something is known. `counts` are
  // sorted by key and then by node.
  template <class Key, class Emit>
  void EmitLifts(const std::vector<KeyedCount<Key>>& counts, bool by_city, Emit emit) {
    std::vector<std::pair<PlaceNode, uint64_t>> here;
    for (size_t begin = 0, end = 0; begin < counts.size(); begin = end) {
      here.clear();
      for (; end < counts.size() && counts[end].key == counts[begin].key; ++end) {
        const uint64_t rounded = RoundDown(counts[end].raw, options_.crowd_min);
        if (rounded > 0) here.emplace_back(counts[end].node, rounded);
      }
      EmitKey(counts[begin].key, here, by_city, emit);
    }
  }

  // `here` holds the places where the key's count is at least k, in the order of the tree: everywhere first.
  template <class Key, class Emit>
  void EmitKey(Key key, std::vector<std::pair<PlaceNode, uint64_t>>& here, bool by_city, Emit emit) {
    if (here.empty() || here.front().first != kEverywhere) return;
    const uint64_t everywhere = here.front().second;
    AddPlacesThatLackIt(everywhere, by_city, here);
    ratios_.assign(1, {kEverywhere, 1.0});
    for (const auto& [node, count] : here) {
      if (node == kEverywhere) continue;
      const PlaceCounts counts{count, everywhere, all_[node], all_[kEverywhere]};
      const double ratio =
          ShrunkRatio(counts, options_.crowd_min, options_.shrinkage, RatioAround(tree_.ParentOf(node)));
      ratios_.emplace_back(node, ratio);
      emit(node, key, static_cast<float>(std::log(ratio)));
    }
  }

  // Of the smallest place around and including `node` that has one; ratios_ are in the order of the tree.
  double RatioAround(PlaceNode node) const {
    for (;; node = tree_.ParentOf(node)) {
      const auto at = std::lower_bound(ratios_.begin(), ratios_.end(), node,
                                       [](const auto& entry, PlaceNode n) { return entry.first < n; });
      if (at != ratios_.end() && at->first == node) return at->second;
    }
  }

  // Places so large that more than k were to be expected tell something by their silence too.
  void AddPlacesThatLackIt(uint64_t everywhere, bool by_city,
                           std::vector<std::pair<PlaceNode, uint64_t>>& here) const {
    const size_t known = here.size();
    const auto by_node = [](const auto& entry, PlaceNode node) { return entry.first < node; };
    for (PlaceNode node : largest_) {
      if (ExpectedHere({0, everywhere, all_[node], all_[kEverywhere]}) <= options_.crowd_min) break;
      if (!by_city && tree_.IsCity(node)) continue;
      const auto at = std::lower_bound(here.begin(), here.begin() + known, node, by_node);
      if (at == here.begin() + known || at->first != node) here.emplace_back(node, 0);
    }
    std::sort(here.begin(), here.end());  // Parents come before what lies in them.
  }

  void EmitPlaces() {
    for (auto& [node, lifts] : lifts_) {
      if (tree_.IsCity(node)) {
        table_->cities_[tree_.CityOf(node)] = std::move(lifts);
      } else if (tree_.IsRegion(node)) {
        table_->regions_[tree_.RegionOf(node)] = std::move(lifts);
      } else {
        table_->countries_[tree_.CountryOf(node)] = std::move(lifts);
      }
    }
  }

  // The counts of one post, in each place of the tree and everywhere, in the order of the tree.
  std::span<const PlaceCount> ByPlace(std::span<const PostCityHourCount> rows, int64_t window_hours) {
    cells_.clear();
    for (const PostCityHourCount& row : rows) {
      if (!InWindow(row.hour, now_, window_hours)) continue;
      const std::optional<PlaceNode> city = tree_.NodeOf(row.city);
      if (!city) continue;
      for (PlaceNode node = *city;; node = tree_.ParentOf(node)) {
        cells_.push_back({node, StretchOf(row.hour), row.subjects});
        if (node == kEverywhere) break;
      }
    }
    std::sort(cells_.begin(), cells_.end(), [](const Cell& a, const Cell& b) {
      return a.node != b.node ? a.node < b.node : a.stretch < b.stretch;
    });
    by_place_.clear();
    for (size_t i = 0; i < cells_.size();) {
      PlaceCount count{cells_[i].node, {}};
      while (i < cells_.size() && cells_[i].node == count.node) {
        const size_t stretch = cells_[i].stretch;
        uint64_t subjects = 0;
        for (; i < cells_.size() && cells_[i].node == count.node && cells_[i].stretch == stretch; ++i) {
          subjects += cells_[i].subjects;
        }
        Merge(count.raw, {subjects, subjects});
      }
      by_place_.push_back(count);
    }
    return by_place_;
  }

  // Rows are sorted by post: calls `use` with each live post and its rows.
  template <class Row, class Use>
  void ForEachRun(const std::vector<Row>& rows, Use use) {
    for (size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
      while (end < rows.size() && rows[end].post == rows[begin].post) ++end;
      if (posts_.Find(rows[begin].post) == kNoRow) continue;
      use(rows[begin].post, std::span<const Row>(rows).subspan(begin, end - begin));
    }
  }

  // The stretches of W hours, back from now, in which a subject counts once a post.
  size_t StretchOf(Hour hour) const {
    return static_cast<size_t>(now_.Since(hour) / options_.counter_window_hours);
  }
  std::vector<uint64_t>& ClearedStretches(int64_t window_hours) {
    stretches_.assign(static_cast<size_t>(window_hours / options_.counter_window_hours) + 1, 0);
    return stretches_;
  }

  struct Cell {
    PlaceNode node = 0;
    size_t stretch = 0;
    uint64_t subjects = 0;
  };

  const CrowdCounts& counts_;
  const LivePosts& posts_;
  PlaceTree tree_;
  const Hour now_;
  const FreshTable::Options& options_;
  std::shared_ptr<FreshTable> table_;
  absl::flat_hash_map<PlaceNode, PlaceLifts> lifts_;
  std::vector<uint64_t> all_;       // Rounded engagements with anything, by node.
  std::vector<PlaceNode> largest_;  // By all_, falling.
  std::vector<Cell> cells_;
  std::vector<PlaceCount> by_place_;
  std::vector<std::pair<PlaceNode, double>> ratios_;  // Of the key at hand.
  std::vector<uint64_t> stretches_;
};

std::shared_ptr<const FreshTable> FreshTable::Create(const CrowdCounts& counts, const LivePosts& posts,
                                                     absl::FunctionRef<std::optional<Place>(City)> place_of,
                                                     Hour now, const Options& options) {
  return FreshTableBuilder(counts, posts, place_of, now, options).Build();
}

std::shared_ptr<const FreshTable> FreshTable::Empty() {
  return std::shared_ptr<const FreshTable>(new FreshTable());
}

uint32_t FreshTable::Popularity(PostId post) const {
  const auto found = popularity_.find(post);
  return found == popularity_.end() ? 0 : found->second;
}

namespace {
template <class Map, class Key>
const PlaceLifts* FindOrNull(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}
}  // namespace

const PlaceLifts* FreshTable::AtCity(City city) const { return FindOrNull(cities_, city); }
const PlaceLifts* FreshTable::AtRegion(Region region) const { return FindOrNull(regions_, region); }
const PlaceLifts* FreshTable::AtCountry(CountryCode country) const { return FindOrNull(countries_, country); }

}  // namespace bauta
