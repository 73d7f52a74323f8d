#include "ranking/live_posts.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ranking/lift_table.h"
#include "ranking/prior.h"
#include "ranking/vector_kernels.h"

namespace bauta {
namespace {

// Given where there are more distinct rules than numbers for them: such a post is shown nowhere.
constexpr uint16_t kNowhere = std::numeric_limits<uint16_t>::max();

std::vector<CountryCode> Sorted(std::vector<CountryCode> countries) {
  std::sort(countries.begin(), countries.end());
  return countries;
}

void AppendCountries(const std::vector<CountryCode>& countries, std::string& key) {
  for (CountryCode country : countries) key += country.ToString();
  key += '/';
}

}  // namespace

uint32_t ToSeconds(absl::Time time) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  return static_cast<uint32_t>(std::clamp<int64_t>(seconds, 0, UINT32_MAX));
}

LivePosts::LivePosts(std::shared_ptr<const ModelSnapshot> model, size_t posts_expected,
                     std::span<const TopicId> sensitive_topics)
    : model_(std::move(model)),
      sensitive_topics_(sensitive_topics.begin(), sensitive_topics.end()),
      table_(posts_expected),
      vectors_(model_->stride()),
      quantized_(model_->dimension()),
      free_topic_sets_(kPostTopicsMax + 1),
      places_(1),
      country_rules_(1),
      newest_(&ids_),
      advertisements_(&ids_) {
  ids_.reserve(posts_expected);
  rows_.reserve(posts_expected);
  vectors_.Reserve(posts_expected);
  quantized_.Reserve(posts_expected);
}

void LivePosts::Upsert(const Post& post, const std::optional<Place>& place) {
  PostRow row = table_.Find(post.id);
  if (row == kNoRow) {
    row = TakeRow();
    ids_[row] = post.id;
    table_.Insert(post.id, row);
  } else {
    Unlink(row);
    ReleaseTopics(rows_[row]);
    ReleaseCountryRule(rows_[row].country_rule);
    ForgetMoved(row);
  }
  LivePost& live = rows_[row];
  live = LivePost();
  live.live = true;
  live.author = post.author == AuthorCode() ? kNoIndex : AuthorIndexOf(post.author);
  live.author_suspended = live.author != kNoIndex && authors_[live.author].suspended_until_seconds > 0;
  live.publish_seconds = ToSeconds(post.publish_time);
  live.expire_seconds = ToSeconds(post.expire_time);
  live.language = post.language;
  live.place = post.city && place ? PlaceIndexOf(*place) : 0;
  live.approved = post.review == ReviewState::kApproved;
  live.advertisement = post.advertisement;
  live.sensitive = post.sensitive;
  live.teaches_nothing = std::any_of(post.topics.begin(), post.topics.end(),
                                     [this](TopicId topic) { return IsSensitive(topic); });
  live.audience = post.audience;
  live.country_rule = CountryRuleOf(post);
  SetTopics(live, post.topics);
  SetVector(row, post);
  Link(row);
}

bool LivePosts::Remove(PostId post) {
  const PostRow row = table_.Find(post);
  if (row == kNoRow) return false;
  Unlink(row);
  ReleaseTopics(rows_[row]);
  ReleaseCountryRule(rows_[row].country_rule);
  table_.Erase(post);
  ForgetMoved(row);
  rows_[row] = LivePost();
  ids_[row] = PostId();
  std::fill_n(vectors_.Row(row), vectors_.stride(), 0.0f);
  quantized_.Clear(row);
  free_rows_.push_back(row);
  return true;
}

void LivePosts::SuspendAuthor(const AuthorCode& author, absl::Time until) {
  if (author == AuthorCode()) return;
  AuthorEntry& entry = authors_[AuthorIndexOf(author)];
  entry.suspended_until_seconds = ToSeconds(until);
  for (uint64_t post : entry.posts) {
    rows_[PostList::RowOf(post)].author_suspended = entry.suspended_until_seconds > 0;
  }
}

