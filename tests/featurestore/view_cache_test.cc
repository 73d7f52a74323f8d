#include "featurestore/store/view_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/testing/store_fixture.h"

namespace bauta::testing {
namespace {

ViewCache::Entry Entry(size_t bytes = 100) {
  auto entry = std::make_shared<CachedSubject>();
  entry->bytes = bytes;
  return entry;
}
Pseudonym Subject(uint32_t number) { return StoreFixture::Subject(number); }

TEST(ViewCacheTest, AnEntryReadBeforeAChangeIsNotKept) {
  ViewCache cache(1 << 20);
  const uint64_t before_drop = cache.Ticket(Subject(1));
  cache.Drop(Subject(1));
  cache.Insert(Subject(1), Entry(), before_drop);
  EXPECT_EQ(cache.Find(Subject(1)), nullptr);

  const uint64_t before_replace = cache.Ticket(Subject(1));
  const ViewCache::Entry newest = Entry();
  cache.Replace(Subject(1), newest);
  cache.Insert(Subject(1), Entry(), before_replace);
  EXPECT_EQ(cache.Find(Subject(1)), newest);
}

TEST(ViewCacheTest, ADroppedEntryIsGone) {
  ViewCache cache(1 << 20);
  cache.Insert(Subject(1), Entry(), cache.Ticket(Subject(1)));
  EXPECT_NE(cache.Find(Subject(1)), nullptr);
  cache.Drop(Subject(1));
  EXPECT_EQ(cache.Find(Subject(1)), nullptr);
}

TEST(ViewCacheTest, KeepsWithinItsBoundAndDropsWhatWasUsedLongestAgo) {
  constexpr size_t kBytesMax = 64 * 1000;  // 64 shards of 10 entries each.
  ViewCache cache(kBytesMax);
  for (uint32_t i = 0; i < 5000; ++i) {
    cache.Insert(Subject(i), Entry(), cache.Ticket(Subject(i)));
    cache.Find(Subject(0));
  }
  size_t kept = 0;
  for (uint32_t i = 0; i < 5000; ++i) kept += cache.Find(Subject(i)) != nullptr ? 1 : 0;
  EXPECT_LE(kept * 100, kBytesMax);
  EXPECT_GT(kept * 100, kBytesMax / 2);
  EXPECT_NE(cache.Find(Subject(0)), nullptr) << "it was used all the time";
}

TEST(ViewCacheTest, WhatIsTooLargeIsNotKept) {
  ViewCache cache(64 * 1000);
  cache.Replace(Subject(1), Entry(2000));
  EXPECT_EQ(cache.Find(Subject(1)), nullptr);
  ViewCache none(0);
  none.Replace(Subject(1), Entry(1));
  EXPECT_EQ(none.Find(Subject(1)), nullptr);
}

}  // namespace
}  // namespace bauta::testing
