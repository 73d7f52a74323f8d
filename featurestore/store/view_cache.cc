#include "featurestore/store/view_cache.h"

#include <functional>
#include <utility>

namespace bauta {

ViewCache::Shard& ViewCache::ShardOf(const Pseudonym& subject) {
  return shards_[std::hash<Pseudonym>()(subject) % kShards];
}

ViewCache::Entry ViewCache::Find(const Pseudonym& subject) {
  Shard& shard = ShardOf(subject);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.index.find(subject);
  if (found == shard.index.end()) return nullptr;
  shard.by_use.splice(shard.by_use.begin(), shard.by_use, found->second);
  return found->second->entry;
}

uint64_t ViewCache::Ticket(const Pseudonym& subject) {
  Shard& shard = ShardOf(subject);
  const std::lock_guard lock(shard.mutex);
  return shard.changes;
}

void ViewCache::Insert(const Pseudonym& subject, Entry entry, uint64_t ticket) {
  Shard& shard = ShardOf(subject);
  const std::lock_guard lock(shard.mutex);
  if (shard.changes == ticket) Put(shard, subject, std::move(entry));
}

void ViewCache::Drop(const Pseudonym& subject) {
  Shard& shard = ShardOf(subject);
  const std::lock_guard lock(shard.mutex);
  ++shard.changes;
  Erase(shard, subject);
}

void ViewCache::Replace(const Pseudonym& subject, Entry entry) {
  Shard& shard = ShardOf(subject);
  const std::lock_guard lock(shard.mutex);
  ++shard.changes;
  Put(shard, subject, std::move(entry));
}

void ViewCache::Put(Shard& shard, const Pseudonym& subject, Entry entry) {
  Erase(shard, subject);
  if (entry->bytes > shard_bytes_max_) return;
  shard.bytes += entry->bytes;
  shard.by_use.push_front({subject, std::move(entry)});
  shard.index.emplace(subject, shard.by_use.begin());
  while (shard.bytes > shard_bytes_max_) {
    const Pseudonym last = shard.by_use.back().subject;
    Erase(shard, last);
  }
}

void ViewCache::Erase(Shard& shard, const Pseudonym& subject) {
  const auto found = shard.index.find(subject);
  if (found == shard.index.end()) return;
  shard.bytes -= found->second->entry->bytes;
  shard.by_use.erase(found->second);
  shard.index.erase(found);
}

}  // namespace bauta