size_t LivePosts::EraseAuthor(const AuthorCode& author) {
  const AuthorIndex index = FindAuthor(author);
  if (index == kNoIndex) return 0;
  std::vector<PostId> posts;
  for (uint64_t entry : authors_[index].posts) posts.push_back(ids_[PostList::RowOf(entry)]);
  for (PostId post : posts) Remove(post);
  author_index_.erase(author);
  authors_[index].code = AuthorCode();
  author_keys_[index] = LiftKey(AuthorCode());
  authors_[index].suspended_until_seconds = 0;
  return posts.size();
}

bool LivePosts::AllowedIn(const LivePost& post, const std::optional<CountryCode>& country) const {
  if (post.country_rule == 0) return true;
  if (post.country_rule == kNowhere) return false;
  const CountryRule& rule = country_rules_[post.country_rule];
  if (!country || country->empty()) return rule.allowed.empty();
  if (std::binary_search(rule.denied.begin(), rule.denied.end(), *country)) return false;
  return rule.allowed.empty() || std::binary_search(rule.allowed.begin(), rule.allowed.end(), *country);
}

AuthorIndex LivePosts::FindAuthor(const AuthorCode& author) const {
  const auto found = author_index_.find(author);
  return found == author_index_.end() ? kNoIndex : found->second;
}

TopicIndex LivePosts::FindTopic(TopicId topic) const {
  const auto found = topic_index_.find(topic);
  return found == topic_index_.end() ? kNoIndex : found->second;
}

const PostList* LivePosts::InCity(City city) const {
  const auto found = by_city_.find(city);
  return found == by_city_.end() ? nullptr : &found->second;
}

const PostList* LivePosts::InRegion(Region region) const {
  const auto found = by_region_.find(region);
  return found == by_region_.end() ? nullptr : &found->second;
}

PostRow LivePosts::TakeRow() {
  if (!free_rows_.empty()) {
    const PostRow row = free_rows_.back();
    free_rows_.pop_back();
    return row;
  }
  const auto row = static_cast<PostRow>(rows_.size());
  rows_.emplace_back();
  ids_.emplace_back();
  vectors_.Reserve(rows_.size());
  quantized_.Reserve(rows_.size());
  return row;
}

AuthorIndex LivePosts::AuthorIndexOf(const AuthorCode& author) {
  const auto [entry, added] = author_index_.try_emplace(author, static_cast<AuthorIndex>(authors_.size()));
  if (added) {
    authors_.push_back({author, 0, PostList(&ids_)});
    author_keys_.push_back(LiftKey(author));
  }
  return entry->second;
}

TopicIndex LivePosts::TopicIndexOf(TopicId topic) {
  const auto [entry, added] = topic_index_.try_emplace(topic, static_cast<TopicIndex>(topics_.size()));
  if (added) topics_.push_back({topic, PostList(&ids_)});
  return entry->second;
}

uint32_t LivePosts::PlaceIndexOf(const Place& place) {
  const auto [entry, added] = place_index_.try_emplace(place.city, static_cast<uint32_t>(places_.size()));
  if (added) places_.push_back(place);
  return entry->second;
}

uint16_t LivePosts::CountryRuleOf(const Post& post) {
  if (post.allowed_countries.empty() && post.denied_countries.empty()) return 0;
  CountryRule rule{Sorted(post.allowed_countries), Sorted(post.denied_countries), 0, {}};
  std::string key;
  AppendCountries(rule.allowed, key);
  AppendCountries(rule.denied, key);
  auto found = country_rule_index_.find(key);
  if (found == country_rule_index_.end()) {
    uint16_t number;
    if (!free_country_rules_.empty()) {
      number = free_country_rules_.back();
      free_country_rules_.pop_back();
    } else if (country_rules_.size() < kNowhere) {
      number = static_cast<uint16_t>(country_rules_.size());
      country_rules_.emplace_back();
    } else {
      return kNowhere;
    }
    rule.key = key;
    country_rules_[number] = std::move(rule);
    found = country_rule_index_.emplace(std::move(key), number).first;
  }
  ++country_rules_[found->second].posts;
  return found->second;
}

void LivePosts::ReleaseCountryRule(uint16_t number) {
  if (number == 0 || number == kNowhere) return;
  CountryRule& rule = country_rules_[number];
  if (--rule.posts > 0) return;
  country_rule_index_.erase(rule.key);
  rule = CountryRule();
  free_country_rules_.push_back(number);
}

