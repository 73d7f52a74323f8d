#include "ranking/small_map.h"

#include <gtest/gtest.h>

#include <random>
#include <unordered_map>

namespace bauta {
namespace {

TEST(SmallMapTest, HoldsWhatWasPutAndNothingElse) {
  std::mt19937_64 engine(1);
  SmallMap<int> map;
  for (int call = 0; call < 20; ++call) {
    map.Clear();
    std::unordered_map<uint64_t, int> expected;
    // Few keys and many, near each other and far apart.
    const uint64_t range = call % 2 == 0 ? 500 : uint64_t{1} << 60;
    for (int i = 0; i < call * call; ++i) {
      const uint64_t key = engine() % range;
      map[key] += i;
      expected[key] += i;
    }
    ASSERT_EQ(map.size(), expected.size());
    ASSERT_EQ(map.empty(), expected.empty());
    for (const auto& [key, value] : expected) {
      ASSERT_NE(map.Find(key), nullptr);
      EXPECT_EQ(*map.Find(key), value);
    }
    for (uint64_t key = 0; key < 500; ++key) EXPECT_EQ(map.Contains(key), expected.contains(key)) << key;
  }
}

TEST(SmallMapTest, KeysWithEqualLowestBitsAreToldApart) {
  SmallMap<int, uint32_t> map;
  map[7] = 1;
  EXPECT_FALSE(map.Contains(7 + 4096));
  map[7 + 4096] = 2;
  EXPECT_EQ(*map.Find(7), 1);
  EXPECT_EQ(*map.Find(7 + 4096), 2);
  EXPECT_FALSE(map.Contains(7 + 2 * 4096));
  map.Clear();
  EXPECT_FALSE(map.Contains(7));
}

// kNoIndex is asked about; it is no key, not even where one with equal lowest bits is there.
TEST(SmallMapTest, TheLargestNumberIsNeverThere) {
  SmallMap<int, uint32_t> map;
  EXPECT_FALSE(map.Contains(UINT32_MAX));
  map[UINT32_MAX % 4096] = 1;
  EXPECT_FALSE(map.Contains(UINT32_MAX));
}

}  // namespace
}  // namespace bauta
