#include "privacy/secret.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include "privacy/data_key_cache.h"
#include "tests/privacy/hex.h"

namespace bauta {
namespace {

using testing::SecretOf;

bool AllZeros(const void* memory, size_t size) {
  const auto* const bytes = static_cast<const uint8_t*>(memory);
  return std::all_of(bytes, bytes + size, [](uint8_t byte) { return byte == 0; });
}

TEST(SecretBytesTest, IsWipedWhenDestroyed) {
  alignas(SecretKey) uint8_t memory[sizeof(SecretKey)] = {};
  auto* const key = new (memory) SecretKey(SecretOf<32>(0xAB));
  ASSERT_FALSE(AllZeros(memory, sizeof(memory)));
  key->~SecretKey();
  EXPECT_TRUE(AllZeros(memory, sizeof(memory)));
}

TEST(SecretBytesTest, IsWipedWhereItWasMovedFrom) {
  SecretKey from = SecretOf<32>(0xAB);
  const SecretKey made = std::move(from);
  EXPECT_TRUE(AllZeros(&from, sizeof(from)));  // NOLINT(bugprone-use-after-move)
  SecretKey assigned;
  SecretKey other = made.Clone();
  assigned = std::move(other);
  EXPECT_TRUE(AllZeros(&other, sizeof(other)));  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(RevealSecret(assigned)[31], 0xAB);
}

TEST(WipeStringTest, OverwritesTheWholeCapacity) {
  std::string text(100, 's');
  text.resize(3);
  const char* const memory = text.data();
  WipeString(text);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(text.data(), memory);
  EXPECT_TRUE(AllZeros(memory, text.capacity()));
}

TEST(DisableCoreDumpsTest, LeavesNoneToBeWritten) {
  // In a child: a process that may not be dumped cannot be debugged either.
  const pid_t child = ::fork();
  if (child == 0) {
    rlimit limit{};
    const bool off = DisableCoreDumps().ok() && ::prctl(PR_GET_DUMPABLE) == 0 &&
                     ::getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 && limit.rlim_max == 0;
    ::_exit(off ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(DataKeyCacheTest, KeepsNoMoreThanItsBoundAndTheNewest) {
  DataKeyCache cache(8);  // Three sets of four.
  for (uint32_t index = 1; index <= 1000; ++index)
    cache.Put({index, 5}, SecretOf<32>(static_cast<uint8_t>(index)));
  size_t kept = 0;
  for (uint32_t index = 1; index <= 1000; ++index) {
    const std::optional<SecretKey> key = cache.Find({index, 5});
    if (!key) continue;
    ++kept;
    EXPECT_EQ(RevealSecret(*key)[0], static_cast<uint8_t>(index));
  }
  EXPECT_EQ(kept, 12u);
  EXPECT_TRUE(cache.Find({1000, 5}).has_value());
  EXPECT_FALSE(cache.Find({1, 5}).has_value());
}

TEST(DataKeyCacheTest, AnotherGenerationIsAnotherKey) {
  DataKeyCache cache(16);
  cache.Put({3, 1}, SecretOf<32>(1));
  EXPECT_FALSE(cache.Find({3, 2}).has_value());
  cache.Put({3, 2}, SecretOf<32>(2));
  EXPECT_EQ(RevealSecret(*cache.Find({3, 2}))[0], 2);
  cache.Erase({3, 1});
  EXPECT_FALSE(cache.Find({3, 1}).has_value());
  EXPECT_TRUE(cache.Find({3, 2}).has_value());
}

}  // namespace
}  // namespace bauta