void LivePosts::SetTopics(LivePost& live, std::span<const TopicId> topics) {
  const size_t count = std::min<size_t>(topics.size(), kPostTopicsMax);
  live.topic_count = static_cast<uint8_t>(count);
  if (count == 0) return;
  std::vector<uint32_t>& free_sets = free_topic_sets_[count];
  if (!free_sets.empty()) {
    live.topics_begin = free_sets.back();
    free_sets.pop_back();
  } else {
    live.topics_begin = static_cast<uint32_t>(topic_pool_.size());
    topic_pool_.resize(topic_pool_.size() + count);
  }
  for (size_t i = 0; i < count; ++i) topic_pool_[live.topics_begin + i] = TopicIndexOf(topics[i]);
}

void LivePosts::ReleaseTopics(LivePost& live) {
  if (live.topic_count > 0) free_topic_sets_[live.topic_count].push_back(live.topics_begin);
  live.topic_count = 0;
}

void LivePosts::SetVector(PostRow row, const Post& post) {
  const float* learned = model_->posts().Find(post.id);
  rows_[row].learned = learned != nullptr;
  if (learned != nullptr) {
    std::copy_n(learned, vectors_.stride(), vectors_.Row(row));
  } else {
    float* mean = vectors_.Row(row);
    PriorMean(model_->prior(), post, {mean, vectors_.stride()});
    // A content vector can be too large for its image to be finite; then it tells nothing.
    if (!std::isfinite(ActiveVectorKernels().dot(mean, mean, vectors_.stride()))) {
      std::copy_n(model_->prior().bias.data(), vectors_.stride(), mean);
    }
  }
  quantized_.Set(row, vectors_.Row(row));
}

bool LivePosts::MoveVector(PostId post, std::span<const float> vector) {
  const PostRow row = table_.Find(post);
  if (row == kNoRow || rows_[row].learned) return false;
  if (!rows_[row].moved) {
    priors_of_moved_[row].assign(vectors_.Row(row), vectors_.Row(row) + vectors_.stride());
    rows_[row].moved = true;
  }
  std::copy(vector.begin(), vector.end(), vectors_.Row(row));
  quantized_.Set(row, vectors_.Row(row));
  return true;
}

void LivePosts::RestoreVector(PostId post) {
  const PostRow row = table_.Find(post);
  if (row == kNoRow || !rows_[row].moved) return;
  std::copy_n(SnapshotVectorOf(row), vectors_.stride(), vectors_.Row(row));
  quantized_.Set(row, vectors_.Row(row));
  ForgetMoved(row);
}

void LivePosts::ForgetMoved(PostRow row) {
  if (rows_[row].moved) priors_of_moved_.erase(row);
  rows_[row].moved = false;
}

void LivePosts::Link(PostRow row) {
  const LivePost& live = rows_[row];
  const uint64_t entry = PostList::EntryOf(live.publish_seconds, row);
  newest_.Insert(entry);
  if (live.advertisement) advertisements_.Insert(entry);
  if (live.author != kNoIndex) authors_[live.author].posts.Insert(entry);
  for (TopicIndex topic : TopicsOf(live)) topics_[topic].posts.Insert(entry);
  if (const Place* place = PlaceOf(live)) {
    by_city_.try_emplace(place->city, &ids_).first->second.Insert(entry);
    if (place->region != Region()) {
      by_region_.try_emplace(place->region, &ids_).first->second.Insert(entry);
    }
  }
}

void LivePosts::Unlink(PostRow row) {
  const LivePost& live = rows_[row];
  const uint64_t entry = PostList::EntryOf(live.publish_seconds, row);
  newest_.entries_.erase(entry);
  if (live.advertisement) advertisements_.entries_.erase(entry);
  if (live.author != kNoIndex) authors_[live.author].posts.entries_.erase(entry);
  for (TopicIndex topic : TopicsOf(live)) topics_[topic].posts.entries_.erase(entry);
  if (const Place* place = PlaceOf(live)) {
    const auto city = by_city_.find(place->city);
    city->second.entries_.erase(entry);
    if (city->second.empty()) by_city_.erase(city);
    const auto region = by_region_.find(place->region);
    if (region == by_region_.end()) return;
    region->second.entries_.erase(entry);
    if (region->second.empty()) by_region_.erase(region);
  }
}

}  // namespace bauta
