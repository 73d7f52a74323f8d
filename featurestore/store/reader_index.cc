#include "featurestore/store/reader_index.h"

#include <algorithm>
#include <tuple>

namespace bauta {
namespace {

// How many posts go at a time where there are too many, so that they are not looked for with each one.
constexpr size_t kPostsToDrop = ReaderIndex::kPostsMax / 8;

bool HasPost(std::span<const PostHour> reads, PostId post) {
  const auto at = std::lower_bound(reads.begin(), reads.end(), PostHour{post, Hour()});
  return at != reads.end() && at->post == post;
}

template <class Readers>
auto FindReader(Readers& readers, const Pseudonym& subject) {
  return std::lower_bound(readers.begin(), readers.end(), subject,
                          [](const auto& reader, const Pseudonym& code) { return reader.subject < code; });
}

}  // namespace

void ReaderIndex::Change(const Pseudonym& subject, std::span<const PostHour> before,
                         std::span<const PostHour> after, bool forgets, Hour kept_from) {
  for (const PostHour& read : before) {
    if (!HasPost(after, read.post)) {
      Remove(subject, read.post);
    } else if (forgets) {
      const auto entry = posts_.find(read.post);
      if (entry != posts_.end()) entry->second.departures = ++departures_;
    }
  }
  for (const PostHour& read : after) {
    if (read.hour >= kept_from) Put(subject, read);
  }
}

void ReaderIndex::Put(const Pseudonym& subject, const PostHour& read) {
  Entry& entry = posts_[read.post];
  std::vector<Reader>& readers = entry.readers;
  const auto at = FindReader(readers, subject);
  if (at != readers.end() && at->subject == subject) {
    at->hour = read.hour;
  } else {
    readers.insert(at, {subject, read.hour});
    ++entry.arrivals;
  }
  entry.newest = std::max(entry.newest, read.hour);
  if (readers.size() > kReadersMax) {
    const auto oldest =
        std::min_element(readers.begin(), readers.end(), [](const Reader& a, const Reader& b) {
          return std::tie(a.hour, a.subject) < std::tie(b.hour, b.subject);
        });
    readers.erase(oldest);
  }
  if (posts_.size() > kPostsMax) MakeRoom();
}

void ReaderIndex::Remove(const Pseudonym& subject, PostId post) {
  const auto entry = posts_.find(post);
  if (entry == posts_.end()) return;
  std::vector<Reader>& readers = entry->second.readers;
  const auto at = FindReader(readers, subject);
  if (at == readers.end() || at->subject != subject) return;
  readers.erase(at);
  entry->second.departures = ++departures_;
  if (readers.empty()) posts_.erase(entry);
}

void ReaderIndex::DropBefore(Hour hour) {
  for (auto& [post, entry] : posts_) {
    std::erase_if(entry.readers, [&](const Reader& reader) { return reader.hour < hour; });
  }
  absl::erase_if(posts_, [](const auto& entry) { return entry.second.readers.empty(); });
}

void ReaderIndex::MakeRoom() {
  std::vector<std::tuple<Hour, size_t, PostId>> order;  // Read last long ago, and by few.
  order.reserve(posts_.size());
  for (const auto& [post, entry] : posts_) order.emplace_back(entry.newest, entry.readers.size(), post);
  std::nth_element(order.begin(), order.begin() + kPostsToDrop, order.end());
  for (size_t i = 0; i < kPostsToDrop; ++i) posts_.erase(std::get<PostId>(order[i]));
}

std::vector<FreshPost> ReaderIndex::Read(uint32_t readers_min) const {
  std::vector<FreshPost> found;
  for (const auto& [post, entry] : posts_) {
    if (entry.readers.size() < readers_min) continue;
    found.push_back({post, static_cast<uint32_t>(entry.readers.size()), entry.arrivals, entry.departures});
  }
  std::sort(found.begin(), found.end(),
            [](const FreshPost& a, const FreshPost& b) { return a.post < b.post; });
  return found;
}

std::vector<Pseudonym> ReaderIndex::ReadersOf(PostId post) const {
  std::vector<Pseudonym> subjects;
  const auto entry = posts_.find(post);
  if (entry == posts_.end()) return subjects;
  for (const Reader& reader : entry->second.readers) subjects.push_back(reader.subject);
  return subjects;
}

}  // namespace bauta
